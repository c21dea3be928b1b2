from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    """Contacts that become one: what they owe goes to whoever stays, and so does their limit."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists().sudo()
        companies = partners._customer_credit_looking()
        if len(partners) < 2 or not companies:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        heads = partners | partners.commercial_partner_id
        # Contacts have a copy of their company's limit.
        own = partners.filtered(lambda one: one.commercial_partner_id == one)
        limits = {company: own._customer_credit_lowest(company) for company in companies}
        with partners._customer_credit_moved(heads, companies):
            result = super()._merge(partner_ids, dst_partner, extra_checks)
            # Merging writes to tables, past what was read.
            self.env.invalidate_all()
            for company, limit in limits.items():
                partners.exists()._customer_credit_inherit(limit, company)
        return result
