from odoo import models
from odoo.exceptions import UserError

# Who may sell a product before its day.
MAY = ("point_of_sale.group_pos_manager", "sales_team.group_sale_manager")
LARGEST_ID = 2**31 - 1


class PosSession(models.Model):
    """What a till asks before an order is paid."""

    _inherit = "pos.session"

    def customer_early_at_till(self, partner_id, template_ids):
        """Which of some products a customer has to wait for.

        :param partner_id: False for who is not known
        :param template_ids: list of ids of products
        :return: dict with ``message``, and ``allowed``, whether the cashier may sell them
            nevertheless; False where nobody has to wait
        """
        self.ensure_one()
        # Whoever sells at this till.
        self.check_access("write")
        partner = self.env["res.partner"].browse(self._customer_early_ids([partner_id or 0]))
        partner = partner.exists()
        if partner:
            partner.check_access("read")
        templates = self.env["product.template"].browse(self._customer_early_ids(template_ids))
        templates = templates.exists()
        templates.check_access("read")
        Early = self.env["customer.tier.early"]
        company = self.sudo().company_id
        waiting = Early._waiting_of(partner, company) if partner else Early._waiting(company)
        said = Early._said(templates, waiting)
        if not said:
            return False
        return {
            "message": self._customer_early_message(partner, said),
            "allowed": any(map(self.env.user.has_group, MAY)),
        }

    def _customer_early_message(self, partner, said):
        if partner:
            return self.env._(
                "Only customers of some tiers may have this now, and %(customer)s is not in one "
                "of them: %(products)s.",
                customer=partner.display_name,
                products=said,
            )
        return self.env._(
            "Only customers of some tiers may have this now: %s. Choose the customer, if it is "
            "one of them.",
            said,
        )

    def _customer_early_ids(self, ids):
        sound = isinstance(ids, list) and all(
            isinstance(number, int) and 0 <= number <= LARGEST_ID for number in ids
        )
        if not sound:
            raise UserError(self.env._("The till sent something else than numbers. Reload it."))
        return [number for number in ids if number]
