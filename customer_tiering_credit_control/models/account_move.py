from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The core's warning on draft invoices, with what special approvals add to the limit; and
    invoices of orders, which go to whoever owes for these."""

    _inherit = "account.move"

    def _post(self, soft=True):
        for move in self:
            move._customer_credit_check_payer()
        before = {order: order._customer_credit_debt() for order in self._customer_credit_orders()}
        posted = super()._post(soft)
        posted._customer_credit_check_invoiced(before)
        return posted

    def _customer_credit_orders(self):
        """Orders that these invoices are for, confirmed or cancelled since, in companies that look
        at limits; sudo. Deposits may be asked for before an order is confirmed."""
        lines = self.filtered(lambda move: move.move_type == "out_invoice").sudo().line_ids
        return lines.sale_line_ids.order_id.filtered(
            lambda order: (
                order.state in ("sale", "cancel") and order.company_id._customer_credit_looks()
            )
        )

    def _customer_credit_check_invoiced(self, before):
        """Refuse that an order is invoiced for more than it comes to, or to somebody else, beyond
        the limit of whoever has to pay, but by who approves credit; note it where that is so.

        :param before: dict of orders → ``OrderDebt`` before these were posted
        """
        # Orders and limits are none of an accountant's business, whether they fit is.
        for move in self.sudo():
            payer = move.commercial_partner_id
            orders = move._customer_credit_orders().filtered(
                lambda order, payer=payer: (
                    order in before
                    and (
                        order._customer_credit_debtor() != payer
                        or order._customer_credit_invoiced_beyond(before[order])
                    )
                )
            )
            position = orders and payer._customer_credit_now(move.company_id).get(payer.id)
            if not position or move.company_currency_id.round(position.over()) <= 0:
                continue
            if payer._customer_credit_keeps(move.company_id) and not self.env.su:
                raise UserError(
                    self.env._(
                        "With %(invoice)s, %(customer)s would owe more than it has ordered, and "
                        "more than it may. Invoice what was ordered to whoever pays for it, or ask "
                        "somebody who approves credit.",
                        invoice=move.display_name,
                        customer=payer.display_name,
                    )
                )
            for order in orders:
                order._customer_credit_in_seller_language().message_post(
                    body=self.env._("Made larger over the credit limit of %s.", payer.display_name)
                )

    def _customer_credit_check_payer(self):
        """Refuse that what somebody with a limit has ordered is invoiced to somebody without any,
        but by who approves credit: it would be owed within no limit."""
        company = self.company_id
        if self.move_type != "out_invoice" or not company._customer_credit_looks():
            return
        # Orders and limits are none of an accountant's business, whether they fit is.
        payer = self.sudo().commercial_partner_id.with_company(company)
        for order in self.sudo().line_ids.sale_line_ids.order_id:
            debtor = order._customer_credit_debtor()
            if debtor == payer or order.state != "sale" or payer.credit_limit:
                continue
            if not debtor.with_company(company).credit_limit:
                continue
            if debtor._customer_credit_keeps(company):
                raise UserError(payer._customer_credit_kept_text(debtor))
            body = payer._customer_credit_released_text(debtor)
            order._customer_credit_in_seller_language().message_post(body=body)

    def _build_credit_warning_message(self, record, current_amount=0.0, **options):
        """The core's words and figures, in the company of the document instead of the user's; none
        while special approvals cover it."""
        company = record.company_id
        if company:
            record = record.with_company(company)
        message = super()._build_credit_warning_message(record, current_amount, **options)
        extra = message and self._customer_credit_extra(record)
        if not extra:
            return message
        partner = record.partner_id.commercial_partner_id
        owed = partner.credit + partner.credit_to_invoice - options.get("exclude_amount", 0.0)
        owed += 0.0 if options.get("exclude_current") else current_amount
        currency = company.sudo().currency_id
        if currency.compare_amounts(owed, partner.credit_limit + extra) <= 0:
            return ""
        approved = self.env._("Special approvals add %s to the limit.", currency.format(extra))
        return f"{message}\n{approved}"

    def _customer_credit_extra(self, record):
        """What special approvals allow a document's customer today, in its company."""
        partner = record.partner_id.commercial_partner_id._origin
        position = partner and partner._customer_credit_positions(record.company_id).get(partner)
        return position.extra if position else 0.0
