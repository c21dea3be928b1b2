from odoo import fields, models


class CrmTag(models.Model):
    """Tags of leads that become a tag of the contact, so that entry rules can go by them."""

    _inherit = "crm.tag"

    customer_category_id = fields.Many2one(
        "res.partner.category",
        string="Counts as Contact Tag",
        ondelete="set null",
        index="btree_not_null",
        help="For the entry rules of customer tiers, customers of leads with this tag have that "
        "contact tag.",
    )
