import hashlib
from functools import lru_cache
from math import nan

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..grading.policy import from_rules, to_rules, without_cuts


@lru_cache(maxsize=64)
def _frozen(policy):
    """Names of the numbers of gradings by some rules, the rules as they are kept, and their
    digest."""
    from ..grading.pipeline import reason_columns

    columns = reason_columns(policy)
    # Where the best begin is measured anew for every grading of everybody. As part of the rules it
    # would make each of them write all customers again.
    digest = hashlib.sha256(repr((without_cuts(policy), columns)).encode()).hexdigest()
    return columns, to_rules(policy), digest


class CustomerTierPolicy(models.Model):
    """The rules that gradings followed, frozen, so that a grade can be explained by them after the
    programme has changed. Standings and history keep bare numbers; what these mean is kept here.

    ``rules`` are what ``grading.policy.to_rules`` writes and ``from_rules`` reads, whatever version
    wrote them, with ``names`` of metrics, tiers and entry rules, and ``columns``: the names of the
    numbers in their order.
    """

    _name = "customer.tier.policy"
    _inherit = "customer.tier.append.only"
    _description = "Rules of a Grading"
    _order = "id desc"
    _log_access = False

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="program_id.company_id")
    digest = fields.Char(required=True, readonly=True)
    rules = fields.Json(
        required=True,
        readonly=True,
        help="The programme as it was: metrics, indicators, tiers and vetoes with their names, "
        "and the names of the numbers in gradings.",
    )

    _digest_unique = models.UniqueIndex("(program_id, digest)")

    @api.model
    def _freeze(self, program, policy, held=None):
        """The record of some rules, made when they are used for the first time.

        :param policy: ``policy.Program``
        :param held: ``SQL`` query that keeps other rows from being deleted, for the same statement
        """
        columns, kept, digest = _frozen(policy)
        cuts = kept["cuts"]
        # Held until the rows that refer to it are committed, see ``customer.tier.store._held``.
        self.env.cr.execute(
            SQL(
                """
                SELECT f.id, f.cuts, (SELECT COUNT(*) FROM (%s) held)
                  FROM (SELECT 1) one
             LEFT JOIN (SELECT id, rules->'cuts' AS cuts FROM customer_tier_policy
                         WHERE program_id = %s AND digest = %s FOR KEY SHARE) f ON TRUE
                """,
                held or SQL("SELECT 1"),
                program.id,
                digest,
            )
        )
        found, known_cuts, _held = self.env.cr.fetchone()
        if found and known_cuts != cuts:
            self.env.cr.execute(
                SQL(
                    "UPDATE customer_tier_policy "
                    "SET rules = jsonb_set(rules, '{cuts}', %s) WHERE id = %s",
                    Json(cuts),
                    found,
                )
            )
            self.browse(found).invalidate_recordset(["rules"], flush=False)
        if not found:
            rules = {**kept, "columns": columns, "names": program._names()}
            # Where another transaction was faster, this statement asks to try again; the error of
            # a plain insert would count against each customer.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO customer_tier_policy (program_id, digest, rules) "
                    "VALUES (%s, %s, %s) ON CONFLICT (program_id, digest) DO NOTHING RETURNING id",
                    program.id,
                    digest,
                    Json(rules),
                )
            )
            found = self.env.cr.fetchone()[0]
        return self.browse(found)

    def _values(self, numbers):
        """The numbers of a grading by their names; ``None`` for unknown."""
        self.ensure_one()
        return dict(zip(self.rules["columns"], numbers, strict=True))

    def _coverage(self, numbers):
        """The share of the indicators' weights that a score rested on, 0–1.

        :param numbers: see ``_values``
        """
        from ..grading.score import composite

        indicators = from_rules(self.rules).indicators
        if not indicators:
            return 0.0
        points = [numbers.get(f"points:{indicator.id}") for indicator in indicators]
        points = [nan if number is None else number for number in points]
        _score, (coverage,) = composite([points], [indicator.weight for indicator in indicators])
        return float(coverage)

    @api.autovacuum
    def _gc_unused(self):
        """Rules that no grading refers to any more."""
        used = SQL(" UNION ").join(
            SQL("SELECT policy_id FROM %s WHERE policy_id IS NOT NULL", SQL.identifier(table))
            for table in ("customer_tier_standing", "customer_tier_change")
        )
        self.env.cr.execute(SQL("DELETE FROM customer_tier_policy WHERE id NOT IN (%s)", used))
