from odoo import api, fields, models
from odoo.fields import Command

# Limits proposed by a preset end with two zeros.
ROUNDING = 100

# By preset: number of the tier from below (None: all), credit risk, months of purchases that may be
# owed (0: no credit), payment term; the first line that fits counts. Who has too few invoices to be
# judged is proposed nothing.
PRESET_TABLES = {
    "wholesale": (
        (None, "high", 0, "immediate"),
        (3, "low", 3, "45days"),
        (3, "medium", 2, "30days"),
        (2, "low", 2, "30days"),
        (2, "medium", 1, "15days"),
        (1, "low", 1.5, "30days"),
        (1, "medium", 1, "15days"),
        (0, "low", 1, "15days"),
        (0, "medium", 0, "immediate"),
    ),
}


class CustomerTierProgram(models.Model):
    """The credit table of a programme: which limit and payment terms a tier and risk get."""

    _inherit = "customer.tier.program"

    credit_rule_ids = fields.One2many("customer.credit.rule", "program_id", string="Credit Rules")

    def _rule_fields(self):
        return [*super()._rule_fields(), "credit_rule_ids"]

    def _after_create_preset(self, code):
        self._add_credit_rules(PRESET_TABLES.get(code, ()))
        return super()._after_create_preset(code)

    def _add_credit_rules(self, lines):
        """Fill the credit table. It proposes only; nobody's credit changes by it.

        :param lines: see ``PRESET_TABLES``
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

    @api.model
    @api.private
    def _load_credit_demo(self):
        """Have the demo company check limits, by a credit table for its programme."""
        company = self.env.ref("base.main_company")
        programs = self._for_company(company)
        # A credit table is somebody's own, or of an earlier installation.
        if programs.credit_rule_ids or len(programs[:1].tier_ids) < 4:
            return
        # So that a limit has its effect as soon as one is applied. Nothing is delivered in the
        # demo, and an order of the day before yesterday may have an invoice already.
        company.write({"account_use_credit_limit": True, "customer_credit_order_days": 1})
        programs[0]._add_credit_rules(PRESET_TABLES["wholesale"])
