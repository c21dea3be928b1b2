from collections import defaultdict
from weakref import WeakKeyDictionary

from odoo import api, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering_credit_control.credit_position import OrderDebt
from odoo.addons.customer_tiering_credit_control.credit_watch import CreditWatch
from odoo.addons.customer_tiering_credit_control.figures import limits_of_user, refuse_figures
from odoo.addons.customer_tiering_credit_control.models.sale_order import HOLDING
from odoo.exceptions import UserError

# States in which the customer has the goods.
SOLD = ("paid", "done")
# What can make somebody owe more by an order of a till.
OWING = {"state", "partner_id", "payment_ids", "lines", "company_id", "to_invoice"}
# Set by Odoo when an order is invoiced, or computed: what is on account goes by these.
FIGURES = {"account_move", "currency_rate"}


class TillWatch(CreditWatch):
    """The same for orders of tills, which settle other orders on the way."""

    _under_way = WeakKeyDictionary()


class PosOrder(models.Model):
    """Goods that customers take at a till and have put on their account: they owe them like those
    of any order, and what is over the limit is refused, or noted, as the company wants it.

    Deposits there confirm orders: one over the limit waits for an approval, as an error would stop
    the till.
    """

    _inherit = "pos.order"

    @api.model
    def sync_from_ui(self, orders):
        return super(PosOrder, HOLDING.on(self)).sync_from_ui(orders)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Tills send what is empty as well.
            named = {name for name in FIGURES if vals.get(name)}
            refuse_figures(self.browse(), vals, named - {"currency_rate"})
            if "currency_rate" in named and not self.env.su and limits_of_user(self.env):
                vals.pop("currency_rate")
        with self._customer_credit_watched() as watch:
            orders = super().create(vals_list)
            watch.note_new(orders)
        return orders

    def write(self, vals):
        refuse_figures(self, vals, FIGURES)
        self._customer_credit_check_session(vals)
        looks = self.sudo().company_id.filtered(lambda one: one._customer_credit_looks())
        if not looks or not vals.keys() & OWING:
            return super().write(vals)
        with self._customer_credit_watched():
            return super().write(vals)

    def _customer_credit_watched(self):
        """``TillWatch`` over what is done to these orders."""
        return TillWatch.over(self)

    # Who owes how much

    def _customer_credit_debtor(self):
        """Who owes for this order; an invoice goes where that of a settled order would; sudo."""
        order = self.sudo()
        if order.to_invoice and (settled := order.lines.sale_order_origin_id[:1]):
            return settled._customer_credit_debtor()
        return order.partner_id.commercial_partner_id

    def _customer_credit_on_account(self):
        """What was put on the customer's account, in company currency; sudo."""
        order = self.sudo()
        later = order.payment_ids.filtered(lambda one: one.payment_method_id.type == "pay_later")
        return sum(later.mapped("amount")) / (order.currency_rate or 1.0)

    def _customer_credit_needed(self):
        """What is still to be paid for it, in company currency; sudo."""
        return self._customer_credit_on_account()

    def _customer_credit_check_session(self, vals):
        """Refuse that what is sold is moved to a session that is over, or to none: no ledger would
        have it."""
        if "session_id" not in vals or self.env.su or not limits_of_user(self.env):
            return
        session = self.env["pos.session"].sudo().browse(vals["session_id"] or ()).exists()
        moved = self.sudo().filtered(
            lambda order: order.state in SOLD and order.session_id != session
        )
        if moved and session.state != "opened":
            raise UserError(
                self.env._(
                    "%s is sold, and belongs to the session in which it was.",
                    moved[0].display_name,
                )
            )

    def _customer_credit_is_hidden(self, before):
        """Whether what was on an account was taken off it without being paid: what tills have sold
        neither loses its day nor is cancelled; called as superuser."""
        if not before or before.amount <= 0 or not before.debtor.exists():
            return False
        limited = before.debtor.with_company(self.company_id).credit_limit
        rounding = self.currency_id.rounding
        if self.config_id.cash_rounding:
            rounding = max(rounding, self.config_id.rounding_method.rounding)
        missing = self.amount_total - sum(self.payment_ids.mapped("amount"))
        less = before.amount - self._customer_credit_on_account()
        return bool(limited) and less > rounding and missing > rounding

    def _customer_credit_check_hidden(self, watch):
        """Refuse that, but by who approves credit; note it where they do, or where the company only
        wants to know."""
        for order in self:
            customer = watch.before[order.id].debtor
            if customer._customer_credit_keeps(order.company_id):
                raise UserError(
                    self.env._(
                        "%(order)s is on the account of %(customer)s. Take it off only as far as "
                        "it is paid in another way.",
                        order=order.display_name,
                        customer=customer.display_name,
                    )
                )
            order.message_post(body=self.env._("No longer counted against the credit limit."))

    def _customer_credit_debt(self):
        """What this order adds to a debt beyond confirmed orders that it settles; None while the
        customer does not have the goods."""
        order = self.sudo()
        if order.state not in SOLD:
            return None
        debtor, amount = order._customer_credit_debtor(), order._customer_credit_on_account()
        if not debtor and amount <= 0:
            return None
        if amount > 0:
            lines = defaultdict(float)
            for line in order.lines.filtered("sale_order_origin_id"):
                lines[line.sale_order_origin_id] += line.price_subtotal_incl
            known = sum(
                settled._customer_credit_owed_before(debtor, order.company_id, part, part)
                for settled, part in lines.items()
            )
            amount = max(amount - known, 0.0)
        return OrderDebt(debtor, order.company_id, amount)

    @api.model
    def _customer_credit_open_accounts(self, partners, company):
        """What customers have on account at tills that is in no ledger yet: it gets there with an
        invoice, or when the till is closed.

        :param partners: commercial partners
        :param company: sudo
        :return: dict id of commercial partner → amount, in company currency
        """
        domain = [
            ("company_id", "=", company.id),
            ("state", "in", SOLD),
            ("account_move", "=", False),
            ("session_id.state", "!=", "closed"),
            ("partner_id.commercial_partner_id", "in", partners.ids),
            # That these are paid later is not stored.
            ("payment_ids.payment_method_id.journal_id", "=", False),
        ]
        owed = defaultdict(float)
        for order in self.sudo().with_company(company).search(domain):
            owed[order._customer_credit_debtor().id] += order._customer_credit_on_account()
        return owed

    # What is done about it

    def _customer_credit_check_released(self, watch):
        """The same as for orders of salespeople."""
        for order in self:
            before, now = watch.before[order.id].debtor, order._customer_credit_debtor()
            if before._customer_credit_keeps(order.company_id):
                raise UserError(now._customer_credit_kept_text(before))
            order.message_post(body=now._customer_credit_released_text(before))

    def _customer_credit_check_limit(self, watch):
        """Refuse what takes customers over their limit where the company wants that, and note it
        where it does not.

        :param watch: ``TillWatch`` of what was done to these orders
        """
        for company, orders in self.grouped("company_id").items():
            debtors = self.env["res.partner"].union(
                *(order._customer_credit_debtor() for order in orders)
            )
            if company._customer_credit_blocks():
                limited = debtors.with_company(company).filtered("credit_limit")
                self.env["customer.credit.debtor"]._take_turn(limited, company)
            # What was read before does not have these yet.
            debtors.invalidate_recordset(["credit", "credit_to_invoice"])
            orders.lines.sale_order_origin_id.invalidate_recordset(["amount_to_invoice"])
            positions = debtors._customer_credit_positions(company)
            for order in orders:
                if not order._customer_credit_debtor():
                    order._customer_credit_refuse_nobody(company)
                position = positions.get(order._customer_credit_debtor())
                if position and company.currency_id.round(position.over()) > 0:
                    order._customer_credit_over_limit(position, company)

    def _customer_credit_refuse_nobody(self, company):
        """Goods on account, and orders that are settled by that, would be owed by nobody."""
        if company._customer_credit_blocks():
            raise UserError(
                self.env._(
                    "%s is put on account, but of no customer. Choose the customer who is to pay.",
                    self.display_name,
                )
            )

    def _customer_credit_over_limit(self, position, company):
        if company._customer_credit_blocks():
            debtor = self._customer_credit_debtor()
            raise UserError(self._customer_credit_refusal(debtor, position, company))
        # Without figures: cashiers read it.
        body = self.env._(
            "On account over the credit limit of %s.", self._customer_credit_debtor().display_name
        )
        self.message_post(body=body)
        for settled in self.lines.sale_order_origin_id:
            settled._customer_credit_in_seller_language().message_post(body=body)

    @api.model
    def _customer_credit_refusal(self, debtor, position, company, more=0.0):
        """Why something is not put on an account, in the words that who sells may know.

        :param debtor: sudo
        :param more: what is to be put there, beyond what the position has of it
        """
        mine = debtor.sudo(False)
        if not self.env.user.has_group(SALESPEOPLE) or not mine._filtered_access("read"):
            return self.env._(
                "%s cannot take this on account at the moment: it is over the credit limit. Have "
                "the customer pay it in another way, or ask for an approval.",
                debtor.display_name,
            )
        return self.env._(
            "On account, %(customer)s would owe %(owed)s, which is %(over)s over its credit limit "
            "of %(allowed)s. Have the customer pay in another way, or ask for an approval.",
            **self._customer_credit_figures(debtor, position, company, more),
        )

    @api.model
    def _customer_credit_figures(self, debtor, position, company, more=0.0):
        amounts = {
            "owed": position.used + more,
            "over": position.over(more),
            "allowed": position.allowed,
        }
        currency = company.sudo().currency_id
        return {
            "customer": debtor.display_name,
            **{name: currency.format(amount) for name, amount in amounts.items()},
        }
