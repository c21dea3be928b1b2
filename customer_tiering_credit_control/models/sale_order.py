from collections import defaultdict
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.models.customer_tier_append_only import by_system
from odoo.addons.customer_tiering.models.customer_tier_metric import LEDGER_GROUPS
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering.switches import PrivateSwitch
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .. import delivered
from ..credit_position import OrderDebt, OverLimit
from ..credit_watch import CreditWatch
from ..figures import refuse_figures, refuse_payments, without_default_figures

# Orders over the limit wait for an approval: whoever confirms them can do nothing with an error.
HOLDING = PrivateSwitch("customer_credit_holding")
# Lines of deposits are made by Odoo.
DEPOSITS = PrivateSwitch("customer_credit_deposits")
# Who may know what customers owe: who sells, and who keeps the books.
READERS = f"{SALESPEOPLE},{LEDGER_GROUPS}"
# What a line is that has something left to deliver or to invoice.
OPEN_LINES = ("no", "to invoice")
# Computed by Odoo: what an order comes to goes by these.
FIGURES = {"amount_tax", "amount_total", "amount_untaxed", "currency_rate", "invoice_status"}


class SaleOrder(models.Model):
    """Whether an order takes whoever owes for it over the credit limit: what the quotation shows,
    and what confirming it does, or making it larger afterwards. All in the company of the order."""

    _inherit = "sale.order"

    customer_credit_warning = fields.Text(
        compute="_compute_customer_credit_warning", export_string_translation=False
    )
    customer_overdue_amount = fields.Monetary(
        string="Customer's Overdue Amount",
        compute="_compute_customer_standing",
        currency_field="customer_credit_currency_id",
        groups=SALESPEOPLE,
        help="Open and past its due date as of the last grading, in company currency.",
    )
    customer_credit_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    customer_credit_over = fields.Monetary(
        string="Over the Credit Limit By",
        compute="_compute_customer_credit_warning",
        currency_field="customer_credit_currency_id",
        groups=SALESPEOPLE,
    )
    customer_credit_asks = fields.Boolean(
        compute="_compute_customer_credit_warning",
        export_string_translation=False,
        help="Whether confirming the quotation asks first.",
    )

    # What is shown

    @api.depends(
        "partner_id",
        "partner_invoice_id",
        "company_id",
        "amount_total",
        "currency_rate",
        "state",
        "transaction_ids",
    )
    @api.depends_context("lang", "uid")
    def _compute_customer_credit_warning(self):
        """Shown instead of the core's warning, which is about the user's current company instead of
        the order's, and knows nothing of special approvals."""
        known = self._customer_credit_known()
        asked = known.filtered(
            lambda order: order.state in ("draft", "sent") or order._customer_credit_grows_unsaved()
        )
        over = {case.order: case for case in asked._customer_credit_over_limit(together=False)}
        for order in self:
            case = over.get(order)
            order.customer_credit_warning = case and order._customer_credit_warning_text(case) or ""
            order.customer_credit_over = case and case.over
            order.customer_credit_asks = bool(
                case and case.own > 0 and order.company_id.sudo().customer_credit_check == "warn"
            )

    def _customer_credit_known(self):
        """Those of these orders whose figures the user may know.

        Who reads an order may. What stands in an unsaved form is no such right.
        """
        if self.env.su:
            return self
        if not self.env.user.has_groups(READERS):
            # Customers read their own orders, warehouses those that they deliver.
            return self.browse()
        saved = self.filtered("id")
        return saved + (self - saved)._customer_credit_readable()

    def _customer_credit_readable(self):
        """Those of a company that the user works in, and of a debtor that it may read."""
        own = self.filtered(lambda order: order.company_id in self.env.user.company_ids)
        # Who ordered is told of where somebody else pays.
        customers = own.sudo().partner_id.commercial_partner_id._origin
        readable = own._customer_credit_debtors() | customers
        readable = readable.sudo(False)._filtered_access("read")
        return own.filtered(
            lambda order: (
                order._customer_credit_debtor() in readable
                and order.sudo().partner_id.commercial_partner_id._origin in readable
            )
        )

    def _customer_credit_grows_unsaved(self):
        """Whether what stands in the form makes a confirmed order larger, or somebody else owe."""
        saved = self._origin
        if saved == self or not saved:
            return False
        debt = self._customer_credit_debt()
        return bool(debt) and debt.exceeds(saved._customer_credit_debt())

    def _customer_standing_fields(self):
        return [*super()._customer_standing_fields(), "overdue_amount"]

    def _set_customer_standing(self, standing):
        result = super()._set_customer_standing(standing)
        self.customer_overdue_amount = standing.overdue_amount
        return result

    def _compute_partner_credit_warning(self):
        """Who reads an order need not know what its customer may owe, see above."""
        if self.env.su or self.env.user.has_groups(READERS):
            return super()._compute_partner_credit_warning()
        self.partner_credit_warning = ""
        return None

    def _customer_credit_warning_text(self, case):
        """What the user is told about an order that is over the limit, in lines."""
        position, lines = case.position, []
        values = self._customer_credit_figures(case)
        if case.paid_for:
            return "\n".join(
                [
                    self._customer_credit_payer_text(values),
                    *self._customer_credit_asked_for(position),
                ]
            )
        if position.over():
            text = self.env._("%(customer)s is over its credit limit of %(allowed)s.", **values)
        elif self.state == "sale":
            text = self.env._(
                "With what you have changed, %(customer)s goes over its credit limit of "
                "%(allowed)s by %(over)s.",
                **values,
            )
        else:
            text = self.env._(
                "With this quotation %(customer)s goes over its credit limit of %(allowed)s by "
                "%(over)s.",
                **values,
            )
        lines.append(text)
        if self.state == "sale":
            owed = self.env._(
                "Unpaid invoices: %(receivable)s · Other orders not invoiced yet: %(to_invoice)s · "
                "This order: %(own)s",
                **values,
            )
        else:
            owed = self.env._(
                "Unpaid invoices: %(receivable)s · Orders not invoiced yet: %(to_invoice)s · This "
                "quotation: %(own)s",
                **values,
            )
        lines.append(owed)
        if position.extra:
            lines.append(self.env._("%(extra)s of the limit is from special approvals.", **values))
        return "\n".join([*lines, *self._customer_credit_asked_for(position)])

    def _customer_credit_asked_for(self, position):
        """What is requested already, a line each."""
        return [
            self.env._(
                "%(amount)s more until %(day)s is requested and waits for approval.",
                amount=approval.currency_id.format(approval.amount),
                day=format_date(self.env, approval.date_until),
            )
            for approval in position.requested
        ]

    def _customer_credit_payer_text(self, values):
        return self.env._(
            "%(customer)s, who is to pay for %(order)s, has no credit limit, but %(paid_for)s has "
            "one: this needs a special approval of %(over)s.",
            **values,
        )

    def _customer_credit_figures(self, case):
        """The amounts of such an order as text."""
        position = case.position
        amounts = {
            "allowed": position.allowed,
            "extra": position.extra,
            "receivable": position.receivable,
            "to_invoice": position.to_invoice + case.before,
            "own": case.own,
            "over": case.over,
            "owed": position.used + case.before + case.own,
        }
        currency = self.company_id.sudo().currency_id
        return {
            "order": self.display_name,
            "customer": self._customer_credit_debtor().display_name,
            "paid_for": case.paid_for.display_name if case.paid_for else "",
            **{name: currency.format(amount) for name, amount in amounts.items()},
        }

    # What counts

    def _customer_credit_over_limit(self, together=True):
        """Those of these orders that are over the limit of whoever owes for them.

        ``owed = unpaid invoices + other orders not invoiced yet + this order``, against the limit
        with what special approvals add.

        :param together: whether each also counts those before it
        :return: list of ``OverLimit``
        """
        cases = []
        for company, orders in self.grouped("company_id").items():
            positions = orders._customer_credit_positions_without(company)
            added = defaultdict(float)
            for order in orders if positions else ():
                debtor = order._customer_credit_debtor()
                position = positions.get(debtor)
                if not position:
                    continue
                if case := order._customer_credit_paid_by_another(debtor, position):
                    cases.append(case)
                    continue
                own, before = order._customer_credit_needed(), added[debtor]
                over = company.sudo().currency_id.round(position.over(before + own))
                if over > 0:
                    cases.append(OverLimit(order, position, own, before, over))
                if together:
                    added[debtor] += own
        return cases

    def _customer_credit_positions_without(self, company):
        """What those who owe for these orders of a company owe beside them.

        :return: dict ``res.partner`` → ``CreditPosition``
        """
        positions = self._customer_credit_debtors()._customer_credit_positions(company)
        if positions:
            for debtor, amount in self._customer_credit_counted_debts(company).items():
                if position := positions.get(debtor):
                    positions[debtor] = position._replace(to_invoice=position.to_invoice - amount)
        return positions

    def _customer_credit_paid_by_another(self, debtor, position):
        """Where a customer with a limit has somebody without any pay, nothing that it orders would
        count against a limit: as much as was approved for this very order is let through.

        :param position: of the debtor
        :return: ``OverLimit``, or None
        """
        order = self.sudo()
        customer = order.partner_id.commercial_partner_id._origin
        if position.limit or customer == debtor:
            return None
        if not customer.with_company(order.company_id).credit_limit:
            return None
        current = self.env["customer.credit.approval"]._of_order(order._origin)
        approved = sum(current.filtered(lambda one: one.decision == "approved").mapped("amount"))
        requested = current.filtered(lambda one: one.decision == "requested")
        own = order._customer_credit_needed()
        over = order.company_id.currency_id.round(own - approved)
        if over <= 0:
            return None
        position = position._replace(extra=approved, allowed=approved, requested=requested)
        return OverLimit(self, position, own, 0.0, over, customer)

    def _customer_credit_debtors(self):
        return self.env["res.partner"].union(*(order._customer_credit_debtor() for order in self))

    def _customer_credit_debtor(self):
        """Who owes for this order: the company behind the invoice address, which the core's
        “credit to invoice” goes by too; sudo."""
        order = self.sudo()
        return (order.partner_invoice_id or order.partner_id).commercial_partner_id._origin

    def _customer_credit_debt(self):
        """What this order adds to a debt, invoiced or not; None while it is not confirmed."""
        order = self.sudo()
        if order.state != "sale":
            return None
        # Of one that is just being created, as a confirmed one, nothing can be computed yet.
        amount = given = counted = 0.0
        if order.order_line:
            invoiced = sum(order.order_line.mapped("amount_invoiced"))
            amount, given = max(delivered.total(order), invoiced), delivered.given(order)
            counted = amount if order._customer_credit_is_open() else max(given, invoiced)
        rate = order.currency_rate or 1.0
        debtor, company = order._customer_credit_debtor(), order.company_id
        customer = order.partner_id.commercial_partner_id._origin
        unlimited = customer != debtor and not debtor.with_company(company).credit_limit
        return OrderDebt(
            debtor,
            company,
            amount / rate,
            order._customer_credit_is_recent(),
            given / rate,
            customer if unlimited and customer.with_company(company).credit_limit else None,
            counted / rate,
        )

    def _customer_credit_needed(self):
        """What the customer will owe by this quotation beyond what is counted elsewhere, in
        company currency: its total without what is invoiced already, or paid online."""
        self.ensure_one()
        # Payments and invoices are none of a salesperson's business, their total is.
        order = self.sudo()
        invoiced = sum(order.order_line.mapped("amount_invoiced")) if order.invoice_ids else 0.0
        amount = delivered.total(order) - invoiced - order._customer_credit_paid()
        return amount / order._customer_credit_rate()

    def _customer_credit_rate(self):
        """The rate of the order's currency: of its day or of today, whichever makes more of it, as
        a day long past may be written to it; superuser."""
        rate, company = self.currency_rate or 1.0, self.company_id
        if self.currency_id == company.currency_id or not self.currency_id:
            return rate
        today = self._customer_credit_days(company)[0]
        return min(
            rate,
            self.currency_id._get_conversion_rate(
                company.currency_id, self.currency_id, company, today
            )
            or rate,
        )

    def _customer_credit_paid(self):
        """What was paid for this order and is not in the ledger yet, in currency of the order;
        addons for other ways of paying add theirs. Called as superuser."""
        # The ledger has what was posted, payments without an entry once the bank has them.
        return sum(
            transaction.amount
            for transaction in self.transaction_ids
            if transaction.state in ("authorized", "done")
            and transaction.payment_id.state != "paid"
            and (transaction.payment_id.state != "in_process" or not transaction.payment_id.move_id)
        )

    def _customer_credit_settled(self):
        """Whether the customer has kept its side already: who has paid online what the company asks
        for must get the order. Addons for other ways of paying may say so too."""
        self.ensure_one()
        order = self.sudo()
        # A cent asked for by whoever sells opens no way around the limit.
        asked = order.amount_total
        if order.require_payment:
            asked *= max(order.prepayment_percent, order.company_id.prepayment_percent)
        paid = order.amount_paid
        return paid > 0 and order.currency_id.compare_amounts(paid, asked) >= 0

    # What confirmed orders add

    @api.model
    def _customer_credit_not_counted(self, partners, company):
        """What the core's “credit to invoice” leaves out, less what it counts twice.

        The core counts goods that are invoiced on delivery from their delivery on, so that any
        number of orders could be confirmed before the first one leaves; and an invoiced deposit
        twice, as a debt and as a part of the order. Here, per order:
        ``open = max(to invoice by the core + not delivered yet − deposits invoiced, 0)``

        :param partners: commercial partners
        :param company: sudo
        :return: dict id of commercial partner → amount to add, in company currency
        """
        today, since = self._customer_credit_days(company)
        orders = self.sudo().with_company(company)
        missing = defaultdict(float)
        for order in orders.search(self._customer_credit_open_domain(partners, company, since)):
            if amount := order._customer_credit_open(since) - order._customer_credit_counted():
                missing[order.partner_invoice_id.commercial_partner_id.id] += (
                    order.currency_id._convert(amount, company.currency_id, company, today)
                )
        return missing

    def _customer_credit_counted_debts(self, company):
        """What the positions of customers have of these orders, as far as they are confirmed.

        :return: dict commercial partner → amount, in company currency
        """
        today, since = self._customer_credit_days(company.sudo())
        orders = self._origin.sudo().with_company(company)
        orders = orders.filtered(lambda order: order.state == "sale")
        counted = defaultdict(float)
        if orders:
            debtors = orders._customer_credit_debtors()
            domain = self._customer_credit_open_domain(debtors, company.sudo(), since)
            orders = orders.search(domain & Domain("id", "in", orders.ids))
        for order in orders:
            currency = company.sudo().currency_id
            counted[order._customer_credit_debtor()] += order.currency_id._convert(
                order._customer_credit_open(since), currency, company.sudo(), today
            )
        return counted

    @api.model
    def _customer_credit_days(self, company):
        """Today, and the day from which on orders count before they are delivered."""
        today = self.env["customer.tier.gather"]._today(company)
        return today, today - timedelta(days=company.customer_credit_order_days)

    @api.model
    def _customer_credit_open_domain(self, partners, company, since):
        lines = Domain("untaxed_amount_to_invoice", ">", 0)
        if company.customer_credit_order_days:
            lines |= Domain(
                [
                    # Pieces that call themselves a deposit are delivered all the same.
                    "|",
                    ("invoice_status", "in", OPEN_LINES),
                    "&",
                    ("is_downpayment", "=", True),
                    ("product_uom_qty", "!=", 0),
                    "|",
                    ("order_id.date_order", ">=", since),
                    ("order_id.commitment_date", ">=", since),
                ]
            )
        return Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "sale"),
                ("partner_invoice_id.commercial_partner_id", "in", partners.ids),
                ("order_line", "any", lines),
            ]
        )

    def _customer_credit_is_open(self):
        """Whether anything is to be delivered or invoiced yet, see
        :meth:`_customer_credit_open_domain`; superuser."""
        return any(
            line.invoice_status in OPEN_LINES or line.untaxed_amount_to_invoice > 0
            for line in self.order_line
        )

    def _customer_credit_counted(self):
        """What the core counts of this order, in its currency."""
        counts = any(line.untaxed_amount_to_invoice > 0 for line in self.order_line)
        return self.amount_to_invoice if counts else 0.0

    def _customer_credit_open(self, since):
        """What this order adds to what its customer owes, in its currency.

        :param since: day from which on orders count before they are delivered
        """
        self.ensure_one()
        # What other ways of invoicing take off the whole order.
        others = sum(self.order_line.mapped("amount_to_invoice")) - self.amount_to_invoice
        recent = self._customer_credit_is_recent(since)
        amount = delivered.not_invoiced_yet(self, recent) - self.currency_id.round(others)
        return max(amount - self._customer_credit_deposits(), 0.0)

    def _customer_credit_deposits(self):
        """What was invoiced in advance, in currency of the order; superuser."""
        lines = self.order_line.filtered(lambda line: line.is_downpayment)
        return sum(lines.filtered(lambda line: not line.product_uom_qty).mapped("amount_invoiced"))

    def _customer_credit_undelivered(self, since):
        """What is still to be delivered before it can be invoiced, in currency of the order."""
        return delivered.not_delivered(self) if self._customer_credit_is_recent(since) else 0.0

    def _customer_credit_is_recent(self, since=None):
        """Whether what is still to be delivered counts by the days of the order."""
        if not self.company_id.customer_credit_order_days:
            return False
        since = since or self._customer_credit_days(self.company_id)[1]
        days = [day.date() for day in (self.date_order, self.commitment_date) if day]
        return not days or max(days) >= since

    # Confirming, and making larger

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_figures(self.browse(), vals, FIGURES)
            refuse_payments(self, vals, "transaction_ids")
        blank = without_default_figures(self, {*FIGURES, "transaction_ids"})
        with self._customer_credit_watched() as watch:
            orders = super(SaleOrder, blank).create(vals_list)
            watch.note_new(orders)
        return orders

    def write(self, vals):
        refuse_figures(self, vals, FIGURES)
        refuse_payments(self, vals, "transaction_ids")
        if not self._customer_credit_may_grow(vals):
            return super().write(vals)
        with self._customer_credit_watched():
            return super().write(vals)

    def _recompute_prices(self):
        # What is computed is not written.
        with self._customer_credit_watched():
            return super()._recompute_prices()

    def _recompute_taxes(self):
        with self._customer_credit_watched():
            return super()._recompute_taxes()

    def _create_down_payment_lines_from_base_lines(self, down_payment_base_lines):
        order = DEPOSITS.on(self)
        lines = super(SaleOrder, order)._create_down_payment_lines_from_base_lines(
            down_payment_base_lines
        )
        return lines.with_env(self.env)

    def _create_down_payment_section_line_if_needed(self):
        order = DEPOSITS.on(self)
        line = super(SaleOrder, order)._create_down_payment_section_line_if_needed()
        return line and line.with_env(self.env)

    def payment_action_void(self):
        self.check_access("write")
        for order in self.sudo():
            order._customer_credit_check_void()
        return super().payment_action_void()

    def _customer_credit_check_void(self):
        """Refuse to let money go that an order over the limit was confirmed for, but to who
        approves credit."""
        debtor, company = self._customer_credit_debtor(), self.company_id
        looks = self.state == "sale" and company._customer_credit_looks()
        if not looks or not debtor._customer_credit_keeps(company):
            return
        position = debtor._customer_credit_positions(company).get(debtor)
        if position and company.currency_id.round(position.over()) > 0:
            raise UserError(
                self.env._(
                    "%(order)s was confirmed for this payment, and %(customer)s is over its "
                    "credit limit without it. Cancel the order first, or ask somebody who approves "
                    "credit.",
                    order=self.display_name,
                    customer=debtor.display_name,
                )
            )

    def _customer_delivering(self):
        """What leaves the warehouse beyond an order, or of one so old that it did not count, makes
        whoever owes for it owe more."""
        orders = self.filtered(lambda order: order._customer_credit_may_grow({}))
        return orders._customer_credit_watched() if orders else super()._customer_delivering()

    def _customer_delivered_elsewhere(self):
        """Goods that a customer with a limit has would be owed by nobody."""
        for order in self.sudo():
            debtor, company = order._customer_credit_debtor(), order.company_id
            limited = company._customer_credit_looks()
            limited = limited and debtor.with_company(company).credit_limit
            if limited and debtor._customer_credit_keeps(company):
                raise UserError(
                    self.env._(
                        "%s has the goods. Enter a return for what comes back, or ask somebody who "
                        "approves credit.",
                        order.display_name,
                    )
                )
        return super()._customer_delivered_elsewhere()

    @api.model
    def _customer_credit_note_waiting(self):
        """Note what has made customers owe more in this transaction and cannot be refused."""
        ids = self.env.cr.precommit.data.pop("customer_credit_delivered", ())
        orders = self.sudo().browse(ids).exists()
        orders._customer_credit_forget()
        for case in orders._customer_credit_over_limit():
            if case.own > 0:
                order = case.order._customer_credit_in_seller_language()
                order._customer_credit_note_over_limit(case, before=True)

    def _customer_credit_invoiced_beyond(self, before):
        """Whether more is invoiced by now than this order comes to; one that is cancelled comes to
        nothing.

        :param before: ``OrderDebt`` or None
        """
        debt = self._customer_credit_debt()
        if not debt or not before:
            return True
        # Taxes are rounded by line there, and by order here.
        return debt.more_than(before) > (len(self.order_line) + 1) * (
            self.company_id.currency_id.rounding
        )

    def _customer_credit_may_grow(self, vals):
        """Whether any of these orders is confirmed, or becomes so, in a company that looks."""
        orders = self.sudo()
        if vals.get("state") != "sale" and "sale" not in orders.mapped("state"):
            return False
        companies = orders.company_id | orders.company_id.browse(vals.get("company_id") or ())
        return any(company._customer_credit_looks() for company in companies)

    def _customer_credit_watched(self, may_refuse=True):
        """``CreditWatch`` over what is done to these orders."""
        return CreditWatch.over(self, may_refuse=may_refuse)

    def _customer_credit_check_limit(self, watch):
        """Refuse what takes customers over their limit where the company wants that, and note it
        where it does not.

        :param watch: ``CreditWatch`` of what was done to these orders
        """
        self._customer_credit_take_turn()
        self._customer_credit_forget()
        cases = [case for case in self._customer_credit_over_limit() if case.own > 0]
        refused = [
            case
            for case in cases
            if watch.may_refuse
            and case.order.company_id.customer_credit_check == "block"
            and (watch.before[case.order.id] or not case.order._customer_credit_settled())
            and (not case.paid_for or case.paid_for._customer_credit_keeps(case.order.company_id))
        ]
        if refused:
            raise UserError(self._customer_credit_refusal(refused, watch))
        for case in cases:
            before = watch.before[case.order.id]
            if case.paid_for and before and before.debtor == case.paid_for:
                # Said of what leaves a limit.
                continue
            order = case.order._customer_credit_in_seller_language()
            order._customer_credit_note_over_limit(case, before)

    def _customer_credit_forget(self):
        """Read anew what the debtors owe: what was read before is without these orders, or without
        what has become of them."""
        self._customer_credit_debtors().invalidate_recordset(["credit", "credit_to_invoice"])

    def _customer_credit_check_released(self, watch):
        """Refuse that orders within somebody's limit become those of somebody without any, but by
        who approves credit; note it where they do, or where the company only wants to know.

        :param watch: ``CreditWatch`` of what was done to these orders
        """
        for order in self:
            customer, company = watch.before[order.id].debtor, watch.before[order.id].company
            if watch.may_refuse and customer._customer_credit_keeps(company):
                raise UserError(
                    order._customer_credit_debtor()._customer_credit_kept_text(customer)
                )
            body = order._customer_credit_debtor()._customer_credit_released_text(customer)
            order._customer_credit_in_seller_language().message_post(body=body)

    def _customer_credit_is_hidden(self, before):
        """Whether this order counts no more since, or never did, but is still owed.

        :param before: ``OrderDebt``, None where it was not confirmed; called as superuser
        """
        if before and self.state != "sale":
            owed, debtor = delivered.not_invoiced(self), before.debtor
        elif (debt := self._customer_credit_debt()) and (not before or before.recent):
            days = self.company_id.customer_credit_order_days
            owed, debtor = days and not debt.recent and delivered.not_delivered(self), debt.debtor
        else:
            return False
        limited = debtor.exists().sudo().with_company(self.company_id).credit_limit
        return bool(limited) and owed > 0 and not self._customer_credit_settled()

    def _customer_credit_check_hidden(self, watch):
        """Refuse that what a customer owes is put out of sight, but by who approves credit; note it
        where they do, or where the company only wants to know.

        :param watch: ``CreditWatch`` of what was done to these orders
        """
        for order in self:
            if order.state == "sale" and not watch.before[order.id]:
                text = self.env._(
                    "%(order)s is not delivered yet, but would count towards no credit limit with "
                    "a day so long ago. Enter or import what was delivered or a later day, or have "
                    "it confirmed or imported by somebody who approves credit.",
                    order=order.display_name,
                )
            elif order.state == "sale":
                text = self.env._(
                    "%(order)s is not delivered yet, but would count towards no credit limit with "
                    "a day so long ago. Leave it at its own day, or ask somebody who approves "
                    "credit.",
                    order=order.display_name,
                )
            else:
                text = self.env._(
                    "What was delivered of %(order)s is not invoiced: it would be owed by nobody. "
                    "Have it brought back or invoiced first, or ask somebody who approves credit.",
                    order=order.display_name,
                )
            customer = order._customer_credit_debtor()
            if watch.may_refuse and customer._customer_credit_keeps(order.company_id):
                raise UserError(text)
            if watch.before[order.id]:
                order._customer_credit_in_seller_language().message_post(
                    body=self.env._("No longer counted against the credit limit.")
                )

    def _customer_credit_take_turn(self):
        """Have orders of the same customers confirmed one after the other where that may be
        refused: two at the same moment would not see each other."""
        for company, orders in self.grouped("company_id").items():
            if company.customer_credit_check == "block":
                debtors = orders._customer_credit_debtors().with_company(company)
                limited = debtors.filtered("credit_limit")
                self.env["customer.credit.debtor"]._take_turn(limited, company)

    def _customer_credit_refusal(self, cases, watch):
        names = series(self.env, (case.order.display_name for case in cases))
        grown = any(watch.before[case.order.id] for case in cases)
        known = self.browse([case.order.id for case in cases]).sudo(False)
        known = known._customer_credit_readable()
        if not self.env.user.has_group(SALESPEOPLE) or len(known) < len(cases):
            if grown:
                return self.env._(
                    "%s cannot be changed like this at the moment. Please ask your salesperson.",
                    names,
                )
            return self.env._(
                "%s cannot be confirmed at the moment. Please ask your salesperson.", names
            )
        lines = [case.order._customer_credit_refused_text(case) for case in cases]
        lines.append(self._customer_credit_way_on(cases, names, grown))
        return "\n".join(lines)

    def _customer_credit_refused_text(self, case):
        values = self._customer_credit_figures(case)
        if case.paid_for:
            return self._customer_credit_payer_text(values)
        return self.env._(
            "%(order)s: %(customer)s would owe %(owed)s, which is %(over)s over its credit "
            "limit of %(allowed)s.",
            **values,
        )

    def _customer_credit_way_on(self, cases, names, grown):
        """What to do about orders that were refused."""
        if not grown and len(self) > 1:
            return self.env._(
                "Nothing was confirmed. Leave out %s, or use “Request Approval” there.", names
            )
        if cases[0].position.requested:
            return self.env._("Extra credit is requested and waits for approval.")
        if grown and cases[0].paid_for:
            return self.env._("Nothing was changed. Ask somebody who approves credit to do it.")
        if grown:
            return self.env._(
                "Nothing was changed. Use “Request Approval” on the page “Customer Credit” of the "
                "customer, or have the customer pay first."
            )
        return self.env._(
            "Use “Request Approval” on the quotation, or have the customer pay first."
        )

    def _customer_credit_note_over_limit(self, case, before):
        """Without figures: warehouses read orders, too."""
        debtor = self._customer_credit_debtor().display_name
        if case.paid_for:
            body = self.env._(
                "%(customer)s pays for it and has no credit limit, but %(paid_for)s has one: that "
                "was not approved.",
                customer=debtor,
                paid_for=case.paid_for.display_name,
            )
        elif before:
            body = self.env._("Made larger over the credit limit of %s.", debtor)
        else:
            body = self.env._("Confirmed over the credit limit of %s.", debtor)
        self.message_post(body=body)

    def _customer_credit_in_seller_language(self):
        """This order in the language of who sells, also where a customer is who acts."""
        if self.env.user._is_internal():
            return self
        return self.with_context(lang=self.user_id.lang or self.company_id.sudo().partner_id.lang)

    # Where nobody is there to be asked

    def _validate_order(self):
        """Customers who sign online have accepted the offer, and are not told about their credit:
        where that needs an approval, the order waits for it as a signed quotation."""
        return super(SaleOrder, HOLDING.on(self))._validate_order()

    def action_confirm(self):
        """Orders over the limit that no colleague confirms, but a customer, a payment or a job,
        wait for an approval instead of ending in an error."""
        colleague = self.env.uid != SUPERUSER_ID and self.env.user._is_internal()
        if colleague and not HOLDING.is_on(self.env):
            return super().action_confirm()
        free = HOLDING.off(self - self._customer_credit_hold_over_limit())
        return super(SaleOrder, free).action_confirm() if free else True

    def _customer_credit_hold_over_limit(self):
        """Ask for an approval of those of these quotations that need one.

        :return: these
        """
        held = [
            case
            for case in self._customer_credit_over_limit()
            if case.own > 0
            and case.order.company_id.sudo().customer_credit_check == "block"
            and not case.order._customer_credit_settled()
        ]
        for case in held:
            case.order.sudo()._customer_credit_in_seller_language()._customer_credit_hold(case)
        return self.browse([case.order.id for case in held])

    def _customer_credit_hold(self, case):
        if not case.position.requested:
            Approval = by_system(self.env["customer.credit.approval"])
            Approval.create(
                {
                    **self._customer_credit_request(case.over),
                    "partner_id": self._customer_credit_debtor().id,
                    "company_id": self.company_id.id,
                    "requester_id": (self.user_id or self.env.ref("base.user_root")).id,
                    "reason": self.env._("The customer has accepted %s online.", self.name),
                }
            )
        if case.paid_for:
            body = self.env._(
                "The customer has accepted this quotation online, but %(customer)s, who is to pay "
                "for it, has no credit limit, and %(paid_for)s has one. Confirm it once that is "
                "approved.",
                customer=self._customer_credit_debtor().display_name,
                paid_for=case.paid_for.display_name,
            )
        else:
            body = self.env._(
                "The customer has accepted this quotation online, which takes it over its credit "
                "limit. Confirm it once the extra credit is approved."
            )
        self.message_post(
            body=body,
            author_id=self.env.ref("base.partner_root").id,
            partner_ids=self.user_id.partner_id.ids,
        )

    def _customer_credit_is_waiting(self):
        """Whether the customer has accepted this quotation, and an approver has not yet. What the
        customer reads in the portal."""
        order = self.sudo()
        if order.state not in ("draft", "sent") or not (order.signature or order.amount_paid > 0):
            return False
        asked = [("order_id", "=", order.id), ("decision", "=", "requested")]
        return bool(self.env["customer.credit.approval"].sudo().search_count(asked, limit=1))

    def _customer_credit_request(self, over):
        """Values of a request for what this quotation lacks."""
        today = self.env["customer.tier.gather"]._today(self.company_id)
        vals = {"order_id": self.id, "amount": over}
        if self.validity_date and self.validity_date >= today:
            vals["date_until"] = self.validity_date
        else:
            vals["date_until"] = fields.Date.add(today, days=30)
        return vals

    def action_request_credit(self):
        """Ask for the extra credit that this quotation needs."""
        self.ensure_one()
        customer = self._customer_credit_debtor().sudo(False)
        over = self.customer_credit_over
        return self.env["customer.credit.approval"]._open_request(
            customer, self.company_id, **self._customer_credit_request(over)
        )
