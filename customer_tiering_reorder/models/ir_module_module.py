from odoo import models

from ..presets import NAMES


class IrModuleModule(models.Model):
    """Rules made from presets get their names in a language that is loaded later, those of the demo
    too."""

    _inherit = "ir.module.module"

    def _given_names(self):
        from ..demo.year import YEARS

        names = [*NAMES.values(), *(name for name, _plan in YEARS)]
        own = {"customer.reminder.rule": names}
        return {**super()._given_names(), "customer_tiering_reorder": own}
