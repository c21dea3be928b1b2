from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    """When and how often customers of the company may be approached."""

    _inherit = "res.company"

    customer_contact_daily_limit = fields.Integer(
        string="New Reminders per Salesperson and Day",
        default=20,
        help="Over all rules. First come customers with whom most is expected to be lost, the "
        "others on the next days; 0 sets no limit.",
    )
    customer_contact_month_cap = fields.Integer(
        string="Messages in 30 Days",
        default=2,
        help="A customer gets no more than so many messages, over all rules and channels. Calls "
        "are not counted.",
    )
    customer_contact_week_cap = fields.Integer(string="Messages in 7 Days", default=1)
    customer_contact_from = fields.Float(
        string="Messages From",
        default=9.0,
        digits=(4, 2),
        help="By the customer's clock: its time zone, else that of its country. What is due "
        "before waits until then.",
    )
    customer_contact_until = fields.Float(string="Messages Until", default=20.0, digits=(4, 2))
    customer_contact_wait_overdue = fields.Boolean(
        string="Talk About Overdue Money First",
        help="Who owes overdue money is not reminded of the next order until it is paid.",
    )
    customer_contact_wait_calls = fields.Boolean(
        string="To-Dos Wait, Too",
        default=True,
        help="No salesperson is reminded of a customer either who has a quotation, has just "
        "ordered or was spoken to within a week.",
    )

    _customer_contact_daily_limit_not_negative = models.Constraint(
        "check(customer_contact_daily_limit >= 0)",
        "The number of new reminders a day cannot be negative. Enter 0 to set no limit.",
    )

    @api.constrains("customer_contact_month_cap", "customer_contact_week_cap")
    def _check_customer_contact_caps(self):
        for company in self:
            if min(company.customer_contact_month_cap, company.customer_contact_week_cap) < 1:
                raise ValidationError(
                    self.env._(
                        "With 0 messages nobody would ever be written to. Enter at least 1, or "
                        "archive the reminder rules to send none."
                    )
                )

    @api.constrains("customer_contact_from", "customer_contact_until")
    def _check_customer_contact_hours(self):
        for company in self:
            if not 0 <= company.customer_contact_from < company.customer_contact_until <= 24:
                raise ValidationError(
                    self.env._(
                        "These quiet hours leave no hour in which a message could be sent. Let "
                        "messages begin before they end, between 0:00 and 24:00, such as from "
                        "9:00 until 20:00."
                    )
                )
