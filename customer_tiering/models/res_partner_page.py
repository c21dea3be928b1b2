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
    customer_has_credit_page = fields.Boolean(
        compute="_compute_customer_pages", groups=SALESPEOPLE, export_string_translation=False
    )

    def _take_standing(self, standing):
        # A contact that is not saved yet has no page to load.
        self.customer_is_graded = bool(standing and self._origin)
        return super()._take_standing(standing)

    @api.depends("commercial_partner_id", "customer_is_graded")
    @api.depends_context("company")
    def _compute_customer_pages(self):
        company = self.env.company
        has_program = self.env["customer.tier.program"]._company_has_program(company.id)
        checked = company.sudo().account_use_credit_limit
        others = self.browse()
        for partner in self:
            saved = bool(partner._origin)
            own = partner.commercial_partner_id == partner
            partner.customer_is_gradable = saved and own and has_program
            partner.customer_has_credit_page = saved and (checked or partner.customer_is_graded)
            if saved and not partner.customer_has_credit_page:
                others |= partner
        if others:
            others._show_credit_approvals(company)

    def _show_credit_approvals(self, company):
        """Approvals are shown even where limits are not checked any more."""
        customers = self.commercial_partner_id._origin
        asked = [
            ("partner_id.commercial_partner_id", "in", customers.ids),
            ("company_id", "=", company.id),
        ]
        approvals = self.env["customer.credit.approval"].search(asked)
        approved = approvals.partner_id.commercial_partner_id
        for partner in self:
            if partner.commercial_partner_id._origin in approved:
                partner.customer_has_credit_page = True
