from typing import NamedTuple

from odoo import api, models
from odoo.tools import ormcache


class Badge(NamedTuple):
    """How one of a few records looks wherever it is named: words and index of the colour."""

    name: str
    color: int


class CustomerTierBadge(models.AbstractModel):
    """Records of the configuration that every list of customers names.

    They are few and hardly ever change, so the process remembers their names and colours, and a
    page of customers does not ask for them.
    """

    _name = "customer.tier.badge"
    _description = "Remembered Name and Color"

    def _badge_fields(self):
        return {"name", "color"}

    def _badge_name(self):
        """The name in words, from the fields."""
        return self.name

    @ormcache("self.id", "self.env.lang")
    def _badge(self):
        """
        :return: ``Badge`` of one saved record, whoever asks: whoever sees a record that refers
            to it sees its name, as with every many2one
        """
        known = self.sudo()
        return Badge(known._badge_name(), known.color)

    @api.depends("name")
    def _compute_display_name(self):
        for record in self:
            # Lists name what they refer to as superuser; anybody else has to have the right to
            # read it. While it is edited on a form nothing may be remembered.
            known = record.id and self.env.su
            record.display_name = record._badge().name if known else record._badge_name()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._badge_fields() & vals.keys():
            self.env.registry.clear_cache()
        return result

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
