from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE


class ResPartner(models.Model):
    """The open risk of a customer, for salespeople without any right on accounting."""

    _inherit = "res.partner"

    customer_risk_total = fields.Monetary(
        string="Financial Risk",
        compute="_compute_customer_risk_total",
        currency_field="customer_risk_currency_id",
        groups=SALESPEOPLE,
        help="Total risk as the addon for financial risk counts it.",
    )
    customer_risk_currency_id = fields.Many2one(
        "res.currency", compute="_compute_customer_risk_total", groups=SALESPEOPLE
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_risk_total(self):
        for partner in self:
            # That addon shows it to accountants; salespeople see the total of what they sell on.
            customer = partner.commercial_partner_id.sudo()
            # It counts in a currency that is chosen per customer.
            partner.customer_risk_currency_id = customer.risk_currency_id
            partner.customer_risk_total = customer.risk_total
