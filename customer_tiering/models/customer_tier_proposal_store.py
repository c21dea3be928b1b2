from odoo import fields, models
from odoo.tools import SQL

from .customer_tier_store import STAGE

# Columns of the standing that follow from the day on which a tier is entered.
ENTRY_COLUMNS = {
    "computed_since",
    "guaranteed_until",
    "review_date",
    "reviewed_on",
    "above_since",
    "noticed_on",
    "missed_reviews",
    "refused_on",
}


class CustomerTierStore(models.AbstractModel):
    """Proposals follow from standings: one is open exactly where a standing waits for approval."""

    _inherit = "customer.tier.store"

    def _standing_columns(self):
        return {
            **super()._standing_columns(),
            "proposed_tier_id": SQL("NULLIF(s.proposed, 0)"),
            "refused_on": SQL("(date '1970-01-01' + NULLIF(s.refused, 'NaN')::int)"),
        }

    def _stage_columns(self, frame, policy):
        columns, values, numbers = super()._stage_columns(frame, policy)
        for name, type_ in (("proposed", "int4"), ("refused", "float8")):
            columns[name] = type_
            values[name] = frame[name].to_numpy()
        return columns, values, numbers

    def _save(self, company, frame, as_of, policy, run_id):
        from ..grading.movement import REASONS

        written = super()._save(company, frame, as_of, policy, run_id)
        self._supersede_proposals(company, SQL("SELECT partner FROM %s", SQL.identifier(STAGE)))
        if (frame["waiting"] == REASONS["approval"]).any():
            self._propose(company, as_of, run_id)
        return written

    def _release(self, company, partner_ids, kept_ids):
        result = super()._release(company, partner_ids, kept_ids)
        if partner_ids:
            self._supersede_proposals(company, SQL("SELECT unnest(%s)", partner_ids))
        return result

    def _supersede_proposals(self, company, partners):
        """Close the open proposals that the standings do not ask for any more.

        :param partners: ``SQL`` query of the customers just graded
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_tier_proposal p
                   SET state = 'superseded', decided_on = %(now)s
                  FROM customer_tier_standing t
                 WHERE p.state = 'open' AND p.company_id = %(company)s
                   AND t.id = p.standing_id
                   AND t.partner_id IN (%(partners)s)
                   AND (t.waiting IS DISTINCT FROM 'approval'
                        OR (t.program_id, t.computed_tier_id, t.proposed_tier_id)
                           IS DISTINCT FROM (p.program_id, p.from_tier_id, p.to_tier_id))
                """,
                now=fields.Datetime.now(),
                company=company.id,
                partners=partners,
            )
        )

    def _propose(self, company, as_of, run_id):
        """Leave a proposal for who waits for approval without one."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_proposal (
                    standing_id, company_id, program_id, from_tier_id, to_tier_id, direction,
                    score, run_id, date, state)
                SELECT t.id, t.company_id, t.program_id, t.computed_tier_id, t.proposed_tier_id,
                       CASE WHEN n.id IS NULL THEN 'out'
                            WHEN (n.sequence, n.id) > (o.sequence, o.id) THEN 'up'
                            ELSE 'down' END,
                       t.score, %(run)s, %(as_of)s, 'open'
                  FROM %(stage)s s
                  JOIN customer_tier_standing t
                    ON t.partner_id = s.partner AND t.company_id = %(company)s
                  JOIN customer_tier o ON o.id = t.computed_tier_id
             LEFT JOIN customer_tier n ON n.id = t.proposed_tier_id
                 WHERE t.waiting = 'approval'
                   AND NOT EXISTS (SELECT FROM customer_tier_proposal p
                                    WHERE p.standing_id = t.id AND p.state = 'open')
                """,
                stage=SQL.identifier(STAGE),
                company=company.id,
                as_of=as_of,
                run=run_id,
            )
        )

    def _apply_proposals(self, proposals):
        """Put customers into the tiers that somebody agreed to, as of today, with a line of
        history where the tier that counts changes."""
        self.env.flush_all()
        for program, group in proposals.grouped("program_id").items():
            today = self.env["customer.tier.gather"]._today(program.company_id)
            self.env.cr.execute(self._approval_history_query(group, today))
            self.env.cr.execute(self._approval_query(group, program, today))

    def _approval_history_query(self, proposals, today):
        return SQL(
            """
            INSERT INTO customer_tier_change (
                standing_id, from_tier_id, to_tier_id, computed_tier_id, target_tier_id,
                direction, date, reason, score, last_order_date, policy_id, numbers, run_id,
                user_id)
            SELECT t.id, t.tier_id, p.to_tier_id, p.to_tier_id, t.target_tier_id,
                   p.direction, %(today)s, 'approval', t.score, t.last_order_date, t.policy_id,
                   t.numbers, p.run_id, %(user)s
              FROM customer_tier_proposal p
              JOIN customer_tier_standing t ON t.id = p.standing_id
             WHERE p.id = ANY(%(ids)s) AND t.manual_tier_id IS NULL
            """,
            today=today,
            user=self.env.uid,
            ids=proposals.ids,
        )

    def _approval_query(self, proposals, program, today):
        """The state of who enters a tier is that of grading, see ``settle.entry``."""
        from ..grading.settle import entry

        state = entry(program._movement_policy(), today)
        columns = {
            name: value for name, value in self._standing_columns().items() if name in ENTRY_COLUMNS
        }
        return SQL(
            """
            UPDATE customer_tier_standing t
               SET (%(names)s) = ROW(%(values)s),
                   computed_tier_id = p.to_tier_id,
                   tier_id = COALESCE(t.manual_tier_id, p.to_tier_id),
                   tier_since = CASE WHEN t.manual_tier_id IS NOT NULL THEN t.tier_since
                       WHEN p.to_tier_id IS NOT NULL THEN %(today)s::date END,
                   proposed_tier_id = NULL,
                   waiting = CASE WHEN t.target_tier_id IS DISTINCT FROM p.to_tier_id
                       THEN %(waiting)s END,
                   graded_at = %(now)s
              FROM customer_tier_proposal p,
                   (SELECT %(state)s) s
             WHERE p.id = ANY(%(ids)s) AND t.id = p.standing_id
            """,
            names=SQL(", ").join(SQL.identifier(name) for name in columns),
            values=SQL(", ").join(columns.values()),
            state=SQL(", ").join(
                SQL("%s::float8 AS %s", value, SQL.identifier(name))
                for name, value in state.items()
            ),
            today=today,
            # One level at a time, the figures ask for more.
            waiting="hold" if program.hold_months else "review",
            now=fields.Datetime.now(),
            ids=proposals.ids,
        )
