from odoo import fields, models


class ResCompany(models.Model):
    """How far the rhythms of a company's customers have been found."""

    _inherit = "res.company"

    customer_rhythm_passed_on = fields.Date(
        string="Rhythms of Everybody Found On", readonly=True, copy=False
    )
    customer_rhythm_updated_on = fields.Date(
        string="Rhythms Brought Up to Date On", readonly=True, copy=False
    )
    customer_rhythm_last_partner_id = fields.Integer(
        readonly=True, copy=False, help="How far a pass over everybody has come; 0: none runs."
    )
