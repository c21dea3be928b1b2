from odoo import fields
from odoo.addons.customer_tiering.grading import effect
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .. import effect_words
from .effect_common import EffectCase


@tagged("post_install", "-at_install")
class TestReminderEffect(EffectCase):
    """What managers read about the effect of reminders."""

    def test_known_effect(self):
        """The report says attributed orders where caused ones are asked for."""
        self._create_cases("treated", 900, ordered=432)
        self._create_cases("control", 225, ordered=72)
        row = self._effect()
        self.assertEqual(row.verdict, "more")
        self.assertAlmostEqual(row.difference, 16.0, 1)
        self.assertTrue(0 < row.difference_from < 16 < row.difference_to < 32)
        self.assertEqual(row.caused_count, 144)
        for text in ("16.0 points more often", "about 16 orders", "32 would have come anyway"):
            self.assertIn(text, row.words)
        self.assertIn("<svg", row.picture)
        self.assertFalse(row.warning)
        self.assertAlmostEqual(row.amount_difference, 16.0, 1)
        # Of customers whom nobody is compared with, nothing is claimed.
        other = self.rule.copy({"control_share": 0})
        self._create_cases("treated", 50, ordered=50, rule=other)
        everything = self._effect(self.rule.browse())
        self.assertEqual(everything.caused_count, 144)
        self.assertEqual(everything.display_name, "All Rules")
        self.assertEqual((everything.verdict, everything.difference), ("more", row.difference))

    def test_only_the_planned_number_decides(self):
        """Whoever goes on looking after the answer finds another one."""
        for day in range(1, 26):
            for arm, count, ordered in (("treated", 48, 19), ("control", 12, 5)):
                self._create_cases(arm, count, ordered=ordered, date=f"2026-03-{day:02}")
        row = self._effect()
        compared = row.compared_count + row.control_count
        self.assertLess(compared, 1500)
        self.assertGreater(compared, 1000)
        self._create_cases("treated", 300, ordered=300, date="2026-04-20")
        self.env.flush_all()
        later = self._effect()
        self.assertAlmostEqual(later.ordered_count / later.compared_count, 19 / 48, 2)

    def test_not_known_yet(self):
        """After a week the report claims an effect, or none."""
        self._create_cases("treated", 40, ordered=20)
        self._create_cases("control", 10, ordered=3)
        row = self._effect()
        self.assertEqual((row.verdict, row.caused_count), ("unknown", 0))
        self.assertIn("Not known yet: 50 of about", row.words)
        self.assertIn("would show", row.words)

    def test_little_effect(self):
        """With all cases there that were planned, the report says “not known yet” for ever, and
        nobody thinks about switching the rule off."""
        for day in range(1, 26):
            self._create_cases("treated", 40, ordered=15, date=f"2026-03-{day:02}")
            self._create_cases("control", 20, ordered=8, date=f"2026-03-{day:02}")
        row = self._effect()
        self.assertEqual((row.verdict, row.caused_count), ("small", 0))
        self.assertTrue(2 < row.difference_to < 10)
        self.assertIn("Think about switching it off", row.words)

    def test_not_clear(self):
        """“Not known yet: 900 of about 900 cases”, whatever is added."""
        for day in range(1, 26):
            self._create_cases("treated", 40, ordered=16, date=f"2026-03-{day:02}")
            self._create_cases("control", 20, ordered=7, date=f"2026-03-{day:02}")
        row = self._effect()
        self.assertEqual(row.verdict, "unknown")
        self.assertIn("Not clear, although all", row.words)

    def test_first_days(self):
        """Customers are held back, and the page says that nobody is."""
        self._create_cases("treated", 8, measured_on=False)
        self._create_cases("control", 2, measured_on=False)
        row = self._effect()
        self.assertEqual(row.verdict, "unknown")
        self.assertIn("20 % are held back, and the time of none of them is over", row.words)

    def test_unmeasured(self):
        """Rules that hold nobody back seem to have no effect, or one of all their orders."""
        self.rule.control_share = 0
        self._create_cases("treated", 100, ordered=40)
        row = self._effect()
        self.assertEqual((row.verdict, row.caused_count, row.difference), ("unmeasured", 0, 0))
        self.assertIn("nobody is held back", row.words)
        self.assertIn("Of 100 customers reminded, 40 ordered", row.words)
        self.assertFalse(row.picture)

    def test_what_is_not_compared(self):
        """Cases of before anybody was held back, second ones, running ones and those of tiers that
        are never held back make an effect of nothing."""
        self._create_cases("control", 20, ordered=5)
        told = self._create_cases("treated", 80, ordered=20)
        self._create_cases("treated", 30, ordered=30, date="2026-01-10")
        self._create_cases("treated", 30, ordered=30, experiment=False)
        self._create_cases("treated", 30, ordered=30, measured_on=False)
        for case in told[:10]:
            case.copy({"date": "2026-04-20", "window_orders": 1})
        row = self._effect()
        self.assertEqual(
            (row.compared_count, row.ordered_count, row.control_count, row.control_ordered_count),
            (80, 20, 20, 5),
        )
        self.assertEqual(row.difference, 0)
        self.assertEqual(row.case_count, 200)
        self.assertIn("30 cases are not measured: their tiers are never held back", row.basis)

    def test_warns_of_wrong_groups(self):
        """Half are held back instead of a fifth, and the figures are believed."""
        self._create_cases("treated", 100, ordered=40)
        self._create_cases("control", 100, ordered=30)
        self.assertIn("50.0 % are", self._effect().warning)

    def test_share_was_changed(self):
        """Half-way through the share is raised, and the report warns of groups that are as they
        were drawn; or nobody can say any more why somebody was held back."""
        self._create_cases("treated", 160, ordered=40, drawn_share=20)
        self._create_cases("control", 40, ordered=10, drawn_share=20)
        self.rule.control_share = 50
        self._create_cases("treated", 100, ordered=25, drawn_share=50)
        self._create_cases("control", 100, ordered=25, drawn_share=50)
        self.assertFalse(self._effect().warning)
        self._create_cases("control", 100, ordered=25, drawn_share=50)
        self.assertIn("were to be held back", self._effect().warning)

    def test_share_of_new_rules(self):
        """Rules made on the screen measure nothing from their first day; or one that a program
        makes holds customers back without anybody having decided it."""
        Rule = self.env["customer.reminder.rule"].with_user(self.manager)
        self.assertEqual(Form(Rule).control_share, 20)
        self.assertEqual(Rule.create({"name": "Made"}).control_share, 0)
        self.assertEqual(Rule._create_preset("standard", self.company).control_share, 20)

    def test_phase_of_testing(self):
        """Half of the customers are held back for ever, because nobody looks at the report; or the
        answer is never found, because the share goes back too soon."""
        with Form(self.rule) as form:
            form.test_phase = True
            self.assertEqual((form.control_share, form.share_after), (50, 20))
            form.share_after = 10
        self._create_cases("treated", 40, ordered=20)
        self._create_cases("control", 40, ordered=12)
        end = self.env["customer.reminder.rule"]._end_test_phases
        end(self.company)
        self.assertTrue(self.rule.test_phase)
        self._create_cases("treated", 400, ordered=200)
        self._create_cases("control", 400, ordered=120)
        self.env.flush_all()
        self.env.invalidate_all()
        end(self.company)
        self.assertEqual((self.rule.test_phase, self.rule.control_share), (False, 10))
        with self.assertRaises(ValidationError):
            self.rule.share_after = 60

    # All rules

    def test_all_rules_count_every_case(self):
        """A rule of last year decides for ever what is said of all rules, and those of this year
        never count: the first cases that were planned were its own."""
        for day in range(1, 26):
            self._create_cases("treated", 48, ordered=19, date=f"2026-01-{day:02}")
            self._create_cases("control", 12, ordered=5, date=f"2026-01-{day:02}")
        before = self._effect(self.rule.browse())
        self.assertEqual(before.compared_count + before.control_count, 1500)
        other = self.rule.copy()
        for day in range(1, 26):
            self._create_cases("treated", 40, ordered=20, rule=other, date=f"2026-04-{day:02}")
            self._create_cases("control", 40, ordered=10, rule=other, date=f"2026-04-{day:02}")
        row = self._effect(self.rule.browse())
        self.assertEqual(row.compared_count + row.control_count, 3500)
        self.assertEqual(row.verdict, "more")
        # Each with itself: a half-and-half rule weighs more for its size.
        weights = (48 * 12 / 60, 40 * 40 / 80)
        differences = (19 / 48 - 5 / 12, 0.25)
        mean = sum(w * d for w, d in zip(weights, differences, strict=True)) / sum(weights)
        self.assertAlmostEqual(row.difference, 100 * mean, delta=0.06)
        self.assertIn("every case counts", row.basis)
        self.assertIn("right however often you look", row.basis)

    def test_says_what_counts(self):
        """An answer stays as it is although cases are added, and nobody says why."""
        for day in range(1, 26):
            self._create_cases("treated", 48, ordered=19, date=f"2026-03-{day:02}")
            self._create_cases("control", 12, ordered=5, date=f"2026-03-{day:02}")
        row = self._effect()
        counted = row.compared_count + row.control_count
        self.assertIn(f"that of the first {counted} cases", row.basis)
        self.assertIn(f"{1500 - counted} later ones", row.basis)
        new = self.rule.copy()
        self._create_cases("treated", 40, ordered=20, rule=new)
        self._create_cases("control", 10, ordered=3, rule=new)
        self.assertIn("look as often as you like", self._effect(new).basis)

    def test_answer_does_not_move(self):
        """With each case that is added another number of cases is planned, and the answer is given
        again and again until it is the one that was hoped for."""
        for day in range(1, 26):
            self._create_cases("treated", 48, ordered=19, date=f"2026-03-{day:02}")
            self._create_cases("control", 12, ordered=5, date=f"2026-03-{day:02}")
        names = ["compared_count", "ordered_count", "difference", "difference_from", "words"]
        before = self._effect().read(names)
        self._create_cases("treated", 900, ordered=0, date="2026-04-20")
        self._create_cases("control", 900, ordered=900, date="2026-04-21")
        self.assertEqual(self._effect().read(names), before)

    def test_warns_of_wrong_groups_of_all(self):
        """What is said of all rules is believed although one of them draws nobody by chance."""
        self._create_cases("treated", 100, ordered=40)
        self._create_cases("control", 100, ordered=30)
        row = self._effect(self.rule.browse())
        self.assertIn("“Late” do not have the sizes they should", row.warning)

    def test_page_equals_sql(self):
        """The page of a rule and the database disagree: numbers of both groups, rates, amounts."""
        self._create_cases("treated", 300, ordered=120, amount=250, window_margin=20)
        self._create_cases("control", 75, ordered=20, amount=80)
        self._create_cases("treated", 30, ordered=30, experiment=False)
        row = self._effect()
        self.env.cr.execute(
            """
            WITH first AS (
                SELECT DISTINCT ON (partner_id, experiment) arm, window_orders, window_amount
                  FROM customer_reminder
                 WHERE rule_id = %s AND measured_on IS NOT NULL AND experiment IS NOT NULL
                 ORDER BY partner_id, experiment, id)
            SELECT COUNT(*) FILTER (WHERE arm = 'treated'),
                   COUNT(*) FILTER (WHERE arm = 'treated' AND window_orders > 0),
                   COUNT(*) FILTER (WHERE arm = 'control'),
                   COUNT(*) FILTER (WHERE arm = 'control' AND window_orders > 0),
                   100 * (AVG((window_orders > 0)::int) FILTER (WHERE arm = 'treated')
                          - AVG((window_orders > 0)::int) FILTER (WHERE arm = 'control')),
                   AVG(window_amount) FILTER (WHERE arm = 'treated')
                       - AVG(window_amount) FILTER (WHERE arm = 'control')
              FROM first
            """,
            [self.rule.id],
        )
        *counts, difference, amount = self.env.cr.fetchone()
        names = ("compared_count", "ordered_count", "control_count", "control_ordered_count")
        self.assertEqual([row[name] for name in names], counts)
        self.assertAlmostEqual(row.difference, float(difference), delta=0.06)
        self.assertAlmostEqual(row.amount_difference, amount, 2)
        self.assertEqual((row.case_count, row.told_count, row.told_ordered_count), (405, 330, 150))

    def test_no_ratings(self):
        """Where nothing is rated, everybody is as unhappy as can be."""
        self._create_cases("treated", 3)
        self.assertFalse(self._effect().told_rating_count)

    def test_name_of_a_step(self):
        """Above an opened step stands “customer.reminder.rule.step,16”."""
        step = self.rule.step_ids
        self.assertEqual(step.display_name, "To-do (Salesperson), at once")
        step.write({"channel": "email", "to": "customer", "offset_days": 3, "offset_share": 25})
        self.assertEqual(step.display_name, "E-mail (Customer) after 3 days and 25 % of the rhythm")

    def test_rule_says_how_long(self):
        """Whoever switches measuring on waits for years without knowing it; and rules that measure
        nothing look as if they worked."""
        rule = self.rule.with_company(self.company).with_user(self.manager)
        self.rule.control_share = 0
        today = self.env["customer.tier.gather"]._today(self.company)
        day = fields.Date.subtract(today, days=40)
        over = fields.Date.subtract(today, days=20)
        recent = {"date": day, "window_end": over, "measured_on": today}
        self._create_cases("treated", 240, ordered=96, **recent)
        self.env.flush_all()
        self.env.invalidate_all()
        note = rule.effect_note
        self.assertIn("Not measured", note)
        # 240 in 40 days.
        self.assertIn("about 182 cases a month; 40 % order", note)
        self.assertIn("If 20 % were held back", note)
        expected = round(float(effect.months_needed(0.4, 0.1, 0.2, 182)))
        self.assertIn(f"would take about {expected} months, with 50 %", note)
        rule.control_share = 20
        self.assertIn(f"takes about {expected} months with 20 % held back", rule.effect_note)
        rule.control_share = 50
        self.assertIn("months with 50 % held back.", rule.effect_note)
        action = rule.action_open_effect()
        self.assertEqual(action["res_model"], "customer.reminder.effect")
        # A draft does not look anything up.
        self.assertFalse(self.env["customer.reminder.rule"].new({}).effect_note)

    def test_picture_follows_its_numbers(self):
        """The bars of who ordered stood under “What Customers Think of It”."""
        arch = self.env["customer.reminder.effect"].get_view(view_type="form")["arch"]
        self.assertLess(arch.index('name="difference"'), arch.index('name="picture"'))
        self.assertLess(arch.index('name="picture"'), arch.index('name="useful_count"'))

    def test_how_long_as_people_say_it(self):
        """“At this pace an answer takes about 688 months.”"""
        said = [
            effect_words._how_long(self.env, months)
            for months in (0.2, 5.4, 24, 25, 80, 120, 121, 688, float("inf"))
        ]
        self.assertEqual(
            said,
            [
                *("about 1 months", "about 5 months", "about 24 months"),
                *("about 2 years", "about 7 years", "about 10 years"),
                *["more than 10 years"] * 3,
            ],
        )

    def test_figures_equal_sql(self):
        """The report and the database disagree."""
        cases = self._create_cases("treated", 30, ordered=12, amount=250)
        self._create_cases("control", 10, ordered=2, amount=80)
        step = {
            "company_id": self.company.id,
            "channel": "email",
            "to": "customer",
            "due_at": "2026-03-01 09:00:00",
            "send_at": "2026-03-01 09:00:00",
            "sent_at": "2026-03-01 09:00:00",
            "state": "sent",
        }
        for number, case in enumerate(cases[:20]):
            for _twice in range(2):
                self.env["customer.reminder.step"].create(
                    {
                        **step,
                        "reminder_id": case.id,
                        "partner_id": case.partner_id.id,
                        "confirmed_at": number < 4 and "2026-03-01 10:00:00",
                    }
                )
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT r.arm, COUNT(*), COUNT(*) FILTER (WHERE r.window_orders > 0),
                   SUM(r.window_amount),
                   COUNT(*) FILTER (WHERE EXISTS (SELECT FROM customer_reminder_step s
                       WHERE s.reminder_id = r.id AND s.sent_at IS NOT NULL)),
                   COUNT(*) FILTER (WHERE EXISTS (SELECT FROM customer_reminder_step s
                       WHERE s.reminder_id = r.id AND s.confirmed_at IS NOT NULL))
              FROM customer_reminder r WHERE r.rule_id = %s GROUP BY r.arm ORDER BY r.arm
            """,
            [self.rule.id],
        )
        expected = self.env.cr.fetchall()
        measures = ["case_count", "ordered_count", "amount", "sent_count"]
        found = self.Report.with_user(self.manager)._read_group(
            [("rule_id", "=", self.rule.id)],
            ["arm"],
            [f"{name}:sum" for name in [*measures, "confirmed_count"]],
            order="arm",
        )
        self.assertEqual(found, expected)
        self.assertEqual(expected[1][1:], (30, 12, 3000, 20, 4))
        by_tier = self.Report._read_group(
            [("rule_id", "=", self.rule.id)], ["rule_id", "tier_id", "arm"], ["__count"]
        )
        self.assertEqual([count for *_key, count in by_tier], [10, 30])

    def test_how_far_messages_came(self):
        """What never arrived counts as delivered, or nobody sees by which channel customers were
        reached, what they think of it, and what was earned."""
        mail = self.env["mail.mail"].create({"state": "outgoing"})
        step = {
            "company_id": self.company.id,
            "to": "customer",
            "due_at": "2026-03-01 09:00:00",
            "send_at": "2026-03-01 09:00:00",
            "sent_at": "2026-03-01 09:00:00",
            "state": "sent",
        }
        kinds = [
            ([{"channel": "email"}], "email", (1, 1)),
            ([{"channel": "email", "mail_id": mail.id}], "email", (1, 0)),
            ([{"channel": "email", "state": "failed"}], "email", (0, 0)),
            ([{"channel": "activity"}, {"channel": "email", "state": "failed"}], "several", (1, 1)),
            ([{"channel": "action", "state": "handed"}], "action", (1, 0)),
            ([{"channel": "email", "state": "planned", "sent_at": False}], False, (0, 0)),
            ([], False, (0, 0)),
        ]
        cases = self._create_cases("treated", len(kinds), ordered=3, window_margin=20)
        for case, (steps, _channel, _counts) in zip(cases, kinds, strict=True):
            for vals in steps:
                self.env["customer.reminder.step"].create(
                    {**step, **vals, "reminder_id": case.id, "partner_id": case.partner_id.id}
                )
        cases[0].usefulness, cases[1].usefulness = "useful", "useless"
        self.env.flush_all()
        rows = {row.id: row for row in self.Report.search([("rule_id", "=", self.rule.id)])}
        for case, (_steps, channel, counts) in zip(cases, kinds, strict=True):
            row = rows[case.id]
            self.assertEqual(row.channel, channel)
            self.assertEqual((row.sent_count, row.delivered_count), counts)
        found = self.Report._read_group(
            [("rule_id", "=", self.rule.id)],
            ["rule_id", "tier_id", "channel", "arm"],
            ["__count", "margin:sum", "useful_count:sum", "useless_count:sum"],
            order="channel",
        )
        self.env.cr.execute(
            """
            SELECT (SELECT CASE WHEN COUNT(DISTINCT channel) > 1 THEN 'several'
                           ELSE MAX(channel) END
                      FROM customer_reminder_step s
                     WHERE s.reminder_id = r.id AND s.sent_at IS NOT NULL) AS channel,
                   COUNT(*), SUM(window_margin),
                   COUNT(*) FILTER (WHERE usefulness = 'useful'),
                   COUNT(*) FILTER (WHERE usefulness = 'useless')
              FROM customer_reminder r WHERE rule_id = %s GROUP BY 1 ORDER BY 1
            """,
            [self.rule.id],
        )
        expected = [(row[0] or False, *row[1:]) for row in self.env.cr.fetchall()]
        self.assertEqual([(channel, *sums) for _r, _t, channel, _a, *sums in found], expected)

    def test_rights(self):
        """Salespeople read who is held back, or managers the figures of another company."""
        self._create_cases("control", 2)
        for name in ("customer.reminder.report", "customer.reminder.effect"):
            for user in (self.salesperson, self.officer):
                with self.subTest(name, user=user.login), self.assertRaises(AccessError):
                    self.env[name].with_user(user).search([])
        boss_b = self._create_user(
            "tiering_boss_b", "customer_tiering.group_manager", company_id=self.company_b.id
        )
        for name in ("customer.reminder.report", "customer.reminder.effect"):
            own = [("company_id", "=", self.company.id)]
            self.assertFalse(self.env[name].with_user(boss_b).search(own))
        self.env.invalidate_all()
        row = self._effect()
        for name in ("words", "case_count"):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                row.with_user(boss_b).read([name])
        action = self._effect().action_open_cases()
        self.assertEqual(len(self.Report.search(action["domain"])), 2)
