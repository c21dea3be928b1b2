from odoo import models


class AccountMove(models.Model):
    """The core's warning on draft invoices, with what special approvals add to the limit."""

    _inherit = "account.move"

    def _build_credit_warning_message(
        self, record, current_amount=0.0, exclude_current=False, exclude_amount=0.0
    ):
        """Replaces the core's, which is about the user's current company instead of the
        document's."""
        company = record.company_id
        partner = record.partner_id.commercial_partner_id._origin
        position = partner and partner._credit_positions(company).get(partner)
        if not position:
            return ""
        # What is on this document is among the orders that are not invoiced yet.
        position = position._replace(to_invoice=position.to_invoice - exclude_amount)
        own = current_amount
        if exclude_current:
            position = position._replace(to_invoice=position.to_invoice - own)
        over = company.sudo().currency_id.round(position.over(own))
        return self._credit_warning(record, position, own, over) if over > 0 else ""

    def _credit_warning(self, record, position, own, over):
        amounts = {
            "allowed": position.allowed,
            "extra": position.extra,
            "receivable": position.receivable,
            "to_invoice": position.to_invoice,
            "own": own,
            "over": over,
        }
        currency = record.company_id.sudo().currency_id
        values = {name: currency.format(amount) for name, amount in amounts.items()}
        values["customer"] = record.partner_id.commercial_partner_id.display_name
        lines = [
            self.env._("%(customer)s is over its credit limit of %(allowed)s.", **values)
            if position.over()
            else self.env._(
                "With this document %(customer)s goes over its credit limit of %(allowed)s by "
                "%(over)s.",
                **values,
            ),
            self.env._(
                "Unpaid invoices: %(receivable)s · Orders not invoiced yet: %(to_invoice)s · This "
                "document: %(own)s",
                **values,
            ),
        ]
        if position.extra:
            lines.append(self.env._("%(extra)s of the limit is from special approvals.", **values))
        return "\n".join(lines)

    def _get_partner_credit_warning_exclude_amount(self):
        """What of this draft counts as ordered already, in company currency."""
        self.ensure_one()
        # Bookkeepers need not have any right on orders.
        move = self.sudo()
        company = move.company_id
        orders = move.line_ids.sale_line_ids.order_id.filtered(lambda o: o.state == "sale")
        today, since = orders._credit_days(company)
        return sum(
            order.currency_id._convert(
                max(min(move._get_sale_order_invoiced_amount(order), order._credit_open(since)), 0),
                company.currency_id,
                company,
                today,
            )
            for order in orders
        )
