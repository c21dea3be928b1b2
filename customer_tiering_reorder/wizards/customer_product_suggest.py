from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import RELOAD, open_dialog
from odoo.exceptions import UserError
from odoo.fields import Command

from ..suggestion import ALSO, TIER, USUAL

# Of somebody who looks for more than a message has room for.
SHOWN = 40


class CustomerProductSuggest(models.TransientModel):
    """Offers products for a quotation: filter, tick, say how many, add."""

    _name = "customer.product.suggest"
    _description = "Suggest Products"

    order_id = fields.Many2one("sale.order", required=True, readonly=True, ondelete="cascade")
    block = fields.Selection(
        selection=[
            (USUAL, "Usual products"),
            (ALSO, "Goes with these"),
            (TIER, "Also worth a mention"),
        ],
        string="Show",
    )
    search_text = fields.Char(string="Search")
    promotions = fields.Text(string="On Offer", readonly=True)
    line_ids = fields.One2many("customer.product.suggest.line", "suggest_id", string="Products")

    @api.model
    @api.private
    def _open(self, order):
        Suggestion = self.env["customer.product.suggestion"]
        promotions = Suggestion._promotions(order.partner_id, order.company_id)
        wizard = self.create({"order_id": order.id, "promotions": "\n".join(promotions)})
        wizard.line_ids = [Command.create(vals) for vals in wizard._line_vals()]
        return open_dialog(wizard, self.env._("Suggest Products"))

    def _line_vals(self):
        """Values of the lines that match the filter, without what is on the quotation already."""
        order = self.order_id
        order.check_access("read")
        if not order.partner_id:
            return []
        there = order.order_line.product_id
        text = (self.search_text or "").strip().casefold()
        return [
            {
                "product_id": suggestion.product.id,
                "block": suggestion.block,
                "reason": suggestion.reason,
                "quantity": suggestion.quantity,
                "chosen": suggestion.ticked and not there,
            }
            for suggestion in order.partner_id._customer_suggestions(order.company_id, SHOWN)
            if suggestion.product not in there
            and self.block in (False, suggestion.block)
            and text in suggestion.product.display_name.casefold()
        ]

    @api.onchange("block", "search_text")
    def _onchange_filter(self):
        """Other lines are shown; what is chosen stays, with its quantity."""
        kept = self.line_ids.filtered("chosen")
        new = [vals for vals in self._line_vals() if vals["product_id"] not in kept.product_id.ids]
        # Somebody has seen them, and taken the tick off.
        seen = [Command.create({**vals, "chosen": False}) for vals in new]
        gone = [Command.delete(line.id) for line in self.line_ids - kept]
        self.line_ids = gone + seen

    def action_add(self):
        """Put what is chosen on the quotation."""
        self.ensure_one()
        chosen = self.line_ids.filtered(lambda line: line.chosen and line.quantity > 0)
        if not chosen:
            raise UserError(self.env._("Tick at least one product, with a quantity above 0."))
        # An order that was confirmed meanwhile is refused by core, a foreign one by its rules.
        self.order_id._customer_add_products({line.product_id: line.quantity for line in chosen})
        return RELOAD
