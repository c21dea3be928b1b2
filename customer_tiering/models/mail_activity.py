from odoo import fields, models


class MailActivity(models.Model):
    """Activities on contacts that tell of a grading, see ``mail.message``. Whoever is asked to do
    one reads it in any case."""

    _inherit = "mail.activity"

    customer_company_id = fields.Many2one(
        "res.company",
        string="About Grading in",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="Beside the person assigned, only salespeople of this company read the activity.",
    )
