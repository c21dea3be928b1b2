from odoo import models

# A change of one of these on a posted invoice changes how its customer pays. Lines and
# reconciliations tell themselves.
GRADED_FIELDS = {"state", "partner_id"}


# Documents that settle invoices.
SETTLING_TYPES = ("entry", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        graded = GRADED_FIELDS & vals.keys()
        before = self._paying_customers() if graded else set()
        result = super().write(vals)
        if graded:
            # A payment or credit note stays reconciled while it is a draft.
            (self | self._settled_invoices())._mark_payments_changed(before)
        return result

    def _settled_invoices(self):
        """Invoices that are reconciled with these, where anybody grades their customers."""
        # Companies of one tree settle each other's invoices.
        graded = self.env["customer.tier.program"]._graded_roots()
        settling = self.filtered(
            lambda m: m.move_type in SETTLING_TYPES and m.company_id.sudo().root_id.id in graded
        )
        if not settling:
            return settling
        # Whoever posts may not read all that is reconciled with it.
        partials = self.env["account.partial.reconcile"].sudo()
        domain = [("credit_move_id.move_id", "in", settling.ids)]
        return partials.search(domain).debit_move_id.move_id.sudo(False)

    def _paying_customers(self):
        """(commercial partner, company) pairs of the posted customer invoices among these."""
        return {
            (move.partner_id.commercial_partner_id, move.company_id)
            for move in self.sudo()
            if move.move_type == "out_invoice" and move.state == "posted"
        }

    def _mark_payments_changed(self, before=frozenset()):
        """Have the customers of these invoices graded anew, and those they had before."""
        self.env["customer.tier.stale"]._mark(before | self._paying_customers())
