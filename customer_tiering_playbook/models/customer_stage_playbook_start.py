from markupsafe import Markup
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.addons.customer_tiering.tools import (
    attempt,
    error_text,
    log_on_contact,
    savepoint_each,
    schedule_on_contacts,
)
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

UNDER_WAY = ("waiting", "open")
# A second's work: a killed job loses no more, and nobody waits longer for what it has locked.
SLICE_SIZE = 25
# As often as the server tries requests that run into each other.
CONFLICTS = 5


class CustomerStagePlaybookStart(models.Model):
    """One playbook for one customer: queued when the customer enters the stage, started by the job
    as far as each person's day allows, ended with the stage, and kept as a log. Of customers who
    are held back, so that its effect is known, nothing comes of it.
    """

    _name = "customer.stage.playbook.start"
    _inherit = "customer.order.measured"
    _description = "Playbook of a Customer"
    _order = "id desc"
    _rec_name = "partner_id"

    standing_id = fields.Many2one(
        "customer.tier.standing", required=True, ondelete="cascade", readonly=True, index=True
    )
    partner_id = fields.Many2one(
        related="standing_id.partner_id",
        string="Customer",
        store=True,
        index=True,
        # A standing that somebody types into a form need not be one that it may read.
        related_sudo=False,
    )
    company_id = fields.Many2one(related="standing_id.company_id", store=True)
    playbook_id = fields.Many2one(
        "customer.stage.playbook", required=True, ondelete="restrict", readonly=True, index=True
    )
    plan_id = fields.Many2one(
        "mail.activity.plan", compute="_compute_plan_id", store=True, precompute=True
    )
    stage = fields.Selection(STAGES, required=True, readonly=True)
    tier_id = fields.Many2one(
        "customer.tier", string="Tier Then", ondelete="set null", readonly=True, index=True
    )
    date = fields.Date(
        string="Entered On", readonly=True, help="The day on which the customer entered the stage."
    )
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
            ("held", "Held back"),
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
    conflict_count = fields.Integer(
        readonly=True,
        export_string_translation=False,
        help="How often somebody else was writing the same at the same moment.",
    )

    _one_under_way = models.UniqueIndex(
        "(standing_id) WHERE state IN ('waiting', 'open')",
        "A customer has one plan under way at most.",
    )
    _queue_idx = models.Index("(company_id, state) WHERE state IN ('waiting', 'open')")
    _day_idx = models.Index("(playbook_id, user_id, started_on)")

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

    def write(self, vals):
        # When a plan ends, the system deletes what is open of its activities, whosever they are.
        if vals and not self.env.su:
            raise AccessError(
                self.env._(
                    "Playbooks of customers are not edited. Change the activities on the contact."
                )
            )
        return super().write(vals)

    # What people do

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
                start.write({"state": "waiting", "error": False, "conflict_count": 0})
        self._trigger_job()

    # Entering a stage

    def _enter(self, standings):
        """Customers have entered the stage they are in: the plan of the former one ends, that of
        the new one waits for its turn."""
        standings = standings.sudo()
        under_way = self.sudo().search(
            [("standing_id", "in", standings.ids), ("state", "in", UNDER_WAY)]
        )
        stale = under_way.filtered(lambda start: start.stage != start.standing_id.lifecycle_stage)
        stale._leave()
        held = self.sudo()._held_now(standings)
        gone = held.filtered(lambda start: start.stage != start.standing_id.lifecycle_stage)
        gone._note_gone()
        free = standings - (under_way - stale).standing_id - (held - gone).standing_id
        free -= self.env["customer.win.back"]._given_up(free)
        playbooks = self.env["customer.stage.playbook"]._of(free)
        self.sudo().create(
            [self._case_vals(playbook, standing) for standing, playbook in playbooks.items()]
        )
        if standings:
            self._trigger_job()

    def _case_vals(self, playbook, standing):
        today = self._today(standing.company_id)
        never = standing.tier_id in playbook.never_held_tier_ids
        drawn = self._draw(
            f"playbook:{playbook.id}", standing, today, playbook.control_share, never=never
        )
        return {
            "standing_id": standing.id,
            "playbook_id": playbook.id,
            "stage": standing.lifecycle_stage,
            "tier_id": standing.tier_id.id,
            "date": today,
            "window_end": playbook._window_end(standing, today),
            "state": "held" if drawn["arm"] == assignment.CONTROL else "waiting",
            **drawn,
        }

    # Held back

    @api.model
    def _held_now(self, standings):
        """Of whom nothing comes, until the customer leaves the stage."""
        own = [("standing_id", "in", standings.ids), ("ended_on", "=", False)]
        return self.search([*own, ("state", "=", "held")])

    def _note_gone(self):
        for company, starts in self.grouped("company_id").items():
            starts.write({"ended_on": self._today(company)})

    # The job

    @api.model
    def _trigger_job(self):
        """Let the job begin as soon as this transaction is committed."""
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "customer_tiering_playbook.ir_cron_playbook"
        )
        if cron_id:
            self.env["ir.cron"].sudo().browse(cron_id)._trigger()

    @api.model
    def _cron_start(self):
        """End what is over and start what waits, slice by slice, as far as the time goes."""
        Cron = self.env["ir.cron"]
        groups = self._read_group([("state", "in", UNDER_WAY)], ["company_id"])
        companies = self.env["res.company"].union(*(company for (company,) in groups))
        left = len(companies)
        Cron._commit_progress(remaining=left)
        for company in companies:
            self._end_over(company)
            time_left = Cron._commit_progress(1, remaining=left)
            more = True
            while more and time_left:
                more = bool(self._start_slice(company))
                # A company counts as long as anything of its own may still wait.
                left -= not more
                time_left = Cron._commit_progress(1, remaining=left)
            if more:
                return

    # Ending

    @api.model
    def _end_over(self, company):
        """End plans whose customers are in another stage or gone, and those that are done."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT b.id
                  FROM customer_stage_playbook_start b
                  JOIN customer_tier_standing s ON s.id = b.standing_id
                  JOIN res_partner p ON p.id = s.partner_id
                 WHERE b.company_id = %s
                   AND (b.state IN ('waiting', 'open') OR b.state = 'held' AND b.ended_on IS NULL)
                   AND (NOT p.active OR s.lifecycle_stage IS DISTINCT FROM b.stage)
                """,
                company.id,
            )
        )
        over = self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        held = over.filtered(lambda start: start.state == "held")
        held._note_gone()
        for start in over - held:
            attempt(self.env, start._leave, start._fail)
        under_way = self.search([("company_id", "=", company.id), ("state", "=", "open")])
        over = under_way.filtered(lambda start: not start._open_activities())
        over.write({"state": "done", "ended_on": self._today(company)})

    def _open_activities(self):
        return self.sudo().with_context(active_test=False).activity_ids.filtered("active")

    @api.model
    def _today(self, company):
        return self.env["customer.tier.gather"]._today(company)

    def _leave(self, reason=None):
        """Cancel what is left of these plans, and say so on the contacts.

        :param reason: text for the chatter instead of the stage that was left
        """
        starts = self.sudo()
        # What never began is not worth a line in the log. Measured it stays: without those who
        # were quicker than their plan, the others look worse than who is held back.
        waiting = starts.filtered(lambda start: start.state == "waiting")
        counted = waiting.filtered("drawn_share")
        counted.write({"state": "left"})
        counted._note_gone()
        for start in starts - waiting:
            left = start._open_activities()
            body = start._ended_body(left, reason)
            log_on_contact(start.partner_id, body, start.company_id)
            left.unlink()
            start.write({"state": "left", "ended_on": self._today(start.company_id)})
        (waiting - counted).unlink()

    def _ended_body(self, left, reason):
        said = self.with_context(lang=self.user_id.lang or self.company_id.partner_id.lang)
        names = dict(self._fields["stage"]._description_selection(said.env))
        plan = said.plan_id.name
        head = reason or said.env._(
            "Left stage “%(stage)s”: plan “%(plan)s” has ended.",
            stage=names[self.stage],
            plan=plan,
        )
        if not left:
            return Markup("<p>%s</p>") % head
        items = Markup().join(
            Markup("<li>%s</li>") % (activity.summary or activity.activity_type_id.name)
            for activity in left
        )
        return Markup("<p>%s</p><p>%s</p><ul>%s</ul>") % (
            head,
            said.env._("Cancelled, because still open:"),
            items,
        )

    # Starting

    @api.model
    def _start_slice(self, company):
        """Start the best of those that wait, as far as each person's day allows.

        :return: how many were taken on
        """
        rows = self._due(company)
        users = {self.browse(id_): self.env["res.users"].browse(user) for id_, user in rows}

        def start_these(starts):
            starts._start(company, users)

        starts = self.browse([id_ for id_, _user in rows])
        savepoint_each(starts, start_these, type(self)._not_started)
        return len(starts)

    def _not_started(self, error):
        """What somebody else has written meanwhile, like a follower, is there at the next try, in
        another transaction: the plan goes on waiting for its turn, but not for ever."""
        if isinstance(error, UniqueViolation) and self.conflict_count < CONFLICTS:
            self.conflict_count += 1
            self._trigger_job()
        else:
            self._fail(error)

    def _fail(self, error):
        """Say why this plan failed: the others go on."""
        self.write({"state": "failed", "error": error_text(error)})

    @api.model
    def _due(self, company):
        """Ids of plans and of whose day they count for, the best customers of each first."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                -- Looked up once: written into each place that asks for it, three times.
                WITH waiting AS MATERIALIZED (
                    SELECT b.id, b.playbook_id, s.score, COALESCE(
                               CASE WHEN p.user_id = ANY(%(able)s) THEN p.user_id END,
                               %(leader)s, %(fallback)s) AS user_id
                      FROM customer_stage_playbook_start b
                      JOIN customer_tier_standing s ON s.id = b.standing_id
                      JOIN res_partner p ON p.id = s.partner_id
                     WHERE b.company_id = %(company)s AND b.state = 'waiting'
                ), ranked AS (
                    SELECT w.*, ROW_NUMBER() OVER (
                               PARTITION BY playbook_id, user_id
                               ORDER BY score DESC NULLS LAST, id)
                           + (SELECT COUNT(*) FROM customer_stage_playbook_start d
                               WHERE d.playbook_id = w.playbook_id AND d.user_id = w.user_id
                                 AND d.company_id = %(company)s
                                 AND d.started_on = %(today)s) AS position
                      FROM waiting w)
                SELECT r.id, r.user_id
                  FROM ranked r JOIN customer_stage_playbook k ON k.id = r.playbook_id
                 WHERE k.daily_limit = 0 OR r.position <= k.daily_limit
                 ORDER BY r.position, r.id LIMIT %(slice)s
                """,
                **self.env["customer.tier.responsible"]._parts(company),
                company=company.id,
                today=self._today(company),
                slice=SLICE_SIZE,
            )
        )
        return self.env.cr.fetchall()

    def _start(self, company, users):
        """Put the activities of these plans on the contacts.

        :param users: dict of these → ``res.users`` whose day they count for
        """
        for playbook, starts in self.with_company(company).grouped("playbook_id").items():
            templates = playbook.plan_id.template_ids
            if not templates:
                raise UserError(
                    self.env._(
                        "Plan “%s” has no activities any more. Add some to it, then try again.",
                        playbook.plan_id.name,
                    )
                )
            vals = {start: [] for start in starts}
            for template in templates:
                doers = template._customer_users_of(starts.standing_id, company)
                for start in starts:
                    vals[start].append(start._activity_vals(template, doers[start.standing_id]))
            every = [one for start in starts for one in vals[start]]
            made = iter(schedule_on_contacts(self.env, every))
            for start in starts:
                activities = start.activity_ids.union(*(next(made) for _template in templates))
                start._note_start(activities, users[start], self._today(company))

    def _activity_vals(self, template, user):
        said = template.with_context(lang=user.lang or self.env.lang)
        return {
            "res_id": self.partner_id.id,
            "activity_type_id": template.activity_type_id.id,
            "summary": said.summary,
            "note": said.note,
            "date_deadline": template._get_date_deadline(self._today(self.company_id)),
            "user_id": user.id,
            "customer_company_id": self.company_id.id,
        }

    def _note_start(self, activities, user, today):
        self.write(
            {
                "state": "open",
                "plan_id": self.playbook_id.plan_id.id,
                "user_id": user.id,
                "started_on": today,
                "activity_ids": activities.ids,
                "activity_count": len(activities),
            }
        )
        said = self.with_context(lang=user.lang or self.env.lang)
        items = Markup().join(
            Markup("<li>%s</li>")
            % said.env._(
                "%(activity)s: %(name)s, due on %(day)s",
                activity=activity.summary or activity.activity_type_id.name,
                name=activity.user_id.name,
                day=format_date(said.env, activity.date_deadline),
            )
            for activity in activities
        )
        names = dict(self._fields["stage"]._description_selection(said.env))
        head = said.env._(
            "Entered stage “%(stage)s”: plan “%(plan)s” has started.",
            stage=names[self.stage],
            plan=said.plan_id.name,
        )
        body = Markup("<p>%s</p><ul>%s</ul>") % (head, items)
        log_on_contact(self.partner_id, body, self.company_id)
