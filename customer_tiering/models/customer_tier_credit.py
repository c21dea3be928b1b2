from odoo import fields, models

from ..bulk_fields import KnownFloat

BANDS = [
    ("low", "Low risk"),
    ("medium", "Medium risk"),
    ("high", "High risk"),
    ("unknown", "Unknown"),
]


class CustomerTierStanding(models.Model):
    """How a customer pays, as grading found it in the ledger; shown to people without any rights
    there."""

    _inherit = "customer.tier.standing"

    credit_score = KnownFloat(
        readonly=True,
        aggregator="avg",
        help="0 to 100 from the days between due dates and payments, by amount; empty while there "
        "are too few invoices.",
    )
    credit_band = fields.Selection(
        selection=BANDS,
        string="Credit Risk",
        readonly=True,
    )
    days_beyond_terms = KnownFloat(
        string="Days Beyond Terms (DBT)",
        readonly=True,
        aggregator="avg",
        help="Mean number of days between due date and payment, by amount; negative: early.",
    )
    on_time_share = KnownFloat(
        string="Paid on Time",
        readonly=True,
        aggregator="avg",
        help="Share of what was due that was paid by its day.",
    )
    worst_delay = fields.Integer(string="Worst Delay (days)", readonly=True, aggregator="max")
    overdue_amount = fields.Monetary(
        string="Overdue", readonly=True, help="Open and past its due date, in company currency."
    )
    credit_invoice_count = fields.Integer(
        string="Invoices Counted", readonly=True, help="Invoices that the credit score rests on."
    )
