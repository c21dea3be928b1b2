from odoo import fields, models


class MailingMailing(models.Model):
    """The member day that a mailing was prepared for."""

    _inherit = "mailing.mailing"

    customer_day_id = fields.Many2one(
        "customer.tier.day",
        string="Member Day",
        ondelete="set null",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    customer_day_date = fields.Date(
        string="Begins On",
        readonly=True,
        copy=False,
        help="First day of the member day, or of the month in which customers have theirs.",
    )

    _customer_day_unique = models.UniqueIndex(
        "(customer_day_id, customer_day_date) WHERE customer_day_id IS NOT NULL",
        "A mailing for this member day was prepared already.",
    )
