from odoo import models
from odoo.tools import SQL

# What pays for an order instead of making it cheaper.
PAYING = ("gift_card", "ewallet")


class CustomerTierGather(models.AbstractModel):
    """Rewards, gift cards and top-ups of wallets are no goods that customers buy."""

    _inherit = "customer.tier.gather"

    def _goods_condition(self, company):
        return SQL("(%s AND l.reward_id IS NULL)", super()._goods_condition(company))

    def _products_that_are_no_goods(self, company):
        # Those of archived programmes, too.
        return SQL(
            """%s UNION ALL
               SELECT c.product_product_id
                 FROM loyalty_program y
                 JOIN loyalty_rule k ON k.program_id = y.id
                 JOIN loyalty_rule_product_product_rel c ON c.loyalty_rule_id = k.id
                WHERE y.program_type IN %s
                UNION ALL
               SELECT discount_line_product_id
                 FROM loyalty_reward
                WHERE reward_type = 'discount' AND discount_line_product_id IS NOT NULL""",
            super()._products_that_are_no_goods(company),
            PAYING,
        )

    def _products_beside_purchases(self, company):
        """What a card or a wallet pays with."""
        return SQL(
            """%s UNION ALL
               SELECT r.discount_line_product_id
                 FROM loyalty_reward r
                 JOIN loyalty_program y ON y.id = r.program_id
                WHERE y.program_type IN %s""",
            super()._products_beside_purchases(company),
            PAYING,
        )

    def _frequent_condition(self, company):
        """An order that costs nothing any more because a card paid for it is an order."""
        condition = super()._frequent_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        return SQL(
            """(%(condition)s
                OR o.amount_untaxed <= 0 AND (
                    SELECT BOOL_OR(g.type IN %(paying)s)
                       AND SUM(l.price_subtotal) FILTER (WHERE g.type NOT IN %(paying)s) > 0
                      FROM sale_order_line l
                 LEFT JOIN loyalty_reward r ON r.id = l.reward_id
                 LEFT JOIN loyalty_program y ON y.id = r.program_id
                      JOIN LATERAL (SELECT COALESCE(y.program_type, '') AS type) g ON TRUE
                     WHERE l.order_id = o.id AND l.display_type IS NULL))""",
            condition=condition,
            paying=PAYING,
        )

    def _frequent_invoice_condition(self, company):
        """The same of the invoice."""
        condition = super()._frequent_invoice_condition(company)
        if company.customer_tier_count_all_orders:
            return condition
        return SQL(
            """(%(condition)s
                OR m.amount_untaxed_signed <= 0 AND (
                    SELECT BOOL_OR(g.type IN %(paying)s)
                       AND SUM(i.price_subtotal) FILTER (WHERE g.type NOT IN %(paying)s) > 0
                      FROM account_move_line i
                 LEFT JOIN sale_order_line_invoice_rel x ON x.invoice_line_id = i.id
                 LEFT JOIN sale_order_line l ON l.id = x.order_line_id
                 LEFT JOIN loyalty_reward r ON r.id = l.reward_id
                 LEFT JOIN loyalty_program y ON y.id = r.program_id
                      JOIN LATERAL (SELECT COALESCE(y.program_type, '') AS type) g ON TRUE
                     WHERE i.move_id = m.id AND i.display_type = 'product'))""",
            condition=condition,
            paying=PAYING,
        )
