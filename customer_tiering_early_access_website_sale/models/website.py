from odoo import models


class Website(models.Model):
    """Visitors find what they may order: not what other tiers have first."""

    _inherit = "website"

    def _product_domain(self):
        return [*super()._product_domain(), ("customer_has_to_wait", "=", False)]
