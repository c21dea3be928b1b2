from contextlib import contextmanager, nullcontext

from odoo import api, models
from odoo.exceptions import AccessError

from ..figures import limits_of_user, refuse_figures, without_default_figures

ACCOUNTANTS = "account.group_account_invoice"
# Computed by Odoo: what is left of a line goes by these.
FIGURES = {
    "amount_invoiced",
    "amount_to_invoice",
    "invoice_status",
    "price_subtotal",
    "price_tax",
    "price_total",
    "qty_invoiced",
    "qty_invoiced_posted",
    "untaxed_amount_invoiced",
    "untaxed_amount_to_invoice",
}


class SaleOrderLine(models.Model):
    """Lines of confirmed orders, which make their customers owe more."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_figures(self.browse(), vals, FIGURES)
        lines = without_default_figures(self, {*FIGURES, "invoice_lines"})
        with lines._customer_credit_links_checked(*vals_list) as linked:
            with lines._customer_credit_watched_new(vals_list):
                created = super(SaleOrderLine, lines).create(vals_list)
            linked |= dict.fromkeys(created, lines.env["account.move.line"])
        return created

    def _customer_credit_watched_new(self, vals_list):
        usual = self.env.context.get("default_order_id")
        orders = self._customer_credit_orders(vals.get("order_id", usual) for vals in vals_list)
        # Costs that are passed on have been incurred; only other addons' code says so.
        incurred = self.env.su and all(vals.get("is_expense") for vals in vals_list)
        return orders._customer_credit_watched(may_refuse=not incurred) if orders else nullcontext()

    def write(self, vals):
        # Paid in advance is what Odoo has made so; what goods become of it would be forgotten.
        refuse_figures(self, vals, {*FIGURES, "is_downpayment"})
        with self._customer_credit_links_checked(vals), self._customer_credit_watched_old(vals):
            return super().write(vals)

    def _customer_credit_watched_old(self, vals):
        orders = self._customer_credit_orders([*self.sudo().order_id.ids, vals.get("order_id")])
        return orders._customer_credit_watched() if orders else nullcontext()

    def unlink(self):
        orders = self._customer_credit_orders(self.sudo().order_id.ids)
        if not orders:
            return super().unlink()
        # A discount that goes is one line less and more to pay.
        with orders._customer_credit_watched():
            return super().unlink()

    @api.model
    def _customer_credit_orders(self, ids):
        """Those of some orders that are confirmed, in companies that look at limits."""
        orders = self.env["sale.order"].browse({id_ for id_ in ids if id_})
        return orders.filtered(lambda order: order._customer_credit_may_grow({}))

    # Invoices that orders are linked to

    @contextmanager
    def _customer_credit_links_checked(self, *vals_list):
        """Let a line be linked to invoices of whoever owes for it, by accountants: what is invoiced
        is not owed for the order any more.

        :return: dict of lines → invoice lines they had
        """
        asked = any("invoice_lines" in vals for vals in vals_list)
        if not asked or self.env.su or not limits_of_user(self.env):
            yield {}
            return
        if not self.env.user.has_group(ACCOUNTANTS):
            raise AccessError(
                self.env._(
                    "Orders are linked to invoices by accountants, as what is invoiced is not owed "
                    "for the order any more. Use “Create Invoice”, or ask one of them."
                )
            )
        linked = {line: line.sudo().invoice_lines for line in self}
        yield linked
        for line, before in linked.items():
            line.sudo()._customer_credit_check_links(line.sudo().invoice_lines - before)

    def _customer_credit_check_links(self, invoice_lines):
        """Refuse posted invoices of somebody else.

        :param invoice_lines: newly linked to this line; sudo
        """
        debtor = self.order_id._customer_credit_debtor()
        others = invoice_lines.move_id.filtered(
            lambda move: move.state == "posted" and move.commercial_partner_id != debtor
        )
        if others:
            raise AccessError(
                self.env._(
                    "%(invoice)s is not an invoice of %(customer)s, who owes for %(order)s. Choose "
                    "one of theirs, or change the invoice address of the order first.",
                    invoice=others[0].display_name,
                    customer=debtor.display_name,
                    order=self.order_id.display_name,
                )
            )
