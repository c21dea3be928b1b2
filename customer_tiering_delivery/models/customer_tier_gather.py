from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    _inherit = "customer.tier.gather"

    def _frequent_condition(self, company):
        condition = super()._frequent_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        # Only an order with a delivery method can consist of delivery alone: the lines of the
        # others need not be read.
        return SQL(
            """(%s AND (o.carrier_id IS NULL OR EXISTS (
                   SELECT FROM sale_order_line l
                    WHERE l.order_id = o.id AND l.display_type IS NULL
                      AND l.is_delivery IS NOT TRUE)))""",
            condition,
        )
