from odoo import fields


class BulkMany2one(fields.Many2one):
    """Many2one of a table that is filled by the hundred thousand, without a foreign key.

    PostgreSQL checks a foreign key row by row, which for a handful of tiers takes longer than all
    the rest of a grading. The same guarantee is given by sets: grading locks the few records it
    refers to (``customer.tier.store._hold``), and they refuse or clean up their own deletion.
    """

    def update_db_foreign_key(self, model, column):
        """There is none."""
