from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

# What a line is that has something left to deliver or to invoice.
OPEN_LINES = ("no", "to invoice")


class SaleOrder(models.Model):
    """What confirmed orders add to what a customer owes.

    The core counts goods that are invoiced on delivery from their delivery on, so that any number
    of orders could be confirmed before the first one leaves; and an invoiced deposit twice, as a
    debt and as a part of the order. Here, per order:

        open = max(to invoice by the core + not delivered yet − deposits invoiced, 0)
    """

    _inherit = "sale.order"

    @api.model
    def _credit_not_counted(self, partners, company):
        """What the core's “credit to invoice” leaves out, less what it counts twice.

        :param partners: commercial partners
        :param company: sudo
        :return: dict id of commercial partner → amount to add, in company currency
        """
        today, since = self._credit_days(company)
        orders = self.sudo().with_company(company)
        missing = defaultdict(float)
        for order in orders.search(self._credit_open_domain(partners, company, since)):
            if amount := order._credit_open(since) - order._credit_counted():
                missing[order.partner_invoice_id.commercial_partner_id.id] += (
                    order.currency_id._convert(amount, company.currency_id, company, today)
                )
        return missing

    @api.model
    def _credit_days(self, company):
        """Today, and the day from which on orders count before they are delivered."""
        today = self.env["customer.tier.gather"]._today(company)
        return today, today - timedelta(days=company.customer_credit_order_days)

    @api.model
    def _credit_open_domain(self, partners, company, since):
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

    def _credit_counted(self):
        """What the core counts of this order, in its currency."""
        counts = any(line.untaxed_amount_to_invoice > 0 for line in self.order_line)
        return self.amount_to_invoice if counts else 0.0

    def _credit_open(self, since):
        """What this order adds to what its customer owes, in its currency.

        :param since: day from which on orders count before they are delivered
        """
        self.ensure_one()
        waiting = self._credit_undelivered(since)
        deposits = sum(self.order_line.filtered("is_downpayment").mapped("amount_invoiced"))
        if not waiting and not deposits:
            return self._credit_counted()
        return max(self.amount_to_invoice + waiting - deposits, 0.0)

    def _credit_undelivered(self, since):
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
