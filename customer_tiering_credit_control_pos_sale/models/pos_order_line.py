from odoo import api, models
from odoo.addons.customer_tiering_credit_control.figures import limits_of_user
from odoo.exceptions import AccessError

from .pos_order import SOLD

# What says of an order that it was paid at a till: the links, and of which sale, at what price.
LINKS = {"sale_order_origin_id", "sale_order_line_id"}
SETTLING = {*LINKS, "order_id", "price_subtotal", "price_subtotal_incl"}


class PosOrderLine(models.Model):
    """Lines of tills: what is settled there is said while it is sold. What was sold and paid for
    already pays no other order afterwards."""

    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if lines._customer_credit_asks():
            late = lines.filtered("sale_order_origin_id").filtered(
                lambda line: line.order_id.state in SOLD
            )
            late._customer_credit_refuse_link()
        lines._customer_credit_check_owner()
        return lines

    def write(self, vals):
        named = vals.keys() & SETTLING
        if named and self._customer_credit_asks():
            self._customer_credit_check_unchanged({name: vals[name] for name in named})
        result = super().write(vals)
        if named:
            self._customer_credit_check_owner()
        return result

    def _customer_credit_asks(self):
        return not self.env.su and bool(limits_of_user(self.env))

    def _customer_credit_check_unchanged(self, vals):
        """Refuse that lines sold already settle something else."""
        moved = vals.get("order_id")
        into = self.env["pos.order"].sudo().browse(moved or ()).exists().state
        for line in self.sudo():
            settles = line.sale_order_origin_id or vals.keys() & LINKS
            if not settles or not (line.order_id.state in SOLD or into in SOLD):
                continue
            # Some clients send back what they have read.
            for name, value in vals.items():
                known = line[name].id if line._fields[name].relational else line[name]
                if (known or False) != (value or False):
                    line._customer_credit_refuse_link()

    def _customer_credit_refuse_link(self):
        if self:
            raise AccessError(
                self.env._(
                    "%s is sold already: what was paid for it settles no other order. Make a new "
                    "order at the till.",
                    self.sudo().order_id[:1].display_name,
                )
            )

    def _customer_credit_check_owner(self):
        """Refuse that somebody settles an order of another customer, in companies that need an
        approval for what is over a limit: it would look paid, and be owed by nobody."""
        for line in self.sudo().filtered("sale_order_origin_id"):
            order, buyer = line.sale_order_origin_id, line.order_id.partner_id.commercial_partner_id
            company = order.company_id
            owners = order.partner_id.commercial_partner_id | order._customer_credit_debtor()
            looks = company._customer_credit_looks() and company._customer_credit_blocks()
            if buyer and looks and buyer not in owners:
                raise AccessError(
                    self.env._(
                        "%(order)s is not an order of %(customer)s. Choose its customer at the "
                        "till, or take its lines out.",
                        order=order.display_name,
                        customer=buyer.display_name,
                    )
                )
