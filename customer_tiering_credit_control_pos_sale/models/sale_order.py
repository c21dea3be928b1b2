from odoo import api, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Orders that are settled in Point of Sale: what was paid there is not owed, and what was put
    on account there is owed there, once."""

    _inherit = "sale.order"

    def _customer_credit_paid(self):
        return super()._customer_credit_paid() + sum(
            self._customer_credit_settled_at_till().mapped("price_subtotal_incl")
        )

    def _customer_credit_settled(self):
        """Who has settled an order at a till has the goods: what went on account was looked at
        there. A deposit, or a part of the goods, is none of the rest."""
        if super()._customer_credit_settled():
            return True
        gone = self._customer_credit_settled_at_till().filtered(
            lambda line: line.sale_order_line_id and not line.sale_order_line_id.is_downpayment
        )
        order = self.sudo()
        settled = sum(gone.mapped("price_subtotal_incl"))
        return bool(gone) and order.currency_id.compare_amounts(settled, order.amount_total) >= 0

    def _customer_credit_settled_at_till(self):
        """Lines of tills that this order was settled with; sudo."""
        lines = self.sudo().pos_order_line_ids
        return lines.filtered(lambda line: line.order_id.state in ("paid", "done"))

    # What confirmed orders add

    @api.model
    def _customer_credit_not_counted(self, partners, company):
        missing = super()._customer_credit_not_counted(partners, company)
        accounts = self.env["pos.order"]._customer_credit_open_accounts(partners, company)
        for partner, amount in accounts.items():
            missing[partner] += amount
        return missing

    @api.model
    def _customer_credit_open_domain(self, partners, company, since):
        """Also those that the core takes for invoiced because they were loaded into a till."""
        aside = Domain("pos_order_line_ids.order_id.state", "in", ("draft", "cancel"))
        confirmed = Domain(
            [
                ("company_id", "=", company.id),
                ("state", "=", "sale"),
                ("partner_invoice_id.commercial_partner_id", "in", partners.ids),
            ]
        )
        usual = super()._customer_credit_open_domain(partners, company, since)
        return usual | (confirmed & aside)

    def _customer_credit_open(self, since):
        """The core takes off what was loaded into a till, sold there or not, and at any price."""
        amount = super()._customer_credit_open(since)
        lines = self.sudo().pos_order_line_ids
        if not lines:
            return amount
        aside = lines.filtered(lambda line: line.order_id.state in ("draft", "cancel"))
        return max(amount + sum(aside.mapped("price_subtotal_incl")), 0.0)

    def _customer_credit_owed_before(self, debtor, company, amount, taken_off=0.0):
        """How much of an amount that is settled at a till somebody owed for this order already, in
        company currency; sudo.

        :param taken_off: what a till has taken off the order meanwhile, in its currency
        """
        self.ensure_one()
        if self.state != "sale" or self.company_id != company:
            return 0.0
        if self._customer_credit_debtor() != debtor:
            return 0.0
        _today, since = self._customer_credit_days(company)
        deposits = self._customer_credit_deposits()
        owed = self.amount_to_invoice + self._customer_credit_undelivered(since) - deposits
        owed = min(amount, max(owed + taken_off, 0.0))
        return owed / (self.currency_rate or 1.0)
