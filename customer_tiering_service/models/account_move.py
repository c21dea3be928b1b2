from odoo import models


class AccountMove(models.Model):
    """Invoices that follow no order have the payment terms of the customer's tier, where the
    customer has none of its own."""

    _inherit = "account.move"

    def _compute_invoice_payment_term_id(self):
        result = super()._compute_invoice_payment_term_id()
        bare = self.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_receipt")
                and move.partner_id
                and not move.invoice_payment_term_id
            )
        )
        Care = self.env["customer.tier.care"]
        for company, moves in bare.grouped("company_id").items():
            terms = Care._terms_of(moves.partner_id, company)
            for move in moves:
                move.invoice_payment_term_id = terms.get(move.partner_id, False)
        return result
