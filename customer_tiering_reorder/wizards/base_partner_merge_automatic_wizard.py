from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    """Rhythms and what contacts want go along when contacts are merged."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Unite what the contacts want, and find the customer's rhythms again with all orders.

        Core does not know of unique indexes, and would have two rows of one customer.
        """
        self.env["customer.contact.preference"]._follow_merge(src_partners, dst_partner)
        # Whoever may merge contacts need not have any right on rhythms.
        rhythms = self.env["customer.purchase.rhythm"].sudo()
        companies = rhythms._forget(src_partners)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        for company in companies:
            rhythms._update(dst_partner, company)
        return result
