from odoo import models


class CustomerAgenda(models.Model):
    """From the morning list, the quotation of a reminder has the lines that the customer usually
    orders."""

    _inherit = "customer.agenda"

    def _quote(self):
        if self.kind == "reminder":
            return self._records().action_quotation()
        return self.partner_id._customer_quotation(self.company_id).get_formview_action()
