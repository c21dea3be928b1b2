from odoo import api, models


class ProductTemplate(models.Model):
    """Kiosks offer what everybody may have."""

    _inherit = "product.template"

    @api.model
    def _load_pos_self_data_read(self, data, config):
        """Core's self ordering calls this; where it is not installed, nobody does."""
        read = super()._load_pos_self_data_read(data, config)
        kept_back = self._customer_early_kept_back(config._customer_early_products())
        return [product for product in read if product["id"] not in kept_back]

    @api.model
    def _customer_early_kept_back(self, waiting):
        """Products that are for some customers only, and sets in which one could choose nothing
        else.

        :param waiting: list of ids of ``product.template``
        :return: set of ids
        """
        if not waiting:
            return set()
        # sudo: what kiosks offer does not depend on what whoever they run as may read.
        items = self.env["product.combo.item"].sudo()
        items = items.search([("product_id.product_tmpl_id", "in", waiting)])
        empty = items.combo_id.filtered(lambda combo: combo.combo_item_ids <= items)
        sets = self.sudo().search([("combo_ids", "in", empty.ids)]) if empty else self.browse()
        return {*waiting, *sets.ids}
