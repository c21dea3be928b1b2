from odoo import fields, models


class MailingList(models.Model):
    """Lists whose members have chosen what they want to hear of."""

    _inherit = "mailing.list"

    customer_ends_reminders = fields.Boolean(
        string="Leaving Ends Reminders",
        help="Who has left this list gets no reminders to order again by e-mail.",
    )
