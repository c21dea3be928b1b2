from math import isnan

from odoo import fields


class BulkMany2one(fields.Many2one):
    """Many2one of a table that is filled by the hundred thousand, without a foreign key.

    PostgreSQL checks a foreign key row by row, which for a handful of tiers takes longer than all
    the rest of a grading. The same guarantee is given by sets: whoever
    fills the table locks the records it refers to (``customer.tier.store._held``), and they refuse
    or clean up their own deletion.
    """

    def update_db_foreign_key(self, model, column):
        """There is none."""


class BulkNumbers(fields.Json):
    """Array of floats, of which NaN reads as ``None``.

    What the positions mean is kept once elsewhere: as JSON objects with names the same numbers
    take four times as long to write and three times the space.
    """

    _column_type = ("_float8", "float8[]")

    def convert_to_record(self, value, record):
        return [None if number is None or isnan(number) else number for number in value or ()]

    def convert_to_column(self, value, record, values=None, validate=True):
        return [float("nan") if v is None else float(v) for v in value] if value else None

    def convert_to_cache(self, value, record, validate=True):
        return list(value) if value else None


class KnownFloat(fields.Float):
    """Float that may be unknown, which reads as ``False`` and shows as nothing instead of as 0.

    Comparisons leave out who has no value; ``=`` and ``!=`` with ``False`` ask for it.
    """

    falsy_value = None

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_cache(self, value, record, validate=True):
        unknown = value is None or value is False
        return None if unknown else super().convert_to_cache(value, record, validate)

    def convert_to_column(self, value, record, values=None, validate=True):
        unknown = value is None or value is False
        return None if unknown else super().convert_to_column(value, record, values, validate)

    def convert_to_export(self, value, record):
        return "" if value is False else super().convert_to_export(value, record)
