from odoo import fields, models


class ResCompany(models.Model):
    """What customers may do on the page that reminders lead to, and how far the rhythms of a
    company's customers have been found."""

    _inherit = "res.company"

    customer_reorder_confirm = fields.Selection(
        selection=[("customer", "The customer"), ("salesperson", "A salesperson")],
        string="Orders From Reminders Are Confirmed By",
        default="customer",
        required=True,
        help="Customers confirm as any quotation, by signature or payment. Above the credit limit, "
        "and for more than twice the usual amount, a salesperson always does.",
    )
    customer_reorder_price_days = fields.Integer(
        string="Days That Prices Are Shown",
        default=14,
        help="So long after the message the page shows prices to whoever has its address; later "
        "only to who logs in.",
    )

    customer_affinity_refreshed_on = fields.Datetime(
        string="Products Bought Together Worked Out On", readonly=True, copy=False
    )

    # Rhythm by category

    customer_rhythm_passed_on = fields.Date(
        string="Rhythms of Everybody Found On", readonly=True, copy=False
    )
    customer_rhythm_updated_on = fields.Date(
        string="Rhythms Brought Up to Date On", readonly=True, copy=False
    )
    customer_rhythm_last_partner_id = fields.Integer(
        readonly=True, copy=False, help="How far a pass over everybody has come; 0: none runs."
    )
