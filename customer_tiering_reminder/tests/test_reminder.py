from datetime import datetime, time, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import tagged
from odoo.tools import format_date, mute_logger

REMINDER_LOGGER = "odoo.addons.customer_tiering_reminder.models.customer_reminder"
TOOLS_LOGGER = "odoo.addons.customer_tiering.tools"


@tagged("post_install", "-at_install")
class TestReminder(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.reminder.rule"].search([]).action_archive()
        # By a day that is easily told: that of who orders as everybody does.
        cls.rule = cls.env["customer.reminder.rule"].create(
            {"name": "Overdue", "reminds_at": "expected", "min_order_count": 2}
        )
        cls.program = cls._create_program(domain=OWN, typical_interval_days=30)
        cls.team = cls.env["crm.team"].create({"name": "Team", "company_id": cls.company.id})
        cls.leader = cls._create_user("tiering_leader", "sales_team.group_sale_salesman")
        cls.fallback = cls._create_user("tiering_fallback", "sales_team.group_sale_salesman")
        cls.admin = cls.env.ref("base.user_admin")

    def _create_regular(self, name="Regular", since=35, company=None, **vals):
        """A customer who ordered every 30 days, last so many days ago: 35 are 5 too many."""
        company = company or self.company
        vals = {"company_id": company.id, "user_id": self.salesperson.id, **vals}
        partner = self._create_customer(name, **vals)
        for number in range(4):
            self._create_order(
                partner, 100, date=since + 30 * number, company=company, team_id=False
            )
        return partner

    def _reminders(self, partner):
        return self.env["customer.reminder"].search([("partner_id", "=", partner.id)])

    def _activities(self, partner, **domain):
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("res_model", "=", "res.partner"), ("res_id", "=", partner.id)])
        )

    def test_merged_customers(self):
        """Two open reminders of one rule cannot stand; core would drop all reminders of one
        customer and leave an activity that no order closes."""
        kept, twin = self._create_regular("Kept"), self._create_regular("Twin")
        self._grade()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([kept.id, twin.id], kept, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(sorted(self._reminders(kept).mapped("state")), ["cancel", "open"])
        self.assertEqual(len(self._activities(kept)), 1)
        self._create_order(kept, 100, state="draft").action_confirm()
        self.assertFalse(self._activities(kept).filtered("active"))

    def test_overdue_customer(self):
        """One activity of our own kind on the salesperson's desk, with the dates in it."""
        late = self._create_regular("Late")
        early = self._create_regular("Early", since=10)
        self._grade()
        self.assertEqual(self._standing(late).next_order_date, self._days_ago(5))
        activity = self._activities(late)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("customer_tiering_reminder.mail_activity_type_reorder"),
        )
        self.assertIn(format_date(self.env, self._days_ago(5)), activity.summary)
        self.assertIn(format_date(self.env, self._days_ago(35)), activity.note)
        self.assertTrue(activity.automated)
        reminder = self._reminders(late)
        self.assertEqual(
            (reminder.state, reminder.user_id, reminder.expected_date, reminder.tier_id),
            ("open", self.salesperson, self._days_ago(5), self.program.tier_ids[0]),
        )
        self.assertFalse(self._activities(early))
        mine = self.env["mail.activity"].with_user(self.salesperson)
        self.assertEqual(mine.search([("user_id", "=", self.salesperson.id)]).res_id, late.id)

    def test_never_two(self):
        """A night later, and the night after, the same reminder is not made again."""
        late = self._create_regular()
        for _night in range(3):
            self._grade()
        self.assertEqual(len(self._activities(late)), 1)
        self.assertEqual(len(self._reminders(late)), 1)

    def test_simulation_reminds_nobody(self):
        """What-if must not send salespeople to work."""
        late = self._create_regular()
        self._grade(simulation=True)
        self.assertFalse(self._activities(late) or self._reminders(late))

    def test_new_order_closes_it(self):
        """The confirmed order ends the reminder at once, whoever confirms it, and says why."""
        late = self._create_regular()
        contact = self._create_own_customer("Contact", parent_id=late.id)
        self._grade()
        order = self._create_order(contact, 50, state="draft", user_id=self.leader.id)
        self.assertEqual(self._reminders(late).state, "open", "a quotation is no order")
        order.with_user(self.leader).action_confirm()
        reminder = self._reminders(late)
        self.assertEqual((reminder.state, reminder.order_id), ("ordered", order))
        activity = self._activities(late)
        self.assertFalse(activity.active, "done")
        self.assertIn(order.name, activity.feedback)
        self._grade()
        self.assertEqual(len(self._reminders(late)), 1)

    def test_grading_closes_it(self):
        """Orders that came in past the order form (imports, other programs) end it as well."""
        late = self._create_regular()
        self._grade()
        order = self._create_order(late, 50, state="draft")
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET state = 'sale' WHERE id = %s", [order.id])
        self.env.invalidate_all()
        self._grade()
        self.assertEqual(self._reminders(late).state, "ordered")
        self.assertEqual(self._reminders(late).order_id, order)
        self.assertFalse(self._activities(late).active)

    def test_order_at_dawn_closes_it(self):
        """Dates of reminders are the company's, moments of orders are UTC: an order in the
        small hours in Shanghai is later than the evening's grading of the same UTC day."""
        self.company.partner_id.tz = "Asia/Shanghai"
        late = self._create_regular()
        today = self._days_ago(0)
        self._grade()
        self._reminders(late).date = today
        dawn = datetime.combine(today - timedelta(1), time(17))
        order = self._create_order(late, 50, date=dawn)
        self.assertEqual(self._reminders(late).order_id, order)

    def test_return_does_not_close_it(self):
        """Goods sent back are no new order."""
        late = self._create_regular()
        self._grade()
        self._create_order(late, -50)
        self.assertEqual(self._reminders(late).state, "open")

    def test_other_companys_order_does_not_close_it(self):
        """A customer who buys from company B has still not bought from A."""
        late = self._create_regular(company_id=False)
        self.program.domain = f"[('id', '=', {late.id})]"
        self._grade()
        self.assertEqual(self._reminders(late).state, "open")
        self._create_order(late, 50, company=self.company_b)
        self.assertEqual(self._reminders(late).state, "open")

    def test_no_flood_of_mails(self):
        """Hundreds of reminders in one night must not be hundreds of e-mails."""
        partners = [self._create_regular(f"Late {n}") for n in range(3)]
        clean = self.env(context={})
        run = clean["customer.tier.run"].create({"company_id": self.company.id})
        self.env.flush_all()
        models = ("mail.mail", "mail.message", "mail.notification")
        before = [clean[model].search_count([]) for model in models]
        run.action_run()
        self.assertEqual(sum(len(self._activities(partner)) for partner in partners), 3)
        self.assertEqual([clean[model].search_count([]) for model in models], before)

    def test_who_is_reminded(self):
        """Salesperson, else leader of the last order's team, else the fallback user, else the
        administrator: somebody always sees it, and somebody who can."""
        gone = self._create_user("tiering_gone", "sales_team.group_sale_salesman")
        self.company.customer_tier_fallback_user_id = self.fallback
        self.team.user_id = self.leader
        team, old_team = self.team, self.team.copy({"user_id": self.fallback.id})
        cases = [
            ("Salesperson", self.salesperson, team, self.salesperson),
            ("Nobody, team", False, team, self.leader),
            ("Archived, team", gone, team, self.leader),
            ("Other company, team", self.salesperson_b, team, self.leader),
            ("Nobody, no team", False, False, self.fallback),
            ("Archived, no team", gone, False, self.fallback),
        ]
        partners = []
        for name, user, last_team, _expected in cases:
            partner = self._create_regular(name, user_id=user and user.id)
            orders = self.env["sale.order"].search(
                [("partner_id", "=", partner.id)], order="date_order"
            )
            orders.write({"team_id": last_team and old_team.id})
            orders[-1].team_id = last_team
            partners.append(partner)
        gone.active = False
        self._grade()
        for (name, _user, _team, expected), partner in zip(cases, partners, strict=True):
            with self.subTest(name):
                self.assertEqual(self._activities(partner).user_id, expected)

    def test_nobody_left(self):
        """Without salesperson, leader and fallback the administrator gets it, never nobody."""
        late = self._create_regular(user_id=False)
        self.company.customer_tier_fallback_user_id = False
        self._grade()
        self.assertEqual(self._activities(late).user_id, self.admin)

    def test_contact_persons_salesperson(self):
        """The salesperson of the company counts, also when contacts order."""
        late = self._create_regular()
        contact = self._create_own_customer("Contact", parent_id=late.id, user_id=self.leader.id)
        self._create_order(contact, 10, date=34)
        self._grade()
        self.assertEqual(self._activities(late).user_id, self.salesperson)
        self.assertFalse(self._activities(contact))

    def test_done_by_hand(self):
        """Who did the activity is not asked again for the gap, and after it once more."""
        late = self._create_regular()
        days = {days: self._days_ago(days) for days in (4, 3)}
        with freeze_time(f"{days[4]} 12:00:00"):
            self._grade()
        self._activities(late).action_feedback(feedback="Called, they are on holiday")
        with freeze_time(f"{days[3]} 12:00:00"):
            self._grade()
        self.assertEqual(self._reminders(late).state, "done")
        self.assertEqual(len(self._activities(late)), 1)
        self.rule.gap_days = 4
        self._grade()
        self.assertEqual(len(self._reminders(late)), 2)

    def test_dismissed(self):
        """The same when the activity was cancelled, which deletes it."""
        late = self._create_regular()
        self._grade()
        self._activities(late).with_user(self.salesperson).action_cancel()
        self._grade()
        self.assertEqual(self._reminders(late).state, "cancel")
        self.assertFalse(self._activities(late))

    def test_who_is_not_reminded_about(self):
        """Not the dormant (another task than the late), not the new, not the archived, not
        those whose later order an earlier as-of date does not see."""
        dormant = self._create_regular("Dormant", since=100)
        once = self._create_own_customer("Once", (35, 100), user_id=self.salesperson.id)
        archived = self._create_regular("Archived")
        archived.active = False
        back = self._create_regular("Back")
        self._create_order(back, 100, date=2)
        self._grade(as_of=self._days_ago(3))
        self.assertEqual(self._standing(back).next_order_date, self._days_ago(5))
        for partner in (dormant, once, archived, back):
            with self.subTest(partner.name):
                self.assertFalse(self._activities(partner))
        self.rule.write({"max_late_days": 100, "min_order_count": 1})
        self._grade()
        self.assertTrue(self._activities(dormant))
        self.assertTrue(self._activities(once))

    def test_lead_days(self):
        """A rule may remind some days before the expected date, or later than it."""
        soon = self._create_regular("Soon", since=27)
        late = self._create_regular("Late", since=35)
        self.rule.lead_days = 7
        self._grade()
        self.assertFalse(self._activities(soon) + self._activities(late))
        self.rule.lead_days = -3
        self._grade()
        self.assertTrue(self._activities(soon))
        self.assertTrue(self._activities(late))

    def test_tiers_of_a_rule(self):
        """A rule for Gold customers leaves the others alone; two rules remind apart."""
        gold_tier = self.program.tier_ids[2]
        self.rule.tier_ids = gold_tier
        regular = self._create_regular("Regular")
        gold = self._create_regular("Gold")
        self._create_order(gold, 20000, date=65)
        self._grade()
        self.assertFalse(self._activities(regular))
        self.assertEqual(len(self._activities(gold)), 1)
        self.rule.copy({"tier_ids": False})
        self._grade()
        self.assertEqual(len(self._activities(regular)), 1)

    def test_daily_limit(self):
        """A salesperson gets the best customers first and the rest on the next days: a hundred
        reminders on the first morning would be a hundred ignored."""
        amounts = (30000, 100, 6000)
        partners = [self._create_regular(f"Late {amount}") for amount in amounts]
        for partner, amount in zip(partners, amounts, strict=True):
            self._create_order(partner, amount, date=65)
        other = self._create_regular("Other's", user_id=self.leader.id)
        self.rule.daily_limit = 2
        self._grade(as_of=self._days_ago(1))
        self.assertEqual([len(self._activities(p)) for p in partners], [1, 0, 1])
        self.assertEqual(len(self._activities(other)), 1, "the limit is one person's")
        self._grade(as_of=self._days_ago(1))
        self.assertEqual([len(self._activities(p)) for p in partners], [1, 0, 1])
        self._grade()
        self.assertEqual([len(self._activities(p)) for p in partners], [1, 1, 1])

    def test_equals_at_the_limit(self):
        """Who was graded first is chance where several processes grade; which of two equal
        customers a salesperson is reminded of must not be."""
        older, newer = self._create_regular("Older"), self._create_regular("Newer")
        for partner in (newer, older):
            self.env["customer.tier.run"]._grade_partners(partner, self.company)
        self.rule.daily_limit = 1
        self._grade()
        self.assertEqual([len(self._activities(p)) for p in (older, newer)], [1, 0])

    def test_archived_rule(self):
        """A rule switched off reminds nobody."""
        self.rule.active = False
        late = self._create_regular()
        self._grade()
        self.assertFalse(self._activities(late))

    def test_one_failing_customer(self):
        """A customer whose activity cannot be made must not cost all others theirs."""
        partners = [self._create_regular(f"Late {n}") for n in range(3)]
        Reminder = type(self.env["customer.reminder"])
        real = Reminder._activity_vals

        def activity_vals(self, rule, standing, user):
            if standing.partner_id == partners[1]:
                raise ValueError("no activity for this one")
            return real(self, rule, standing, user)

        with (
            patch.object(Reminder, "_activity_vals", activity_vals),
            mute_logger(REMINDER_LOGGER, TOOLS_LOGGER),
        ):
            run = self._grade()
        self.assertEqual(run.state, "done")
        self.assertEqual([len(self._activities(p)) for p in partners], [1, 0, 1])
        self.assertEqual([len(self._reminders(p)) for p in partners], [1, 0, 1])

    def test_two_companies(self):
        """Each company reminds its own people about its own customers, by its own rules."""
        self._create_program(company=self.company_b, domain=OWN, typical_interval_days=30)
        late = self._create_regular("A")
        late_b = self._create_regular("B", company=self.company_b, user_id=self.salesperson_b.id)
        self.rule.company_id = self.company
        self._grade()
        self._grade(company=self.company_b)
        self.assertEqual(self._activities(late).user_id, self.salesperson)
        self.assertFalse(self._activities(late_b))
        self.rule.company_id = False
        self._grade(company=self.company_b)
        self.assertEqual(self._activities(late_b).user_id, self.salesperson_b)
        self.assertEqual(len(self._reminders(late)), 1)
        self.assertEqual(self._reminders(late_b).company_id, self.company_b)

    def test_shared_customer_of_two_companies(self):
        """A customer late in both companies is reminded about in both."""
        both = self._create_regular("Both", company_id=False)
        for number in range(4):
            self._create_order(both, 100, date=40 + 30 * number, company=self.company_b)
        domain = f"[('id', '=', {both.id})]"
        self.program.domain = domain
        self._create_program(company=self.company_b, domain=domain, typical_interval_days=30)
        self.company_b.customer_tier_fallback_user_id = self.salesperson_b
        self._grade()
        self._grade(company=self.company_b)
        reminders = self._reminders(both)
        self.assertEqual(reminders.company_id, self.company + self.company_b)
        users = {reminder.company_id: reminder.user_id for reminder in reminders}
        self.assertEqual(users[self.company_b], self.salesperson_b)

    def test_language_of_the_reader(self):
        """The activity is written in the language of the person who is reminded."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.salesperson.lang = "zh_CN"
        late = self._create_regular("Chinese")
        other = self._create_regular("English", user_id=self.leader.id)
        self._grade()
        day = self._days_ago(5)
        chinese, english = (format_date(self.env, day, code) for code in ("zh_CN", "en_US"))
        self.assertNotEqual(chinese, english)
        self.assertIn(chinese, self._activities(late).summary)
        self.assertIn(english, self._activities(other).summary)
