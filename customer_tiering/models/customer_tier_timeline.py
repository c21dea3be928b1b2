from odoo import api, fields, models

from .customer_tier_mixin import SALESPEOPLE
from .timeline_picture import picture


class CustomerTierStanding(models.Model):
    _inherit = "customer.tier.standing"

    timeline = fields.Json(
        compute="_compute_timeline", exportable=False, help="The tiers over time, for the screen."
    )

    @api.depends("change_ids", "program_id")
    @api.depends_context("lang")
    def _compute_timeline(self):
        gather = self.env["customer.tier.gather"]
        for standing in self:
            today = standing.company_id and gather._today(standing.company_id)
            standing.timeline = today and picture(standing, today)


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_tier_timeline = fields.Json(
        compute="_compute_customer_tier_timeline", exportable=False, groups=SALESPEOPLE
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_customer_tier_timeline(self):
        for partner, standing in self._standings().items():
            partner.customer_tier_timeline = standing.sudo(False).timeline
