from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """How payments become a credit score."""

    _inherit = "res.company"

    customer_credit_window_days = fields.Integer(
        string="Payments Looked At (days)",
        default=365,
        help="Payments of so many days count for the credit score, and whatever is overdue.",
    )
    customer_credit_min_invoices = fields.Integer(
        string="Invoices for a Credit Score",
        default=3,
        help="With fewer different invoices the credit score is unknown.",
    )
    customer_credit_clamp = fields.Boolean(
        string="Early Payment Is No Merit",
        help="Counts a payment before the due date like one on the day, so that it cannot make "
        "up for a late one.",
    )
    customer_credit_low_from = fields.Float(string="Low Risk From", default=80.0, digits=(5, 2))
    customer_credit_medium_from = fields.Float(
        string="Medium Risk From", default=50.0, digits=(5, 2)
    )

    @api.constrains("customer_credit_window_days", "customer_credit_min_invoices")
    def _check_customer_credit_numbers(self):
        for company in self:
            if not 1 <= company.customer_credit_window_days <= 3660:
                raise ValidationError(
                    self.env._(
                        "The credit score looks at payments of 1 to 3660 days. Enter such a number."
                    )
                )
            if company.customer_credit_min_invoices < 1:
                raise ValidationError(
                    self.env._("A credit score needs at least 1 invoice. Enter 1 or more.")
                )

    @api.constrains("customer_credit_low_from", "customer_credit_medium_from")
    def _check_customer_credit_bands(self):
        for company in self:
            low, medium = company.customer_credit_low_from, company.customer_credit_medium_from
            if not 0 <= medium <= low <= 100:
                raise ValidationError(
                    self.env._(
                        "Credit scores go from 0 to 100, and a medium risk begins below a low "
                        "one. Enter for the medium risk at most what the low risk begins with."
                    )
                )

    def _customer_credit_policy(self):
        """The settings as a frozen value for the grading core."""
        from ..grading.policy import Credit

        # Whoever grades, and whoever looks at a grading, may not read the company's settings.
        company = self.sudo()
        return Credit(
            window_days=company.customer_credit_window_days,
            min_invoices=company.customer_credit_min_invoices,
            clamp=company.customer_credit_clamp,
            low_from=company.customer_credit_low_from,
            medium_from=company.customer_credit_medium_from,
        )
