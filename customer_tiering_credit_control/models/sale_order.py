from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_append_only import by_system
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..credit_position import OverLimit

# What confirming an order writes.
CONFIRMATION = {"state", "date_order"}
# What a line is that has something left to deliver or to invoice.
OPEN_LINES = ("no", "to invoice")


class SaleOrder(models.Model):
    """Whether an order takes its customer over the credit limit: what the quotation shows, and what
    confirming it does. All in the company of the order."""

    _inherit = "sale.order"

    customer_credit_warning = fields.Text(
        compute="_compute_customer_credit_warning", export_string_translation=False
    )
    customer_overdue_amount = fields.Monetary(
        string="Customer's Overdue Amount",
        compute="_compute_customer_credit_warning",
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
        "partner_id", "company_id", "amount_total", "currency_rate", "state", "transaction_ids"
    )
    @api.depends_context("lang", "uid")
    def _compute_customer_credit_warning(self):
        """Shown instead of the core's warning, which is about the user's current company instead of
        the order's, and knows nothing of special approvals."""
        open_orders = self.filtered(lambda order: order.state in ("draft", "sent"))
        if not self.env.user._is_internal():
            # Customers may read their own orders.
            open_orders = self.browse()
        over = {
            case.order: case for case in open_orders._customer_credit_over_limit(together=False)
        }
        standings = self._customer_standings()
        for order in self:
            case = over.get(order)
            order.customer_credit_warning = case and order._customer_credit_warning_text(case) or ""
            order.customer_credit_over = case and case.over
            order.customer_credit_asks = bool(
                case and case.own > 0 and order.company_id.sudo().customer_credit_check == "warn"
            )
            order.customer_overdue_amount = standings[order].overdue_amount

    def _customer_standing_fields(self):
        return [*super()._customer_standing_fields(), "overdue_amount"]

    def _compute_partner_credit_warning(self):
        """Customers read their orders in the portal, but not what they may owe."""
        if self.env.user._is_internal():
            return super()._compute_partner_credit_warning()
        self.partner_credit_warning = ""
        return None

    def _customer_credit_warning_text(self, case):
        """What the user is told about an order that is over the limit, in lines."""
        position, lines = case.position, []
        values = self._customer_credit_figures(case)
        if position.over():
            text = self.env._("%(customer)s is over its credit limit of %(allowed)s.", **values)
        else:
            text = self.env._(
                "With this quotation %(customer)s goes over its credit limit of %(allowed)s by "
                "%(over)s.",
                **values,
            )
        lines.append(text)
        lines.append(
            self.env._(
                "Unpaid invoices: %(receivable)s · Orders not invoiced yet: %(to_invoice)s · This "
                "quotation: %(own)s",
                **values,
            )
        )
        if position.extra:
            lines.append(self.env._("%(extra)s of the limit is from special approvals.", **values))
        for approval in position.requested:
            lines.append(
                self.env._(
                    "%(amount)s more until %(day)s is requested and waits for approval.",
                    amount=approval.currency_id.format(approval.amount),
                    day=format_date(self.env, approval.date_until),
                )
            )
        return "\n".join(lines)

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
            "customer": self.sudo().partner_id.commercial_partner_id.display_name,
            **{name: currency.format(amount) for name, amount in amounts.items()},
        }

    # What counts

    def _customer_credit_over_limit(self, together=True):
        """Those of these quotations that are over their customer's limit.

        ``owed = unpaid invoices + orders not invoiced yet + this order``, against the limit with
        what special approvals add.

        :param together: whether each also counts those before it
        :return: list of ``OverLimit``
        """
        cases = []
        for company, orders in self.grouped("company_id").items():
            partners = orders.partner_id.commercial_partner_id._origin
            positions = partners._customer_credit_positions(company)
            added = defaultdict(float)
            for order in orders if positions else ():
                partner = order.partner_id.commercial_partner_id._origin
                position = positions.get(partner)
                if not position:
                    continue
                own, before = order._customer_credit_needed(), added[partner]
                over = company.sudo().currency_id.round(position.over(before + own))
                if over > 0:
                    cases.append(OverLimit(order, position, own, before, over))
                if together:
                    added[partner] += own
        return cases

    def _customer_credit_needed(self):
        """What the customer will owe by this quotation beyond what is counted elsewhere, in
        company currency: its total without what is invoiced already, or paid online."""
        self.ensure_one()
        # Payments and invoices are none of a salesperson's business, their total is.
        order = self.sudo()
        invoiced = sum(order.order_line.mapped("amount_invoiced")) if order.invoice_ids else 0.0
        return (order.amount_total - invoiced - order._customer_credit_paid()) / (
            order.currency_rate or 1.0
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
        """Whether the customer has kept its side already: who has paid online what was asked for
        must get the order. Addons for other ways of paying may say so too."""
        self.ensure_one()
        order = self.sudo()
        return order.amount_paid > 0 and order._is_confirmation_amount_reached()

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
                    ("invoice_status", "in", OPEN_LINES),
                    ("product_id.invoice_policy", "=", "delivery"),
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

    def _customer_credit_counted(self):
        """What the core counts of this order, in its currency."""
        counts = any(line.untaxed_amount_to_invoice > 0 for line in self.order_line)
        return self.amount_to_invoice if counts else 0.0

    def _customer_credit_open(self, since):
        """What this order adds to what its customer owes, in its currency.

        :param since: day from which on orders count before they are delivered
        """
        self.ensure_one()
        waiting = self._customer_credit_undelivered(since)
        deposits = sum(self.order_line.filtered("is_downpayment").mapped("amount_invoiced"))
        if not waiting and not deposits:
            return self._customer_credit_counted()
        return max(self.amount_to_invoice + waiting - deposits, 0.0)

    def _customer_credit_undelivered(self, since):
        """What is still to be delivered before it can be invoiced, in currency of the order."""
        days = [day.date() for day in (self.date_order, self.commitment_date) if day]
        if not self.company_id.customer_credit_order_days or max(days) < since:
            return 0.0
        return sum(
            # Both quantities of what goes back to us are negative.
            line.price_total * max(1 - line.qty_delivered / line.product_uom_qty, 0.0)
            for line in self.order_line
            if line.product_uom_qty and line.product_id.invoice_policy == "delivery"
        )

    # Confirming

    @api.model_create_multi
    def create(self, vals_list):
        """Orders that are made as confirmed ones are confirmed like others, where that may be
        refused."""
        blocking = [("customer_credit_check", "=", "block")]
        if self.env.su or not self.env["res.company"].sudo().search_count(blocking, limit=1):
            return super().create(vals_list)
        usual = self.default_get(["state"]).get("state")
        confirmed = [vals.get("state", usual) == "sale" for vals in vals_list]
        orders = super().create(
            [
                {**vals, "state": "draft"} if is_confirmed else vals
                for vals, is_confirmed in zip(vals_list, confirmed, strict=True)
            ]
        )
        ready = [order.id for order, yes in zip(orders, confirmed, strict=True) if yes]
        self.browse(ready).write({"state": "sale"})
        return orders

    def write(self, vals):
        if vals.get("state") != "sale" or not self._customer_credit_is_checked(vals):
            return super().write(vals)
        # What is confirmed is checked as it will be, not as it was before.
        if others := {name: value for name, value in vals.items() if name not in CONFIRMATION}:
            super().write(others)
        cases = self.filtered(lambda order: order.state != "sale")._customer_credit_check_limit()
        result = super().write({name: vals[name] for name in vals if name in CONFIRMATION})
        # What was read for the check does not have these orders yet.
        self._customer_credit_invalidate()
        for case in cases:
            case.order._customer_credit_in_seller_language()._customer_credit_note_over_limit(case)
        return result

    def _customer_credit_is_checked(self, vals):
        """Whether any of the companies that these orders then belong to looks at credit."""
        companies = self.company_id | self.company_id.browse(vals.get("company_id") or ())
        return any(company.customer_credit_check != "none" for company in companies.sudo())

    def _customer_credit_check_limit(self):
        """Refuse to confirm quotations over the limit where the company wants that.

        :return: those over the limit that are confirmed all the same
        """
        # An order that was confirmed a moment ago counts already.
        self._customer_credit_invalidate()
        cases = [
            case
            for case in self._customer_credit_over_limit()
            if case.own > 0 and case.order.company_id.sudo().customer_credit_check != "none"
        ]
        refused = [
            case
            for case in cases
            if case.order.company_id.sudo().customer_credit_check == "block"
            and not case.order._customer_credit_settled()
        ]
        if refused:
            raise UserError(self._customer_credit_refusal(refused))
        return cases

    def _customer_credit_invalidate(self):
        partners = self.partner_id.commercial_partner_id
        partners.invalidate_recordset(["credit", "credit_to_invoice"])

    def _customer_credit_refusal(self, cases):
        names = ", ".join(case.order.display_name for case in cases)
        if not self.env.user.has_group(SALESPEOPLE):
            return self.env._(
                "%s cannot be confirmed at the moment. Please ask your salesperson.", names
            )
        lines = [
            self.env._(
                "%(order)s: %(customer)s would owe %(owed)s, which is %(over)s over its credit "
                "limit of %(allowed)s.",
                **case.order._customer_credit_figures(case),
            )
            for case in cases
        ]
        if len(self) > 1:
            lines.append(
                self.env._(
                    "Nothing was confirmed. Leave out %s, or use “Request Approval” there.", names
                )
            )
        elif cases[0].position.requested:
            lines.append(self.env._("Extra credit is requested and waits for approval."))
        else:
            lines.append(
                self.env._(
                    "Use “Request Approval” on the quotation, or have the customer pay first."
                )
            )
        return "\n".join(lines)

    def _customer_credit_note_over_limit(self, case):
        self.message_post(
            body=self.env._(
                "Confirmed over the credit limit: %(customer)s owes %(owed)s with this order, "
                "which is %(over)s over its limit of %(allowed)s.",
                **self._customer_credit_figures(case),
            )
        )

    def _customer_credit_in_seller_language(self):
        """This order in the language of who sells, also where a customer is who acts."""
        if self.env.user._is_internal():
            return self
        return self.with_context(lang=self.user_id.lang or self.company_id.sudo().partner_id.lang)

    def _validate_order(self):
        """Customers who sign online have accepted the offer, and are not told about their credit:
        where that needs an approval, the order waits for it as a signed quotation."""
        held = [
            case
            for case in self._customer_credit_over_limit()
            if case.own > 0
            and case.order.company_id.sudo().customer_credit_check == "block"
            and not case.order._customer_credit_settled()
        ]
        for case in held:
            case.order._customer_credit_in_seller_language()._customer_credit_hold(case)
        others = self - self.browse([case.order.id for case in held])
        return super(SaleOrder, others)._validate_order() if others else None

    def _customer_credit_hold(self, case):
        if not case.position.requested:
            Approval = by_system(self.env["customer.credit.approval"])
            Approval.create(
                {
                    **self._customer_credit_request(case.over),
                    "partner_id": self.partner_id.commercial_partner_id.id,
                    "company_id": self.company_id.id,
                    "requester_id": (self.user_id or self.env.ref("base.user_root")).id,
                    "reason": self.env._("The customer has accepted %s online.", self.name),
                }
            )
        self.message_post(
            body=self.env._(
                "The customer has accepted this quotation online, which takes it %s over its "
                "credit limit. Confirm it once the extra credit is approved.",
                self._customer_credit_figures(case)["over"],
            ),
            author_id=self.env.ref("base.partner_root").id,
            partner_ids=self.user_id.partner_id.ids,
        )

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
        customer = self.partner_id.commercial_partner_id
        over = self.customer_credit_over
        return self.env["customer.credit.approval"]._open_request(
            customer, self.company_id, **self._customer_credit_request(over)
        )
