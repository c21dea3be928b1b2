import math

from odoo import api, models
from odoo.exceptions import ValidationError

# Longer than any name, and than any filter or text that somebody writes.
LONGEST_NAME, LONGEST_TEXT = 1_000, 100_000
# Filters are texts in one line.
FILTERS = {"domain", "record_domain"}
# What columns hold: whole numbers, and amounts that can still be told apart by a cent.
LARGEST = {"integer": 2**31 - 1, "float": 1e15, "monetary": 1e15}


class CustomerTierInput(models.AbstractModel):
    """What people type into records, checked before anything is made of it: numbers that are none,
    characters that no column holds and texts without an end are refused in words."""

    _name = "customer.tier.input"
    _description = "Records That People Type"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_input(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_input(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_input(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_input(self, vals):
        """Refuse what cannot be kept.

        :param vals: values of some fields, as a client sends them
        """
        if self.env.su:
            # Messages of errors are as long as they are.
            return
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None:
                continue
            if field.type in LARGEST and isinstance(value, int | float):
                self._check_number(field, value)
            elif field.type in ("char", "text", "html") and isinstance(value, str):
                self._check_text(field, value)

    def _check_number(self, field, value):
        largest = LARGEST[field.type]
        if not math.isfinite(value) or abs(value) > largest:
            raise ValidationError(
                self.env._(
                    "“%(field)s” cannot be %(value)s. Enter a number between −%(largest)s and "
                    "%(largest)s.",
                    field=field._description_string(self.env),
                    value=value,
                    largest=f"{largest:,.0f}",
                )
            )

    def _check_text(self, field, value):
        title = field._description_string(self.env)
        if "\x00" in value:
            raise ValidationError(
                self.env._(
                    "“%s” has a character in it that cannot be kept. Type the text again instead "
                    "of pasting it.",
                    title,
                )
            )
        short = field.type == "char" and field.name not in FILTERS
        longest = LONGEST_NAME if short else LONGEST_TEXT
        if len(value) > longest:
            raise ValidationError(
                self.env._(
                    "“%(field)s” is %(length)s characters long. Shorten it to %(longest)s.",
                    field=title,
                    length=f"{len(value):,}",
                    longest=f"{longest:,}",
                )
            )
