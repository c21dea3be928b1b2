import hashlib
from dataclasses import asdict

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL


class CustomerTierPolicy(models.Model):
    """The rules that gradings followed, frozen, so that a grade can be explained by them after the
    programme has changed. Standings and history keep bare numbers; what these mean is kept here.
    """

    _name = "customer.tier.policy"
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
    def _freeze(self, program, policy):
        """The record of some rules, made when they are used for the first time.

        :param policy: ``policy.Program``
        """
        from ..grading.pipeline import reason_columns

        columns = reason_columns(policy)
        digest = hashlib.sha256(repr((policy, columns)).encode()).hexdigest()
        # Held until the rows that refer to it are committed, see ``customer.tier.store._hold``.
        self.env.cr.execute(
            SQL(
                "SELECT id FROM customer_tier_policy WHERE program_id = %s AND digest = %s "
                "FOR KEY SHARE",
                program.id,
                digest,
            )
        )
        found = self.env.cr.fetchone()
        if not found:
            rules = {**asdict(policy), "columns": columns, "names": program._names()}
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
            found = self.env.cr.fetchone()
        return self.browse(found)

    def _values(self, numbers):
        """The numbers of a grading by their names; ``None`` for unknown."""
        self.ensure_one()
        return dict(zip(self.rules["columns"], numbers, strict=True))

    @api.autovacuum
    def _gc_unused(self):
        """Rules that no grading refers to any more."""
        used = SQL(" UNION ").join(
            SQL("SELECT policy_id FROM %s WHERE policy_id IS NOT NULL", SQL.identifier(table))
            for table in ("customer_tier_standing", "customer_tier_change")
        )
        self.env.cr.execute(SQL("DELETE FROM customer_tier_policy WHERE id NOT IN (%s)", used))
