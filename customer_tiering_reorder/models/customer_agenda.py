from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ..reminder_triggers import QUOTATION


class CustomerAgenda(models.Model):
    """From the morning list, the quotation of a reminder has the lines that the customer usually
    orders."""

    _inherit = "customer.agenda"
    _depends = {
        "customer.reminder": ["rule_id"],
        "customer.reminder.rule": ["trigger"],
    }

    @api.model
    def _sources(self):
        sources = super()._sources()
        about = {"about_quotation": self._reminds_of_quotation}
        return {**sources, "reminder": replace(sources["reminder"], **about)}

    @api.model
    def _reminds_of_quotation(self):
        """Whether row ``r`` is a reminder of a quotation that nobody has answered."""
        return SQL(
            """EXISTS (
                SELECT FROM customer_reminder c
                  JOIN customer_reminder_rule u ON u.id = c.rule_id
                 WHERE c.id = r.id AND u.trigger = %s)""",
            QUOTATION,
        )

    def _quote(self):
        if self.kind == "reminder":
            return self._records().action_quotation()
        return self.partner_id._customer_quotation(self.company_id).get_formview_action()
