from odoo import api, models
from odoo.tools import SQL

from .customer_stage_playbook_start import UNDER_WAY


class CustomerContactPolicy(models.AbstractModel):
    """Nobody is reminded of a customer with whom a playbook is being worked through."""

    _inherit = "customer.contact.policy"

    @api.model
    def _waiting_reasons(self, company):
        under_way = SQL(
            """EXISTS (
                SELECT FROM customer_stage_playbook_start b
                 WHERE b.standing_id = s.id AND b.state = ANY(%s))""",
            list(UNDER_WAY),
        )
        return [*super()._waiting_reasons(company), ("playbook", under_way)]
