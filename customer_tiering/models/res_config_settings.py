from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Settings page of customer grading and of the credit score."""

    _inherit = "res.config.settings"

    # Grading

    customer_tier_nightly = fields.Boolean(
        related="company_id.customer_tier_nightly", readonly=False
    )
    customer_tier_check_day = fields.Selection(
        related="company_id.customer_tier_check_day", readonly=False
    )
    customer_tier_count_all_orders = fields.Boolean(
        related="company_id.customer_tier_count_all_orders", readonly=False
    )
    customer_tier_ask_reason = fields.Boolean(
        related="company_id.customer_tier_ask_reason", readonly=False
    )
    customer_tier_fallback_user_id = fields.Many2one(
        related="company_id.customer_tier_fallback_user_id", readonly=False
    )
    customer_tier_tell_limit = fields.Integer(
        related="company_id.customer_tier_tell_limit", readonly=False
    )
    customer_tier_tz = fields.Selection(
        related="company_id.partner_id.tz",
        string="Days of Customer Grading Begin In",
        help="A day of orders begins at midnight in this time zone.",
        readonly=False,
    )
    customer_tier_graded_on = fields.Date(related="company_id.customer_tier_graded_on")
    customer_tier_program_count = fields.Integer(compute="_compute_customer_tier_program_count")

    # Credit score

    customer_credit_window_days = fields.Integer(
        related="company_id.customer_credit_window_days", readonly=False
    )
    customer_credit_min_invoices = fields.Integer(
        related="company_id.customer_credit_min_invoices", readonly=False
    )
    customer_credit_clamp = fields.Boolean(
        related="company_id.customer_credit_clamp", readonly=False
    )
    customer_credit_tolerance = fields.Monetary(
        related="company_id.customer_credit_tolerance", readonly=False
    )
    customer_credit_paying_account_ids = fields.Many2many(
        related="company_id.customer_credit_paying_account_ids", readonly=False
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

    def _compute_customer_tier_program_count(self):
        for settings in self:
            settings.customer_tier_program_count = self.env["customer.tier.program"].search_count(
                [("company_id", "=", settings.company_id.id)]
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

    def action_customer_tier_start(self):
        self.check_access("write")
        return self.env["customer.tier.start"]._open()
