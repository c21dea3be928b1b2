from odoo import models

from ..demo.names import translate_products
from ..presets.build import NAMED_MODELS, preset_terms, translate_names


class IrModuleModule(models.Model):
    """What presets and the demo have named gets its names in a language that is loaded later."""

    _inherit = "ir.module.module"

    def _update_translations(self, filter_lang=None, overwrite=False):
        result = super()._update_translations(filter_lang=filter_lang, overwrite=overwrite)
        codes = filter_lang or [code for code, _name in self.env["res.lang"].get_installed()]
        codes = [codes] if isinstance(codes, str) else codes
        # Whoever loads a language need not have any right on tiers.
        env = self.sudo().env
        given = self._given_names()
        for addon in given.keys() & set(self.mapped("name")):
            for model, terms in given[addon].items():
                translate_names(env, codes, [model], terms)
        if "customer_tiering" in self.mapped("name"):
            translate_products(env, codes)
        return result

    def _given_names(self):
        """Hook: names that code of addons gives to records.

        :return: dict addon → dict model → names, lazily translated
        """
        terms = list(preset_terms())
        return {"customer_tiering": dict.fromkeys(NAMED_MODELS, terms)}
