from odoo import fields, models


class PosConfig(models.Model):
    """Tills take a personal coupon from its customer and the contacts of the same company, and know
    what is limited to the list of a tier, or to the list that a tier's is on top of."""

    _inherit = "pos.config"

    def _customer_discount_lists(self):
        """Lists of typed discounts that this till sells by."""
        lists = self._get_available_pricelists()
        # Whoever sells at the till need not read lists to sell by them.
        return lists.sudo().filtered("customer_tier_base_id")

    def _get_program_ids(self):
        found = super()._get_program_ids()
        lists = self._customer_discount_lists()
        if not lists:
            return found
        today = fields.Date.context_today(self)
        # The core looks at the lists that somebody chose for the till; those of tiers come along.
        more = found.search(
            [
                ("pos_ok", "=", True),
                ("pricelist_ids", "in", (lists | lists.customer_tier_base_id).ids),
                ("currency_id", "=", self.currency_id.id),
                *("|", ("pos_config_ids", "=", self.id), ("pos_config_ids", "=", False)),
                *("|", ("date_from", "=", False), ("date_from", "<=", today)),
                *("|", ("date_to", "=", False), ("date_to", ">=", today)),
            ]
        )
        left = more.filtered(
            lambda p: not p.limit_usage or p.sudo().total_order_count < p.max_usage
        )
        return found | left

    def use_coupon_code(self, code, creation_date, partner_id, pricelist_id):
        card = self.env["loyalty.card"].search([("code", "=", code)], limit=1)
        # Whoever enters a code need not read whose it is.
        owner = card.sudo().partner_id
        base = self.env["product.pricelist"].sudo().browse(pricelist_id or []).customer_tier_base_id
        program = card.sudo().program_id
        limited = program.pricelist_ids
        if base in limited and pricelist_id not in limited.ids:
            pricelist_id = base.id
        customer = self.env["res.partner"].with_company(self.company_id)
        customer = customer.browse(partner_id or []).exists()
        if program._customer_limited() and program not in customer._customer_programs(program):
            return {"successful": False, "payload": {"error_message": program._customer_refusal()}}
        if not owner or not card._customer_is_personal():
            return super().use_coupon_code(code, creation_date, partner_id, pricelist_id)
        if not card._customer_is_of(customer):
            return {"successful": False, "payload": {"error_message": card._customer_foreign()}}
        # The core asks for exactly this contact.
        found = super().use_coupon_code(code, creation_date, owner.id, pricelist_id)
        if found["successful"]:
            # Tills keep whom a coupon was entered for, by which it goes with that customer.
            found["payload"]["partner_id"] = partner_id
        return found
