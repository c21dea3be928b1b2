from odoo import models


class PosConfig(models.Model):
    """Tills take a personal coupon from its customer, and from the contacts of the same company."""

    _inherit = "pos.config"

    def use_coupon_code(self, code, creation_date, partner_id, pricelist_id):
        card = self.env["loyalty.card"].search([("code", "=", code)], limit=1)
        # Whoever enters a code need not read whose it is.
        owner = card.sudo().partner_id
        if not owner or not card._customer_is_personal():
            return super().use_coupon_code(code, creation_date, partner_id, pricelist_id)
        if not card._customer_is_of(self.env["res.partner"].browse(partner_id or [])):
            return {"successful": False, "payload": {"error_message": card._customer_foreign()}}
        # The core asks for exactly this contact.
        found = super().use_coupon_code(code, creation_date, owner.id, pricelist_id)
        if found["successful"]:
            # Tills keep whom a coupon was entered for, by which it goes with that customer.
            found["payload"]["partner_id"] = partner_id
        return found
