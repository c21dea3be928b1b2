"""Posts invoices for some demo orders, and their payments."""

import logging
from datetime import timedelta

from odoo.fields import Command

from .pay import Payer

_logger = logging.getLogger(__name__)

# Real invoices take their time: enough for a score, and no more.
INVOICES_EACH = 5
INVOICED_DAYS = 330


def has_ledger(company):
    """Whether a company has the accounts to post to."""
    return all(_journal(company, kind).default_account_id for kind in ("sale", "bank"))


def create_invoices(env, company, partners, today):
    """Invoice some orders of each customer, the newest among them, and pay them as the customer
    does.

    :param partners: dict key of company → ``res.partner``
    """
    keys = {partner.id: key for key, partner in partners.items()}
    orders = env["sale.order"].search(
        [
            ("company_id", "=", company.id),
            ("state", "=", "sale"),
            ("amount_untaxed", ">", 0),
            ("partner_invoice_id", "in", list(keys)),
            ("date_order", ">=", today - timedelta(days=INVOICED_DAYS)),
        ],
        order="partner_invoice_id, date_order desc, id",
    )
    vals_list, bills = [], []
    for customer, own in orders.grouped("partner_invoice_id").items():
        payer = Payer(keys[customer.id], today)
        for order in _spread(own):
            bill = payer.bill(order.date_order.date())
            if bill.day <= today:
                bills.append(bill)
                vals_list.append(_invoice_values(order, bill))
    invoices = env["account.move"].create(vals_list)
    invoices.action_post()
    _pay(env, company, zip(invoices, bills, strict=True))
    _logger.info("%s demo invoices posted", len(invoices))


def _spread(orders):
    """Some of the orders, evenly over all of them."""
    wanted = min(INVOICES_EACH, len(orders))
    return [orders[number * len(orders) // wanted] for number in range(wanted)]


def _journal(company, kind):
    domain = [("type", "=", kind), ("company_id", "=", company.id)]
    return company.env["account.journal"].sudo().search(domain, limit=1)


def _invoice_values(order, bill):
    return {
        "move_type": "out_invoice",
        "partner_id": order.partner_invoice_id.id,
        "invoice_user_id": order.user_id.id,
        "invoice_origin": order.name,
        "invoice_date": bill.day,
        "date": bill.day,
        "invoice_payment_term_id": False,
        "invoice_date_due": bill.due,
        "invoice_line_ids": [
            Command.create(
                {
                    "product_id": line.product_id.id,
                    "quantity": line.product_uom_qty,
                    "price_unit": line.price_unit,
                    "tax_ids": False,
                    "analytic_distribution": False,
                }
            )
            for line in order.order_line
        ],
    }


def _pay(env, company, billed):
    """An entry of the bank for each payment, reconciled with its invoice."""
    bank = _journal(company, "bank")
    vals_list, debts = [], []
    for invoice, bill in billed:
        debt = invoice.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        open_amount = debt.balance
        for position, (day, share) in enumerate(bill.paid, start=1):
            amount = company.currency_id.round(debt.balance * share)
            if share == 1 or position > 1:
                amount = open_amount
            open_amount -= amount
            vals_list.append(_payment_values(bank, debt, day, amount))
            debts.append(debt)
    entries = env["account.move"].create(vals_list)
    entries.action_post()
    payments = [
        entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        for entry in entries
    ]
    env["account.move.line"]._reconcile_plan(
        [debt + payment for debt, payment in zip(debts, payments, strict=True)]
    )


def _payment_values(bank, debt, day, amount):
    common = {"name": debt.move_id.name, "partner_id": debt.partner_id.id}
    return {
        "move_type": "entry",
        "journal_id": bank.id,
        "date": day,
        "ref": debt.move_id.name,
        "line_ids": [
            Command.create({**common, "account_id": bank.default_account_id.id, "debit": amount}),
            Command.create({**common, "account_id": debt.account_id.id, "credit": amount}),
        ],
    }
