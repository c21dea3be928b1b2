from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerCreditRule(models.Model):
    """A line of a programme's credit table: what whoever is in a tier and pays in a certain way
    is proposed to get. The first line that fits a customer counts."""

    _name = "customer.credit.rule"
    _description = "Credit Rule"
    _order = "program_id, sequence, id"

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    tier_id = fields.Many2one(
        "customer.tier",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('program_id', '=', program_id)]",
        help="Empty: customers of all tiers, and those without one.",
    )
    credit_band = fields.Selection(
        selection=lambda self: self.env["customer.tier.standing"]._same_choices("credit_band"),
        string="Credit Risk",
        help="Empty: whatever the risk.",
    )
    limit_kind = fields.Selection(
        selection=[
            ("amount", "Amount"),
            ("months", "Months of purchases"),
            ("none", "No credit"),
            ("unlimited", "No limit"),
        ],
        string="Credit Limit",
        required=True,
        default="amount",
        help="No credit is stored as a limit of one cent, because 0 stands for no limit.",
    )
    amount = fields.Monetary()
    months = fields.Float(
        digits=(16, 1),
        help="The limit is what the customer bought in so many average months of those that the "
        "amount bought is counted over, twelve as a rule. Counted over all orders, it says nothing "
        "of a month, and the present limit stays.",
    )
    rounding = fields.Monetary(
        string="Round Up To", help="The limit becomes a multiple of this; 0 does not round."
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        ondelete="restrict",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        help="Empty: the customer keeps the present one.",
    )

    _amount_positive = models.Constraint(
        "check(limit_kind != 'amount' OR amount > 0)",
        "Enter a credit limit above 0, or choose “No credit” or “No limit” instead of an amount.",
    )
    _months_positive = models.Constraint(
        "check(limit_kind != 'months' OR months > 0)",
        "Enter how many months of purchases a customer may owe, such as 1.5.",
    )
    _rounding_not_negative = models.Constraint(
        "check(rounding >= 0)",
        "A credit limit cannot be rounded to a negative amount. Enter 0 not to round it.",
    )

    @api.constrains("tier_id", "program_id")
    def _check_tier(self):
        for rule in self:
            if rule.tier_id and rule.tier_id.program_id != rule.program_id:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” belongs to another programme. Choose one of "
                        "“%(program)s”.",
                        tier=rule.tier_id.name,
                        program=rule.program_id.name,
                    )
                )

    @api.constrains("payment_term_id", "program_id")
    def _check_payment_term(self):
        for rule in self:
            term = rule.payment_term_id
            # Branches use those of their head office.
            if term.company_id and term.company_id not in rule.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "Payment term “%(term)s” belongs to %(other)s. Choose one of %(company)s.",
                        term=term.name,
                        other=term.company_id.name,
                        company=rule.company_id.name,
                    )
                )
