from odoo import api, models


class PosConfig(models.Model):
    """Tills know of which products they have to ask whether a customer may have them yet."""

    _inherit = "pos.config"

    def _customer_early_products(self):
        """Ids of the products that some customers may have before others. Whom they are for is
        not known here: for who has no tier, all of them are to wait for.

        :return: list of ids of ``product.template``
        """
        self.ensure_one()
        # sudo: what kiosks and cashiers may sell does not depend on what they may read.
        return list(self.env["customer.tier.early"]._waiting(self.sudo().company_id))

    @api.model
    def _customer_early_tell(self, companies):
        """Tell the open tills of some companies of which products they have to ask."""
        # sudo: whoever keeps up benefits need not sell at tills.
        sessions = self.env["pos.session"].sudo()
        opened = [("state", "!=", "closed"), ("config_id.company_id", "in", companies.ids)]
        for till in sessions.search(opened).config_id if companies else ():
            till._notify("CUSTOMER_EARLY", {"products": till._customer_early_products()})

    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        if read:
            read[0]["_customer_early_products"] = config._customer_early_products()
        return read
