from odoo import models


class AccountMove(models.Model):
    """The core's warning on draft invoices, with what special approvals add to the limit."""

    _inherit = "account.move"

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
