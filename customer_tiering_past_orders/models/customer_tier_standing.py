from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.addons.customer_tiering.tools import open_list, works_in
from odoo.tools import SQL, formatLang


class CustomerTierStanding(models.Model):
    """Tells what of a customer's figures comes from before Odoo."""

    _inherit = "customer.tier.standing"

    def _explain(self, policy, rules=None, words=None):
        explanation = super()._explain(policy, rules, words)
        if text := self._past_orders_text():
            explanation["sentences"].append({"kind": "past", "text": text})
        return explanation

    def _past_orders_text(self):
        company = works_in(self.env, self.company_id)
        if not company or not self.partner_id.id:
            return ""
        as_of = self._counted_on() or fields.Date.context_today(self)
        count, amount = self._past_orders_between(as_of - relativedelta(years=1), as_of)
        if not count:
            return ""
        amount = formatLang(self.env, amount, currency_obj=company.currency_id)
        if count == 1:
            return self.env._("Of the last 12 months, 1 order (%s) comes from before Odoo.", amount)
        return self.env._(
            "Of the last 12 months, %(count)s orders (%(amount)s) come from before Odoo.",
            count=count,
            amount=amount,
        )

    def _past_orders_between(self, after, until):
        """Number and amount of the past orders that count, later than a day and up to another."""
        Past = self.env["customer.past.order"]
        Past.flush_model()
        self.env["sale.order"].flush_model(["partner_id", "company_id", "state", "date_order"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*), COALESCE(SUM(h.amount_company), 0)
                  FROM res_partner p
                  JOIN customer_past_order h ON h.partner_id = p.id
                 WHERE p.commercial_partner_id = %s AND h.company_id = %s
                   AND h.order_date > %s AND h.order_date <= %s AND %s
                """,
                self.partner_id.id,
                self.company_id.id,
                after,
                until,
                Past._counts_sql(),
            )
        )
        return rows[0]

    def action_open_past_orders(self):
        """What the customer bought before Odoo."""
        self.ensure_one()
        domain = [
            ("partner_id", "child_of", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return open_list(
            self.env, "customer_tiering_past_orders.customer_past_order_action", domain
        )
