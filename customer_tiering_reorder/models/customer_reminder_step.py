import logging
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.addons.customer_tiering import main_contacts
from odoo.addons.customer_tiering.grading import quiet
from odoo.addons.customer_tiering.reader_fields import ReaderChar
from odoo.addons.customer_tiering.tools import (
    attempt,
    error_text,
    savepoint_each,
    schedule_on_contacts,
)
from odoo.addons.customer_tiering_reminder.models.customer_contact_policy import REASONS
from odoo.tools import SQL, hash_sign

from .. import signed
from .customer_reminder_rule import SENT_AT
from .customer_reminder_rule_step import CHANNELS, CONDITIONS, NEXT_CHANNEL, RECIPIENTS

_logger = logging.getLogger(__name__)

# A second's work: a killed job loses no more, and nobody waits longer for what it has locked.
SLICE_SIZE = 25
# What was handed over and not reported back by then has failed.
RECEIPT = timedelta(hours=24)
# What a whole company's fault kept from being looked at is tried again after so long.
RETRY = timedelta(hours=1)
RECEIPT_SCOPE = "customer_tiering_reorder.receipt"
TEMPLATE = "customer_tiering_reorder.mail_template_reminder"
MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"
WHY = [
    *REASONS,
    ("cap", "Another message was just sent"),
    ("quiet", "Outside of hours or working days"),
    ("too_late", "Could not be sent in time"),
    ("ended", "The reminder has ended"),
    ("held_back", "The customer is held back"),
    ("archived", "Customer is archived"),
    ("rule", "Rule is switched off"),
    ("company", "Company is archived"),
    ("condition", "Condition of the step is not met"),
    ("no_address", "No e-mail address"),
    ("blacklisted", "On the blacklist"),
    ("opted_out", "Wants no reminders"),
    ("channel", "Does not want this channel"),
    ("failed", "Channel failed"),
    ("no_receipt", "Nothing was reported back"),
]
# After these another channel may reach the customer.
UNREACHED = {"no_address", "channel", "failed", "no_receipt"}


class CustomerReminderStep(models.Model):
    """Contacts that are planned for a reminder, and what became of each: sent, or the one reason
    why not. The job that sends looks at everything again at that moment."""

    _name = "customer.reminder.step"
    _description = "Planned Contact"
    _order = "send_at desc, id desc"
    _rec_name = "subject"

    reminder_id = fields.Many2one(
        "customer.reminder", required=True, ondelete="cascade", index=True, readonly=True
    )
    step_id = fields.Many2one(
        "customer.reminder.rule.step", ondelete="set null", index="btree_not_null", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    to = fields.Selection(RECIPIENTS, string="With", required=True, readonly=True)
    only_if = fields.Selection(CONDITIONS, required=True, default="silent", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        ondelete="cascade",
        readonly=True,
        index=True,
        help="Who placed most of the last five orders and has an address.",
    )
    due_at = fields.Datetime(string="Planned For", required=True, readonly=True)
    send_at = fields.Datetime(string="Next Try", required=True, readonly=True)
    sent_at = fields.Datetime(readonly=True)
    receipt_by = fields.Datetime(readonly=True)
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("handed", "Handed Over"),
            ("sent", "Sent"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="planned",
        readonly=True,
    )
    skip_reason = fields.Selection(
        WHY, string="Why Not", readonly=True, help="Of planned steps: what they wait for."
    )
    error = fields.Char(string="Problem", readonly=True)
    confirmed_at = fields.Datetime(
        string="Answered", readonly=True, help="The customer pressed a button on the page."
    )
    opened_at = fields.Datetime(
        string="Page Opened",
        readonly=True,
        help="Not reliable: programs that look for viruses open pages, too.",
    )
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", readonly=True, index="btree_not_null"
    )
    mail_id = fields.Many2one(
        "mail.mail", ondelete="set null", readonly=True, index="btree_not_null"
    )
    subject = fields.Char(readonly=True)

    # What texts and hand-overs are made of

    customer_id = fields.Many2one(related="reminder_id.partner_id", string="Customer")
    lang = fields.Char(compute="_compute_lang", exportable=False)
    phone = ReaderChar(related="partner_id.phone", exportable=False)
    # Whoever has these can act in the customer's name.
    reorder_url = fields.Char(compute="_compute_urls", groups="base.group_system", exportable=False)
    stop_url = fields.Char(compute="_compute_urls", groups="base.group_system", exportable=False)
    receipt_url = fields.Char(compute="_compute_urls", groups="base.group_system", exportable=False)

    _due_idx = models.Index("(send_at, id) WHERE state = 'planned'")
    _receipt_idx = models.Index("(receipt_by) WHERE state = 'handed'")
    _sent_idx = models.Index("(reminder_id, sent_at) WHERE sent_at IS NOT NULL")

    @api.depends("partner_id")
    def _compute_lang(self):
        preferences = self.env["customer.contact.preference"]._of(self.partner_id)
        for step in self:
            preferred = preferences[step.partner_id].lang if step.partner_id else False
            step.lang = preferred or step.partner_id.lang or self.env.lang

    @api.depends("reminder_id", "partner_id")
    def _compute_urls(self):
        Preference = self.env["customer.contact.preference"]
        for step in self:
            step.reorder_url = step._reorder_url()
            step.stop_url = step.partner_id and Preference._stop_url(
                step.partner_id, step.company_id
            )
            step.receipt_url = bool(step.id) and step._receipt_url()

    def _reorder_url(self):
        """The page where the customer orders again."""
        return self.reminder_id._reorder_url(self.partner_id)

    # Planning

    @api.model
    def _plan(self, rule, reminders):
        """Plan the steps of a rule for reminders that have just begun."""
        contacts = {
            channel: self._contacts(reminders, channel)
            for channel in set(rule.step_ids.mapped("channel"))
        }
        vals = []
        for reminder in reminders:
            rhythm = self._rhythm(reminder)
            begun = reminder.activity_id and rule._begins_on_desk()
            for step in rule.step_ids:
                contact = contacts[step.channel][reminder]
                at = self._moment(reminder, contact, step._days(rhythm))
                one = self._step_vals(reminder, contact, step, at)
                if begun and step == rule.step_ids[:1]:
                    one |= self._done_vals(reminder.activity_id)
                vals.append(one)
        steps = self.create(vals)
        if any(step.state == "planned" for step in steps):
            self._trigger_job()
        return steps

    @api.model
    def _rhythm(self, reminder):
        """Days between the customer's last and its next order, as they were expected."""
        half = (reminder.window_end - reminder.date).days if reminder.window_end else 0
        return 2 * half or 28

    @api.model
    def _moment(self, reminder, contact, days):
        """In the morning of the customer's day; what is due today, now."""
        policy, company = self.env["customer.contact.policy"], reminder.company_id
        now = fields.Datetime.now()
        if not days:
            return now
        zone = pytz.timezone(policy._zone(contact.sudo(), company))
        local = datetime.combine(reminder.date + timedelta(days=days), time(SENT_AT))
        moment = zone.localize(local, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)
        return max(now, moment)

    @api.model
    def _step_vals(self, reminder, contact, step, at):
        return {
            "reminder_id": reminder.id,
            "step_id": step.id,
            "company_id": reminder.company_id.id,
            "channel": step.channel,
            "to": step.to,
            "only_if": step.only_if,
            "partner_id": contact.id,
            "due_at": at,
            "send_at": at,
        }

    @api.model
    def _plan_later(self, reminder, until):
        """The customer wants to be asked on a day: where nothing would reach it around then, the
        rule's next message, or the last one again.

        :param until: date
        """
        own = self.search([("reminder_id", "=", reminder.id), ("channel", "!=", "activity")])
        last_day = max(filter(None, (until, reminder.window_end)))
        ahead = own.filtered(lambda step: step.state in ("planned", "handed"))
        if any(step.due_at.date() <= last_day for step in ahead):
            return self.browse()
        messages = reminder.rule_id.step_ids.filtered(lambda step: step.channel != "activity")
        last = own.filtered("sent_at").sorted("sent_at")[-1:]
        follows = (messages - ahead.step_id).filtered(
            lambda step: (step.sequence, step.id) > (last.step_id.sequence, last.step_id.id or 0)
        )
        step = follows[:1] or last.step_id or messages[-1:]
        if not step:
            return self.browse()
        contact = last.partner_id or self._contacts(reminder, step.channel)[reminder]
        at = self._moment(reminder, contact, (until - reminder.date).days)
        # It asked for this one, whatever the rule's condition is.
        vals = self._step_vals(reminder, contact, step, at) | {"only_if": "silent"}
        return self.create(vals)

    @api.model
    def _done_vals(self, activity):
        now = fields.Datetime.now()
        return {
            "state": "sent",
            "sent_at": now,
            "activity_id": activity.id,
            "subject": activity.summary,
        }

    @api.model
    def _contacts(self, reminders, channel="email"):
        """Whom to write to: who placed most of the last orders and has an address of the channel,
        else whom the customer names, else the customer.

        :return: dict reminder → ``res.partner``
        """
        self.env.flush_all()
        found = {}
        for company, own in reminders.grouped("company_id").items():
            query = SQL(
                "SELECT DISTINCT ON (customer) customer, partner FROM (%s) c ORDER BY customer, %s",
                main_contacts.by_orders(company, self._address_field(channel), own.partner_id.ids),
                main_contacts.BEST_FIRST,
            )
            known = dict(self.env.execute_query(query))
            found |= {reminder.id: known.get(reminder.partner_id.id) for reminder in own}
        partners = self.env["res.partner"].sudo()
        contacts = {}
        for reminder in reminders:
            known = partners.browse(found.get(reminder.id))
            customer = reminder.partner_id.sudo()
            contacts[reminder] = known or self._named_contact(customer, channel)
        return contacts

    @api.model
    def _named_contact(self, customer, channel):
        named = customer.browse(customer.address_get(["contact"])["contact"])
        return named if named.active and named[self._address_field(channel)] else customer

    @api.model
    def _address_field(self, channel):
        """Hook: the field of contacts with what a channel needs to reach them; of what is handed
        over the e-mail address is as good as any."""
        return "email_normalized"

    def _follow_contacts(self):
        """What was planned for somebody who is the customer's contact no more, because it was
        archived or belongs to another customer by now, is for the one who would be chosen today."""
        for step in self.filtered(lambda step: step.state == "planned"):
            contact, customer = step.partner_id.sudo(), step.reminder_id.partner_id.sudo()
            same = contact.commercial_partner_id == customer.commercial_partner_id
            if customer.active and not (contact.active and same):
                step.partner_id = self._contacts(step.reminder_id, step.channel)[step.reminder_id]

    @api.model
    def _follow_deleted(self, contacts):
        """Contacts are about to be deleted: what their customers were sent, and what is planned,
        stays with these."""
        for step in self.sudo().search([("partner_id", "in", contacts.ids)]):
            customer = step.reminder_id.partner_id
            if customer not in contacts:
                step.partner_id = customer

    # The life of the reminder

    @api.model
    def _with_planned(self, reminders):
        """Those of some reminders that have steps ahead."""
        waiting = [("reminder_id", "in", reminders.ids), ("state", "in", ("planned", "handed"))]
        return self.sudo().search(waiting).reminder_id.sudo(False) & reminders

    @api.model
    def _end(self, reminders):
        """These have ended: nothing more is sent, and no colleague has anything to do."""
        own = self.sudo().search([("reminder_id", "in", reminders.ids)])
        ahead = own.filtered(lambda step: step.state in ("planned", "handed"))
        ahead.write({"state": "cancelled", "skip_reason": "ended"})
        tasks = own.activity_id.filtered("active") - reminders.activity_id
        tasks.unlink()

    @api.model
    def _plan_again(self, reminders):
        """The order was taken back: what was still ahead is so again."""
        own = [("reminder_id", "in", reminders.ids), ("state", "=", "cancelled")]
        now = fields.Datetime.now()
        for step in self.sudo().search([*own, ("skip_reason", "=", "ended")]):
            at = max(now, step.due_at)
            step.write({"state": "planned", "skip_reason": False, "send_at": at, "due_at": at})

    # The job

    @api.model
    def _trigger_job(self):
        cron = self.env.ref("customer_tiering_reorder.ir_cron_send", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _cron_send(self):
        """Send what is due, as far as the time goes."""
        Cron = self.env["ir.cron"]
        self._note_failed_mails()
        remaining = self._count_due()
        time_left = Cron._commit_progress(remaining=remaining)
        while remaining and time_left:
            done = self._send_slice()
            # Without any, somebody is at these customers at this moment.
            remaining = self._count_due() if done else 0
            time_left = Cron._commit_progress(done, remaining=remaining)

    @api.model
    def _due_sql(self):
        return SQL(
            "(s.state = 'planned' AND s.send_at <= %(now)s "
            "OR s.state = 'handed' AND s.receipt_by <= %(now)s)",
            now=fields.Datetime.now(),
        )

    @api.model
    def _count_due(self):
        self.env.flush_all()
        query = SQL("SELECT COUNT(*) FROM customer_reminder_step s WHERE %s", self._due_sql())
        return self.env.execute_query(query)[0][0]

    @api.model
    def _send_slice(self):
        """Do something about the oldest steps that are due, one of each customer: the next one
        is looked at with what this one has changed.

        :return: how many
        """
        self.env.flush_all()
        # The whole case is locked: two jobs would each find the caps unused.
        self.env.cr.execute(
            SQL(
                """
                SELECT r.id FROM customer_reminder r
                 WHERE EXISTS (
                       SELECT FROM customer_reminder_step s WHERE s.reminder_id = r.id AND %s)
                 ORDER BY r.id LIMIT %s FOR UPDATE SKIP LOCKED
                """,
                self._due_sql(),
                SLICE_SIZE,
            )
        )
        ids = [id_ for (id_,) in self.env.cr.fetchall()]
        if not ids:
            return 0
        self.env.invalidate_all()
        reminders = self.env["customer.reminder"].browse(ids)
        # Orders of which nobody has told the reminders.
        reminders.filtered(lambda r: r.state == "open")._end_with_orders()
        steps = self._next_of(reminders)
        for company, own in steps.grouped("company_id").items():
            own.with_company(company)._meet_or_put_aside(company)
        # What ended a moment ago is done as well.
        return len(ids)

    @api.model
    def _next_of(self, reminders):
        """The next step of each of these that is due."""
        query = SQL(
            """SELECT DISTINCT ON (s.reminder_id) s.id FROM customer_reminder_step s
                WHERE s.reminder_id = ANY(%s) AND %s
                ORDER BY s.reminder_id, s.due_at, s.id""",
            reminders.ids,
            self._due_sql(),
        )
        self.env.flush_all()
        return self.browse([id_ for (id_,) in self.env.execute_query(query)])

    def _meet_or_put_aside(self, company):
        """Meet these of a company; a fault in what all of them need stops no other company."""

        def failed(_error):
            _logger.exception("Nothing could be sent for company %s", company.id)

        if attempt(self.env, lambda: [self._meet(company)], failed):
            return
        again = fields.Datetime.now() + RETRY
        self.filtered(lambda step: step.state == "planned").send_at = again
        self.filtered(lambda step: step.state == "handed").receipt_by = again

    def _meet(self, company):
        """Send these, or note why not, each for itself."""
        self.reminder_id._follow_responsible()
        self._follow_contacts()
        policy = self.env["customer.contact.policy"]
        rules = policy._rules_of(company)
        for rule, steps in self.grouped(lambda step: step.reminder_id.rule_id).items():
            but = rule._need_not_wait_for()
            steps._meet_each(policy._situations(company, steps.partner_id, but), rules)

    def _meet_each(self, situations, rules):
        for step in self:
            reminder = step.reminder_id
            try:
                with self.env.cr.savepoint():
                    step._meet_one(situations[step.partner_id], rules)
            except Exception as error:
                if getattr(error, "pgcode", None) in ("40001", "40P01"):
                    raise
                _logger.exception("Step %s of reminder %s failed", step.id, reminder.id)
                step._fail("failed", error_text(error))
        # Core looks at its queue once an hour: by then it may be night.
        if self.filtered(lambda step: step.state == "sent").mail_id:
            self.env.ref(MAIL_QUEUE).sudo()._trigger()

    def _meet_one(self, situation, rules):
        if self.state == "handed":
            self._fail("no_receipt")
            return
        verdict = quiet.decide(
            self.due_at,
            fields.Datetime.now(),
            self._situation(situation),
            rules,
            counted=self.channel != "activity",
        )
        if verdict.outcome == quiet.SEND:
            if not self._make_ready():
                return
            self.reminder_id.write({"snoozed_until": False, "snooze_reason": False})
            getattr(self, f"_send_{self.channel}")()
        elif verdict.outcome == quiet.WAIT:
            self._wait(verdict)
        elif verdict.reason == "ended":
            self.write({"state": "cancelled", "skip_reason": "ended"})
        else:
            self._skip(verdict.reason)

    def _make_ready(self):
        """Hook: prepare what is about to be sent; False where it has to wait, with another time
        of the next try."""
        return True

    def _situation(self, situation):
        """What ends or delays this step, with what is known about the contact."""
        reminder, zone = self.reminder_id, situation.zone
        stopped, snoozed, until = self._stopped(), situation.snoozed, None
        today = self.env["customer.tier.gather"]._today(self.company_id)
        if spoke := self._spoke_on(today):
            snoozed, until = "spoke", self._morning(spoke + timedelta(days=7), zone)
        if self.channel == "activity" and not self.company_id.customer_contact_wait_calls:
            snoozed, until = "", None
        asked = reminder.snoozed_until if reminder.snooze_reason == "customer" else False
        if asked and asked > today:
            snoozed, until = "customer", self._morning(asked, zone)
        return replace(situation, stopped=stopped, snoozed=snoozed, snoozed_until=until)

    @api.model
    def _morning(self, day, zone):
        local = datetime.combine(day, time(SENT_AT))
        aware = pytz.timezone(zone).localize(local, is_dst=False)
        return aware.astimezone(pytz.utc).replace(tzinfo=None)

    def _spoke_on(self, today):
        """When a colleague did what this reminder asked for, within a week; messages wait then."""
        activity = self.reminder_id.with_context(active_test=False).activity_id
        done = not activity.active and activity.date_done
        return done if done and self.channel != "activity" and done > today - timedelta(7) else None

    def _stopped(self):
        """Why this must not be sent any more, the first reason that holds."""
        reminder, contact = self.reminder_id, self.partner_id
        if reminder.state != "open":
            return "ended"
        if reminder.arm == "control":
            return "held_back"
        if not (contact.active and contact.commercial_partner_id.active):
            return "archived"
        if not self.company_id.active:
            return "company"
        # Of a step that was taken out of the rule nobody knows the text any more.
        if not (reminder.rule_id.active and self.step_id):
            return "rule"
        if not self._condition_met():
            return "condition"
        return self._unwanted() if self.to == "customer" else ""

    def _condition_met(self):
        if self.only_if == "not_called":
            activity = self.reminder_id.with_context(active_test=False).activity_id
            return not (activity and not activity.active)
        if self.only_if == "not_clicked":
            # Who wants to be asked later has put it off, not answered it.
            if self.reminder_id.answer in ("later", "enough"):
                return True
            others = self.search([("reminder_id", "=", self.reminder_id.id)])
            return not any(others.mapped("confirmed_at"))
        if self.only_if == "no_quotation":
            return not self.reminder_id.quotation_id
        return True

    def _unwanted(self):
        contact = self.partner_id
        Preference = self.env["customer.contact.preference"]
        preference = Preference._of(contact)[contact]
        # A duplicate, or the company's own record, may have the address of who said so.
        address = self._address_field(self.channel)
        if preference.no_reminders or Preference._stopped_address(contact, address):
            return "opted_out"
        if not preference._allows(self.channel):
            return "channel"
        if self.channel == "email":
            if not contact.email_normalized:
                return "no_address"
            if Preference._is_blacklisted(contact):
                return "blacklisted"
        return ""

    def _wait(self, verdict):
        vals = {"send_at": verdict.at, "skip_reason": verdict.reason}
        if verdict.reason not in ("cap", "quiet"):
            vals["due_at"] = max(self.due_at, verdict.at)
            until = verdict.at.date()
            self.reminder_id.write({"snooze_reason": verdict.reason, "snoozed_until": until})
        self.write(vals)

    def _unreached(self):
        """Hook: reasons after which another channel may reach the customer."""
        return UNREACHED

    def _next_channel(self):
        """Hook: the channel that is tried where this step's did not reach the customer."""
        return NEXT_CHANNEL.get(self.channel)

    def _skip(self, reason):
        self.write({"state": "skipped", "skip_reason": reason})
        if reason in self._unreached():
            self._try_next_channel()

    def _fail(self, reason, error=False):
        self.write({"state": "failed", "skip_reason": reason, "error": error})
        self._try_next_channel()

    def _try_next_channel(self):
        """The customer is still expected: another channel, and a colleague's call at last."""
        channel = self._next_channel()
        if not channel or self.reminder_id.state != "open":
            return
        contact = self.partner_id
        if channel != "activity" and not contact[self._address_field(channel)]:
            contact = self._contacts(self.reminder_id, channel)[self.reminder_id]
        now = fields.Datetime.now()
        self.create(
            {
                "reminder_id": self.reminder_id.id,
                "step_id": self.step_id.id,
                "company_id": self.company_id.id,
                "channel": channel,
                "to": "salesperson" if channel == "activity" else "customer",
                "only_if": self.only_if,
                "partner_id": contact.id,
                "due_at": now,
                "send_at": now,
            }
        )

    # Channels: what each does is committed with the state of the step

    def _send_activity(self):
        """A to-do of the salesperson or the leader, who may be somebody else by now."""
        reminder, company = self.reminder_id, self.company_id
        standing = self.env["customer.tier.standing"].search(
            [("partner_id", "=", reminder.partner_id.id), ("company_id", "=", company.id)]
        )
        Responsible = self.env["customer.tier.responsible"]
        if not standing:
            self._skip("ended")
            return
        of = Responsible._leaders_of if self.to == "leader" else Responsible._of
        user = of(standing, company)[standing]
        vals = reminder._activity_vals(reminder.rule_id, standing, user)
        activity = schedule_on_contacts(self.env, [vals])
        if self.to != "leader" and not reminder.activity_id.active:
            reminder.write({"activity_id": activity.id, "user_id": user.id})
        self.write({**self._done_vals(activity), "skip_reason": False})

    def _send_email(self):
        template = self.step_id.template_id or self.env.ref(TEMPLATE)
        stop = self.sudo().stop_url
        headers = {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        mail = template.send_mail_batch(
            self.ids,
            email_values={
                "headers": repr(headers),
                # Colleagues shall not find the customer's link in notes.
                "model": False,
                "res_id": False,
                "email_to": False,
                "recipient_ids": [(6, 0, self.partner_id.ids)],
                "auto_delete": True,
            },
        )
        self.write(
            {
                "state": "sent",
                "sent_at": fields.Datetime.now(),
                "mail_id": mail.id,
                "subject": mail.subject,
                "skip_reason": False,
            }
        )

    def _besides(self):
        """Hook: what messages tell besides their text, in the contact's language, and by what a
        text is known to tell it already.

        :return: (sentence, part of it), empty for nothing
        """
        self.ensure_one()
        return "", ""

    def _send_action(self):
        """Give it to a server action. A webhook is called after the commit, so that it knows
        nothing that was taken back."""
        if not self.step_id.action_id:
            self._fail("failed")
            return
        now = fields.Datetime.now()
        self.write(
            {
                "state": "handed",
                "sent_at": now,
                "receipt_by": now + RECEIPT,
                "subject": self.step_id.action_id.name,
                "skip_reason": False,
            }
        )
        self.flush_recordset()
        context = {"active_id": self.id, "active_ids": self.ids, "active_model": self._name}
        self.step_id.action_id.sudo().with_context(**context).run()

    @api.model
    def _note_failed_mails(self):
        """What no server took reaches nobody: the next channel."""
        failed = self.search([("state", "=", "sent"), ("mail_id.state", "=", "exception")])

        def note(steps):
            for step in steps:
                reason = step.mail_id.failure_reason
                step._fail("failed", reason and reason[:500])

        def not_noted(step, _error):
            _logger.exception("The failed mail of step %s could not be noted", step.id)

        savepoint_each(failed, note, not_noted)

    # What other programs report

    def _receipt_url(self):
        return f"{self.company_id.sudo().get_base_url()}/customer_tiering/handover/{self._token()}"

    def _token(self):
        # Signing needs the database's secret.
        return hash_sign(self.sudo().env, RECEIPT_SCOPE, [self.id], expiration=timedelta(days=30))

    @api.model
    def _of_receipt_token(self, token):
        """The step that a program reports about, with all rights: the signature is the proof."""
        steps = self.sudo()
        payload = signed.read(steps.env, RECEIPT_SCOPE, token)
        return steps.browse(payload[0] if payload else ()).exists()

    def _report(self, state):
        """Take what a program reports; what it says again changes nothing.

        :param state: ``sent``, ``confirmed`` or ``failed``
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.state == "handed":
            if state == "failed":
                self._fail("failed")
                self._trigger_job()
            else:
                self.write({"state": "sent", "receipt_by": False})
        if state == "confirmed" and not self.confirmed_at:
            self.confirmed_at = now

    def action_open_reminder(self):
        """The customer, whom the contact is with."""
        self.ensure_one()
        return self.reminder_id.partner_id.get_formview_action()

    # Demo data

    @api.model
    @api.private
    def _load_demo(self):
        """Rules with steps, and what became of some reminders of the demo customers."""
        from ..demo.reminders import create_reminders
        from ..demo.year import create_year

        if not self.search_count([], limit=1):
            company = self.env.ref("base.main_company")
            create_reminders(self.env, company)
            create_year(self.env, company)
