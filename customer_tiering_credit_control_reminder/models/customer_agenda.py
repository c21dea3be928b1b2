from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering_reminder.agenda_source import QUOTATION_DAYS, AgendaSource
from odoo.tools import SQL


class CustomerAgenda(models.Model):
    """Credit questions in the list of what there is to do: requests to decide on, quotations that
    need one, and answers that came."""

    _inherit = "customer.agenda"
    _depends = {
        "customer.credit.approval": [
            "amount",
            "decided_on",
            "decision",
            "date_until",
            "order_id",
            "partner_id",
            "requester_id",
        ],
        "mail.activity": ["active", "res_id", "res_model", "user_id"],
        "sale.order": ["amount_total", "currency_rate", "state", "user_id"],
    }

    kind = fields.Selection(
        selection_add=[
            ("credit_decide", "Credit asked for"),
            ("credit_ask", "Over the credit limit"),
            ("credit_answer", "Credit decided"),
        ]
    )
    step = fields.Selection(
        selection_add=[("request", "Ask for Credit"), ("open_order", "Open Quotation")]
    )

    @api.model
    def _sources(self):
        approval = "customer.credit.approval"
        return {
            **super()._sources(),
            "credit_decide": AgendaSource(self._credit_requests, approval, "decide"),
            "credit_ask": AgendaSource(self._credit_to_ask, "sale.order", "request"),
            "credit_answer": AgendaSource(self._credit_answers, approval, "open_order"),
        }

    @api.model
    def _credit_requests(self):
        """Requests that wait for an answer; the row is whose to-do it is."""
        return SQL(
            """SELECT r.id, r.partner_id, r.company_id, a.user_id, r.create_date::date AS date,
                      r.amount AS stake
                 FROM customer_credit_approval r
            LEFT JOIN LATERAL (
                      SELECT user_id FROM mail_activity
                       WHERE res_model = 'customer.credit.approval' AND res_id = r.id AND active
                       ORDER BY id LIMIT 1) a ON TRUE
                WHERE r.decision = 'requested' AND r.date_until >= %s""",
            fields.Date.context_today(self),
        )

    @api.model
    def _credit_to_ask(self):
        """The reader's own quotations that are over the limit and that nobody has asked for."""
        rows = self._over_limit()
        if not rows:
            return SQL(
                """SELECT NULL::integer AS id, NULL::integer AS partner_id,
                          NULL::integer AS company_id, NULL::integer AS user_id,
                          NULL::date AS date, NULL::numeric AS stake WHERE FALSE"""
            )
        return SQL(
            """SELECT o.id, b.commercial_partner_id AS partner_id, o.company_id, o.user_id,
                      o.create_date::date AS date, v.over AS stake
                 FROM (VALUES %s) v (id, over)
                 JOIN sale_order o ON o.id = v.id
                 JOIN res_partner b ON b.id = o.partner_id""",
            SQL(", ").join(SQL("(%s, %s::numeric)", *row) for row in rows),
        )

    @api.model
    def _over_limit(self):
        """:return: list of (id of the quotation, how much is lacking)"""
        # Read with all rights: what somebody owes is compared, and only whether it is too much,
        # and how much is lacking, is told, as on the quotation.
        companies = self.env.companies.sudo()
        checking = companies.filtered(lambda company: company.customer_credit_check != "none")
        if not checking:
            return []
        since = fields.Date.context_today(self) - timedelta(days=QUOTATION_DAYS)
        mine = [
            ("user_id", "=", self.env.uid),
            ("state", "in", ("draft", "sent")),
            ("create_date", ">=", since),
            ("company_id", "in", checking.ids),
        ]
        orders = self.env["sale.order"].sudo().search(mine)
        asked = self.env["customer.credit.approval"].sudo()
        asked = asked.search([("order_id", "in", orders.ids), ("decision", "!=", "approved")])
        cases = (orders - asked.order_id)._customer_credit_over_limit(together=False)
        return [(case.order.id, case.over) for case in cases if case.own > 0]

    @api.model
    def _credit_answers(self):
        """What was decided since about quotations that are still to be confirmed."""
        return SQL(
            """SELECT r.id, r.partner_id, r.company_id, r.requester_id AS user_id,
                      r.decided_on::date AS date,
                      o.amount_total / COALESCE(NULLIF(o.currency_rate, 0), 1) AS stake
                 FROM customer_credit_approval r
                 JOIN sale_order o ON o.id = r.order_id AND o.state IN ('draft', 'sent')
                WHERE r.decision IN ('approved', 'refused') AND r.date_until >= %(today)s
                  AND r.decided_on >= %(since)s""",
            today=fields.Date.context_today(self),
            since=fields.Date.context_today(self) - timedelta(days=QUOTATION_DAYS),
        )

    @api.model
    def _headline(self, kind, record):
        if kind == "credit_ask":
            return self.env._("%s is over the credit limit", record.name)
        if kind not in ("credit_decide", "credit_answer"):
            return super()._headline(kind, record)
        words = {
            "amount": record.currency_id.format(record.amount),
            "order": record.order_id.name or "",
        }
        if kind == "credit_decide":
            who = record.requester_id.name
            return self.env._("%(amount)s asked for by %(who)s", who=who, **words)
        if record.decision == "approved":
            return self.env._("%(amount)s approved: %(order)s can be confirmed", **words)
        return self.env._("%(amount)s refused: talk to the customer about %(order)s", **words)

    @api.model
    def _next_step(self, kind, step):
        steps = {
            "credit_decide": self.env._("Approve or refuse"),
            "credit_ask": self.env._("Ask for a special approval, or for money first"),
            "credit_answer": self.env._("Confirm the order, or settle it with the customer"),
        }
        return steps.get(kind) or super()._next_step(kind, step)

    def _do(self):
        # With the reader's own rights, as if opened from the record.
        if self.step == "request":
            return self._records().action_request_credit()
        if self.kind == "credit_decide":
            return self._records().get_formview_action()
        if self.step == "open_order":
            return self._records().order_id.get_formview_action()
        return super()._do()
