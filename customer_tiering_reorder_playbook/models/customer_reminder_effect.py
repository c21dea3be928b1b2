from odoo import api, fields, models
from odoo.tools import SQL

from .customer_reminder_report import PLAYBOOK, WIN_BACK


class CustomerReminderEffect(models.Model):
    """A row for each playbook, and one for win-backs, beside those of reminder rules."""

    _inherit = "customer.reminder.effect"
    _depends = {
        "customer.stage.playbook": ["active", "company_id", "control_share", "sequence"],
        "res.company": ["customer_win_back_control_share"],
    }

    playbook_id = fields.Many2one(
        "customer.stage.playbook", compute="_compute_playbook_id", exportable=False
    )

    @api.depends("kind", "source_id")
    def _compute_playbook_id(self):
        for row in self:
            row.playbook_id = row.source_id if row.kind == "playbook" else False

    @api.model
    def _sources(self):
        report = self.env["customer.reminder.report"]
        # After the reminder rules, in the order of the stages.
        playbooks = SQL(
            """SELECT 'playbook', %s, k.id, %s, k.company_id, 100000 + k.sequence,
                      k.control_share, k.active
                 FROM customer_stage_playbook k JOIN mail_activity_plan a ON a.id = k.plan_id""",
            PLAYBOOK,
            report._playbook_name(),
        )
        win_backs = SQL(
            """SELECT 'win_back', %s, k.id, %s, k.id, 200000, k.customer_win_back_control_share,
                      TRUE
                 FROM res_company k""",
            WIN_BACK,
            report._win_back_name(),
        )
        return [*super()._sources(), playbooks, win_backs]
