from odoo import api, models

GRADED_FIELDS = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "order_id",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._mark_customers_stale()
        return lines

    def write(self, vals):
        # A line may go from one order to another.
        before = self.order_id if "order_id" in vals else self.env["sale.order"]
        result = super().write(vals)
        if GRADED_FIELDS & vals.keys():
            self._mark_customers_stale()
            before._mark_lines_changed()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders._mark_lines_changed()
        return result

    def _mark_customers_stale(self):
        self.order_id._mark_lines_changed()
