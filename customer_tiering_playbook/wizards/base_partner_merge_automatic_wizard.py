from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    """Win-backs and playbooks go along when contacts are merged."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Win-backs go to the customer behind the contact that is kept."""
        # Not a contact that some of them may have become.
        customer = dst_partner.commercial_partner_id
        everybody = customer | dst_partner | src_partners
        self.env["customer.win.back"]._follow_merge(everybody, customer)
        return super()._update_foreign_keys(src_partners, dst_partner)
