from odoo import fields, models

from ..suggestion import ALSO, TIER, USUAL


class CustomerProductSuggestLine(models.TransientModel):
    """A product that may be added to the quotation."""

    _name = "customer.product.suggest.line"
    _description = "Suggested Product"
    _order = "id"

    suggest_id = fields.Many2one("customer.product.suggest", required=True, ondelete="cascade")
    chosen = fields.Boolean(string="Add")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    quantity = fields.Float(digits="Product Unit", default=1.0)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    block = fields.Selection(
        selection=[
            (USUAL, "Usual products"),
            (ALSO, "Goes with these"),
            (TIER, "Also worth a mention"),
        ],
        string="List",
    )
    reason = fields.Char(string="Why")
