from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE


class SaleOrder(models.Model):
    """Quotations say which products their customer has to wait for, and wait with it."""

    _inherit = "sale.order"

    customer_early_text = fields.Char(
        string="Not Yet for This Customer",
        compute="_compute_customer_early_text",
        exportable=False,
        groups=SALESPEOPLE,
    )

    @api.depends("partner_id", "company_id", "state", "order_line.product_template_id")
    @api.depends_context("lang", "uid")
    def _compute_customer_early_text(self):
        for order in self:
            asked = order.partner_id and order.state in ("draft", "sent")
            # What somebody typed into an unsaved form is no right to know of another's tier.
            order.customer_early_text = (
                asked and order._customer_tier_is_known() and order._customer_early_text() or False
            )

    def _customer_early_text(self):
        """The products of this order that its customer may not order yet, in words."""
        company = self.company_id or self.env.company
        Early = self.env["customer.tier.early"]
        waiting = Early._waiting_of(self.partner_id, company)
        if not waiting:
            return ""
        return Early._said(self.order_line.product_id.product_tmpl_id._origin, waiting)

    def _confirmation_error_message(self):
        if said := super()._confirmation_error_message():
            return said
        # What customers accept online was offered by a colleague, or put into a cart when it could
        # be; after they have paid nothing is refused.
        if self.env.su or self.env.user.has_group("sales_team.group_sale_manager"):
            return False
        text = self._customer_early_text()
        return text and self.env._(
            "Only customers of some tiers may order this now, and this customer is not in one of "
            "them: %s. Take it off the order, confirm on that day, or ask a sales manager to "
            "confirm.",
            text,
        )
