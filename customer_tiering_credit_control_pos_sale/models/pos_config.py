from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import works_in


class PosConfig(models.Model):
    """What a till has to know about the credit limits of its company before it is offline."""

    _inherit = "pos.config"

    customer_credit_refuses = fields.Boolean(
        compute="_compute_customer_credit_refuses",
        export_string_translation=False,
        help="Whether nothing goes on account beyond the credit limit.",
    )

    @api.depends("company_id")
    @api.depends_context("uid")
    def _compute_customer_credit_refuses(self):
        for till in self:
            # A company that somebody typed is no right to know of its settings.
            known = works_in(self.sudo(False).env, till.company_id)
            company = till.company_id.sudo()
            till.customer_credit_refuses = bool(
                known and company._customer_credit_looks() and company._customer_credit_blocks()
            )
