from odoo import models

# A change of one of these on a posted invoice changes how its customer pays. Lines and
# reconciliations tell themselves.
GRADED_FIELDS = {"state", "partner_id"}


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        graded = GRADED_FIELDS & vals.keys()
        before = self._paying_customers() if graded else set()
        result = super().write(vals)
        if graded:
            self._mark_payments_changed(before)
        return result

    def _paying_customers(self):
        """(commercial partner, company) pairs of the posted customer invoices among these."""
        return {
            (move.partner_id.commercial_partner_id, move.company_id)
            for move in self
            if move.move_type == "out_invoice" and move.state == "posted"
        }

    def _mark_payments_changed(self, before=frozenset()):
        """Have the customers of these invoices graded anew, and those they had before."""
        self.env["customer.tier.stale"]._mark(before | self._paying_customers())
