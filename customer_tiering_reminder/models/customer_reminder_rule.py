from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment, reminders
from odoo.addons.customer_tiering.models.customer_tier import NAMED, OFFERED
from odoo.addons.customer_tiering.tools import open_list
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..agenda_source import expected_loss
from ..reminder_plan import Plan

# Columns of the standing that a rule can go by.
DAYS = {"late": "call_date", "expected": "next_order_date"}
MANAGERS = "customer_tiering.group_manager"
# Of a hundred customers, what a rule made on the screen begins with.
SHARE = 20
# How far the preview looks ahead.
MONTH_DAYS = 30


class CustomerReminderRule(models.Model):
    """Rules that say which customers salespeople are reminded of, when, and how many a day."""

    _name = "customer.reminder.rule"
    _inherit = "customer.tier.input"
    _description = "Repurchase Reminder Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    tier_ids = fields.Many2many(
        "customer.tier",
        string="Tiers",
        domain=OFFERED,
        context=NAMED,
        help="Only customers of these tiers; empty: all.",
    )
    reminds_at = fields.Selection(
        selection=[
            ("late", "The order is late"),
            ("expected", "The order is expected"),
        ],
        string="Remind When",
        required=True,
        default="late",
        help="Late: four of five of such customers have ordered again, and of those still silent "
        "most order nothing for another month without a call. Expected: half of those who come "
        "back have, so that many who are reminded of would order without it.",
    )
    lead_days = fields.Integer(
        string="Days After That",
        default=0,
        help="How long past that day the reminder comes; a negative number reminds before.",
    )
    max_late_days = fields.Integer(
        string="Not Later Than (days)",
        default=60,
        help="Customers who are overdue for longer are dormant rather than late and get none.",
    )
    min_order_count = fields.Integer(
        string="Minimum Orders",
        default=0,
        help="Orders on the customer's grading (of a year, unless its metric was changed); 0 "
        "takes everybody who has bought.",
    )
    gap_days = fields.Integer(
        string="Days Between Reminders",
        default=30,
        help="A customer is left in peace for so long after a reminder of this rule.",
    )
    daily_limit = fields.Integer(
        string="Per Salesperson and Day",
        default=20,
        help="First come customers with whom most is expected to be lost: the amount of a year, "
        "times the probability that nothing comes without a call. The others come on the next "
        "days; 0 sets no limit.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        required=True,
        default=lambda self: self.env.ref(
            "customer_tiering_reminder.mail_activity_type_reorder", raise_if_not_found=False
        ),
        domain="[('res_model', 'in', (False, 'res.partner'))]",
        ondelete="restrict",
    )
    reminder_count = fields.Integer(compute="_compute_reminder_count")

    # Whether it has an effect

    control_share = fields.Integer(
        string="Held Back (%)",
        default=SHARE,
        help="So many of a hundred customers, drawn by chance for a half-year, get nothing from "
        "this rule: only by comparison with them can be said how many orders came because of it. "
        "0 holds nobody back, and 20 is a good share to measure by.",
    )
    never_held_tier_ids = fields.Many2many(
        "customer.tier",
        "customer_reminder_rule_never_held_rel",
        string="Never Hold Back",
        domain=OFFERED,
        context=NAMED,
        help="Customers of these tiers are always reminded of. What that brings is not measured.",
    )
    held_count = fields.Integer(
        string="Held Back Now", compute="_compute_held_count", groups=MANAGERS
    )

    # What it is about to do

    today_count = fields.Integer(compute="_compute_preview", groups=MANAGERS)
    month_count = fields.Integer(compute="_compute_preview", groups=MANAGERS)
    capped_count = fields.Integer(compute="_compute_preview", groups=MANAGERS)
    waiting_count = fields.Integer(compute="_compute_preview", groups=MANAGERS)

    _days_not_negative = models.Constraint(
        "check(max_late_days >= 0 and gap_days >= 0 and min_order_count >= 0 and daily_limit >= 0)",
        "Days and numbers in a reminder rule cannot be negative.",
    )
    _late_after_lead = models.Constraint(
        "check(max_late_days >= lead_days)",
        "“Not later than” must not be less than the days after it, or no customer would ever be "
        "reminded.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Nobody has looked at the share of a rule that is made past the form.
        return super().create([{"control_share": 0, **vals} for vals in vals_list])

    @api.constrains("control_share")
    def _check_control_share(self):
        for rule in self:
            self.env["customer.reminder"]._check_share(rule.control_share)

    @api.constrains("company_id", "tier_ids", "never_held_tier_ids")
    def _check_tiers(self):
        for rule in self.filtered("company_id"):
            tiers = rule.tier_ids | rule.never_held_tier_ids
            foreign = tiers.filtered(lambda t, rule=rule: t.company_id != rule.company_id)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” belongs to %(other)s; choose one of %(company)s.",
                        tier=foreign[0].name,
                        other=foreign[0].company_id.name,
                        company=rule.company_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _dismiss_open(self):
        """The database deletes the reminders, after which no order would close their
        activities."""
        open_ones = [("rule_id", "in", self.ids), ("state", "=", "open")]
        self.env["customer.reminder"].sudo().search(open_ones)._dismiss("rule")

    def _compute_reminder_count(self):
        told = self._counts([("arm", "!=", assignment.CONTROL)])
        for rule in self:
            rule.reminder_count = told.get(rule, 0)

    def _compute_held_count(self):
        held = self._counts([("arm", "=", assignment.CONTROL)])
        for rule in self:
            rule.held_count = held.get(rule, 0)

    def _counts(self, domain):
        """:return: dict rule → number of its open reminders"""
        own = [("rule_id", "in", self.ids), ("state", "=", "open"), *domain]
        return dict(self.env["customer.reminder"]._read_group(own, ["rule_id"], ["__count"]))

    def action_open_held(self):
        """The customers whom this rule holds back now."""
        self.ensure_one()
        self.check_access("write")
        held = [("rule_id", "=", self.id), ("arm", "=", assignment.CONTROL)]
        return open_list(
            self.env,
            "customer_tiering_reminder.customer_reminder_action",
            held,
            search_default_open=1,
        )

    # What it is about to do

    @api.depends_context("company", "allowed_company_ids")
    def _compute_preview(self):
        for rule in self:
            # What somebody types is not looked up: it would tell of customers of any company.
            shown = rule._origin if rule._previewed() else rule.browse()
            found = shown._preview() if shown else {}
            for name in self._previewed_names():
                rule[f"{name}_count"] = len(found.get(name, ()))

    @api.model
    def _previewed_names(self):
        """Hook: what :meth:`_preview` tells, each shown as ``<name>_count``."""
        return ["today", "month", "capped", "waiting"]

    def _previewed(self):
        company = self._origin.company_id
        return bool(self._origin) and company <= self.env.company

    def _preview(self):
        """Standings of the current company by what becomes of them.

        The numbers of today are those that a grading would make now.

        :return: dict of recordsets: ``today``, ``month``, ``capped``, ``waiting``
        """
        self.ensure_one()
        company = self.env.company
        today = self.env["customer.tier.gather"]._today(company)
        plans = self._plans(company, today, until=self)
        plan = plans.get(self, Plan())
        standings = self.env["customer.tier.standing"]
        return {
            "today": standings.browse(plan.made),
            "capped": standings.browse(plan.waiting_for("cap")),
            "waiting": standings.browse(plan.waiting_for_others()),
            "month": standings.browse(self._due_within(company, today, MONTH_DAYS)),
        }

    def action_open_preview(self):
        """The customers behind one of the numbers, given as ``preview`` in the context."""
        self.ensure_one()
        self.check_access("write")
        name = self.env.context.get("preview")
        found = self._preview() if self._previewed() else {}
        standings = found.get(name if name in self._previewed_names() else "today", self.browse())
        return open_list(
            self.env,
            "customer_tiering.customer_tier_standing_action",
            [("id", "in", standings.ids)],
        )

    # What it does

    @api.model
    def _load_demo(self):
        """Reminders of the demo customers."""
        company = self.env.ref("base.main_company")
        if company.customer_tier_graded_on:
            self._remind(company, company.customer_tier_graded_on)

    def _remind(self, company, as_of):
        """Make the reminders of a company that are due, for all rules.

        :return: the new ``customer.reminder`` records
        """
        # Runs for the whole company, whoever started the grading.
        Reminder = self.env["customer.reminder"].sudo()
        Reminder._note_ended(company)
        Reminder._take_back([("company_id", "=", company.id)])
        # Orders that came in past the order form, by import or SQL.
        is_open = [("company_id", "=", company.id), ("state", "=", "open")]
        Reminder._close_fulfilled(Reminder.search(is_open).partner_id)
        Reminder._measure(company)
        reminders = Reminder
        for rule, plan in self.sudo()._plans(company, as_of).items():
            due = plan.due(self.env)
            if due:
                reminders |= Reminder._open(rule, due, as_of)
        return reminders

    def _plans(self, company, as_of, until=None):
        """What each active rule would do today; customers whom one takes are left to it by those
        after it, and nobody gets more than a day's number from all of them together.

        :param until: the last rule that is looked at
        :return: dict rule → ``reminder_plan.Plan``
        """
        plans, taken, given = {}, [], {}
        # Whoever previews sees what the nightly job would find.
        self.env.flush_all()
        for rule in self.sudo().search([("company_id", "in", (False, company.id))]):
            plan = Plan()
            self.env.cr.execute(rule._due_query(company, as_of, taken, given))
            for row in self.env.cr.fetchall():
                plan.add(*row)
            for standing, user in plan.made.items():
                taken.append(standing)
                given[user] = given.get(user, 0) + 1
            plans[self.browse(rule.id)] = plan
            if until and rule.id == until.id:
                break
        return plans

    def _due(self, company, as_of):
        """Customers whose reminder is due and who are not left in peace, and who is reminded.

        Those with whom most is expected to be lost come first, up to each salesperson's limit.

        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        self.ensure_one()
        return self._plans(company, as_of, until=self).get(self, Plan()).due(self.env)

    def _due_within(self, company, as_of, days):
        """Ids of the standings that come due from a day on within some days, if nothing is
        ordered; hours, caps and what has to be over before are not foreseen."""
        self.env.flush_all()
        later = fields.Date.add(as_of, days=days)
        return [
            id_
            for (id_,) in self.env.execute_query(
                SQL(
                    "%s SELECT id FROM due ORDER BY id",
                    self._due_sql(company, as_of, [], until=later),
                )
            )
        ]

    def _due_sql(self, company, as_of, taken, until=None):
        """``WITH due``: the candidates, each with the one reason why it has to wait, if any."""
        earliest, latest = reminders.due_between(until or as_of, self.lead_days, self.max_late_days)
        if until:
            earliest, _latest = reminders.due_between(as_of, self.lead_days, self.max_late_days)
        calls_wait = company.sudo().customer_contact_wait_calls
        policy = self.env["customer.contact.policy"]
        waiting = policy._waiting_sql(company, self._need_not_wait_for())
        return SQL(
            """
            WITH due AS (
                SELECT s.id, s.partner_id, s.company_id, %(loss)s AS loss,
                       CASE WHEN p.user_id = ANY(%(able)s) THEN p.user_id END AS user_id,
                       %(waiting)s AS reason
                  FROM customer_tier_standing s
                  JOIN res_partner p ON p.id = s.partner_id AND p.active
                 WHERE s.company_id = %(company)s
                   AND %(candidates)s
                   AND s.order_count >= %(min_orders)s
                   AND %(tiers)s
                   AND NOT s.id = ANY(%(taken)s)
                   AND NOT EXISTS (
                       SELECT FROM customer_reminder r
                        WHERE r.partner_id = s.partner_id AND r.company_id = s.company_id
                          AND (r.state = 'open' OR r.rule_id = %(rule)s AND r.date > %(gap)s))
                   AND %(silent)s
            )
            """,
            loss=expected_loss(SQL("s")),
            able=self.env["customer.tier.responsible"]._able(company).ids,
            # To-dos of salespeople need not wait; what is sent is looked at again when it is sent.
            waiting=waiting if calls_wait and not until else SQL("NULL::text"),
            company=company.id,
            candidates=self._candidates_sql(earliest, latest),
            min_orders=self.min_order_count,
            tiers=SQL("s.tier_id = ANY(%s)", self.tier_ids.ids) if self.tier_ids else SQL("TRUE"),
            taken=taken,
            rule=self.id,
            gap=reminders.in_peace_after(until or as_of, self.gap_days),
            silent=self._silent_since(company, as_of),
        )

    def _candidates_sql(self, earliest, latest):
        """Hook: whose day it is, as a condition on standing ``s``.

        :param earliest: the first and
        :param latest: the last day that the reason of the rule may have begun
        """
        day = SQL.identifier("s", DAYS[self.reminds_at])
        return SQL("%s BETWEEN %s AND %s", day, earliest, latest)

    def _need_not_wait_for(self):
        """Hook: keys of what need not be over before a reminder of this rule, because it is what
        the rule reminds of."""
        return set()

    def _due_query(self, company, as_of, taken=(), given=None):
        """Ids of standings and users, and the reason why one has to wait. Customers without a
        salesperson count as one person's until the first few of them are given to somebody:
        looking up who would take thousands. Among equals the oldest contacts come first, whoever
        was graded first.

        :param taken: ids of the standings that rules before this one take
        :param given: dict id of a user → how many of these there are
        """
        given = given or {}
        parts = self.env["customer.tier.responsible"]._parts(company)
        everybodys = company.sudo().customer_contact_daily_limit
        return SQL(
            """
            %(due)s, best AS (
                SELECT *, ROW_NUMBER() OVER (
                    PARTITION BY user_id, reason ORDER BY loss DESC NULLS LAST, partner_id)
                    AS position
                  FROM due
            ), given AS MATERIALIZED (
                SELECT s.id, s.partner_id, s.loss, s.reason,
                       COALESCE(s.user_id, %(leader)s, %(fallback)s) AS user_id
                  FROM best s
                 WHERE reason IS NULL AND (%(most)s = 0 OR s.position <= %(most)s)
            ), today AS (
                SELECT user_id, COUNT(*) FILTER (WHERE rule_id = %(rule)s) AS own,
                       COUNT(*) AS everything
                  FROM customer_reminder
                 WHERE date = %(as_of)s AND user_id IN (SELECT user_id FROM given)
                 GROUP BY user_id
            ), before AS (
                SELECT * FROM UNNEST(%(users)s::int[], %(counts)s::int[]) AS b(user_id, everything)
            ), ranked AS (
                SELECT g.id, g.user_id,
                       ROW_NUMBER() OVER (PARTITION BY g.user_id
                           ORDER BY g.loss DESC NULLS LAST, g.partner_id) AS position,
                       COALESCE(t.own, 0) AS own,
                       COALESCE(t.everything, 0) + COALESCE(b.everything, 0) AS everything
                  FROM given g
             LEFT JOIN today t ON t.user_id = g.user_id
             LEFT JOIN before b ON b.user_id = g.user_id
            ), decided AS (
                SELECT id, user_id,
                       CASE WHEN %(limit)s > 0 AND position + own > %(limit)s
                              OR %(everybodys)s > 0 AND position + everything > %(everybodys)s
                            THEN 'cap' END AS reason
                  FROM ranked)
            SELECT due.id, d.user_id,
                   CASE WHEN d.id IS NOT NULL THEN d.reason ELSE COALESCE(due.reason, 'cap') END
              FROM due LEFT JOIN decided d ON d.id = due.id
             ORDER BY due.id
            """,
            due=self._due_sql(company, as_of, list(taken)),
            leader=parts["leader"],
            fallback=parts["fallback"],
            rule=self.id,
            as_of=as_of,
            users=list(given),
            counts=list(given.values()),
            limit=self.daily_limit,
            everybodys=everybodys,
            # More of one person's are never made.
            most=min(filter(None, (self.daily_limit, everybodys)), default=0),
        )

    # Hooks for what else is done about the customers of a rule

    def _begins_on_desk(self):
        """Hook: whether a salesperson finds a to-do as soon as a reminder is made."""
        return True

    def _offer_share(self):
        """Hook: how many of a hundred customers get an offer beside the reminder."""
        return 0

    def _after_open(self, reminders):
        """Hook: these reminders were made, none of which is held back."""

    def _after_end(self, reminders):
        """Hook: these were open, and have ended."""

    def _after_reopen(self, reminders):
        """Hook: the order that had ended these was taken back."""

    def _still_planned(self, reminders):
        """Hook: those of these about which something is still to come."""
        return reminders.browse()

    def _after_done(self, reminders):
        """Hook: somebody has done what these asked for. May keep some of them open."""
        reminders._end_done()

    def _silent_since(self, company, as_of):
        """Nothing was ordered after what was graded: somebody graded as of an earlier day must
        not be reminded of an order that has come since."""
        gather = self.env["customer.tier.gather"]
        if as_of >= gather._today(company):
            return SQL("TRUE")
        return SQL(
            """NOT EXISTS (
                SELECT FROM sale_order o JOIN res_partner c ON c.id = o.partner_id
                 WHERE c.commercial_partner_id = s.partner_id
                   AND o.company_id = s.company_id AND o.state = 'sale' AND %s
                   AND o.date_order >= %s)""",
            gather._frequent_condition(company),
            gather._end_of_day(company, as_of),
        )
