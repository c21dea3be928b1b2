from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerTierRefusal(models.TransientModel):
    """Asks for the reason why proposed tier changes are refused, and refuses them."""

    _name = "customer.tier.refusal"
    _inherit = "customer.tier.input"
    _description = "Refusal of Proposed Tier Changes"

    proposal_ids = fields.Many2many("customer.tier.proposal", string="Proposals", readonly=True)
    proposal_count = fields.Integer(compute="_compute_proposal_count")
    reason = fields.Char(help="Kept with the proposal, so that colleagues know later.")

    @api.depends("proposal_ids")
    def _compute_proposal_count(self):
        for wizard in self:
            wizard.proposal_count = len(wizard.proposal_ids)

    def action_refuse(self):
        """Refuse the proposals for the reason given."""
        self.ensure_one()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(
                self.env._("Say why the customers keep their tier, so that colleagues know later.")
            )
        return self.proposal_ids._refuse(reason)
