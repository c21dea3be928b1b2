"""Reads what a month's figures of a company are made of, chunk by chunk, and has
``snapshot_figures`` group it."""

from odoo.addons.customer_tiering.explain.credit import RISKS
from odoo.addons.customer_tiering.fact_sources import kept_share
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.tools import SQL

STAGE_CODES = [code for code, _name in STAGES]
BAND_CODES = [code for code, _name in RISKS]
# Measures for which lines tell revenue and cost.
MARGIN = frozenset({"margin"})


class SnapshotReader:
    """One month of a company.

    :param env: with all rights: figures are of everybody
    :param first, last: days; where the month is not over, the last one is today
    :param over: whether it is over: then tiers and stages are those that history tells of its last
        day, else the present ones
    :param banded: whether the credit bands of today may stand for those of the last day
    """

    def __init__(self, env, company, first, last, over, banded):
        self.env, self.company = env, company
        self.first, self.last, self.over, self.banded = first, last, over, banded
        self.gather = env["customer.tier.gather"]

    def frame(self):
        """``KEYS`` and ``FIGURES`` of ``snapshot_figures``, over all customers."""
        from . import snapshot_figures

        self.env.flush_all()
        run = self.env["customer.tier.run"].new({"company_id": self.company.id})
        found, after, more = [], 0, True
        while more:
            high, more = run._chunk_end(after)
            if not high:
                break
            found.append(self._chunk(self.gather._scope_between(after, high)))
            after = high
        return snapshot_figures.merge(found)

    def _chunk(self, scope):
        from odoo.addons.customer_tiering.grading.metrics import day_number

        from .snapshot_figures import of_month

        first, last = day_number(self.first), day_number(self.last)
        return of_month(
            self._frame(self._customer_query(scope), ("customer", *self._keys())),
            self.gather._orders(self.company, self.last, scope),
            self._lines(scope, first),
            self._frame(self._move_query(scope), self._move_columns()),
            self._others(scope),
            first,
            last,
        )

    def _keys(self):
        from .snapshot_figures import KEYS

        return KEYS

    def _move_columns(self):
        from .snapshot_figures import MOVES

        return ("customer", "program", "tier", *MOVES)

    def _frame(self, query, names, types=None):
        import pandas as pd

        columns = dict.fromkeys(names, "int4") | (types or {})
        return pd.DataFrame(self.gather._read(query, columns))

    def _lines(self, scope, first):
        return self.gather._lines(self.company, self.last, scope, MARGIN, after=first - 1)

    # SQL

    def _customer_query(self, scope):
        """Everybody who may be in a group, with what it is of."""
        band = SQL("s.credit_band") if self.banded else SQL("NULL::varchar")
        return SQL(
            """
            SELECT p.id, COALESCE(t.program_id, 0), COALESCE(t.id, 0),
                   COALESCE(array_position(%(stages)s::varchar[], f.stage), 0),
                   COALESCE(array_position(%(bands)s::varchar[], %(band)s), 0),
                   COALESCE(p.user_id, 0)
              FROM res_partner p
         LEFT JOIN customer_tier_standing s ON s.partner_id = p.id AND s.company_id = %(company)s
         LEFT JOIN LATERAL (%(state)s) f ON TRUE
         LEFT JOIN customer_tier t ON t.id = f.tier
             WHERE p.commercial_partner_id = p.id AND %(scope)s
            """,
            stages=STAGE_CODES,
            bands=BAND_CODES,
            band=band,
            company=self.company.id,
            state=self._state_query(),
            scope=scope(SQL("p.id")),
        )

    def _state_query(self):
        """Tier and stage of the standing ``s``."""
        if not self.over:
            return SQL("SELECT s.tier_id AS tier, s.lifecycle_stage AS stage")
        # What was another customer's before a merge says nothing of this one.
        latest = SQL("c.standing_id = s.id AND c.date <= %s AND c.merged_from IS NULL", self.last)
        return SQL(
            """
            SELECT (SELECT c.to_tier_id FROM customer_tier_change c WHERE %(latest)s
                  ORDER BY c.date DESC, c.id DESC LIMIT 1) AS tier,
                   (SELECT c.to_stage FROM customer_tier_change c
                     WHERE %(latest)s AND c.to_stage IS NOT NULL
                  ORDER BY c.date DESC, c.id DESC LIMIT 1) AS stage
            """,
            latest=latest,
        )

    def _move_query(self, scope):
        """Lines of history in the month, counted by the tier that they are about: the one that was
        reached, else the one that was left."""
        return SQL(
            """
            SELECT s.partner_id, COALESCE(t.program_id, 0), COALESCE(t.id, 0),
                   COUNT(*) FILTER (WHERE c.direction = 'first')::int,
                   COUNT(*) FILTER (WHERE c.direction = 'up')::int,
                   COUNT(*) FILTER (WHERE c.direction = 'down')::int,
                   COUNT(*) FILTER (WHERE c.direction = 'out')::int,
                   COUNT(*) FILTER (WHERE c.to_stage = 'won_back'
                                      AND c.from_stage IS NOT NULL)::int
              FROM customer_tier_change c
              JOIN customer_tier_standing s ON s.id = c.standing_id
         LEFT JOIN customer_tier t ON t.id = COALESCE(c.to_tier_id, c.from_tier_id)
             WHERE s.company_id = %(company)s AND c.date BETWEEN %(first)s AND %(last)s
               AND c.merged_from IS NULL AND %(scope)s
               AND (c.direction IN ('first', 'up', 'down', 'out') OR c.to_stage = 'won_back')
          GROUP BY s.partner_id, t.program_id, t.id
            """,
            company=self.company.id,
            first=self.first,
            last=self.last,
            scope=scope(SQL("s.partner_id")),
        )

    def _others(self, scope):
        """What tier prices saved on what was kept of orders of the month, and reminders of it."""
        from dateutil.relativedelta import relativedelta

        rate = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)::float8")
        join, share = kept_share(self.gather, self.company, self.last, scope)
        query = SQL(
            """
            SELECT p.commercial_partner_id,
                   ((o.customer_list_amount - o.amount_untaxed)::float8 / %(rate)s
                    * (%(share)s))::float8, 0, 0
              FROM res_partner p
              JOIN sale_order o ON o.partner_id = p.id
              %(back)s
             WHERE o.state = 'sale' AND o.company_id = %(company)s
               AND o.customer_tier_discount > 0
               AND o.date_order >= %(start)s AND o.date_order < %(end)s AND %(buyer)s
             UNION ALL
            SELECT r.partner_id, 0::float8, 1, (r.state = 'ordered')::int
              FROM customer_reminder r
             WHERE r.company_id = %(company)s AND r.arm <> 'control'
               AND r.date BETWEEN %(first)s AND %(last)s AND %(reminded)s
            """,
            rate=rate,
            share=share,
            back=join,
            company=self.company.id,
            start=self.gather._end_of_day(self.company, self.first - relativedelta(days=1)),
            end=self.gather._end_of_day(self.company, self.last),
            first=self.first,
            last=self.last,
            buyer=scope(SQL("p.commercial_partner_id")),
            reminded=scope(SQL("r.partner_id")),
        )
        names = ("customer", "saved", "reminded", "reminded_ordered")
        return self._frame(query, names, {"saved": "float8"})
