from odoo import models


class IrModuleModule(models.Model):
    """What the demo offers gets its names in a language that is loaded later."""

    _inherit = "ir.module.module"

    def _given_names(self):
        from ..demo.offers import PROGRAM, RULE

        own = {"loyalty.program": [PROGRAM], "customer.reminder.rule": [RULE]}
        return {**super()._given_names(), "customer_tiering_reorder_loyalty": own}
