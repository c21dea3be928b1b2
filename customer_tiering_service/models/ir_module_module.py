from odoo import models


class IrModuleModule(models.Model):
    """Rules of the demo get their names in a language that is loaded later."""

    _inherit = "ir.module.module"

    def _given_names(self):
        from ..demo.service import RULES

        names = [rule[0] for rule in RULES]
        own = {"customer.tier.service": names}
        return {**super()._given_names(), "customer_tiering_service": own}
