from odoo import fields, models
from odoo.exceptions import UserError

from ..bulk_fields import BulkMany2one
from .customer_tier_proposal import OPEN


class CustomerTierStanding(models.Model):
    """What grading remembers of a question: the tier that somebody has to agree to, or refused."""

    _inherit = "customer.tier.standing"

    proposed_tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="The tier that waits for approval, or was refused since the last review.",
    )
    refused_on = fields.Date(
        string="Change Refused On",
        readonly=True,
        help="Until the next review it is not proposed again.",
    )
    proposal_ids = fields.One2many("customer.tier.proposal", "standing_id", readonly=True)

    def write(self, vals):
        result = super().write(vals)
        if vals.get("manual_tier_id") or vals.get("lock"):
            self._drop_proposals()
        return result

    def action_accept_proposal(self):
        """Accept what waits for approval on this customer."""
        return self._open_proposals().action_accept()

    def action_refuse_proposal(self):
        """Ask why, and refuse what waits for approval on this customer."""
        return self._open_proposals().action_refuse()

    def _open_proposals(self):
        self.check_access("write")
        proposals = self.env["customer.tier.proposal"]
        found = proposals.search([("standing_id", "in", self.ids), *OPEN])
        if not found:
            raise UserError(
                self.env._("Nothing is proposed for this customer any more. Reload the page.")
            )
        return found

    def _drop_proposals(self):
        """What is set by hand answers the question: it must not be overturned by an answer to
        the old one."""
        proposals = self.env["customer.tier.proposal"].sudo()
        settled = proposals.search([("standing_id", "in", self.ids), *OPEN]).filtered(
            lambda proposal: (
                proposal.standing_id.manual_tier_id
                or proposal.standing_id.lock in ("both", proposal._side())
            )
        )
        if settled:
            settled._close("superseded")
            settled.standing_id.write({"waiting": "locked", "proposed_tier_id": False})
