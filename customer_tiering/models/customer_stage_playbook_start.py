from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .customer_tier_staged import STAGES

UNDER_WAY = ("waiting", "open")


class CustomerStagePlaybookStart(models.Model):
    """One plan for one customer: it waits for its turn, is open, and is kept as a log."""

    _name = "customer.stage.playbook.start"
    _description = "Playbook of a Customer"
    _order = "id desc"
    _rec_name = "partner_id"

    standing_id = fields.Many2one(
        "customer.tier.standing", required=True, ondelete="cascade", readonly=True, index=True
    )
    partner_id = fields.Many2one(
        related="standing_id.partner_id", string="Customer", store=True, index=True
    )
    company_id = fields.Many2one(related="standing_id.company_id", store=True)
    playbook_id = fields.Many2one(
        "customer.stage.playbook", required=True, ondelete="restrict", readonly=True, index=True
    )
    plan_id = fields.Many2one(
        "mail.activity.plan", compute="_compute_plan_id", store=True, precompute=True
    )
    stage = fields.Selection(STAGES, required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    started_on = fields.Date(readonly=True)
    ended_on = fields.Date(readonly=True)
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("open", "Under way"),
            ("done", "Done"),
            ("left", "Ended early"),
            ("failed", "Failed"),
        ],
        string="Status",
        required=True,
        default="waiting",
        readonly=True,
        help="Plans beyond what a person gets on one day wait for the next days. When the "
        "customer leaves the stage, what is left of the plan is cancelled.",
    )
    activity_ids = fields.Many2many(
        "mail.activity",
        "customer_stage_playbook_start_activity_rel",
        "start_id",
        "activity_id",
        readonly=True,
        context={"active_test": False},
    )
    activity_count = fields.Integer(string="Activities", readonly=True)
    done_count = fields.Integer(string="Done", compute="_compute_done_count")
    error = fields.Char(string="Problem", readonly=True)

    _one_under_way = models.UniqueIndex(
        "(standing_id) WHERE state IN ('waiting', 'open')",
        "A customer has one plan under way at most.",
    )
    _queue_idx = models.Index("(company_id, state) WHERE state IN ('waiting', 'open')")
    _day_idx = models.Index("(playbook_id, user_id, started_on)")

    def write(self, vals):
        # When a plan ends, the system deletes what is open of its activities, whosever they are.
        if vals and not self.env.su:
            raise AccessError(
                self.env._(
                    "Playbooks of customers are not edited. Change the activities on the contact."
                )
            )
        return super().write(vals)

    # Not on the plan of the playbook: what was done before stays what it was.
    @api.depends("playbook_id")
    def _compute_plan_id(self):
        for start in self:
            start.plan_id = start.playbook_id.plan_id

    @api.depends("activity_ids.active")
    def _compute_done_count(self):
        for start in self:
            everything = start.sudo().with_context(active_test=False).activity_ids
            start.done_count = len(everything.filtered(lambda activity: not activity.active))

    def action_open_partner(self):
        """The customer, whom the activities of the plan are on."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_retry(self):
        """Let failed plans wait for their turn again, where the customer is still there."""
        self.check_access("write")
        failed = self.sudo().filtered(
            lambda start: (
                start.state == "failed" and start.standing_id.lifecycle_stage == start.stage
            )
        )
        given_up = self.env["customer.win.back"]._given_up(failed.standing_id)
        failed = failed.filtered(lambda start: start.standing_id not in given_up)
        if not failed:
            raise UserError(
                self.env._(
                    "None of these can be tried again: they did not fail, or the customers are in "
                    "other stages now or lost for good."
                )
            )
        for start in failed:
            if not start.standing_id.playbook_start_ids.filtered(lambda s: s.state in UNDER_WAY):
                start.write({"state": "waiting", "error": False})
        self._wake()


class CustomerTierStanding(models.Model):
    _inherit = "customer.tier.standing"

    playbook_start_ids = fields.One2many(
        "customer.stage.playbook.start", "standing_id", string="Playbooks", readonly=True
    )
