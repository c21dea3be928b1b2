from odoo import api, models


class SaleOrder(models.Model):
    """Whether an order is urgent is OCA's priority, which begins with that of the tier."""

    _inherit = "sale.order"

    @api.depends("order_line.priority")
    def _compute_customer_urgent(self):
        result = super()._compute_customer_urgent()
        for order in self:
            if order.order_line:
                order.customer_urgent = "1" in order.order_line.mapped("priority")
        return result

    def _customer_set_priority(self, priority):
        self.order_line.priority = priority
        return super()._customer_set_priority(priority)
