"""Lists of typed discounts are in the currency of the list that they are on top of, and quotations
that were orders once keep nothing of that."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    made = env["product.pricelist"].search([("customer_tier_id", "!=", False)])
    made.filtered(
        lambda one: (
            one.currency_id
            != (one.customer_tier_base_id or one.customer_tier_id.company_id).currency_id
        )
    ).customer_tier_id._update_discount_pricelist()
    cr.execute(
        SQL(
            """
            UPDATE sale_order SET customer_list_amount = NULL, customer_tier_discount = NULL
             WHERE state IN ('draft', 'sent')
               AND (customer_list_amount <> 0 OR customer_tier_discount <> 0)
            """
        )
    )
    env.invalidate_all()
