from odoo import api, models


class LoyaltyCard(models.Model):
    """Coupons that only the customer may use to whom they were made out."""

    _inherit = "loyalty.card"

    def _customer_is_personal(self):
        """Hook: whether nobody else may use this coupon."""
        self.ensure_one()
        return self.program_id.customer_personal

    def _customer_is_of(self, customer):
        """Whether a customer may use this coupon: everybody, or its owner and the contacts of the
        same company.

        :param customer: ``res.partner``, empty for nobody
        """
        # sudo: whoever enters a code need not read whose it is.
        card = self.sudo()
        owner = card.partner_id.commercial_partner_id
        if not owner or not card._customer_is_personal():
            return True
        return owner == customer.sudo().exists().commercial_partner_id

    @api.model
    def _customer_foreign(self):
        """What is said of the coupon of another customer."""
        return self.env._("This coupon was made out to somebody else.")
