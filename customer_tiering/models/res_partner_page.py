from odoo import api, fields, models

from .customer_tier_mixin import SALESPEOPLE


class ResPartner(models.Model):
    """Which pages about grading the form of a contact has; what is on them is loaded when they
    are opened."""

    _inherit = "res.partner"

    customer_is_graded = fields.Boolean(
        compute="_compute_customer_standing", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_is_gradable = fields.Boolean(
        compute="_compute_customer_pages", groups=SALESPEOPLE, export_string_translation=False
    )

    def _take_standing(self, standing):
        # A contact that is not saved yet has no page to load.
        self.customer_is_graded = bool(standing and self._origin)
        return super()._take_standing(standing)

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_pages(self):
        has_program = self.env["customer.tier.program"]._company_has_program(self.env.company.id)
        for partner in self:
            own = partner.commercial_partner_id == partner
            partner.customer_is_gradable = bool(partner._origin) and own and has_program
