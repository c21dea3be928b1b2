from math import inf

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.tools import open_list
from odoo.tools import SQL

from .. import effect_words
from .customer_reminder_rule import WANTED

# A company's rules have numbers of their own below this.
RULES = 1_000_000
MONTH_DAYS = 30.4


class CustomerReminderEffect(models.Model):
    """What reminders cause, for managers: a row for each rule in each company and one for all of a
    company's. Words first; they are right about what is not known yet."""

    _name = "customer.reminder.effect"
    _description = "Effect of Reminders"
    _auto = False
    _order = "company_id, sequence, id"
    _rec_name = "rule_id"
    _depends = {
        "customer.reminder.rule": ["active", "company_id", "control_share", "sequence"],
        "customer.reminder.report": ["case_count"],
    }

    rule_id = fields.Many2one("customer.reminder.rule", readonly=True)
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
    told_count = fields.Integer(
        string="Reminded, Time Is Over", readonly=True, help="Compared or not."
    )
    told_ordered_count = fields.Integer(string="Of Them Ordered", readonly=True)

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
            ("more", "Effect"),
            ("small", "Little if any"),
            ("none", "No effect"),
            ("less", "Harm"),
        ],
        string="Result",
        compute="_compute_effect",
    )
    words = fields.Text(string="In Words", compute="_compute_effect")
    warning = fields.Text(compute="_compute_effect", exportable=False)
    picture = fields.Html(compute="_compute_effect", sanitize=False, exportable=False)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT c.id::bigint * %(rules)s + COALESCE(k.id, 0) AS id, k.id AS rule_id,
                   c.id AS company_id, COALESCE(k.sequence, -1) AS sequence,
                   COALESCE(k.control_share, 0) AS control_share,
                   COALESCE(SUM(r.case_count), 0) AS case_count,
                   COALESCE(SUM(r.sent_count), 0) AS sent_count,
                   COALESCE(SUM(r.confirmed_count), 0) AS confirmed_count,
                   COALESCE(SUM(r.attributed_count), 0) AS attributed_count,
                   COUNT(r.id) FILTER (WHERE %(told)s) AS told_count,
                   COALESCE(SUM(r.ordered_count) FILTER (WHERE %(told)s), 0) AS told_ordered_count
              FROM res_company c
              JOIN (SELECT id, company_id, sequence, control_share, active
                      FROM customer_reminder_rule
                     UNION ALL SELECT NULL, NULL, NULL, NULL, TRUE) k
                ON k.company_id IS NULL OR k.company_id = c.id
         LEFT JOIN (%(report)s) r
                ON r.company_id = c.id AND (k.id IS NULL OR r.rule_id = k.id)
             GROUP BY c.id, k.id, k.sequence, k.control_share, k.active
            HAVING k.active OR COUNT(r.id) > 0
            """,
            rules=RULES,
            told=SQL("r.is_measured AND r.arm <> %s", assignment.CONTROL),
            report=self.env["customer.reminder.report"]._table_query,
        )

    @api.depends("rule_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.rule_id.display_name or self.env._("All Rules")

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
                """SELECT r.rule_id, r.experiment, r.arm = %(control)s, r.ordered_count, r.amount,
                          r.date
                     FROM (%(report)s) r
                    WHERE r.company_id = %(company)s AND r.is_compared AND r.is_measured
                      AND r.arm IN (%(control)s, %(treated)s) AND %(rule)s
                    ORDER BY r.date, r.id""",
                report=self.env["customer.reminder.report"]._table_query,
                company=self.company_id.id,
                rule=SQL("r.rule_id = %s", self.rule_id.id) if self.rule_id else SQL("TRUE"),
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
        money = self._money(effect, cases)
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
                "verdict": known.verdict if known.control else "unmeasured",
                "words": effect_words.say(
                    self.env, known, self.told_count, self.told_ordered_count
                ),
                "warning": self._warning(effect, known),
                "picture": effect_words.picture(self.env, known),
            }
        )

    def _known(self, effect, cases):
        """:return: ``Effect``"""
        control = sum(held for _rule, _experiment, held, *_rest in cases)
        if not control:
            told = len(cases)
            return effect_words.Effect(
                cases=told, ordered=sum(ordered for *_key, ordered, _amount, _date in cases)
            )
        share = control / len(cases)
        # Of both groups together, so that the plan does not look at the effect.
        base = sum(ordered for *_key, ordered, _amount, _date in cases) / len(cases)
        planned = float(effect.cases_needed(min(max(base, 0.05), 0.9), WANTED, share))
        # Of more than were planned, the first: the last look shall be one.
        first = cases[: int(planned)] if planned < inf else cases
        counts = self._counts(first)
        difference, low, high, final = effect.of_strata(*counts, planned)
        treated, treated_cases, ordered, held = (sum(column) for column in counts)
        days = max((cases[-1][-1] - cases[0][-1]).days, 1)
        left = max(planned - len(first), 0)
        return effect_words.Effect(
            cases=treated_cases,
            ordered=treated,
            control=held,
            control_ordered=ordered,
            difference=difference,
            low=low,
            high=high,
            planned=planned,
            visible=1.0 if final else effect.visible(min(max(base, 0.05), 0.9), share, len(first)),
            months=left / len(cases) * days / MONTH_DAYS,
            verdict=self._verdict(effect, low, high, final),
        )

    @api.model
    def _verdict(self, effect, low, high, final):
        verdict = str(effect.verdict(low, high))
        # All cases that were planned are there, and what was looked for is not.
        return "small" if final and verdict == "unknown" and high < WANTED else verdict

    @api.model
    def _counts(self, cases):
        """:return: ordered and cases of those reminded, then of those held back, by stratum"""
        strata = {}
        for rule, experiment, held, ordered, _amount, _date in cases:
            counts = strata.setdefault((rule, experiment), [0, 0, 0, 0])
            counts[2 * held] += ordered
            counts[2 * held + 1] += 1
        return list(zip(*strata.values(), strict=True))

    @api.model
    def _money(self, effect, cases):
        """:return: difference of the mean amounts, and its bounds; 0 where nothing is known"""
        groups = ([], [])
        for *_key, held, _ordered, amount, _date in cases:
            groups[held].append(amount)
        if min(map(len, groups)) < 2:
            return 0.0, 0.0, 0.0
        treated, control = effect.winsorised(*groups)
        return effect.welch(effect.Mean.of(treated), effect.Mean.of(control))

    def _drawn_share(self):
        """The share of those compared that was to be held back when each was drawn, 0–1; of old
        cases it is not known any more, and the rule's present one stands for it."""
        self.check_access("read")
        query = SQL(
            """SELECT AVG(COALESCE(NULLIF(r.drawn_share, 0), k.control_share))
                 FROM (%(report)s) r JOIN customer_reminder_rule k ON k.id = r.rule_id
                WHERE r.company_id = %(company)s AND r.is_compared AND r.is_measured
                  AND r.arm IN (%(control)s, %(treated)s) AND %(rule)s""",
            report=self.env["customer.reminder.report"]._table_query,
            company=self.company_id.id,
            rule=SQL("r.rule_id = %s", self.rule_id.id) if self.rule_id else SQL("TRUE"),
            control=assignment.CONTROL,
            treated=assignment.TREATED,
        )
        return float(self.env.execute_query(query)[0][0] or 0) / 100

    def _warning(self, effect, known):
        total = known.cases + known.control
        share = self._drawn_share() if self.rule_id and total else 0
        # Of those who get an offer beside the reminder nobody is compared here.
        share = share / (1 - self.rule_id._offer_share() / 100) if share else 0
        if (
            not share
            or not total
            or effect.mismatch(known.cases, known.control, share) > (effect.MISMATCH)
        ):
            return False
        return self.env._(
            "%(wanted)s %% were to be held back, and %(found)s %% are. Do not trust the figures: "
            "something but chance decides who is reminded.",
            wanted=effect_words.points(share),
            found=effect_words.points(known.control / total),
        )

    def action_open_cases(self):
        """The cases behind it."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id)]
        if self.rule_id:
            domain.append(("rule_id", "=", self.rule_id.id))
        return open_list(
            self.env, "customer_tiering_reorder.customer_reminder_report_action", domain
        )
