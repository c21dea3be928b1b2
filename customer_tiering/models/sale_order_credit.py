from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .customer_tier_append_only import by_system
from .customer_tier_mixin import SALESPEOPLE
from .res_partner_credit import CreditPosition

# What confirming an order writes.
CONFIRMATION = {"state", "date_order"}


class OverLimit(NamedTuple):
    """An order that takes its customer over the credit limit, in company currency."""

    order: models.BaseModel
    position: CreditPosition
    own: float  # what the order adds
    before: float  # what orders confirmed together with it add
    over: float


class SaleOrder(models.Model):
    """Credit of the customer on quotations, in the company of the order."""

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
        over = {case.order: case for case in open_orders._over_credit_limit(together=False)}
        standings = self._customer_standings()
        for order in self:
            case = over.get(order)
            order.customer_credit_warning = case and order._credit_warning(case) or ""
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

    def _credit_warning(self, case):
        """What the user is told about an order that is over the limit, in lines."""
        position, lines = case.position, []
        values = self._credit_figures(case)
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

    def _credit_figures(self, case):
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

    def _over_credit_limit(self, together=True):
        """Those of these quotations that are over their customer's limit.

        ``owed = unpaid invoices + orders not invoiced yet + this order``, against the limit with
        what special approvals add.

        :param together: whether each also counts those before it
        :return: list of ``OverLimit``
        """
        cases = []
        for company, orders in self.grouped("company_id").items():
            partners = orders.partner_id.commercial_partner_id._origin
            positions = partners._credit_positions(company)
            added = defaultdict(float)
            for order in orders if positions else ():
                partner = order.partner_id.commercial_partner_id._origin
                position = positions.get(partner)
                if not position:
                    continue
                own, before = order._credit_needed(), added[partner]
                over = company.sudo().currency_id.round(position.over(before + own))
                if over > 0:
                    cases.append(OverLimit(order, position, own, before, over))
                if together:
                    added[partner] += own
        return cases

    def _credit_needed(self):
        """What the customer will owe by this quotation beyond what is counted elsewhere, in
        company currency: its total without what is invoiced already, or paid online."""
        self.ensure_one()
        # Payments and invoices are none of a salesperson's business, their total is.
        order = self.sudo()
        invoiced = sum(order.order_line.mapped("amount_invoiced")) if order.invoice_ids else 0.0
        # The ledger has what was posted, payments without an entry once the bank has them.
        paid = sum(
            transaction.amount
            for transaction in order.transaction_ids
            if transaction.state in ("authorized", "done")
            and transaction.payment_id.state != "paid"
            and (transaction.payment_id.state != "in_process" or not transaction.payment_id.move_id)
        )
        paid += sum(line.price_subtotal_incl * share for line, share in self._paid_at_till())
        return (order.amount_total - invoiced - paid) / (order.currency_rate or 1.0)

    def _paid_at_till(self):
        """What this order was paid for at a till, where that app is there.

        :return: pairs of a line there, and the share of it that is paid, or in the ledger already
        """
        order = self.sudo()
        if "pos_order_line_ids" not in order._fields:
            return []
        shares = {}
        for till_order in order.pos_order_line_ids.order_id:
            if till_order.state == "paid" and not till_order.account_move:
                # What is put on the customer's account there is owed like any other order.
                owed = till_order.payment_ids.filtered(
                    lambda payment: payment.payment_method_id.type == "pay_later"
                )
                total = till_order.amount_total
                shares[till_order] = 1 - sum(owed.mapped("amount")) / total if total else 1.0
            elif till_order.state in ("paid", "done"):
                shares[till_order] = 1.0
        return [
            (line, shares[line.order_id])
            for line in order.pos_order_line_ids
            if line.order_id in shares
        ]

    def _credit_settled(self):
        """Whether the customer has kept its side already: who has paid online what was asked for
        must get the order, and who has settled it at a till has the goods."""
        self.ensure_one()
        order = self.sudo()
        if order.amount_paid > 0 and order._is_confirmation_amount_reached():
            return True
        return bool(self._paid_at_till())

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
        if vals.get("state") != "sale" or not self._credit_is_checked(vals):
            return super().write(vals)
        # What is confirmed is checked as it will be, not as it was before.
        if others := {name: value for name, value in vals.items() if name not in CONFIRMATION}:
            super().write(others)
        cases = self.filtered(lambda order: order.state != "sale")._check_credit()
        result = super().write({name: vals[name] for name in vals if name in CONFIRMATION})
        # What was read for the check does not have these orders yet.
        self._forget_credit()
        for case in cases:
            case.order._in_our_language()._note_over_credit_limit(case)
        return result

    def _credit_is_checked(self, vals):
        """Whether any of the companies that these orders then belong to looks at credit."""
        companies = self.company_id | self.company_id.browse(vals.get("company_id") or ())
        return any(company.customer_credit_check != "none" for company in companies.sudo())

    def _check_credit(self):
        """Refuse to confirm quotations over the limit where the company wants that.

        :return: those over the limit that are confirmed all the same
        """
        # An order that was confirmed a moment ago counts already.
        self._forget_credit()
        cases = [
            case
            for case in self._over_credit_limit()
            if case.own > 0 and case.order.company_id.sudo().customer_credit_check != "none"
        ]
        refused = [
            case
            for case in cases
            if case.order.company_id.sudo().customer_credit_check == "block"
            and not case.order._credit_settled()
        ]
        if refused:
            raise UserError(self._credit_refusal(refused))
        return cases

    def _forget_credit(self):
        partners = self.partner_id.commercial_partner_id
        partners.invalidate_recordset(["credit", "credit_to_invoice"])

    def _credit_refusal(self, cases):
        names = ", ".join(case.order.display_name for case in cases)
        if not self.env.user.has_group(SALESPEOPLE):
            return self.env._(
                "%s cannot be confirmed at the moment. Please ask your salesperson.", names
            )
        lines = [
            self.env._(
                "%(order)s: %(customer)s would owe %(owed)s, which is %(over)s over its credit "
                "limit of %(allowed)s.",
                **case.order._credit_figures(case),
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

    def _note_over_credit_limit(self, case):
        self.message_post(
            body=self.env._(
                "Confirmed over the credit limit: %(customer)s owes %(owed)s with this order, "
                "which is %(over)s over its limit of %(allowed)s.",
                **self._credit_figures(case),
            )
        )

    def _in_our_language(self):
        """This order in the language of who sells, also where a customer is who acts."""
        if self.env.user._is_internal():
            return self
        return self.with_context(lang=self.user_id.lang or self.company_id.sudo().partner_id.lang)

    def _validate_order(self):
        """Customers who sign online have accepted the offer, and are not told about their credit:
        where that needs an approval, the order waits for it as a signed quotation."""
        held = [
            case
            for case in self._over_credit_limit()
            if case.own > 0
            and case.order.company_id.sudo().customer_credit_check == "block"
            and not case.order._credit_settled()
        ]
        for case in held:
            case.order._in_our_language()._hold_for_credit(case)
        others = self - self.browse([case.order.id for case in held])
        return super(SaleOrder, others)._validate_order() if others else None

    def _hold_for_credit(self, case):
        if not case.position.requested:
            Approval = by_system(self.env["customer.credit.approval"])
            Approval.create(
                {
                    **self._credit_request(case.over),
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
                self._credit_figures(case)["over"],
            ),
            author_id=self.env.ref("base.partner_root").id,
            partner_ids=self.user_id.partner_id.ids,
        )

    def _credit_request(self, over):
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
            customer, self.company_id, **self._credit_request(over)
        )
