from odoo import models


class SaleOrder(models.Model):
    """What is made for an order follows its priority."""

    _inherit = "sale.order"

    def _customer_set_priority(self, priority):
        result = super()._customer_set_priority(priority)
        productions = self.env["mrp.production"].search(
            [
                ("reference_ids.sale_ids", "in", self.ids),
                ("state", "not in", ("done", "cancel")),
            ]
        )
        for production in productions:
            others = production.reference_ids.sale_ids - self
            if priority == "1" or not any(others.mapped("customer_urgent")):
                production.priority = priority
        return result
