from odoo import fields, models
from odoo.fields import Command

from ..presets.data import PRESETS

# Limits proposed by a preset end with two zeros.
ROUNDING = 100


class CustomerTierProgram(models.Model):
    """The credit table of a programme."""

    _inherit = "customer.tier.program"

    credit_rule_ids = fields.One2many("customer.credit.rule", "program_id", string="Credit Rules")

    def _after_create_preset(self, code):
        result = super()._after_create_preset(code)
        self._add_credit_rules(PRESETS[code].get("credit", ()))
        return result

    def _add_credit_rules(self, lines):
        """Fill the credit table. It proposes only; nobody's credit changes by it.

        :param lines: number of the tier from below or None, credit risk, months of purchases (0:
            no credit), and name of the core's payment term, each
        """
        tiers = self.tier_ids.sorted("sequence")
        term = "account.account_payment_term_{}".format
        self.credit_rule_ids = [
            Command.create(
                {
                    "sequence": 10 * rank,
                    "tier_id": number is not None and tiers[number].id,
                    "credit_band": band,
                    "limit_kind": "months" if months else "none",
                    "months": months,
                    "rounding": ROUNDING if months else 0,
                    # Somebody may have deleted it.
                    "payment_term_id": self.env["ir.model.data"]._xmlid_to_res_id(term(name)),
                }
            )
            for rank, (number, band, months, name) in enumerate(lines, start=1)
        ]

    def _rule_fields(self):
        return [*super()._rule_fields(), "credit_rule_ids"]
