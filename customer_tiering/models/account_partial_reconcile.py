from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials.sudo().debit_move_id.move_id._customer_tier_payments_changed()
        return partials

    def unlink(self):
        moves = self.sudo().debit_move_id.move_id
        result = super().unlink()
        moves.exists()._customer_tier_payments_changed()
        return result
