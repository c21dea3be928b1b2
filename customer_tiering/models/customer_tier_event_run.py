from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..switches import QUIET
from .customer_tier_proposal import OPEN


class CustomerTierRun(models.Model):
    """What a grading tells, or leaves for people to decide about."""

    _name = "customer.tier.run"
    _inherit = ["customer.tier.run", "mail.thread", "mail.activity.mixin"]
    # Officers cannot write on a run, but may talk about it.
    _mail_post_access = "read"

    untold = fields.Boolean(
        readonly=True,
        copy=False,
        help="The first complete grading of the company, about which nobody was told yet.",
    )
    event_ids = fields.One2many("customer.tier.event", "run_id", readonly=True)
    event_count = fields.Integer(string="Tier Messages", compute="_compute_event_count")
    held_event_count = fields.Integer(string="Held Messages", compute="_compute_event_count")

    @api.model_create_multi
    def create(self, vals_list):
        # One each night that tells nothing and that nobody follows.
        silent = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        return super(CustomerTierRun, silent).create(vals_list).with_env(self.env)

    def _compute_event_count(self):
        rows = self.env["customer.tier.event"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = defaultdict(Counter)
        for run, state, count in rows:
            counts[run.id][state] = count
        for run in self:
            run.event_count = counts[run.id].total()
            run.held_event_count = counts[run.id]["held"]

    def action_open_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_event_action"
        )
        context = {"search_default_held": bool(self.held_event_count)}
        return {**action, "domain": [("run_id", "=", self.id)], "context": context}

    def action_tell(self):
        """Show what telling about this grading would come to, and ask."""
        self.ensure_one()
        self.check_access("read")
        if not self.untold:
            return self._held_events().action_tell()
        return self.env["customer.tier.tell"]._open(run=self)

    def action_discard_events(self):
        """Tell nobody about what is held of this grading."""
        self.ensure_one()
        self.check_access("read")
        return self._held_events().action_discard()

    def _held_events(self):
        held = [("run_id", "=", self.id), ("state", "=", "held")]
        return self.env["customer.tier.event"].search(held)

    def action_cancel(self):
        begun = self.filtered(lambda run: run.state == "running")
        result = super().action_cancel()
        for run in begun.sudo():
            run._settle_events()
        return result

    def _finish(self):
        if not self.simulation and not QUIET.is_on(self.env):
            self.untold = not self.company_id.customer_tier_graded_on
        return super()._finish()

    def _follow_up(self):
        result = super()._follow_up()
        self._settle_events()
        self._close_answered()
        self._ask_responsible()
        return result

    def _settle_events(self):
        """Let the events of this run go; those of an earlier day are old news that somebody has
        to want."""
        self.ensure_one()
        today = self.env["customer.tier.gather"]._today(self.company_id)
        old = self.as_of < today - timedelta(days=1)
        self.env["customer.tier.event"]._settle(
            self.company_id, SQL("run_id = %s", self.id), ask=old
        )

    # The to-do of the responsible

    def _undecided(self):
        """What waits for a decision since this run.

        :return: dict ``res.users`` who is responsible → ``Counter`` of ``proposals`` and ``events``
        """
        self.ensure_one()
        waiting = defaultdict(Counter)
        for name, model, states in (
            ("proposals", "customer.tier.proposal", OPEN),
            ("events", "customer.tier.event", [("state", "=", "held")]),
        ):
            domain = [("run_id", "=", self.id), *states]
            groups = self.env[model].sudo()._read_group(domain, ["program_id"], ["__count"])
            for program, count in groups:
                waiting[program._responsible()][name] += count
        return waiting

    def _ask_responsible(self):
        """One to-do for each person who is responsible for what waits, unless an older one is
        still open."""
        asked = self._open_questions().user_id
        run = self.with_context(mail_activity_quick_update=True)
        for user, counts in self._undecided().items():
            if user not in asked:
                said = self.with_context(lang=user.lang or self.env.lang)
                run.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=said._question(counts),
                    user_id=user.id,
                )

    def _question(self, counts):
        texts = []
        if counts["proposals"] == 1:
            texts.append(self.env._("1 proposed tier change waits for a decision"))
        elif counts["proposals"]:
            texts.append(
                self.env._("%s proposed tier changes wait for a decision", counts["proposals"])
            )
        if counts["events"] == 1:
            texts.append(self.env._("1 message about a tier is held"))
        elif counts["events"]:
            texts.append(self.env._("%s messages about tiers are held", counts["events"]))
        return ", ".join(texts)

    def _open_questions(self):
        """The to-dos of this kind in the run's company that nobody has done yet."""
        asked = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("automated", "=", True),
                    ("activity_type_id", "=", self.env.ref("mail.mail_activity_data_todo").id),
                ]
            )
        )
        runs = self.sudo().browse(asked.mapped("res_id")).exists()
        runs = runs.filtered(lambda run: run.company_id == self.company_id)
        return asked.filtered(lambda activity: activity.res_id in runs.ids)

    def _close_answered(self):
        """Close the to-dos of runs that leave nothing to decide about any more."""
        for activity in self._open_questions() if self else ():
            run = self.browse(activity.res_id).sudo()
            if activity.user_id not in run._undecided():
                activity.action_feedback(feedback=self.env._("Everything is decided."))


class CustomerTierProposal(models.Model):
    _inherit = "customer.tier.proposal"

    def _close(self, state, **vals):
        result = super()._close(state, **vals)
        for runs in self.sudo().run_id.grouped("company_id").values():
            runs[0]._close_answered()
        return result
