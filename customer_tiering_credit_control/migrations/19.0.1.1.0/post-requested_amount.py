"""What was asked for is kept beside what is approved: of older requests it is the amount."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            "UPDATE customer_credit_approval SET requested_amount = amount "
            "WHERE requested_amount IS NULL OR requested_amount = 0"
        )
    )
