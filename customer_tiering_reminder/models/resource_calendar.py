from odoo import fields, models


class ResourceCalendar(models.Model):
    """Working hours that stand for the customers of a country: its weekend and public holidays."""

    _inherit = "resource.calendar"

    customer_country_id = fields.Many2one(
        "res.country",
        string="Public Holidays of Customers In",
        index="btree_not_null",
        help="Customers of this country get no messages on days that are off in these working "
        "hours. Public holidays are global time off; a time off of the kind “Other” is a day "
        "that is worked although it would be off.",
    )
