from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_credit_window_days = fields.Integer(
        related="company_id.customer_credit_window_days", readonly=False
    )
    customer_credit_min_invoices = fields.Integer(
        related="company_id.customer_credit_min_invoices", readonly=False
    )
    customer_credit_clamp = fields.Boolean(
        related="company_id.customer_credit_clamp", readonly=False
    )
    customer_credit_low_from = fields.Float(
        string="Low Risk From",
        digits=(5, 2),
        compute="_compute_customer_credit_low_from",
        inverse="_inverse_customer_credit_bands",
    )
    customer_credit_medium_from = fields.Float(
        string="Medium Risk From",
        digits=(5, 2),
        compute="_compute_customer_credit_medium_from",
        inverse="_inverse_customer_credit_bands",
    )

    # Not in one method: while one of them is written, the other could not be read.
    @api.depends("company_id.customer_credit_low_from")
    def _compute_customer_credit_low_from(self):
        for settings in self:
            settings.customer_credit_low_from = settings.company_id.customer_credit_low_from

    @api.depends("company_id.customer_credit_medium_from")
    def _compute_customer_credit_medium_from(self):
        for settings in self:
            settings.customer_credit_medium_from = settings.company_id.customer_credit_medium_from

    def _inverse_customer_credit_bands(self):
        # Together: one after the other they may not fit, although both do.
        for settings in self:
            settings.company_id.write(
                {
                    "customer_credit_low_from": settings.customer_credit_low_from,
                    "customer_credit_medium_from": settings.customer_credit_medium_from,
                }
            )
