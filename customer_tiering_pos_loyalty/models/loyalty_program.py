from odoo import api, models


class LoyaltyProgram(models.Model):
    """What is only for some customers, or limited to a pricelist, is so at the till: a list also
    stands for a tier's discount on top of it, or the better tier would pay more."""

    _inherit = "loyalty.program"

    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        bases = {one.id: one.customer_tier_base_id.id for one in config._customer_discount_lists()}
        some = set(records.sudo()._customer_limited().ids)
        for vals in read:
            vals["_customer_limited"] = vals["id"] in some
            limited = set(vals["pricelist_ids"])
            more = [list_id for list_id, base in bases.items() if base in limited]
            vals["pricelist_ids"] = [*vals["pricelist_ids"], *(i for i in more if i not in limited)]
        return read

    def _customer_refusal(self):
        """What is said at the till to whom this is not for."""
        return self.env._("“%s” is not for this customer.", self.display_name)
