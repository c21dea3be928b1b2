from odoo import models

from .customer_stage_playbook_start import UNDER_WAY


class CustomerTierStanding(models.Model):
    """Of customers who become one, one plan goes on."""

    _inherit = "customer.tier.standing"

    def _take_over(self, others, customer):
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
