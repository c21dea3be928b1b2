from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.tools import SQL

# Numbers of the kinds, after that of reminders.
PLAYBOOK, WIN_BACK = 2, 3


class CustomerReminderReport(models.Model):
    """Cases of playbooks and win-backs beside those of reminders."""

    _inherit = "customer.reminder.report"
    _depends = {
        "customer.stage.playbook.start": [
            "arm",
            "company_id",
            "date",
            "drawn_share",
            "experiment",
            "measured_on",
            "partner_id",
            "playbook_id",
            "started_on",
            "tier_id",
            "user_id",
            "window_amount",
            "window_end",
            "window_margin",
            "window_orders",
        ],
        "customer.win.back": [
            "arm",
            "company_id",
            "drawn_share",
            "due_on",
            "experiment",
            "measured_on",
            "partner_id",
            "tier_id",
            "user_id",
            "window_amount",
            "window_end",
            "window_margin",
            "window_orders",
        ],
    }

    kind = fields.Selection(
        selection_add=[("playbook", "Playbooks"), ("win_back", "Win-Backs")],
    )

    @api.model
    def _kinds(self):
        return {
            **super()._kinds(),
            "playbook": self._playbook_cases(),
            "win_back": self._win_back_cases(),
        }

    @api.model
    def _playbook_cases(self):
        started = SQL("(r.started_on IS NOT NULL)::int")
        return self._cases_sql(
            "playbook",
            SQL("customer_stage_playbook_start"),
            SQL("customer_stage_playbook"),
            SQL("playbook_id"),
            number=PLAYBOOK,
            where=SQL("r.date IS NOT NULL"),
            name=self._playbook_name(),
            joins=SQL("JOIN mail_activity_plan a ON a.id = k.plan_id"),
            channel=SQL("CASE WHEN r.started_on IS NOT NULL THEN 'activity' END"),
            sent=started,
            delivered=started,
        )

    @api.model
    def _playbook_name(self):
        """Stage and plan ``a`` of playbook ``k``, as its display name has them."""
        stages = self.env["customer.stage.playbook"]._fields["stage"]
        names = dict(stages._description_selection(self.env))
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", key, names[key]) for key, _name in STAGES)
        return SQL(
            "CONCAT_WS(': ', CASE k.stage %s END, %s)", cases, self._translated(SQL("a.name"))
        )

    @api.model
    def _win_back_cases(self):
        """Of a company's: that customers are called again is one rule."""
        called = SQL("(r.arm <> 'control')::int")
        return self._cases_sql(
            "win_back",
            SQL("customer_win_back"),
            SQL("res_company"),
            SQL("company_id"),
            number=WIN_BACK,
            day=SQL("due_on"),
            where=SQL("r.due_on IS NOT NULL"),
            name=SQL("%s", self._win_back_name()),
            channel=SQL("CASE WHEN r.arm <> 'control' THEN 'activity' END"),
            sent=called,
            delivered=called,
        )

    @api.model
    def _win_back_name(self):
        return self.env._("Win-backs: called again")
