"""Orders for what demo customers of others sent back: Odoo's own demo has credit notes of customers
who never ordered, and lists would show amounts below zero."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

# Of each product so many times what came back was ordered, so long before.
TIMES, DAYS = 2, 30


def order_what_came_back(env, company):
    """Create a confirmed order for the credit notes, for no invoice, of each customer without one.

    :return: the ``sale.order`` records
    """
    refunds = env["account.move"].search(
        [
            ("company_id", "=", company.id),
            ("move_type", "=", "out_refund"),
            ("state", "=", "posted"),
            ("reversed_entry_id", "=", False),
        ],
        order="invoice_date, id",
    )
    vals_list = []
    for customer, own in refunds.grouped("commercial_partner_id").items():
        bought = [
            ("company_id", "=", company.id),
            ("state", "=", "sale"),
            ("partner_id.commercial_partner_id", "=", customer.id),
        ]
        lines = own.invoice_line_ids.filtered(lambda line: line.product_id and line.quantity > 0)
        if lines and not env["sale.order"].search_count(bought, limit=1):
            day = own[0].invoice_date - timedelta(days=DAYS)
            vals_list.append(_order_values(company, customer, day, lines))
    return env["sale.order"].create(vals_list)


def _order_values(company, customer, day, lines):
    return {
        "company_id": company.id,
        "partner_id": customer.id,
        "state": "sale",
        "date_order": datetime.combine(day, time(12)),
        "pricelist_id": False,
        "currency_id": company.currency_id.id,
        "order_line": [
            Command.create(
                {
                    "product_id": product.id,
                    "product_uom_qty": TIMES * sum(own.mapped("quantity")),
                    "price_unit": own[0].price_unit,
                    "discount": 0.0,
                    "tax_ids": False,
                }
            )
            for product, own in lines.grouped("product_id").items()
        ],
    }
