from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..grading.policy import Condition, Veto


class CustomerTierVeto(models.Model):
    """A veto of a programme: whoever meets it gets a certain tier at best."""

    _name = "customer.tier.veto"
    _inherit = "customer.tier.comparison"
    _description = "Tier Veto"
    _order = "program_id, sequence, id"

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    operator = fields.Selection(default="<")
    tier_id = fields.Many2one(
        "customer.tier",
        string="At Most",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('program_id', '=', program_id)]",
        help="Whoever meets the condition gets this tier at best, whatever else speaks for them. "
        "An unknown value is no veto.",
    )

    @api.constrains("tier_id", "program_id")
    def _check_tier(self):
        for veto in self:
            if veto.tier_id.program_id != veto.program_id:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” belongs to another programme. Choose one of "
                        "“%(program)s”.",
                        tier=veto.tier_id.name,
                        program=veto.program_id.name,
                    )
                )

    def _policy(self):
        """The vetoes as frozen values for the grading core; those of archived tiers rest."""
        vetoes = self.filtered("tier_id.active")
        return tuple(
            Veto(v.id, Condition(v.metric_id.code, v.operator, v.value), v.tier_id.id)
            for v in vetoes
        )
