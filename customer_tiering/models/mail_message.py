from odoo import fields, models


class MailMessage(models.Model):
    """Messages on contacts that tell of a grading are for those who may know of it: salespeople who
    work in its company. Others read the contact, but not these."""

    _inherit = "mail.message"

    customer_company_id = fields.Many2one(
        "res.company",
        string="About Grading in",
        # Without a company the message would be for everybody.
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="Only salespeople of this company read the message.",
    )
