from odoo import models


class SaleOrder(models.Model):
    """Orders that are settled in Point of Sale: what was paid there is not owed."""

    _inherit = "sale.order"

    def _customer_credit_paid(self):
        lines = self._customer_credit_paid_at_till()
        return super()._customer_credit_paid() + sum(
            line.price_subtotal_incl * share for line, share in lines
        )

    def _customer_credit_settled(self):
        """Who has settled an order at a till has the goods, also on account. A deposit, or a part
        of the goods, is none of the rest."""
        if super()._customer_credit_settled():
            return True
        gone = [
            line.price_subtotal_incl
            for line, _share in self._customer_credit_paid_at_till()
            if line.sale_order_line_id and not line.sale_order_line_id.is_downpayment
        ]
        order = self.sudo()
        return bool(gone) and order.currency_id.compare_amounts(sum(gone), order.amount_total) >= 0

    def _customer_credit_paid_at_till(self):
        """What this order was paid for at a till.

        :return: pairs of a line there, and the share of it that is paid, or in the ledger already
        """
        order = self.sudo()
        shares = {}
        for till_order in order.pos_order_line_ids.order_id:
            if till_order.state == "paid" and not till_order.account_move:
                # What is put on the customer's account there is owed like any other order.
                owed = till_order.payment_ids.filtered(
                    lambda payment: payment.payment_method_id.type == "pay_later"
                )
                total = till_order.amount_total
                shares[till_order] = 1 - sum(owed.mapped("amount")) / total if total else 1.0
            elif till_order.state in ("paid", "done"):
                shares[till_order] = 1.0
        return [
            (line, shares[line.order_id])
            for line in order.pos_order_line_ids
            if line.order_id in shares
        ]
