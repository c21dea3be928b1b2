from functools import partial

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.tools import open_dialog
from odoo.addons.customer_tiering_reminder.agenda_source import AgendaSource
from odoo.tools import SQL

from .customer_win_back import ASK_AGAIN_DAYS

QUESTION = "customer_tiering_playbook.mail_activity_type_win_back"


class CustomerAgenda(models.Model):
    """Win-backs and what playbooks ask for, in the list of what there is to do."""

    _inherit = "customer.agenda"
    _depends = {
        "customer.win.back": ["arm", "outcome", "user_id", "date", "partner_id", "window_end"],
        "customer.stage.playbook.start": ["state", "activity_ids"],
        "mail.activity": ["date_deadline", "activity_type_id", "user_id", "active"],
    }

    kind = fields.Selection(
        selection_add=[
            ("win_back", "Win-back"),
            ("question", "Ask why"),
            ("playbook", "Playbook"),
        ]
    )
    step = fields.Selection(selection_add=[("ask", "What Was Said")])

    @api.model
    def _sources(self):
        asks = SQL("a.activity_type_id = %s", self.env["ir.model.data"]._xmlid_to_res_id(QUESTION))
        return {
            **super()._sources(),
            "win_back": AgendaSource(self._win_backs, "customer.win.back", "ask", quoted=True),
            "question": AgendaSource(
                partial(self._playbook_activities, asks), "mail.activity", "ask"
            ),
            "playbook": AgendaSource(
                partial(self._playbook_activities, SQL("(%s) IS NOT TRUE", asks)),
                "mail.activity",
                "done",
            ),
        }

    @api.model
    def _win_backs(self):
        """Open ones, a while after the customer was followed up, and again as long after; none of
        who is held back."""
        return SQL(
            """SELECT w.id, w.partner_id, w.company_id, w.user_id, NULL::numeric AS stake,
                      w.date + (%(today)s::date - w.date) / %(days)s * %(days)s AS date
                 FROM customer_win_back w
                 JOIN res_partner p ON p.id = w.partner_id AND p.active
                WHERE w.outcome = 'open' AND w.date <= %(today)s::date - %(days)s
                  -- Held back until its time is over.
                  AND (w.arm <> %(control)s OR w.window_end < %(today)s)
                  AND NOT EXISTS (
                      SELECT FROM customer_stage_playbook_start t
                        JOIN customer_stage_playbook_start_activity_rel l ON l.start_id = t.id
                        JOIN mail_activity a ON a.id = l.activity_id AND a.active
                       WHERE t.partner_id = w.partner_id AND t.company_id = w.company_id
                         AND t.state = 'open' AND a.activity_type_id = %(question)s
                         AND a.date_deadline <= %(today)s)""",
            question=self.env["ir.model.data"]._xmlid_to_res_id(QUESTION),
            today=fields.Date.context_today(self),
            days=ASK_AGAIN_DAYS,
            control=assignment.CONTROL,
        )

    @api.model
    def _playbook_activities(self, condition):
        """What is due of plans under way.

        :param condition: ``SQL`` on activities ``a``
        """
        return SQL(
            """SELECT a.id, t.partner_id, t.company_id, a.user_id, a.date_deadline AS date,
                      NULL::numeric AS stake
                 FROM customer_stage_playbook_start t
                 JOIN customer_stage_playbook_start_activity_rel l ON l.start_id = t.id
                 JOIN mail_activity a ON a.id = l.activity_id AND a.active
                WHERE t.state = 'open' AND a.date_deadline <= %s AND %s""",
            fields.Date.context_today(self),
            condition,
        )

    def _headline(self, record):
        if self.kind == "win_back":
            return record.reason_id.name or self.env._("Stays away, and nobody knows why yet")
        if self.kind in ("question", "playbook"):
            return self._plan_summary(record) or record.activity_type_id.name
        return super()._headline(record)

    def _plan_summary(self, activity):
        """What the plan calls an activity of it, in the reader's language as long as nobody has
        changed what it says."""
        written, lang = activity.user_id.lang, self.env.lang
        # Without a language nobody reads.
        if not activity.summary or not lang or written == lang:
            return activity.summary
        starts = activity.env["customer.stage.playbook.start"]
        plans = starts.search([("activity_ids", "in", activity.ids)]).plan_id
        return (
            plans.template_ids._customer_saying(activity.summary, written).summary
            or activity.summary
        )

    @api.model
    def _next_step(self, kind, step):
        steps = {
            "win_back": self.env._("Call, and note what was said"),
            "question": self.env._("Call, and note what was said"),
            "playbook": self.env._("Do what the plan asks for"),
        }
        return steps.get(kind) or super()._next_step(kind, step)

    def _do(self):
        if self.kind == "win_back":
            return open_dialog(self._records(), self.env._("Win-Back"))
        if self.kind == "question":
            # In the name of the company that asks, whichever is ticked first.
            partner = self.partner_id.with_company(self.company_id)
            return partner.action_customer_win_back()
        return super()._do()

    def _activities(self):
        if self[:1].kind in ("question", "playbook"):
            return self._records().filtered("active")
        return super()._activities()
