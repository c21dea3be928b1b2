from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note which orders of others are taken back by credit notes with a sum for a whole invoice."""
    api.Environment(cr, SUPERUSER_ID, {})["account.move"]._customer_tier_find_orders()
