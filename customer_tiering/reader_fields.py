from odoo import fields

from .tools import may_follow


class _OfReader:
    """Related field that an unsaved form gets only through a record that the reader may read.

    Fields that follow others are read with all rights, so whoever types the number of another
    company's record would be told what is behind it.
    """

    def _compute_related(self, records):
        step = self.related.split(".", 1)[0]
        known = records.filtered(lambda record: may_follow(record, step))
        for record in records - known:
            record[self.name] = False
        return super()._compute_related(known)


class ReaderMany2one(_OfReader, fields.Many2one):
    """See :class:`_OfReader`."""


class ReaderChar(_OfReader, fields.Char):
    """See :class:`_OfReader`."""


class ReaderInteger(_OfReader, fields.Integer):
    """See :class:`_OfReader`."""
