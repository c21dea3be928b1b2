import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.customer_tiering.explain import next_order
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.tools import (
    other_languages,
    savepoint_each,
    schedule_on_contacts,
    sentences,
)
from odoo.tools import format_date

from .customer_contact_policy import REASONS

_logger = logging.getLogger(__name__)


class CustomerReminder(models.Model):
    """Cases of customers who are expected to order again: a salesperson is reminded, or they are
    held back so that the effect can be measured. Each is kept after it has ended, because it tells
    when the customer was last approached and what came of it."""

    _name = "customer.reminder"
    _inherit = "customer.order.measured"
    _description = "Repurchase Reminder"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    # Who is in a programme must not hang on it.
    _customer_tier_result = True

    rule_id = fields.Many2one(
        "customer.reminder.rule", required=True, ondelete="cascade", index=True, readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    tier_id = fields.Many2one("customer.tier", ondelete="set null", readonly=True)
    tier_color = fields.Integer(related="tier_id.color", string="Tier Color", exportable=False)
    date = fields.Date(string="Reminded On", required=True, readonly=True)
    expected_date = fields.Date(string="Expected", readonly=True)
    late_date = fields.Date(string="Late From", readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", ondelete="set null", readonly=True, index="btree_not_null"
    )
    order_id = fields.Many2one(
        "sale.order", ondelete="set null", readonly=True, index="btree_not_null"
    )
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("ordered", "Customer Ordered"),
            ("done", "Done"),
            ("cancel", "Dismissed"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    end_reason = fields.Selection(
        selection=[
            ("ordered", "Order came"),
            ("done", "Done"),
            ("dismissed", "Dismissed"),
            ("declined", "The customer declined"),
            ("window", "Time was over"),
            ("rule", "Rule was archived or deleted"),
            ("archived", "Customer was archived"),
            ("merged", "Merged with another"),
            ("taken_back", "Order was taken back too late"),
        ],
        string="Ended By",
        readonly=True,
    )
    # Whether there was a to-do, which may be gone since.
    on_desk = fields.Boolean(readonly=True, exportable=False)
    snoozed_until = fields.Date(readonly=True)
    snooze_reason = fields.Selection(REASONS, string="Waits Because", readonly=True)

    _one_open = models.UniqueIndex(
        "(partner_id, company_id) WHERE state = 'open'",
        "A customer has one open reminder at most.",
    )
    _partner_idx = models.Index("(partner_id, company_id, date)")
    _day_idx = models.Index("(user_id, date)")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("on_desk", bool(vals.get("activity_id")))
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("activity_id"):
            vals = {**vals, "on_desk": True}
        ended = self.browse()
        if vals.get("state", "open") != "open":
            ended = self.filtered(lambda reminder: reminder.state == "open")
        result = super().write(vals)
        for rule, reminders in ended.grouped("rule_id").items():
            rule._after_end(reminders)
        return result

    def action_open_partner(self):
        """The customer, whom the activity of the reminder is on."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    @api.model
    def _open(self, rule, due, as_of):
        """Create reminders with one activity each.

        A customer whose activity cannot be made is reported in the log and left out.

        :param due: dict ``customer.tier.standing`` → ``res.users`` who is reminded
        """

        def open_for(standings):
            given = {standing: due[standing] for standing in standings}
            return self._create_with_activity(rule, given, as_of)

        def failed(standing, _error):
            _logger.exception("No reminder for customer %s", standing.partner_id.id)

        standings = self.env["customer.tier.standing"].union(*due)
        return self.union(*savepoint_each(standings, open_for, failed))

    def _create_with_activity(self, rule, due, as_of):
        drawn = {standing: self._drawn(rule, standing, as_of) for standing in due}
        told = {s: user for s, user in due.items() if drawn[s]["arm"] != assignment.CONTROL}
        on_desk = told if rule._begins_on_desk() else {}
        activities = schedule_on_contacts(
            self.env,
            [self._activity_vals(rule, standing, user) for standing, user in on_desk.items()],
        )
        activity_ids = dict(zip(on_desk, activities.ids, strict=True))
        reminders = self.create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": standing.partner_id.id,
                    "company_id": standing.company_id.id,
                    "user_id": user.id,
                    "tier_id": standing.tier_id.id,
                    "date": as_of,
                    "expected_date": standing.next_order_date,
                    "late_date": standing.next_order_late,
                    "activity_id": activity_ids.get(standing, False),
                    "window_end": self._window_end(standing, as_of),
                    **drawn[standing],
                }
                for standing, user in due.items()
            ]
        )
        rule._after_open(reminders.filtered(lambda r: r.arm != assignment.CONTROL))
        return reminders

    @api.model
    def _drawn(self, rule, standing, as_of):
        """Which group a customer is in; those whose tier is never held back are not measured."""
        return self._draw(
            f"rule:{rule.id}",
            standing,
            as_of,
            rule.control_share,
            rule._offer_share(),
            never=standing.tier_id in rule.never_held_tier_ids,
        )

    def _activity_vals(self, rule, standing, user):
        standing = standing.with_context(lang=user.lang)
        env = standing.env
        today = self.env["customer.tier.gather"]._today(standing.company_id)
        last = format_date(env, standing.last_order_date)
        said = [env._("Last order: %s.", last), next_order.sentence(standing)]
        # The day that the rule goes by.
        said += [next_order.call_sentence(standing)] if rule.reminds_at == "late" else []
        return {
            "res_id": standing.partner_id.id,
            "activity_type_id": rule.activity_type_id.id,
            "summary": self._summaries(rule, {standing: (today, self.date or today)})[standing],
            "note": sentences(said),
            "date_deadline": today,
            "user_id": user.id,
            "customer_company_id": standing.company_id.id,
        }

    @api.model
    def _summaries(self, rule, days):
        """Hook: what to-dos say at a glance, in the language of the standings' environment.

        :param days: dict ``customer.tier.standing`` of one company → the day on which its to-do is
            made, and that on which the reminder began
        :return: dict ``customer.tier.standing`` → text
        """
        late = rule.reminds_at == "late"
        return {s: next_order.headline(s, made, late) for s, (made, _began) in days.items()}

    def _summaries_for_reader(self):
        """What the to-dos of these open reminders say at a glance, in the reader's language as
        long as nobody has changed what they say.

        :return: dict ``customer.reminder`` → text
        """
        others = other_languages(self.env)
        said = {reminder: reminder.activity_id.summary for reminder in self}
        told = self.filtered(lambda r: others and r.activity_id)
        for (rule, company), own in told.grouped(lambda r: (r.rule_id, r.company_id)).items():
            standings = {
                r: r.partner_id.with_company(company).customer_standing_id.sudo() for r in own
            }

            def texts(lang, rule=rule, standings=standings):
                days = {
                    standing.with_context(lang=lang): (r.activity_id.date_deadline, r.date)
                    for r, standing in standings.items()
                    if standing
                }
                return self._summaries(rule, days)

            written, now = [texts(lang) for lang in others], texts(self.env.lang)
            for reminder, standing in standings.items():
                if standing and any(said[reminder] == text[standing] for text in written):
                    said[reminder] = now[standing]
        return said

    def _reword(self, lang):
        """Say the to-dos of these open reminders at a glance in another language, unless somebody
        has changed what they say."""
        for reminder, said in self.with_context(lang=lang)._summaries_for_reader().items():
            if reminder.activity_id.summary != said:
                reminder.activity_id.summary = said

    @api.model
    def _dismiss_duplicates(self, partners):
        """Of customers who become one, keep one open reminder per company: that of the first of
        the partners who has one."""
        rank = {partner.id: position for position, partner in enumerate(partners)}
        reminders = self.search([("partner_id", "in", partners.ids), ("state", "=", "open")])
        for same in reminders.grouped("company_id").values():
            others = same.sorted(lambda r: rank[r.partner_id.id])[1:]
            others._dismiss("merged")

    @api.model
    def _join(self, contacts, customer):
        """Customers have become contacts of another one, who has one open reminder per company."""
        self._dismiss_duplicates(customer | contacts)
        is_open = [("partner_id", "in", contacts.ids), ("state", "=", "open")]
        self.search(is_open).partner_id = customer

    def _dismiss(self, reason="dismissed"):
        """End these without an order.

        :param reason: key of ``end_reason``
        """
        self.activity_id.filtered("active").unlink()
        self.write({"state": "cancel", "end_reason": reason})

    @api.model
    def _note_ended(self, company):
        """Take over what people did with their activities: done, or dismissed. Nobody is asked
        about customers who were archived, or by rules that were, and what is on nobody's desk ends
        with its time."""
        is_open = [("company_id", "=", company.id), ("state", "=", "open")]
        gone = self.search([*is_open, ("partner_id.active", "=", False)])
        gone._try(gone._dismiss, "archived")
        off = self.search([*is_open, ("rule_id.active", "=", False)])
        off._try(off._dismiss, "rule")
        everything = self.with_context(active_test=False)
        dismissed = self.search([*is_open, ("on_desk", "=", True), ("activity_id", "=", False)])
        dismissed.write({"state": "cancel", "end_reason": "dismissed"})
        done = everything.search([*is_open, ("activity_id.active", "=", False)])
        done.rule_id._after_done(done)
        today = self.env["customer.tier.gather"]._today(company)
        over = [("on_desk", "=", False), ("window_end", "<", today)]
        over = self.search([*is_open, *over])
        (over - over.rule_id._still_planned(over))._dismiss("window")
        self.search([*is_open, ("on_desk", "=", False)])._follow_responsible()

    def _end_done(self):
        """Somebody has done what these asked for."""
        self.write({"state": "done", "end_reason": "done"})

    @api.model
    def _close_fulfilled(self, partners):
        """Close open reminders of customers who have ordered since.

        :param partners: ``res.partner``; reminders of their commercial partners, and of whoever
            became a contact of these, are looked at
        """
        # The salesperson who confirms the order need not be the one who was reminded.
        Reminder = self.sudo()
        reminders = Reminder.search([*self._of_customers(partners), ("state", "=", "open")])
        reminders._end_with_orders()

    def _fulfil(self, order):
        self.write({"state": "ordered", "end_reason": "ordered", "order_id": order.id})
        self.activity_id.filtered("active").action_feedback(
            feedback=self.env._("Order %s came in.", order.name)
        )

    # Whose they are

    def _follow_responsible(self):
        """Those of these that are on nobody's desk are of whoever looks after the customers by
        now: their messages come from there. The others go with their to-dos."""
        free = self.filtered(lambda r: r.state == "open" and not r.activity_id.active)
        for company, own in free.grouped("company_id").items():
            standings = self.env["customer.tier.standing"].search(
                [("partner_id", "in", own.partner_id.ids), ("company_id", "=", company.id)]
            )
            users = self.env["customer.tier.responsible"]._of(standings, company)
            now = {standing.partner_id: user for standing, user in users.items()}
            for reminder in own:
                user = now.get(reminder.partner_id, reminder.user_id)
                if user != reminder.user_id:
                    reminder.user_id = user

    # Orders that are taken back

    @api.model
    def _ended_by_order(self):
        return [("state", "=", "ordered")]

    def _reopen(self):
        """Ask again those who were asked last and late enough; of the others, no order came."""
        for company, reminders in self.grouped("company_id").items():
            again = reminders._asked_again(self.env["customer.tier.gather"]._today(company))
            late = {"state": "cancel", "end_reason": "taken_back", "order_id": False}
            (reminders - again).write(late)
            again._ask_again(company)

    def _asked_again(self, today):
        """Those of these that their rules would still have made today."""
        same = [
            ("partner_id", "in", self.partner_id.ids),
            ("company_id", "in", self.company_id.ids),
        ]
        last = {(r.partner_id, r.company_id): r for r in self.search(same, order="id")}
        return self.filtered(
            lambda r: (
                r.partner_id.active
                and r.rule_id.active
                # Without an activity it was dismissed before the order came.
                and (r.activity_id or not r.on_desk)
                and last[r.partner_id, r.company_id] == r
                and fields.Date.add(r.expected_date or r.date, days=r.rule_id.max_late_days)
                >= today
            )
        )

    def _ask_again(self, company):
        able = self.env["customer.tier.responsible"]._able(company)
        asked = self.filtered("activity_id")
        users = self.env["res.users"]._customer_tier_users_of(asked.activity_id, company)
        doers = {r: r.user_id & able or users.get(r.activity_id, r.user_id) for r in asked}
        vals = [reminder._activity_again_vals(user) for reminder, user in doers.items()]
        activities = schedule_on_contacts(self.env, vals)
        for (reminder, user), activity in zip(doers.items(), activities, strict=True):
            reminder.write({"user_id": user.id, "activity_id": activity.id})
        self.write({"state": "open", "end_reason": False, "order_id": False})
        for rule, reminders in self.grouped("rule_id").items():
            rule._after_reopen(reminders)

    def _activity_again_vals(self, user):
        env = self.with_context(lang=user.lang).env
        before, order = self.activity_id, self.order_id
        why = (
            env._("Order %s was taken back, so the customer is still expected.", order.name)
            if order
            else env._("The order was taken back, so the customer is still expected.")
        )
        return {
            "res_id": self.partner_id.id,
            "activity_type_id": before.activity_type_id.id,
            "summary": before.summary,
            "note": Markup("<p>%s</p>%s") % (why, before.note or ""),
            "date_deadline": self.env["customer.tier.gather"]._today(self.company_id),
            "user_id": user.id,
            "customer_company_id": self.company_id.id,
        }
