from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    """Reminders go along when contacts are merged."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """One open reminder per company stays.

        Of a table with a uniqueness that the merge would break, core drops all rows of a source.
        """
        # Not a contact that some of them may have become.
        customer = dst_partner.commercial_partner_id
        everybody = customer | dst_partner | src_partners
        Reminder = self.env["customer.reminder"].sudo()
        Reminder._dismiss_duplicates(everybody)
        Reminder._follow_merge(everybody, customer)
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)
