from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import open_dialog


class ResConfigSettings(models.TransientModel):
    """When and how often customers may be approached."""

    _inherit = "res.config.settings"

    customer_contact_daily_limit = fields.Integer(
        related="company_id.customer_contact_daily_limit", readonly=False
    )
    customer_contact_month_cap = fields.Integer(
        related="company_id.customer_contact_month_cap", readonly=False
    )
    customer_contact_week_cap = fields.Integer(
        related="company_id.customer_contact_week_cap", readonly=False
    )
    customer_contact_wait_overdue = fields.Boolean(
        related="company_id.customer_contact_wait_overdue", readonly=False
    )
    customer_contact_wait_calls = fields.Boolean(
        related="company_id.customer_contact_wait_calls", readonly=False
    )
    customer_contact_from = fields.Float(
        string="Messages From",
        compute="_compute_customer_contact_from",
        inverse="_inverse_customer_contact_hours",
    )
    customer_contact_until = fields.Float(
        string="Messages Until",
        compute="_compute_customer_contact_until",
        inverse="_inverse_customer_contact_hours",
    )

    # Not in one method: while one of them is written, the other could not be read.
    @api.depends("company_id.customer_contact_from")
    def _compute_customer_contact_from(self):
        for settings in self:
            settings.customer_contact_from = settings.company_id.customer_contact_from

    @api.depends("company_id.customer_contact_until")
    def _compute_customer_contact_until(self):
        for settings in self:
            settings.customer_contact_until = settings.company_id.customer_contact_until

    def _inverse_customer_contact_hours(self):
        # Together: one after the other they may not fit, although both do.
        for settings in self:
            settings.company_id.write(
                {
                    "customer_contact_from": settings.customer_contact_from,
                    "customer_contact_until": settings.customer_contact_until,
                }
            )

    def action_customer_holidays(self):
        """Ask for a country whose public holidays are filled in."""
        self.check_access("write")
        return open_dialog(
            self.env["customer.holiday.fill"],
            self.env._("Fill Public Holidays"),
            default_company_id=self.company_id.id,
        )
