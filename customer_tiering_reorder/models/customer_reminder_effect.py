from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.tools import open_list
from odoo.addons.customer_tiering_reminder.models.customer_reminder_rule import SHARE
from odoo.tools import SQL

from .. import effect_words
from .customer_reminder_rule import ENOUGH_CASES, UNKNOWN_RATE, WANTED

# The rules of one kind have numbers of their own below this, and the kinds below that.
RULES, KINDS = 1_000_000, 100
YEAR_DAYS, MONTH_DAYS = 365, 30.4


class CustomerReminderEffect(models.Model):
    """What reminders cause, and whatever else is measured in the same way, for managers: a row for
    each rule in each company and one for all of a company's. Words first; they are right about
    what is not known yet."""

    _name = "customer.reminder.effect"
    _description = "Effect of Reminders"
    _auto = False
    _order = "company_id, sequence, id"
    _rec_name = "name"
    _depends = {
        "customer.reminder.rule": ["active", "company_id", "control_share", "sequence"],
        "customer.reminder.report": ["case_count"],
    }

    kind = fields.Selection(
        selection=lambda self: (
            self.env["customer.reminder.report"]._fields["kind"]._description_selection(self.env)
        ),
        readonly=True,
        help="Empty: all that is measured.",
    )
    source_id = fields.Integer(readonly=True, aggregator=None, exportable=False)
    name = fields.Char(string="Rule", readonly=True)
    rule_id = fields.Many2one("customer.reminder.rule", string="Reminder Rule", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(readonly=True, aggregator=None, exportable=False)
    control_share = fields.Integer(string="Held Back (%)", readonly=True, aggregator=None)
    case_count = fields.Integer(string="Cases", readonly=True)
    sent_count = fields.Integer(string="Contacted", readonly=True)
    confirmed_count = fields.Integer(string="Answered", readonly=True)
    attributed_count = fields.Integer(
        string="Answered and Ordered",
        readonly=True,
        help="What other reports call orders from reminders; most would have come anyway.",
    )
    undrawn_count = fields.Integer(
        string="Never Held Back",
        readonly=True,
        help="Cases of customers whose tiers are never held back, or of before anybody was drawn: "
        "not measured.",
    )
    told_count = fields.Integer(
        string="Reminded, Time Is Over", readonly=True, help="Compared or not."
    )
    told_ordered_count = fields.Integer(string="Of Them Ordered", readonly=True)

    useful_count = fields.Integer(string="Called Useful", readonly=True)
    useless_count = fields.Integer(string="Called Not Useful", readonly=True)
    told_rating = fields.Float(
        string="Satisfaction of Those Reminded",
        readonly=True,
        digits=(16, 1),
        aggregator=None,
        help="Mean of the ratings, from 1 to 5, that customers gave within the time.",
    )
    told_rating_count = fields.Integer(string="Ratings", readonly=True)
    held_rating = fields.Float(
        string="Satisfaction of Those Held Back", readonly=True, digits=(16, 1), aggregator=None
    )
    held_rating_count = fields.Integer(string="Ratings of Those Held Back", readonly=True)

    # Compared: the first case of each customer in a half-year, once its time is over

    compared_count = fields.Integer(
        string="Reminded, Compared", compute="_compute_effect", exportable=True
    )
    ordered_count = fields.Integer(string="Ordered", compute="_compute_effect")
    control_count = fields.Integer(string="Held Back, Compared", compute="_compute_effect")
    control_ordered_count = fields.Integer(
        string="Ordered of Those Held Back", compute="_compute_effect"
    )
    difference = fields.Float(
        string="Difference (Points)",
        compute="_compute_effect",
        digits=(16, 1),
        help="By how much more of a hundred customers order when they are reminded.",
    )
    difference_from = fields.Float(string="From", compute="_compute_effect", digits=(16, 1))
    difference_to = fields.Float(
        string="To",
        compute="_compute_effect",
        digits=(16, 1),
        help="In 95 of 100 reports the truth lies between the two, however often one looks.",
    )
    caused_count = fields.Integer(
        string="Orders Caused",
        compute="_compute_effect",
        help="Among the customers compared; 0 while nothing is known.",
    )
    amount_difference = fields.Monetary(
        string="Bought More per Case",
        compute="_compute_effect",
        help="Mean amount of a customer reminded less that of one held back, with the largest "
        "hundredth cut.",
    )
    amount_from = fields.Monetary(compute="_compute_effect")
    amount_to = fields.Monetary(compute="_compute_effect")
    verdict = fields.Selection(
        selection=[
            ("unmeasured", "Not measured"),
            ("unknown", "Not known yet"),
            ("more", "Works"),
            ("small", "Little if any"),
            ("none", "No effect"),
            ("less", "Harm"),
        ],
        string="Result",
        compute="_compute_effect",
    )
    answered = fields.Boolean(
        string="There Is an Answer",
        compute="_compute_effect",
        exportable=False,
        help="There is an answer: an effect, harm, none worth the trouble, or all cases that were "
        "planned.",
    )
    words = fields.Text(string="In Words", compute="_compute_effect")
    basis = fields.Text(
        string="What Counts",
        compute="_compute_effect",
        exportable=False,
        help="Which cases are compared, and how often one may look.",
    )
    warning = fields.Text(compute="_compute_effect", exportable=False)
    picture = fields.Html(compute="_compute_effect", sanitize=False, exportable=False)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT (c.id::bigint * %(kinds)s + COALESCE(k.number, 0)) * %(rules)s
                   + COALESCE(k.id, 0) AS id,
                   k.kind, k.id AS source_id, k.name, c.id AS company_id,
                   CASE WHEN k.kind = 'reminder' THEN k.id END AS rule_id,
                   COALESCE(k.sequence, -1) AS sequence,
                   COALESCE(k.control_share, 0) AS control_share,
                   COALESCE(SUM(r.case_count), 0) AS case_count,
                   COALESCE(SUM(r.sent_count), 0) AS sent_count,
                   COALESCE(SUM(r.confirmed_count), 0) AS confirmed_count,
                   COALESCE(SUM(r.attributed_count), 0) AS attributed_count,
                   COALESCE(SUM(r.useful_count), 0) AS useful_count,
                   COALESCE(SUM(r.useless_count), 0) AS useless_count,
                   COUNT(r.id) FILTER (WHERE r.experiment IS NULL) AS undrawn_count,
                   COUNT(r.id) FILTER (WHERE %(told)s) AS told_count,
                   COALESCE(SUM(r.ordered_count) FILTER (WHERE %(told)s), 0) AS told_ordered_count,
                   SUM(r.rating * r.rating_count) FILTER (WHERE %(not_held)s)
                       / NULLIF(SUM(r.rating_count) FILTER (WHERE %(not_held)s), 0) AS told_rating,
                   COALESCE(SUM(r.rating_count) FILTER (WHERE %(not_held)s), 0)
                       AS told_rating_count,
                   SUM(r.rating * r.rating_count) FILTER (WHERE NOT %(not_held)s)
                       / NULLIF(SUM(r.rating_count) FILTER (WHERE NOT %(not_held)s), 0)
                       AS held_rating,
                   COALESCE(SUM(r.rating_count) FILTER (WHERE NOT %(not_held)s), 0)
                       AS held_rating_count
              FROM res_company c
              JOIN (%(sources)s) k ON k.company_id IS NULL OR k.company_id = c.id
         LEFT JOIN (%(report)s) r
                ON r.company_id = c.id
               AND (k.kind IS NULL OR r.kind = k.kind AND r.source_id = k.id)
             GROUP BY c.id, k.number, k.kind, k.id, k.name, k.sequence, k.control_share, k.active
            HAVING k.active OR COUNT(r.id) > 0
            """,
            rules=RULES,
            kinds=KINDS,
            told=SQL("r.is_measured AND r.arm <> %s", assignment.CONTROL),
            not_held=SQL("(r.arm <> %s)", assignment.CONTROL),
            sources=SQL(
                " UNION ALL ",
            ).join(self._sources()),
            report=self.env["customer.reminder.report"]._table_query,
        )

    @api.model
    def _sources(self):
        """Hook: what is measured, as ``SQL`` with the columns ``kind``, ``number`` of the kind,
        ``id``, ``name``, ``company_id``, ``sequence``, ``control_share`` and ``active``."""
        everything = SQL(
            """SELECT NULL::varchar AS kind, 0 AS number, NULL::integer AS id,
                      NULL::varchar AS name, NULL::integer AS company_id,
                      NULL::integer AS sequence, NULL::integer AS control_share, TRUE AS active"""
        )
        rules = SQL(
            """SELECT 'reminder', 1, k.id, %s, k.company_id, k.sequence, k.control_share, k.active
                 FROM customer_reminder_rule k""",
            self.env["customer.reminder.report"]._translated(SQL("k.name")),
        )
        return [everything, rules]

    @api.depends("kind", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.name if row.kind else self.env._("All Rules")

    @api.model
    def _all_of(self, company):
        """The row of all that is measured in a company."""
        return self.search([("company_id", "=", company.id), ("kind", "=", False)], limit=1)

    def _own_cases(self):
        """Condition on the cases ``r`` of the report that this row is about."""
        own = SQL("r.company_id = %s", self.company_id.id)
        if not self.kind:
            return own
        return SQL("%s AND r.kind = %s AND r.source_id = %s", own, self.kind, self.source_id)

    @api.depends("case_count")
    @api.depends_context("lang")
    def _compute_effect(self):
        for row in self:
            row._tell(row._compared())

    def _compared(self):
        """The cases that are compared, the oldest first.

        :return: list of (id of the rule, experiment, whether held back, ordered, amount, date)
        """
        # Past the ORM, for the rows of a company and rule that the reader may read.
        self.check_access("read")
        return self.env.execute_query(
            SQL(
                """SELECT r.source_id, r.experiment, r.arm = %(control)s, r.ordered_count,
                          r.amount, r.date
                     FROM (%(report)s) r
                    WHERE %(own)s AND r.is_compared AND r.is_measured
                      AND r.arm IN (%(control)s, %(treated)s)
                    ORDER BY r.date, r.id""",
                report=self.env["customer.reminder.report"]._table_query,
                own=self._own_cases(),
                control=assignment.CONTROL,
                treated=assignment.TREATED,
            )
        )

    def _tell(self, cases):
        """
        :param cases: see :meth:`_compared`
        """
        from odoo.addons.customer_tiering.grading import effect

        known = self._known(effect, cases)
        money = known.amounts if known.control else (0, 0, 0)
        certain = known.verdict in ("more", "less")
        self.update(
            {
                "compared_count": known.cases,
                "ordered_count": known.ordered,
                "control_count": known.control,
                "control_ordered_count": known.control_ordered,
                "difference": 100 * known.difference,
                "difference_from": 100 * known.low if known.control else 0,
                "difference_to": 100 * known.high if known.control else 0,
                "caused_count": round(known.cases * known.difference) if certain else 0,
                "amount_difference": money[0],
                "amount_from": money[1],
                "amount_to": money[2],
                "verdict": known.verdict if known.control or self.control_share else "unmeasured",
                "answered": bool(
                    known.control and (known.final or known.verdict in ("more", "less", "none"))
                ),
                "words": effect_words.say(
                    self.env,
                    known,
                    self.told_count,
                    self.told_ordered_count,
                    self.control_share,
                    reminders=self.kind in (False, "reminder"),
                ),
                "basis": effect_words.basis(self.env, known, self.undrawn_count),
                "warning": self._warning(effect, known),
                "picture": effect_words.picture(self.env, known),
            }
        )

    def _known(self, effect, cases):
        """
        :param cases: see :meth:`_compared`
        :return: ``effect_words.Effect``
        """
        rules, experiments, held, ordered, amounts, days = (
            zip(*cases, strict=True) if cases else [()] * 6
        )
        strata = [
            f"{rule}/{experiment}" for rule, experiment in zip(rules, experiments, strict=True)
        ]
        found = effect.compare(strata, held, ordered, amounts, WANTED, once=bool(self.kind))
        if not found.control:
            return effect_words.Effect(cases=len(cases), ordered=sum(ordered))
        span = max((days[-1] - days[0]).days, 1)
        left = max(found.planned - found.counted, 0)
        last = days[found.counted - 1]
        return effect_words.Effect(
            **vars(found),
            once=bool(self.kind),
            until=last,
            months=left / len(cases) * span / MONTH_DAYS,
            verdict=self._verdict(effect, found),
        )

    def _verdict(self, effect, found):
        verdict = str(effect.verdict(found.low, found.high))
        # All cases that were planned are there, and what was looked for is not.
        settled = found.final or not self.kind
        return "small" if settled and verdict == "unknown" and found.high < WANTED else verdict

    def _drawn_share(self):
        """The share of those compared that was to be held back when each was drawn, 0–1; of old
        cases it is not known any more, and the rule's present one stands for it."""
        self.check_access("read")
        query = SQL(
            """SELECT AVG(COALESCE(NULLIF(r.drawn_share, 0), %(share)s))
                 FROM (%(report)s) r
                WHERE %(own)s AND r.is_compared AND r.is_measured
                  AND r.arm IN (%(control)s, %(treated)s)""",
            report=self.env["customer.reminder.report"]._table_query,
            own=self._own_cases(),
            share=self.control_share,
            control=assignment.CONTROL,
            treated=assignment.TREATED,
        )
        return float(self.env.execute_query(query)[0][0] or 0) / 100

    def _warning(self, effect, known):
        total = known.cases + known.control
        if not self.kind:
            return self._warning_of_all() if total else False
        share = self._drawn_share() if total else 0
        # Of those who get an offer beside the reminder nobody is compared here.
        share = share / (1 - self.rule_id._offer_share() / 100) if share else 0
        if not share or effect.mismatch(known.cases, known.control, share) > effect.MISMATCH:
            return False
        return self.env._(
            "%(wanted)s %% were to be held back, and %(found)s %% are. Do not trust the figures: "
            "something but chance decides who is reminded.",
            wanted=effect_words.points(share),
            found=effect_words.points(known.control / total),
        )

    def _warning_of_all(self):
        rules = self.search([("company_id", "=", self.company_id.id), ("kind", "!=", False)])
        wrong = rules.filtered("warning")
        if not wrong:
            return False
        return self.env._(
            "The groups of %s do not have the sizes they should, see there. What is said of all "
            "rules together cannot be trusted either.",
            series(self.env, (f"“{row.display_name}”" for row in wrong)),
        )

    # How long an answer takes

    @api.model
    def _row_of(self, kind, record):
        """The row of a rule of one kind in the current company; empty where there is none yet, or
        the reader may not know."""
        own = [("kind", "=", kind), ("source_id", "=", record.id)]
        own.append(("company_id", "=", self.env.company.id))
        return self.search(own, limit=1) if self.has_access("read") else self.browse()

    @api.model
    def _how_long(self, kind, record, share, ahead):
        """How long an answer takes, with the rule's own rate and number of cases.

        :param share: that is held back, in percent
        :param ahead: function that counts the cases of the next month, where there are none yet
        :return: text, empty where the reader may not know
        """
        from odoo.addons.customer_tiering.grading import effect

        if not self.has_access("read"):
            return ""
        base = self._base_rate(kind, record)
        cases = self._cases_a_month(kind, record) or ahead()
        months = {
            some: float(effect.months_needed(base or UNKNOWN_RATE, WANTED, some / 100, cases))
            for some in {share or SHARE, assignment.LARGEST_SHARE}
        }
        return effect_words.duration(self.env, share, cases, base, months)

    def _cases_of(self, kind, record):
        own = [("kind", "=", kind), ("source_id", "=", record.id)]
        return [*own, ("company_id", "=", self.env.company.id)]

    @api.model
    def _base_rate(self, kind, record):
        """How many of a hundred customers of this rule order within the time, as a share, both
        groups together; none where too little is known."""
        over = [*self._cases_of(kind, record), ("is_measured", "=", True)]
        cases, ordered = self.env["customer.reminder.report"]._read_group(
            over, [], ["__count", "ordered_count:sum"]
        )[0]
        return min(max(ordered / cases, 0.05), 0.9) if cases >= ENOUGH_CASES else None

    @api.model
    def _cases_a_month(self, kind, record):
        """Of the last year; 0 where there are too few to tell."""
        today = self.env["customer.tier.gather"]._today(self.env.company)
        year = [("date", ">", fields.Date.subtract(today, days=YEAR_DAYS))]
        first, count = self.env["customer.reminder.report"]._read_group(
            [*self._cases_of(kind, record), *year], [], ["date:min", "__count"]
        )[0]
        if count < ENOUGH_CASES:
            return 0
        return round(count * MONTH_DAYS / max((today - first).days, MONTH_DAYS))

    def action_open_cases(self):
        """The cases behind it."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id)]
        if self.kind:
            domain += [("kind", "=", self.kind), ("source_id", "=", self.source_id)]
        return open_list(
            self.env, "customer_tiering_reorder.customer_reminder_report_action", domain
        )
