from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.exceptions import UserError

from .customer_win_back import LAPSED


class ResPartner(models.Model):
    """The customer's playbooks and win-backs."""

    _inherit = "res.partner"

    customer_is_lapsed = fields.Boolean(
        string="Dormant or Lost", compute="_compute_customer_standing", groups=SALESPEOPLE
    )
    customer_playbook_start_ids = fields.One2many(
        "customer.stage.playbook.start",
        string="Playbooks",
        compute="_compute_customer_playbook",
        groups=SALESPEOPLE,
    )
    customer_win_back_ids = fields.One2many(
        "customer.win.back",
        string="Win-Back",
        compute="_compute_customer_playbook",
        groups=SALESPEOPLE,
    )

    def _set_customer_standing(self, standing):
        self.customer_is_lapsed = standing.lifecycle_stage in LAPSED
        return super()._set_customer_standing(standing)

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_playbook(self):
        customers = self.commercial_partner_id._origin
        own = [("partner_id", "in", customers.ids), ("company_id", "=", self.env.company.id)]
        starts = self.env["customer.stage.playbook.start"].search(own).grouped("partner_id")
        found = self.env["customer.win.back"].search(own).grouped("partner_id")
        for partner in self:
            customer = partner.commercial_partner_id._origin
            partner.customer_playbook_start_ids = starts.get(customer)
            partner.customer_win_back_ids = found.get(customer)

    def action_customer_win_back(self):
        """Ask why these customers stay away, and what came of following it up."""
        return self.env["customer.win.back.ask"]._open(self)

    def _customer_check_lapsed(self):
        """:return: those of these customers who are dormant or lost"""
        lapsed = self.commercial_partner_id.filtered("customer_is_lapsed")
        if not lapsed:
            raise UserError(
                self.env._(
                    "None of these customers is dormant or lost, so there is nothing to win back. "
                    "Filter the list by stage first."
                )
            )
        return lapsed
