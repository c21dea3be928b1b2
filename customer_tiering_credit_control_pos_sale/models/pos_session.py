import math

from odoo import models
from odoo.addons.customer_tiering.models.customer_tier_append_only import by_system
from odoo.exceptions import UserError
from odoo.fields import Date


class PosSession(models.Model):
    """What a till asks before goods are put on a customer's account."""

    _inherit = "pos.session"

    def customer_credit_on_account(self, partner_id, amount, settled=None):
        """What the cashier is told before something is put on account.

        :param amount: to be put there, in currency of the till
        :param settled: dict number of an order → what is settled of it
        :return: dict with ``message``, ``refused`` and ``requested``, whether an approval is asked
            for already; False where nothing is to be said
        """
        asked = self._customer_credit_asked(partner_id, amount, settled or {})
        if not asked:
            return False
        debtor, position, more = asked
        company = self.sudo().company_id
        refused = company._customer_credit_blocks()
        Order = self.env["pos.order"]
        return {
            "refused": refused,
            "requested": bool(position.requested),
            "message": Order._customer_credit_refusal(debtor, position, company, more),
        }

    def customer_credit_request_on_account(self, partner_id, amount, settled=None):
        """Ask the company's approver for what is missing, once.

        :return: what to tell the cashier
        """
        asked = self._customer_credit_asked(partner_id, amount, settled or {})
        if not asked:
            return self.env._("Nothing has to be approved. Try again.")
        debtor, position, more = asked
        if not position.requested:
            company = self.sudo().company_id
            today = self.env["customer.tier.gather"]._today(company)
            # Cashiers need no right on approvals to say that one is wanted.
            by_system(self.env["customer.credit.approval"].sudo()).create(
                {
                    "partner_id": debtor.id,
                    "company_id": company.id,
                    "amount": company.currency_id.round(position.over(more)),
                    "date_until": Date.add(today, days=30),
                    "requester_id": self.env.uid,
                    "reason": self.env._("To be put on account at %s.", self.config_id.name),
                }
            )
        return self.env._(
            "Extra credit is requested and waits for approval. Keep the order until then, or have "
            "the customer pay in another way."
        )

    def _customer_credit_asked(self, partner_id, amount, settled):
        """Who would be over its limit, after making sure that the user sells at this till.

        :return: debtor (sudo), its ``CreditPosition`` and what is added, in company currency; None
            where the limit holds, or nobody looks
        """
        self.ensure_one()
        self.check_access("write")
        settled = self._customer_credit_parts(settled)
        partner = self.env["res.partner"].browse(self._customer_credit_number(partner_id)).exists()
        if not partner:
            raise UserError(self.env._("This customer does not exist any more. Choose another."))
        partner.check_access("read")
        company = self.sudo().company_id
        if not company._customer_credit_looks():
            return None
        debtor = partner.sudo().commercial_partner_id
        position = debtor._customer_credit_positions(company).get(debtor)
        more = self._customer_credit_converted(amount)
        orders = self.env["sale.order"].sudo()
        for number, part in settled.items():
            part = self._customer_credit_converted(part)
            if order := orders.browse(number).exists():
                more -= order._customer_credit_owed_before(debtor, company, part)
        if more <= 0 or not position or company.currency_id.round(position.over(more)) <= 0:
            return None
        return debtor, position, more

    def _customer_credit_parts(self, settled):
        """Amounts by number of the order, whose numbers are texts in JSON."""
        if not isinstance(settled, dict):
            settled = {str(settled): None}
        return {self._customer_credit_number(number): part for number, part in settled.items()}

    def _customer_credit_number(self, number):
        """The number of a record that a till has sent."""
        text = str(number)[:50]
        if isinstance(number, bool) or not text.isdecimal() or not 0 < int(text) < 2**31:
            raise UserError(self.env._("%s is not the number of a record.", text))
        return int(text)

    def _customer_credit_converted(self, amount):
        """An amount that a till has sent, in currency of its company."""
        if not isinstance(amount, int | float) or not math.isfinite(amount):
            raise UserError(self.env._("%s is not an amount. Enter a number.", str(amount)[:50]))
        session = self.sudo()
        company = session.company_id
        today = self.env["customer.tier.gather"]._today(company)
        return session.currency_id._convert(amount, company.currency_id, company, today)
