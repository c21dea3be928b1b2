import hashlib
from dataclasses import asdict

from odoo import api, fields, models
from odoo.tools import SQL


class CustomerTierPolicy(models.Model):
    """The rules that gradings followed, frozen, so that a grade can be explained by them after the
    programme has changed. Standings and history keep bare numbers; what these mean is kept here.
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
    def _freeze(self, program, policy):
        """The record of some rules, made when they are used for the first time.

        :param policy: ``policy.Program``
        """
        from ..grading.pipeline import reason_columns

        columns = reason_columns(policy)
        digest = hashlib.sha256(repr((policy, columns)).encode()).hexdigest()
        # Written by the system only, whoever causes a grading.
        known = self.sudo().search([("program_id", "=", program.id), ("digest", "=", digest)])
        if known:
            return known
        rules = {**asdict(policy), "columns": columns, "names": program._names()}
        return (
            self._by_system()
            .create({"program_id": program.id, "digest": digest, "rules": rules})
            .with_env(self.env)
        )

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
