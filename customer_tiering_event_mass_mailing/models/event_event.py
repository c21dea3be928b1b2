from odoo import models
from odoo.fields import Domain


class EventEvent(models.Model):
    """Mailings that invite go to who is invited."""

    _inherit = "event.event"

    def action_invite_contacts(self):
        action = super().action_invite_contacts()
        if len(self) == 1 and self._customer_asks():
            action["context"]["default_mailing_domain"] = repr(list(self._customer_audience()))
            company = self.company_id or self.customer_tier_ids.company_id[:1]
            if company:
                action["context"]["default_customer_company_id"] = company.id
        return action

    def _customer_audience(self):
        """Domain of the contacts to invite: still true when the mailing is sent."""
        domain = Domain("customer_main_contact", "=", True)
        if self.customer_tier_ids:
            domain &= Domain("customer_tier_id", "in", self.customer_tier_ids.ids)
        if self.customer_stage:
            domain &= Domain("customer_lifecycle_stage", "=", self.customer_stage)
        coming = self.registration_ids.filtered(lambda one: one.state in ("open", "done"))
        if customers := coming.partner_id.commercial_partner_id:
            domain &= Domain("commercial_partner_id", "not in", customers.ids)
        return domain
