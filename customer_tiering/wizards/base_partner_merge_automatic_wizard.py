from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    """Grades and values kept by hand go along when contacts are merged."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Merge values kept by hand, standings and their histories, and have the
        customer graded with all orders.

        Of a table with a uniqueness that the merge would break, core drops all rows of a source.
        """
        # Not a contact that some of them may have become.
        customer = dst_partner.commercial_partner_id
        values = self.env["customer.tier.value"].sudo()
        values.search([("partner_id", "in", src_partners.ids)], order="id desc")._merge_into(
            customer
        )
        self.env.flush_all()
        # Whoever may merge contacts need not have any right on grades.
        standings = self.env["customer.tier.standing"].sudo()
        graded = standings.search([("partner_id", "in", (dst_partner | src_partners).ids)])
        companies = graded.company_id
        graded.filtered(lambda standing: standing.partner_id != customer)._merge_into(customer)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["customer.tier.stale"]._mark([(customer, company) for company in companies])
        return result
