from datetime import timedelta

from odoo import fields, models


class CustomerContactFreeze(models.Model):
    """Days on which a company sends its customers no reminders, such as those of a stock-taking."""

    _name = "customer.contact.freeze"
    _inherit = "customer.tier.input"
    _description = "Days Without Messages"
    _order = "date_from desc, id desc"

    name = fields.Char(string="Reason", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True)

    _ends_after = models.Constraint(
        "check(date_to >= date_from)",
        "Days without messages end before they begin. Enter a last day that is not before the "
        "first.",
    )
    _not_for_ever = models.Constraint(
        "check(date_to - date_from <= 366)",
        "Days without messages may last a year at most. To send no reminders at all, archive the "
        "reminder rules.",
    )

    def _days(self):
        """Set of the days of all of these."""
        return {
            freeze.date_from + timedelta(days=number)
            for freeze in self
            for number in range((freeze.date_to - freeze.date_from).days + 1)
        }
