from urllib.parse import urlencode

from odoo import models
from odoo.tools.urls import urljoin

PAGE = "/my/tier"


class CustomerTierEvent(models.Model):
    """E-mails about a tier lead to the customer's own page."""

    _inherit = "customer.tier.event"

    def _customer_page_url(self):
        """The page; for who has no account, where one is made and leads there, if people may sign
        up by themselves."""
        self.ensure_one()
        event = self.sudo()
        if not event.program_id.portal_shown or not event.program_id.active:
            return super()._customer_page_url()
        base, partner = event.company_id.get_base_url(), event.partner_id
        # Whose access was taken away is not invited again.
        family = (partner | partner.child_ids).with_context(active_test=False)
        scope = self.env["res.users"]._get_signup_invitation_scope()
        if family.user_ids or scope != "b2c":
            return urljoin(base, PAGE)
        # Without ``signup_prepare``, which writes on the contact.
        query = {
            "db": self.env.cr.dbname,
            "token": partner._generate_signup_token(),
            "redirect": PAGE,
        }
        return urljoin(base, f"/web/signup?{urlencode(query)}")
