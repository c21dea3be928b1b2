from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_tier_nightly = fields.Boolean(
        related="company_id.customer_tier_nightly", readonly=False
    )
    customer_tier_count_all_orders = fields.Boolean(
        related="company_id.customer_tier_count_all_orders", readonly=False
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

    def _compute_customer_tier_program_count(self):
        for settings in self:
            settings.customer_tier_program_count = self.env["customer.tier.program"].search_count(
                [("company_id", "=", settings.company_id.id)]
            )

    def action_customer_tier_start(self):
        self.check_access("write")
        return self.env["customer.tier.start"]._open()
