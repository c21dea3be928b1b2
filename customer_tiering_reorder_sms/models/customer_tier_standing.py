from odoo import models

from ..numbers import can_receive_sms


class CustomerTierStanding(models.Model):
    """Standings whose customers can, or cannot, be reached by SMS."""

    _inherit = "customer.tier.standing"

    def _without_mobile_number(self):
        """Those of these of whom no contact has a number that an SMS may arrive at."""
        # Nothing but whether there is one is told.
        contacts = (
            self.env["res.partner"]
            .sudo()
            ._read_group(
                [
                    ("commercial_partner_id", "in", self.partner_id.ids),
                    ("phone_sanitized", "!=", False),
                ],
                ["commercial_partner_id"],
                ["phone_sanitized:array_agg"],
            )
        )
        reached = {
            customer.id for customer, numbers in contacts if any(map(can_receive_sms, numbers))
        }
        return self.filtered(lambda standing: standing.partner_id.id not in reached)
