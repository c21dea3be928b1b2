from odoo import models
from odoo.tools import SQL


class CustomerTierStanding(models.Model):
    """Graded customers who cannot be written to."""

    _inherit = "customer.tier.standing"

    def _without_address(self):
        """Those of these of whom no contact has an e-mail address."""
        self.env.flush_all()
        query = SQL(
            """SELECT s.id FROM customer_tier_standing s
                WHERE s.id = ANY(%s) AND NOT EXISTS (
                      SELECT FROM res_partner c
                       WHERE c.commercial_partner_id = s.partner_id AND c.active
                         AND c.email_normalized <> '')
                ORDER BY s.id""",
            self.ids,
        )
        return self.browse([id_ for (id_,) in self.env.execute_query(query)])
