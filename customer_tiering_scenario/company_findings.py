"""Findings about a company as a whole: who is in no programme, how customers are shared among
salespeople, and how reminders do, where they are sent."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from odoo.addons.customer_tiering import fact_sources
from odoo.addons.customer_tiering.grading.policy import ORDERED
from odoo.tools import SQL

# Of a rule, so long ago and in so many days.
NEVER_DAYS = 90
# Points of the order rate that reminders should bring at least; so many cases to tell.
EFFECT, CASES = 2.0, 200
# What is said of a kind of ``customer.reminder.effect``.
MEASURED = {
    "reminder": "no_effect",
    "playbook": "no_effect_playbook",
    "win_back": "no_effect_win_back",
}
SWITCHED = {"reminder": "customer.reminder.rule", "playbook": "customer.stage.playbook"}
# Of so many messages, so many should be answered.
SENT, ANSWERED = 200, 0.01
# Of what was due; of so many.
SKIPPED, DUE = 0.20, 50


class CompanyFindings:
    """:param env: with all rights: what is told are counts
    :param workings: ``workings.Workings`` of the company's first programme, for what to try
    """

    def __init__(self, env, company, today, workings=None):
        self.env, self.company, self.today = env, company, today
        self.workings = workings

    def all(self):
        """List of ``grading.findings.Found``; nothing of them can be tried."""
        self.env.flush_all()
        return [
            *self._uncovered(),
            *self._unbalanced(),
            *self._never_rules(),
            *self._never_playbooks(),
            *self._no_effect(),
            *self._messages(),
        ]

    def _rows(self, query):
        self.env.cr.execute(query)
        return self.env.cr.fetchall()

    def _found(self, code, ids, size, *values):
        from odoo.addons.customer_tiering.grading.findings import Found

        return Found(code, ids, float(size), tuple(values))

    def _uncovered(self):
        """What a year's orders came to, and what of it is of customers in no tier."""
        ((revenue, other, customers),) = self._rows(
            SQL(
                """
                SELECT COALESCE(SUM(amount), 0)::float8,
                       COALESCE(SUM(amount) FILTER (WHERE tier_id IS NULL), 0)::float8,
                       COUNT(*) FILTER (WHERE tier_id IS NULL AND amount > 0)
                  FROM (%s) bought
                """,
                self._bought(),
            )
        )
        from odoo.addons.customer_tiering.grading.findings import UNCOVERED

        if revenue > 0 and other > UNCOVERED * revenue:
            found = self._found("uncovered", (), other / revenue, other / revenue, customers)
            changes = self.workings.covering(revenue, other) if self.workings else ()
            yield replace(found, changes=changes)

    def _bought(self):
        """What each customer who can be graded bought in a year, less what came back, and its
        tier."""
        gather, first = self.env["customer.tier.gather"], self.today - timedelta(days=365)
        everybody = partial(SQL, "%s IS NOT NULL")
        asked = (self.company, self.today, everybody, ORDERED)
        back = gather._came_back(*asked, lines=False)
        back = back[back["day"] >= (first - date(1970, 1, 1)).days]
        return SQL(
            """
            SELECT q.customer, MIN(s.tier_id) AS tier_id, SUM(q.amount) AS amount
              FROM (SELECT customer, amount FROM (%(purchases)s) bought
                     UNION ALL
                    SELECT * FROM unnest(%(customers)s::int4[], %(amounts)s::float8[])) q
              JOIN res_partner p ON p.id = q.customer AND %(gradable)s
         LEFT JOIN customer_tier_standing s
                ON s.partner_id = q.customer AND s.company_id = %(company)s
          GROUP BY q.customer
            """,
            purchases=fact_sources.purchases(gather, *asked, since=first),
            customers=back["customer"].tolist(),
            amounts=back["amount"].tolist(),
            company=self.company.id,
            gradable=gather._gradable_condition(self.company, SQL.identifier("p")),
        )

    def uncovered_ids(self):
        """Ids of the customers in no tier who bought anything in a year and kept it."""
        query = SQL(
            "SELECT customer FROM (%s) bought WHERE tier_id IS NULL AND amount > 0", self._bought()
        )
        self.env.flush_all()
        return [id_ for (id_,) in self._rows(query)]

    def _unbalanced(self):
        """Of people who look after customers of the same tier, or whom the same rule dedicates."""
        from odoo.addons.customer_tiering.grading.allocation import Member
        from odoo.addons.customer_tiering.grading.findings import unbalanced

        rules = self._pool_rules()
        rows = self._rows(
            SQL(
                """
                SELECT CASE WHEN rule = 0 THEN tier ELSE 0 END, rule, person, COUNT(*)
                  FROM (%s) looked_after WHERE person > 0 GROUP BY 1, 2, 3
                """,
                self._looked_after(rules),
            )
        )
        loads, pools = {row[:3]: row[3] for row in rows}, {}
        for tier, rule, person, load in rows:
            if not rule:
                pools.setdefault((tier, 0), []).append(Member(person, load))
        for rule, members in rules.items():
            # Who has nobody yet is one of the pool, too; own salespeople are not.
            pools[0, rule] = [
                Member(user, loads.get((0, rule, user), 0), weight) for user, weight in members
            ]
        return unbalanced(pools)

    def _pool_rules(self):
        """Rules that dedicate people: id → pairs of user id and weight."""
        if "customer.tier.service" not in self.env:
            return {}
        able = set(self.env["customer.tier.responsible"]._able(self.company).ids)
        policies = self.env["customer.tier.service"]._of_company(self.company)._policies()
        members = {policy.id: policy.with_members(able).members for policy in policies}
        return {
            rule: [(user, weight) for user, weight, _capacity in people]
            for rule, people in members.items()
            if people
        }

    def _looked_after(self, rules):
        """The customers in tiers: whose each is, the tier, and the rule that it is dedicated by, 0
        for none of some rules."""
        rule = SQL("0")
        if rules:
            rule = SQL(
                """COALESCE((SELECT care.service_id FROM customer_tier_care care
                              WHERE care.partner_id = s.partner_id
                                AND care.company_id = s.company_id
                                AND care.service_id = ANY(%s)), 0)""",
                list(rules),
            )
        return SQL(
            """
            SELECT s.partner_id AS customer, s.tier_id AS tier, %s AS rule,
                   COALESCE(%s, 0) AS person
              FROM customer_tier_standing s
              JOIN res_partner p ON p.id = s.partner_id
             WHERE s.company_id = %s AND s.tier_id IS NOT NULL AND p.active
            """,
            rule,
            self.env["customer.tier.responsible"]._looks_after(),
            self.company.id,
        )

    def owned_ids(self, user_id, tier=0, rule=0):
        """Ids of the customers in tiers whom somebody looks after.

        :param tier, rule: of the pool; both 0 for all
        """
        chosen = SQL("TRUE")
        if rule:
            chosen = SQL("rule = %s", rule)
        elif tier:
            chosen = SQL("rule = 0 AND tier = %s", tier)
        looked_after = self._looked_after(self._pool_rules())
        self.env.flush_all()
        query = SQL(
            "SELECT customer FROM (%s) looked_after WHERE person = %s AND %s",
            looked_after,
            user_id,
            chosen,
        )
        return [id_ for (id_,) in self._rows(query)]

    def _rules(self):
        """Reminder rules that are on for the company, the older ones first."""
        return self.env["customer.reminder.rule"].search(
            [("company_id", "in", [self.company.id, False])], order="id"
        )

    def _never_rules(self):
        """Rules that have been there for a quarter, and reminded of nobody in it."""
        start = self.today - timedelta(days=NEVER_DAYS)
        rules = self._rules().filtered(
            lambda rule: rule.create_date and rule.create_date.date() < start
        )
        groups = self.env["customer.reminder"]._read_group(
            [
                ("rule_id", "in", rules.ids),
                ("company_id", "=", self.company.id),
                ("date", ">=", start),
            ],
            ["rule_id"],
        )
        for rule in rules.browse(
            [id_ for id_ in rules.ids if id_ not in {rule.id for (rule,) in groups}]
        ):
            yield self._found("never_rule", (rule.id,), 1.0)

    def _never_playbooks(self):
        """Playbooks that have been there for a quarter, and begun for nobody in it."""
        if "customer.stage.playbook" not in self.env:
            return
        start = self.today - timedelta(days=NEVER_DAYS)
        playbooks = self.env["customer.stage.playbook"].search(
            [("company_id", "in", [self.company.id, False]), ("create_date", "<", start)],
            order="id",
        )
        groups = self.env["customer.stage.playbook.start"]._read_group(
            [
                ("playbook_id", "in", playbooks.ids),
                ("company_id", "=", self.company.id),
                ("create_date", ">=", start),
            ],
            ["playbook_id"],
        )
        begun = {playbook.id for (playbook,) in groups}
        for playbook in playbooks.filtered(lambda one: one.id not in begun):
            yield self._found("never_playbook", (playbook.id,), 1.0)

    def _no_effect(self):
        """What is known to bring hardly anything: reminder rules, playbooks, win-backs."""
        if "customer.reminder.effect" not in self.env:
            return
        rows = self.env["customer.reminder.effect"].search(
            [("company_id", "=", self.company.id), ("source_id", "!=", 0)]
        )
        for row in rows:
            code = MEASURED.get(row.kind)
            if not code or row.kind in SWITCHED and not self._is_on(row):
                continue
            cases = row.compared_count + row.control_count
            if row.control_count and cases >= CASES and row.difference_to < EFFECT:
                size = 1 - max(row.difference_to, 0.0) / EFFECT / 2
                yield self._found(code, (row.source_id,), size, float(row.difference_to), cases)

    def _is_on(self, row):
        """Whether what was measured has not been put away; its cases are still told."""
        return self.env[SWITCHED[row.kind]].browse(row.source_id).active

    def _messages(self):
        """Of each rule, what was sent to customers by e-mail or otherwise in a year and answered;
        and what was skipped as others had just been sent."""
        if "customer.reminder.step" not in self.env:
            return
        rows = self._rows(
            SQL(
                """
                SELECT r.rule_id,
                       COUNT(*) FILTER (WHERE s.state = 'sent' AND s."to" = 'customer'),
                       COUNT(*) FILTER (WHERE s.state = 'sent' AND s."to" = 'customer'
                                          AND s.confirmed_at IS NOT NULL),
                       COUNT(*) FILTER (WHERE s.state = 'skipped' AND s.skip_reason = 'cap'),
                       COUNT(*) FILTER (WHERE s.state IN ('sent', 'skipped'))
                  FROM customer_reminder_step s
                  JOIN customer_reminder r ON r.id = s.reminder_id
                 WHERE s.company_id = %(company)s AND s.due_at > %(start)s
              GROUP BY r.rule_id
              ORDER BY r.rule_id
                """,
                company=self.company.id,
                start=self.today - timedelta(days=365),
            )
        )
        for rule, sent, answered, capped, due in rows:
            if sent >= SENT and answered < ANSWERED * sent:
                yield self._found("unread", (rule,), 1 - answered / sent, sent, answered)
            if due >= DUE and capped > SKIPPED * due:
                yield self._found("pestered", (rule,), capped / due, capped, due)
