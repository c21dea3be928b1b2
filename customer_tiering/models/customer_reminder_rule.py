from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..grading import reminders
from .customer_tier import NAMED, OFFERED

# Columns of the standing that a rule can go by.
DAYS = {"late": "call_date", "expected": "next_order_date"}


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
        "most order nothing for another month without a call. Expected: half of them have, so "
        "that many who are reminded of would order without it.",
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
            "customer_tiering.mail_activity_type_reorder", raise_if_not_found=False
        ),
        domain="[('res_model', 'in', (False, 'res.partner'))]",
        ondelete="restrict",
    )
    reminder_count = fields.Integer(compute="_compute_reminder_count")

    _days_not_negative = models.Constraint(
        "check(max_late_days >= 0 and gap_days >= 0 and min_order_count >= 0 and daily_limit >= 0)",
        "Days and numbers in a reminder rule cannot be negative.",
    )
    _late_after_lead = models.Constraint(
        "check(max_late_days >= lead_days)",
        "“Not later than” must not be less than the days after it, or no customer would ever be "
        "reminded.",
    )

    @api.constrains("company_id", "tier_ids")
    def _check_tiers(self):
        for rule in self.filtered("company_id"):
            foreign = rule.tier_ids.filtered(lambda t, rule=rule: t.company_id != rule.company_id)
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
        self.env["customer.reminder"].sudo().search(open_ones)._dismiss()

    def _compute_reminder_count(self):
        counts = dict(
            self.env["customer.reminder"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "open")], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.reminder_count = counts.get(rule, 0)

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
        reminders = Reminder
        for rule in self.sudo().search([("company_id", "in", (False, company.id))]):
            due = rule._due(company, as_of)
            if due:
                reminders |= Reminder._open(rule, due, as_of)
        return reminders

    def _due(self, company, as_of):
        """Customers whose reminder is due and who are not left in peace, and who is reminded.

        Those with whom most is expected to be lost come first, up to each salesperson's limit.

        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(self._due_query(company, as_of))
        standings, users = self.env["customer.tier.standing"], self.env["res.users"]
        # One prefetch for all, or each of thousands would be read alone.
        rows = self.env.cr.fetchall()
        standings = standings.browse([standing for standing, _user in rows])
        return {s: users.browse(user) for s, (_id, user) in zip(standings, rows, strict=True)}

    def _due_query(self, company, as_of):
        """Ids of standings and users. Customers without a salesperson count as one person's
        until the first few of them are given to somebody: looking up who would take thousands.
        Among equals the oldest contacts come first, whoever was graded first."""
        earliest, latest = reminders.due_between(as_of, self.lead_days, self.max_late_days)
        return SQL(
            """
            WITH due AS (
                SELECT s.id, s.partner_id, s.company_id, s.amount * s.stay_away AS loss,
                       CASE WHEN p.user_id = ANY(%(able)s) THEN p.user_id END AS user_id
                  FROM customer_tier_standing s
                  JOIN res_partner p ON p.id = s.partner_id AND p.active
                 WHERE s.company_id = %(company)s
                   AND %(day)s BETWEEN %(earliest)s AND %(latest)s
                   AND s.order_count >= %(min_orders)s
                   AND %(tiers)s
                   AND NOT EXISTS (
                       SELECT FROM customer_reminder r
                        WHERE r.partner_id = s.partner_id AND r.company_id = s.company_id
                          AND r.rule_id = %(rule)s AND (r.state = 'open' OR r.date > %(gap)s))
                   AND %(silent)s
            ), best AS (
                SELECT *, ROW_NUMBER() OVER (
                    PARTITION BY user_id ORDER BY loss DESC NULLS LAST, partner_id) AS position
                  FROM due
            ), given AS MATERIALIZED (
                SELECT s.id, s.partner_id, s.loss,
                       COALESCE(s.user_id, %(leader)s, %(fallback)s) AS user_id
                  FROM best s
                 WHERE %(limit)s = 0 OR s.position <= %(limit)s
            ), ranked AS (
                SELECT id, user_id, ROW_NUMBER() OVER (
                           PARTITION BY user_id ORDER BY loss DESC NULLS LAST, partner_id)
                       + (SELECT COUNT(*) FROM customer_reminder r
                           WHERE r.rule_id = %(rule)s AND r.user_id = given.user_id
                             AND r.date = %(as_of)s) AS position
                  FROM given)
            SELECT id, user_id FROM ranked WHERE %(limit)s = 0 OR position <= %(limit)s ORDER BY id
            """,
            **self.env["customer.tier.responsible"]._parts(company),
            company=company.id,
            day=SQL.identifier("s", DAYS[self.reminds_at]),
            earliest=earliest,
            latest=latest,
            min_orders=self.min_order_count,
            tiers=SQL("s.tier_id = ANY(%s)", self.tier_ids.ids) if self.tier_ids else SQL("TRUE"),
            rule=self.id,
            gap=reminders.in_peace_after(as_of, self.gap_days),
            silent=self._silent_since(company, as_of),
            as_of=as_of,
            limit=self.daily_limit,
        )

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
