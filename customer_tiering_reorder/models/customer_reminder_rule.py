from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment, quiet
from odoo.addons.customer_tiering.presets.build import translate
from odoo.addons.customer_tiering_reminder.models.customer_reminder_rule import MONTH_DAYS, SHARE
from odoo.fields import Command
from odoo.tools import SQL

from .. import presets
from ..reminder_triggers import QUOTATION
from .customer_reminder_rule_step import TYPICAL_RHYTHM

# What an answer is planned for: points of the order rate that a reminder should bring.
WANTED = 0.10
# Of rules of which nothing is known yet.
UNKNOWN_RATE = 0.3
ENOUGH_CASES = 30
# When messages are planned, by the customer's clock, unless its own hours are known.
SENT_AT = 10


class CustomerReminderRule(models.Model):
    """Rules whose reminders are a plan of steps, by several channels."""

    _name = "customer.reminder.rule"
    _inherit = ["customer.reminder.rule", "customer.reminder.trigger"]

    step_ids = fields.One2many(
        "customer.reminder.rule.step",
        "rule_id",
        string="Steps",
        copy=True,
        default=lambda self: [Command.create({"channel": "activity"})],
    )
    step_note = fields.Text(compute="_compute_step_note", exportable=False)
    unreached_count = fields.Integer(
        compute="_compute_preview",
        groups="customer_tiering.group_manager",
        help="Of whom no contact can be reached by a message of this rule: salespeople get a to-do "
        "instead.",
    )

    effect_note = fields.Text(
        compute="_compute_effect_note",
        exportable=False,
        groups="customer_tiering.group_manager",
        help="What is known of the effect of this rule, and how long an answer takes.",
    )
    effect_warning = fields.Text(
        compute="_compute_effect_note",
        exportable=False,
        groups="customer_tiering.group_manager",
    )

    # Whether it has an effect

    test_phase = fields.Boolean(
        help="Half of the customers are held back until it is known whether the rule has an "
        "effect, which is soonest. Then the share goes to what is said beside it, by itself."
    )
    share_after = fields.Integer(
        string="Held Back Afterwards (%)",
        default=SHARE,
        help="Of a hundred customers, once the test phase is over.",
    )

    @api.onchange("test_phase")
    def _onchange_test_phase(self):
        if self.test_phase:
            self.share_after = min(self.control_share or SHARE, SHARE)
            self.control_share = assignment.LARGEST_SHARE
        elif self.control_share == assignment.LARGEST_SHARE:
            self.control_share = self.share_after

    @api.constrains("share_after")
    def _check_share_after(self):
        for rule in self:
            self.env["customer.reminder"]._check_share(rule.share_after)

    @api.model
    def _end_test_phases(self, company):
        """Rules of which is known by now whether they have an effect hold back fewer again."""
        testing = self.sudo().search(
            [("test_phase", "=", True), ("company_id", "in", (False, company.id))]
        )
        for rule in testing.with_company(company):
            row = rule._effect_row()
            if row.answered:
                rule.write({"test_phase": False, "control_share": rule.share_after})

    @api.depends("control_share")
    @api.depends_context("company", "lang")
    def _compute_effect_note(self):
        for rule in self:
            saved = rule._origin if rule._previewed() else rule.browse()
            known = saved._effect_row() if saved else self.env["customer.reminder.effect"]
            rule.effect_note = (saved and saved._effect_lines(known, rule.control_share)) or False
            rule.effect_warning = known.warning if known else False

    def _effect_row(self):
        return self.env["customer.reminder.effect"]._row_of("reminder", self)

    def _effect_lines(self, known, share):
        """
        :param known: ``customer.reminder.effect``, empty where there is nothing yet
        :param share: that is held back, as typed a moment ago
        """
        today = self.env["customer.tier.gather"]._today(self.env.company)

        def ahead():
            return len(self._due_within(self.env.company, today, MONTH_DAYS))

        if known.answered:
            return known.words
        how_long = self.env["customer.reminder.effect"]._how_long("reminder", self, share, ahead)
        return "\n".join(filter(None, [known.words, how_long]))

    def action_open_effect(self):
        """What is known of the effect of this rule."""
        self.ensure_one()
        self.check_access("write")
        return self._effect_row().get_formview_action()

    # What the form foretells

    @api.depends("step_ids.channel", "step_ids.offset_days", "step_ids.offset_share")
    @api.depends_context("company", "lang")
    def _compute_step_note(self):
        rhythm = self._typical_rhythm()
        policy = self.env["customer.contact.policy"]._rules_of(self.env.company)
        for rule in self:
            lines = rule._foretold(policy, rhythm)
            intro = self.env._("For a customer who orders every %s days:", rhythm)
            rule.step_note = "\n".join([intro, *lines]) if lines else False

    def _foretold(self, policy, rhythm):
        """What the contact policy makes of the steps where nothing else is sent.

        :return: a line for each step that moves or is dropped
        """
        names = dict(self.step_ids._fields["channel"]._description_selection(self.env))
        lines = []
        for step, day, free in self._schedule(policy, rhythm):
            words = {"channel": names.get(step.channel, ""), "day": day, "to": free}
            if free is None:
                lines.append(
                    self.env._(
                        "%(channel)s after %(day)s days: dropped, it would be one message too many",
                        **words,
                    )
                )
            elif free > day:
                lines.append(self.env._("%(channel)s after %(day)s days: moves to %(to)s", **words))
        return lines

    def _schedule(self, policy, rhythm, drops=True):
        """The messages of this rule, the first one first, and when the caps let each be sent.

        :param drops: whether one that would have to wait for too long is not sent, as the job does
            it
        :return: list of (step, day on which it is due, day on which it may be sent or None)
        """
        begin = fields.Datetime.to_datetime("2026-01-05 12:00:00")
        sent, found = [], []
        for step in sorted(self.step_ids, key=lambda step: step._days(rhythm)):
            if step.channel == "activity":
                continue
            day = step._days(rhythm)
            due = begin + timedelta(days=day)
            free = quiet.next_free(sent, due, policy.caps)
            if drops and free > due + quiet.PATIENCE:
                found.append((step, day, None))
                continue
            sent.append(free)
            found.append((step, day, (free - begin).days))
        return found

    @api.model
    def _typical_rhythm(self):
        """Days after which an order is expected of half of the company's customers."""
        query = SQL(
            """SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY next_order_date - last_order_date)
                 FROM customer_tier_standing
                WHERE company_id = %s AND next_order_date > last_order_date""",
            self.env.company.id,
        )
        found = self.env.execute_query(query)[0][0]
        return round(found) if found else TYPICAL_RHYTHM

    @api.model
    def _previewed_names(self):
        return [*super()._previewed_names(), "unreached"]

    def _preview(self):
        found = super()._preview()
        channels = set(self.step_ids.mapped("channel")) - {"activity"}
        if channels:
            found["unreached"] = self._unreached_by(channels, found["month"])
        return found

    @api.model
    def _unreached_by(self, channels, standings):
        """Hook: those of some standings of whom no contact has an address for one of these
        channels; whom another channel does not reach gets an e-mail."""
        return standings._without_address()

    # Presets

    @api.model
    def _create_preset(self, code, company):
        """A new rule that is ready to be switched on.

        :param code: key of ``presets.PRESETS``
        """
        name = presets.NAMES[code]
        vals = presets.rule_vals(self, code, company)
        rule = self.create({**vals, "name": self.env._(name), "company_id": company.id})
        translate(rule, [name])
        rule._keep_to_policy(company)
        return rule

    def _keep_to_policy(self, company):
        """Put messages off that would come more often than the company's contact policy allows, for
        a customer of the usual rhythm."""
        self.ensure_one()
        policy = self.env["customer.contact.policy"]._rules_of(company)
        rhythm = self.with_company(company)._typical_rhythm()
        for step, day, free in self._schedule(policy, rhythm, drops=False):
            step.offset_days += free - day
        for number, step in enumerate(self.step_ids.sorted(lambda s: s._days(rhythm)), start=1):
            step.sequence = 10 * number

    def _open_preset(self, code):
        self.check_access("create")
        return self._create_preset(code, self.env.company).get_formview_action()

    def action_preset_vip(self):
        return self._open_preset("vip")

    def action_preset_standard(self):
        return self._open_preset("standard")

    def action_preset_prospect(self):
        return self._open_preset("prospect")

    def action_preset_lost_item(self):
        return self._open_preset("lost_item")

    # What it does

    def _candidates_sql(self, earliest, latest):
        triggered = self._trigger_sql(earliest, latest)
        found = triggered or super()._candidates_sql(earliest, latest)
        if not self.trigger_stage or self.trigger == "stage":
            return found
        return SQL("(%s AND s.lifecycle_stage = %s)", found, self.trigger_stage)

    def _need_not_wait_for(self):
        but = super()._need_not_wait_for()
        return {*but, "quotation"} if self.trigger == QUOTATION else but

    def _begins_on_desk(self):
        first = self.step_ids[:1]
        if not first:
            return super()._begins_on_desk()
        at_once = not first.offset_days and not first.offset_share
        return first.channel == "activity" and first.to == "salesperson" and at_once

    def _after_open(self, reminders):
        result = super()._after_open(reminders)
        if self.step_ids:
            self.env["customer.reminder.step"]._plan(self, reminders)
        return result

    def _after_end(self, reminders):
        result = super()._after_end(reminders)
        self.env["customer.reminder.step"]._end(reminders)
        return result

    def _after_reopen(self, reminders):
        result = super()._after_reopen(reminders)
        self.env["customer.reminder.step"]._plan_again(reminders)
        return result

    def _after_done(self, reminders):
        planned = self.env["customer.reminder.step"]._with_planned(reminders)
        return super()._after_done(reminders - planned)

    def _still_planned(self, reminders):
        planned = self.env["customer.reminder.step"]._with_planned(reminders)
        return super()._still_planned(reminders) | planned
