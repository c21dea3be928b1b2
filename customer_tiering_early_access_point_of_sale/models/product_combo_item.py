from odoo import api, models
from odoo.fields import Domain


class ProductComboItem(models.Model):
    """What is for some customers only is no choice for whoever orders at a kiosk."""

    _inherit = "product.combo.item"

    @api.model
    def _load_pos_self_data_domain(self, data, config):
        """Core's self ordering calls this; where it is not installed, nobody does."""
        domain = super()._load_pos_self_data_domain(data, config)
        waiting = config._customer_early_products()
        return Domain.AND([domain, [("product_id.product_tmpl_id", "not in", waiting)]])
