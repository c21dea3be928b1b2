from odoo.tools import SQL


def migrate(cr, version):
    """Rhythms go with their customers without a foreign key, which was checked row by row."""
    if version:
        cr.execute(
            SQL(
                "ALTER TABLE customer_purchase_rhythm "
                "DROP CONSTRAINT IF EXISTS customer_purchase_rhythm_partner_id_fkey"
            )
        )
