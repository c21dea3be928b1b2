from odoo import models

from ..presets.build import translate_names


class IrModuleModule(models.Model):
    """What presets have named gets its names in a language that is loaded later."""

    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        result = super()._update_translations(filter_lang=filter_lang, overwrite=overwrite)
        if "customer_tiering" in self.mapped("name"):
            codes = filter_lang or [code for code, _name in self.env["res.lang"].get_installed()]
            # Whoever loads a language need not have any right on tiers.
            translate_names(self.sudo().env, [codes] if isinstance(codes, str) else codes)
        return result
