from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class LoyaltyProgram(models.Model):
    """Promotions and coupons for the customers of some tiers, or in a stage, and coupons that only
    their customer may use."""

    _inherit = "loyalty.program"

    customer_tier_ids = fields.Many2many(
        "customer.tier",
        string="Only for Tiers",
        help="Empty: for everybody. On orders and in the shop, customers in other tiers are "
        "neither offered it nor get it by code. Point of Sale does not know tiers: there, choose "
        "the tier's pricelist beside it.",
    )
    customer_stage = fields.Selection(
        STAGES,
        string="Only in Stage",
        help="Empty: in all stages. For example dormant customers, to win them back.",
    )
    customer_personal = fields.Boolean(
        string="Coupons Are Personal",
        help="A coupon that was made out to a customer is accepted on orders of this customer "
        "alone. Otherwise whoever knows its code can use it.",
    )

    @api.constrains("customer_tier_ids", "company_id")
    def _check_customer_tiers(self):
        for program in self:
            companies = program.customer_tier_ids.company_id
            if program.company_id and companies - program.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” is a programme of %(company)s: choose tiers of that "
                        "company.",
                        program=program.name,
                        company=program.company_id.name,
                    )
                )

    @api.model
    def _customer_domain(self, order, path=""):
        """Which programmes the customer of an order may use.

        :param path: from the records that are searched to the programme, such as ``program_id.``
        """
        # What an order may get is decided by the system; nobody is told the tier by it.
        customer = order.sudo()
        tier, stage = customer.customer_tier_id, customer.customer_lifecycle_stage
        domain = Domain(f"{path}customer_tier_ids", "=", False)
        if tier:
            domain |= Domain(f"{path}customer_tier_ids", "in", tier.ids)
        return domain & Domain(f"{path}customer_stage", "in", [False, stage])
