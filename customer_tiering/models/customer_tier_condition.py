from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..explain.words import readable
from ..grading.policy import Condition


class CustomerTierCondition(models.Model):
    """A condition of a tier: a metric that must reach a number, and what is enough to stay."""

    _name = "customer.tier.condition"
    _inherit = "customer.tier.comparison"
    _description = "Tier Condition"
    _order = "tier_id, id"

    tier_id = fields.Many2one("customer.tier", required=True, ondelete="cascade", index=True)
    keep_value = fields.Float(
        string="Kept From",
        digits=(16, 2),
        help="Value that is enough to stay in the tier; 0: the same as to reach it.",
    )

    @api.constrains("metric_id", "operator", "value", "tier_id")
    def _check_order(self):
        self.tier_id.program_id._check_configuration()

    @api.constrains("keep_value", "value", "operator")
    def _check_keep_value(self):
        for condition in self.filtered("keep_value"):
            sign = 1 if condition.operator[0] == ">" else -1
            if sign * condition.keep_value > sign * condition.value:
                raise ValidationError(
                    self.env._(
                        "%(condition)s: %(keep)s would make the tier harder to keep than to "
                        "reach. Enter an easier value to keep it, or 0.",
                        condition=condition.display_name,
                        keep=readable(self.env, condition.keep_value),
                    )
                )

    def unlink(self):
        programs = self.tier_id.program_id
        result = super().unlink()
        programs._check_configuration()
        return result

    def _policy(self):
        return tuple(
            Condition(c.metric_id.code, c.operator, c.value, c.keep_value or None) for c in self
        )
