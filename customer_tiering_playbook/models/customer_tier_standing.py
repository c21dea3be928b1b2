from odoo import fields, models

from .customer_stage_playbook_start import UNDER_WAY


class CustomerTierStanding(models.Model):
    """The playbooks of a graded customer."""

    _inherit = "customer.tier.standing"

    playbook_start_ids = fields.One2many(
        "customer.stage.playbook.start", "standing_id", string="Playbooks", readonly=True
    )

    def action_customer_win_back(self):
        """Ask why these customers stay away, and what came of following it up."""
        return self.env["customer.win.back.ask"]._open(self.partner_id)

    def _take_over(self, others, customer):
        """Of customers who are merged, one keeps its plan under way; those of the others end."""
        starts = (self | others).sudo().playbook_start_ids
        under_way = starts.filtered(lambda start: start.state in UNDER_WAY)
        own = under_way.filtered(lambda start: start.standing_id == self)
        kept = own or under_way[:1]
        (under_way - kept)._leave(
            reason=self.env._("Merged with another customer, who has a plan already.")
        )
        result = super()._take_over(others, customer)
        # The database gave them this standing, past the ORM.
        moved = starts.exists()
        self.env.add_to_compute(moved._fields["partner_id"], moved)
        moved.flush_recordset(["partner_id"])
        return result
