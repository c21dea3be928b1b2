from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    customer_tier_graded_on = fields.Date(
        string="Customers Graded As Of",
        readonly=True,
        help="As-of date of the last finished grading of all customers.",
    )
    customer_tier_nightly = fields.Boolean(string="Grade Customers Every Night", default=True)
    customer_tier_count_all_orders = fields.Boolean(
        string="Count Zero and Negative Orders",
        help="Whether orders without a positive amount (samples, returns) count for the number "
        "of orders and the order rhythm. Their amount always counts.",
    )
    customer_tier_fallback_user_id = fields.Many2one(
        "res.users",
        string="Reminders Without a Salesperson Go To",
        domain="[('share', '=', False)]",
        help="Gets the reminder when neither the customer has a salesperson nor the team of "
        "the last order a leader.",
    )

    customer_tier_tell_limit = fields.Integer(
        string="Ask Before Telling About More Than",
        default=200,
        help="A grading that changes the tiers of more customers at once tells nobody before an "
        "officer has agreed; 0 always asks.",
    )

    _customer_tier_tell_limit_not_negative = models.Constraint(
        "check(customer_tier_tell_limit >= 0)",
        "The number of customers to tell about without asking cannot be negative. Enter 0 to be "
        "asked always.",
    )

    def _activate_or_create_pricelists(self):
        """Pricelists were switched on: the tiers' own lists come to life too."""
        result = super()._activate_or_create_pricelists()
        if self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            company_domain = [("company_id", "in", self.ids)] if self else []
            # Also somebody who may not see tiers creates companies and activates currencies.
            tiers = self.env["customer.tier"].sudo().search(company_domain)
            tiers.filtered(
                lambda tier: tier.discount or tier.pricelist_id.customer_tier_id == tier
            )._update_discount_pricelist()
        return result
