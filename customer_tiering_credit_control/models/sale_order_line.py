from contextlib import contextmanager, nullcontext

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..credit_watch import CreditWatch
from ..figures import limits_of_user, refuse_figures, without_default_figures
from .sale_order import DEPOSITS

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


# As they are in the order, or computed by Odoo for all that is delivered.
OF_ORDER = {"company_id", "currency_id", "state"}
KINDS = {"is_downpayment", "is_expense", "qty_delivered_method"}
# What taxes came to beside a price, and what that is good for.
AMOUNTS = {"manual_total_excluded", "manual_total_excluded_currency", "manual_tax_amounts"}
PRICED = {"extra_tax_data", "price_unit", "product_uom_qty", "discount", "is_downpayment"}
# Of a cursor: orders of which more was delivered, by what others do.
DELIVERED = "customer_credit_delivered"


class SaleOrderLine(models.Model):
    """Lines of confirmed orders, which make their customers owe more."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_figures(self.browse(), vals, FIGURES)
        # What creating them leads to makes no deposits.
        lines = DEPOSITS.off(self) if DEPOSITS.is_on(self.env) else self
        lines = without_default_figures(lines, {*FIGURES, *OF_ORDER, *KINDS, "invoice_lines"})
        with lines._customer_credit_links_checked(*vals_list) as linked:
            with lines._customer_credit_watched_new(vals_list):
                created = super(SaleOrderLine, lines).create(vals_list)
            linked |= dict.fromkeys(created, lines.env["account.move.line"])
            created._customer_credit_check_born(vals_list, DEPOSITS.is_on(self.env))
        return created

    def _customer_credit_check_born(self, vals_list, deposits):
        """Refuse lines that are not their order's, or call themselves something that Odoo makes:
        they would count for nothing.

        :param deposits: whether Odoo makes deposits
        """
        if self.env.su or not limits_of_user(self.env):
            return
        for line, vals in zip(self, vals_list, strict=True):
            wrong = {name for name in OF_ORDER & vals.keys() if line[name] != line.order_id[name]}
            if vals.get("is_downpayment") and not deposits:
                wrong.add("is_downpayment")
            refuse_figures(self.browse(), vals, wrong | (KINDS - {"is_downpayment", "is_expense"}))
        self._customer_credit_check_amounts()

    def _customer_credit_check_amounts(self):
        """Refuse amounts that somebody else than Odoo has given to what is sold: only discounts and
        deposits have their own."""
        if self.env.su or not limits_of_user(self.env):
            return
        for line in self.sudo():
            own = isinstance(line.extra_tax_data, dict) and AMOUNTS & line.extra_tax_data.keys()
            deposit = line.is_downpayment and not line.product_uom_qty
            if own and not deposit and line.price_unit * (line.product_uom_qty or 1) > 0:
                raise AccessError(
                    self.env._(
                        "What “%s” comes to is computed from its price, and what customers owe "
                        "goes by it. Change price or taxes instead.",
                        line.name,
                    )
                )

    def _customer_credit_watched_new(self, vals_list):
        usual = self.env.context.get("default_order_id")
        orders = self._customer_credit_orders(vals.get("order_id", usual) for vals in vals_list)
        # Costs that are passed on have been incurred; only other addons' code says so.
        incurred = self.env.su and all(vals.get("is_expense") for vals in vals_list)
        return orders._customer_credit_watched(may_refuse=not incurred) if orders else nullcontext()

    def write(self, vals):
        # Paid in advance is what Odoo has made so; what goods become of it would be forgotten.
        refuse_figures(self, vals, {*FIGURES, *OF_ORDER, *KINDS})
        if "qty_delivered" in vals:
            counted = self.filtered(lambda line: line.qty_delivered_method != "manual")
            refuse_figures(counted, vals, {"qty_delivered"} if counted else set())
        left = self._customer_credit_leaving(vals)
        with self._customer_credit_links_checked(vals), self._customer_credit_watched_old(vals):
            result = super().write(vals)
        for line, order in left.items():
            line._customer_credit_check_left(order)
        if PRICED & vals.keys():
            self._customer_credit_check_amounts()
        return result

    def _customer_credit_leaving(self, vals):
        """Lines of confirmed orders that are moved to another order.

        :return: dict of lines → order that they come from; sudo
        """
        if "order_id" not in vals:
            return {}
        return {
            line: line.order_id
            for line in self.sudo()
            if line.order_id.id != vals["order_id"]
            and not line.display_type
            and line.order_id._customer_credit_may_grow({})
        }

    def _customer_credit_check_left(self, before):
        """Refuse that what somebody with a limit has ordered becomes part of a quotation, or of
        somebody else's order, but by who approves credit; note it where they do; sudo.

        :param before: the order that this line was part of
        """
        order, company = self.order_id, before.company_id
        debtor = before._customer_credit_debtor()
        if not debtor.with_company(company).credit_limit:
            return
        if order.state == "sale" and order._customer_credit_debtor() == debtor:
            return
        if debtor._customer_credit_keeps(company):
            raise UserError(
                self.env._(
                    "%(line)s is ordered within the credit limit of %(customer)s, and stays with "
                    "its order. Set the quantity there to 0 and add it to %(order)s, or ask "
                    "somebody who approves credit.",
                    line=self.name,
                    customer=debtor.display_name,
                    order=order.display_name,
                )
            )
        before._customer_credit_in_seller_language().message_post(
            body=self.env._("No longer counted against the credit limit.")
        )

    def _compute_qty_delivered(self):
        before = {
            line: line.qty_delivered
            for line in self
            if line.state == "sale" and line._origin == line
        }
        result = super()._compute_qty_delivered()
        grown = self.browse(
            line.id
            for line, known in before.items()
            if line.qty_delivered > max(known, line.product_uom_qty)
        )
        grown._customer_credit_note_delivered()
        return result

    def _customer_credit_note_delivered(self):
        """Have it noted, once that is done, where more than was ordered is delivered by what others
        do: hours that they put down, pieces that they count. It cannot be undone."""
        cursor = self.env.cr
        # What is done to orders looks at them itself.
        if not self or CreditWatch.is_under_way(cursor):
            return
        orders = self.sudo().order_id.filtered(lambda order: order._customer_credit_may_grow({}))
        if not orders:
            return
        waiting = cursor.precommit.data.setdefault(DELIVERED, set())
        if not waiting:
            cursor.precommit.add(orders.browse()._customer_credit_note_waiting)
        waiting.update(orders.ids)

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
