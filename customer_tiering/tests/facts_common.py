from odoo.fields import Command

from .common import GradingCase
from .invoice_common import InvoiceCase


class FactsCase(InvoiceCase, GradingCase):
    """A company whose orders are invoiced and credited."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.action_archive()
        cls.product.invoice_policy = "order"

    @classmethod
    def _invoice(cls, order, days=0):
        invoice = order._create_invoices()
        invoice.invoice_date = cls._days_ago(days)
        invoice.action_post()
        return invoice

    @classmethod
    def _credit(cls, invoice, days=0, post=True, **line):
        """A credit note for a whole invoice, or with other values of its one line."""
        date = cls._days_ago(days)
        refund = invoice._reverse_moves([{"invoice_date": date, "date": date}])
        if line:
            refund.invoice_line_ids = [Command.update(refund.invoice_line_ids[0].id, line)]
        refund.invoice_date = date
        if post:
            refund.action_post()
        return refund

    def _counted(self, partner, *codes):
        standing = self._standing(partner)
        return (standing.amount, standing.order_count)
