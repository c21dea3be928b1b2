from odoo import api, fields, models


class ResPartner(models.Model):
    """Which promotions and coupons for some customers alone a customer may use at the till."""

    _inherit = "res.partner"

    pos_customer_programs = fields.Json(
        string="Programmes for Some Customers",
        compute="_compute_pos_customer_programs",
        groups="point_of_sale.group_pos_user",
        exportable=False,
        help="Ids of the programmes that are only for some customers, this one among them.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_pos_customer_programs(self):
        # What a customer may use is decided by the system.
        company = self.env.company
        programs = (
            self.env["loyalty.program"]
            .sudo()
            .search([("pos_ok", "=", True), ("company_id", "in", [False, *company.parent_ids.ids])])
        )
        allowed = programs._customer_limited()._customer_allowed(
            self._customer_standings(), company
        )
        for partner, found in allowed.items():
            partner.pos_customer_programs = found.ids

    def _customer_programs(self, programs):
        """Those of some programmes, with all rights, that this customer may use; without a
        customer, none of those that are only for some."""
        if not self:
            return programs - programs._customer_limited()
        return programs._customer_allowed(self._customer_standings(), self.env.company)[self]

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "pos_customer_programs"]

    @api.model
    def _load_pos_self_data_fields(self, config):
        """Core's self ordering reads contacts to strangers by these."""
        names = super()._load_pos_self_data_fields(config)
        return [name for name in names if name != "pos_customer_programs"]
