from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Costs as they were kept on the lines of orders, for margins."""

    _inherit = "customer.tier.gather"

    def _line_cost(self, company):
        """The cost on the order line, which is in the currency and unit of the line."""
        return SQL("l.purchase_price * l.product_uom_qty / COALESCE(NULLIF(o.currency_rate, 0), 1)")
