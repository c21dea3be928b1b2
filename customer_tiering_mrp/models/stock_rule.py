from odoo import models


class StockRule(models.Model):
    """Manufacturing orders that urgent orders cause are urgent, through all levels."""

    _inherit = "stock.rule"

    def _prepare_mo_vals(
        self,
        product_id,
        product_qty,
        product_uom,
        location_dest_id,
        name,
        origin,
        company_id,
        values,
        bom,
    ):
        vals = super()._prepare_mo_vals(
            product_id,
            product_qty,
            product_uom,
            location_dest_id,
            name,
            origin,
            company_id,
            values,
            bom,
        )
        # sudo: whoever confirms an order need not read those of others that it is made with.
        references = values.get("reference_ids", self.env["stock.reference"]).sudo()
        targets = values.get("move_dest_ids") or self.env["stock.move"]
        orders = references.sale_ids | targets.sudo().sale_line_id.order_id
        if any(orders.mapped("customer_urgent")):
            vals["priority"] = "1"
        return vals
