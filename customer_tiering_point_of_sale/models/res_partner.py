from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """The tier beside the customer's name at the till."""

    _inherit = "res.partner"

    pos_customer_tier = fields.Char(
        string="Customer Tier at the Till",
        compute="_compute_pos_customer_tier",
        groups="point_of_sale.group_pos_user,sales_team.group_sale_salesman",
        exportable=False,
        help="Name of the tier, for who sells at the till.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_pos_customer_tier(self):
        for partner, standing in self._customer_standings().items():
            partner.pos_customer_tier = standing.tier_id.display_name

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "pos_customer_tier"]

    @api.model
    def _load_pos_self_data_fields(self, config):
        """Core's self ordering reads contacts to strangers by these."""
        names = super()._load_pos_self_data_fields(config)
        return [name for name in names if name != "pos_customer_tier"]

    @api.model
    def _server_date_to_domain(self, domain):
        """A till that was open before loads contacts that were written since. Tiers move without
        that: whose did is loaded, too."""
        limited = super()._server_date_to_domain(domain)
        if limited is domain:
            return domain
        # Days of the history are those of a company, which may be another than the server's.
        last = fields.Datetime.to_datetime(self.env.context["pos_last_server_date"]).date()
        # That a tier moved is no secret of who sells at the till, where it is shown.
        changes = self.env["customer.tier.change"].sudo()
        moved = changes.search([("date", ">=", last - timedelta(days=1))]).partner_id
        return Domain.OR(
            [limited, Domain.AND([domain, [("commercial_partner_id", "in", moved.ids)]])]
        )
