from odoo import models
from odoo.addons.customer_tiering.presets.build import translate_names


class IrModuleModule(models.Model):
    """Rules of the demo get their names in a language that is loaded later."""

    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        result = super()._update_translations(filter_lang=filter_lang, overwrite=overwrite)
        if "customer_tiering_service" in self.mapped("name"):
            from ..demo.service import RULES

            codes = filter_lang or [code for code, _name in self.env["res.lang"].get_installed()]
            codes = [codes] if isinstance(codes, str) else codes
            names = [rule[0] for rule in RULES]
            # Whoever loads a language need not have any right on these rules.
            translate_names(self.sudo().env, codes, ["customer.tier.service"], names)
        return result
