from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

# Whoever may look at the ledger, not only at own invoices.
LEDGER_GROUPS = "account.group_account_readonly,account.group_account_invoice"
# Measure of payments: the unit it is shown in.
UNITS = {
    "credit_score": "number",
    "days_beyond_terms": "days",
    "on_time_share": "percent",
    "worst_delay": "days",
    "overdue_amount": "money",
}


class CustomerTierMetric(models.Model):
    """Metrics about how invoices are paid, over the company's own window."""

    _inherit = "customer.tier.metric"

    payment_measure = fields.Selection(
        selection=[
            ("credit_score", "Credit score (0 to 100)"),
            ("days_beyond_terms", "Days beyond terms (DBT)"),
            ("on_time_share", "Paid on time (% of the amount)"),
            ("worst_delay", "Worst delay (days)"),
            ("overdue_amount", "Overdue amount (company currency)"),
        ],
        string="Measure of Payments",
        help="Days and months looked at, and how many invoices it takes, are set for all of these "
        "under Settings › Sales › Customer Tiers.",
    )

    @api.depends("payment_measure")
    def _compute_unit(self):
        payments = self.filtered(lambda metric: metric.kind == "payment")
        for metric in payments:
            metric.unit = UNITS.get(metric.payment_measure, "number")
        return super(CustomerTierMetric, self - payments)._compute_unit()

    @api.constrains("kind", "payment_measure")
    def _check_payment_measure(self):
        for metric in self:
            if metric.kind == "payment" and not metric.payment_measure:
                raise ValidationError(self.env._("Choose what metric “%s” measures.", metric.name))

    def _records_model(self):
        return "account.move" if self.kind == "payment" else super()._records_model()

    def _may_open(self):
        source = self.numerator_id if self.kind == "ratio" else self
        closed = source.kind == "payment" and not self.env.user.has_groups(LEDGER_GROUPS)
        return not closed and super()._may_open()

    def _payment_records(self, partner, company, as_of):
        if not self.env.user.has_groups(LEDGER_GROUPS):
            raise AccessError(
                self.env._(
                    "“%s” comes from the invoices, which only people with rights on Invoicing may "
                    "look at.",
                    self.name,
                )
            )
        parts = self.env["customer.tier.gather"].sudo()._payment_parts(partner, company, as_of)
        return "account.move", Domain("id", "in", parts["invoice"].unique().tolist())

    def _policy(self):
        measures = {m.code: m.payment_measure for m in self if m.kind == "payment"}
        return tuple(
            replace(policy, measure=measures[policy.code], months=0)
            if policy.code in measures
            else policy
            for policy in super()._policy()
        )
