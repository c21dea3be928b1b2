from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from lxml import etree
from psycopg2 import IntegrityError

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError, ValidationError
from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.safe_eval import safe_eval

SCRIPTS = Path(__file__).parents[1] / "migrations" / "19.0.1.3.0"


@tagged("post_install", "-at_install")
class TestReminderCase(GradingCase):
    """One open case of a customer, its group, and what came of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["customer.reminder.rule"]
        cls.Rule.search([]).action_archive()
        cls.Reminder = cls.env["customer.reminder"]
        cls.rule = cls.Rule.create(
            {"name": "Overdue", "reminds_at": "expected", "min_order_count": 2, "sequence": 1}
        )
        cls.program = cls._create_program(domain=OWN, typical_interval_days=30)

    def _create_regular(self, name="Regular", since=35, **vals):
        vals = {"company_id": self.company.id, "user_id": self.salesperson.id, **vals}
        partner = self._create_customer(name, **vals)
        for number in range(4):
            self._create_order(partner, 100, date=since + 30 * number, team_id=False)
        return partner

    def _cases(self, partner=None):
        own = [("partner_id", "=", partner.id)] if partner else []
        return self.Reminder.search([("company_id", "=", self.company.id), *own])

    def _arms(self, arms):
        """Has customers drawn as said, whatever the hash."""
        names = {partner.id: arm for partner, arm in arms.items()}
        path = "odoo.addons.customer_tiering.grading.assignment"
        return (
            patch(f"{path}.bucket", lambda _database, _experiment, customer: customer),
            patch(f"{path}.arm", lambda bucket, *_shares: names.get(bucket, "treated")),
        )

    def _grade_with(self, arms):
        bucket, arm = self._arms(arms)
        with bucket, arm:
            self._grade()

    # One case

    def test_one_case_over_all_rules(self):
        """Three rules match a customer, and three reminders of it lie on the desk."""
        self.rule.copy({"sequence": 2})
        self.rule.copy({"sequence": 3})
        late = self._create_regular()
        self._grade()
        self.assertEqual(self._cases(late).rule_id, self.rule)
        self._grade()
        self.assertEqual(len(self._cases(late)), 1)
        self.assertEqual(len(late.activity_ids), 1)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._cases(late).copy()
            self.env.flush_all()

    def test_doubled_before(self):
        """A database with two open reminders of a customer cannot be upgraded; or both stay, and
        their to-dos, which no order closes then."""
        late, other = self._create_regular(), self._create_regular("Other")
        self._grade()
        first, kept = self._cases(late), self._cases(other)
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX customer_reminder_one_open")
        activity = late.activity_ids.copy()
        second = first.copy({"rule_id": self.rule.copy().id, "activity_id": activity.id})
        self.env.flush_all()
        for _time in range(2):
            load_script(str(SCRIPTS / "pre-one-case.py"), "pre-one-case").migrate(self.cr, "")
        self.env.invalidate_all()
        self.assertEqual((first.state, kept.state), ("open", "open"))
        self.assertTrue(first.activity_id.active)
        self.assertEqual((second.state, second.end_reason), ("cancel", "merged"))
        self.assertFalse(activity.exists())

    def test_as_many_as_before(self):
        """After the upgrade salespeople get fewer reminders, because two rules of 20 have to make
        do with 20; or theirs wait for a quotation, which they did not."""
        script = load_script(str(SCRIPTS / "post-contact-policy.py"), "post-contact-policy")
        self.Rule.search([]).active = False
        limits = {(20, 30): 50, (20, 0): 0, (): 20}
        for rules, expected in limits.items():
            made = self.Rule.create(
                [{"name": "R", "daily_limit": n, "company_id": self.company.id} for n in rules]
            )
            self.env.flush_all()
            script.migrate(self.cr, "")
            self.env.invalidate_all()
            self.assertEqual(self.company.customer_contact_daily_limit, expected)
            self.assertFalse(self.company.customer_contact_wait_calls)
            made.unlink()

    def test_merged_customers(self):
        """Two customers become one: one of two cases ends, whichever rules they are of."""
        kept, twin = self._create_regular("Kept"), self._create_regular("Twin")
        self._grade()
        self.env.flush_all()
        self._cases(twin).rule_id = self.rule.copy()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([kept.id, twin.id], kept, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(sorted(self._cases(kept).mapped("state")), ["cancel", "open"])
        ended = self._cases(kept).filtered(lambda case: case.state == "cancel")
        self.assertEqual(ended.end_reason, "merged")

    # Held back

    def test_drawn_when_made(self):
        """Later nobody could say who was held back by chance and who by a change of the share."""
        late = self._create_regular()
        self._grade()
        case = self._cases(late)
        self.assertEqual(case.arm, "treated")
        self.assertIn(case.bucket, range(10_000))
        half = "H1" if case.date.month <= 6 else "H2"
        self.assertEqual(case.experiment, f"rule:{self.rule.id}:{case.date.year}{half}")
        # Half of 30 days, the rhythm.
        self.assertEqual(case.window_end, case.date + timedelta(days=15))

    def test_held_back_gets_nothing(self):
        """A customer of the control group was called all the same, or stood in some list: then the
        comparison measures nothing."""
        held, told = self._create_regular("Held"), self._create_regular("Told")
        self._grade_with({held: "control"})
        self.assertEqual(self._cases(held).arm, "control")
        self.assertFalse(held.activity_ids)
        self.assertTrue(told.activity_ids)
        for user in (self.salesperson, self.officer):
            seen = self.Reminder.with_user(user).search([("company_id", "=", self.company.id)])
            self.assertEqual(seen.partner_id, told)
            with self.assertRaises(AccessError):
                self._cases(held).with_user(user).read(["state"])
            self.assertEqual(self.rule.with_user(user).reminder_count, 1)
        manager = self.rule.with_user(self.manager)
        self.assertEqual((manager.reminder_count, manager.held_count), (1, 1))
        shown = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering_reminder.customer_reminder_action"
        )
        self.assertIn("control", shown["domain"])
        action = manager.action_open_held()
        found = self.Reminder.with_user(self.manager).search(action["domain"])
        self.assertEqual(found.partner_id, held)
        self._grade_with({held: "control"})
        self.assertEqual(len(self._cases(held)), 1, "nor is it drawn again the next night")
        self.assertFalse(held.activity_ids)

    def _opened(self, user):
        """The customers in the list of reminders as the menu opens it for somebody."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering_reminder.customer_reminder_action"
        )
        context = safe_eval(action["context"])
        Reminder = self.Reminder.with_user(user)
        arch = etree.fromstring(Reminder.get_view(view_type="search")["arch"])
        domain = safe_eval(action["domain"])
        for node in arch.iter("filter"):
            if context.get(f"search_default_{node.get('name')}"):
                domain += safe_eval(node.get("domain"), {"uid": user.id})
        return Reminder.search([("company_id", "=", self.company.id), *domain]).partner_id

    def test_opened_at_ones_own(self):
        """A salesperson had to look for the own customers among those of all colleagues."""
        colleague = self._create_user("tiering_colleague", "sales_team.group_sale_salesman")
        leader = self._create_user("tiering_leader", "sales_team.group_sale_salesman_all_leads")
        own, other = self._create_regular(), self._create_regular("Other", user_id=colleague.id)
        self._grade()
        self.assertEqual(self._opened(self.salesperson), own)
        self.assertEqual(self._opened(colleague), other)
        self.assertEqual(self._opened(leader), own | other)
        for user in (self.salesperson, leader):
            arch = self.Reminder.with_user(user).get_view(view_type="search")["arch"]
            self.assertEqual(arch.count("My Reminders"), 1)

    def test_same_order_closes_it(self):
        """Held back or not, a case ends with the same order, and what came of it is known the
        same way."""
        held, told = self._create_regular("Held"), self._create_regular("Told")
        self._grade_with({held: "control"})
        for partner in (held, told):
            order = self._create_order(partner, 50, state="draft")
            order.action_confirm()
            self.env.invalidate_all()
            self.assertEqual(self._cases(partner).state, "ordered")
            self.assertEqual(self._cases(partner).end_reason, "ordered")
            order._action_cancel()
            self.env.invalidate_all()
            self.assertEqual(self._cases(partner).state, "open")
        self.assertFalse(held.activity_ids, "taken back, it is nobody's to-do either")

    def test_measured_when_over(self):
        """Amounts that are counted on different days for the two groups, or orders outside of the
        time, make an effect where there is none."""
        held, told = self._create_regular("Held"), self._create_regular("Told")
        self._grade_with({held: "control"})
        cases = self._cases()
        self.Reminder._measure(self.company)
        self.assertFalse(any(cases.mapped("measured_on")))
        cases.write({"date": self._days_ago(20), "window_end": self._days_ago(5)})
        for partner in (held, told):
            self._create_order(partner, 70, date=10)
            self._create_order(partner, 30, date=5)
            self._create_order(partner, 1000, date=4)
            self._create_order(partner, -10, date=8)
        self.Reminder._measure(self.company)
        for case in cases:
            self.assertEqual(case.measured_on, self._days_ago(0))
            self.assertEqual((case.window_orders, case.window_amount), (2, 90))
            self.assertEqual(case.window_margin, 90)

    def test_margin(self):
        """A reminder that sells at a loss seems to pay; cases from before the margin was noted
        have none for ever."""
        told = self._create_regular("Told")
        self._grade()
        case = self._cases(told)
        self.product.with_company(self.company).standard_price = 4
        case.write({"date": self._days_ago(320), "window_end": self._days_ago(300)})
        lines = [{"product_uom_qty": 10, "price_unit": 7}, {"display_type": "line_note"}]
        lines[1] |= {"name": "Thanks", "product_id": False}
        self._create_order(told, date=310, lines=lines)
        self.Reminder._measure(self.company)
        self.assertEqual((case.window_amount, case.window_margin), (70, 30))
        self.env.flush_all()
        self.env.cr.execute("UPDATE customer_reminder SET window_margin = NULL")
        self.env.invalidate_all()
        self.Reminder._measure(self.company)
        self.assertEqual(case.window_margin, 30)

    def test_ends_with_its_time(self):
        """Nobody can do or dismiss what is on nobody's desk: the case would stay open for ever and
        the customer never be reminded of again."""
        held = self._create_regular("Held")
        self._grade_with({held: "control"})
        case = self._cases(held)
        case.window_end = self._days_ago(1)
        self.Reminder._note_ended(self.company)
        self.assertEqual((case.state, case.end_reason), ("cancel", "window"))

    def test_never_held_back(self):
        """The best customers are reminded of whatever is measured, and are in neither group."""
        self.rule.write(
            {"control_share": 50, "never_held_tier_ids": [(6, 0, self.program.tier_ids.ids)]}
        )
        partners = [self._create_regular(f"Late {n}") for n in range(6)]
        self._grade()
        for partner in partners:
            self.assertEqual(self._cases(partner).arm, "treated")
            self.assertFalse(self._cases(partner).experiment)

    def test_share(self):
        """More than half held back measures no better, and a negative share nothing."""
        for share in (-1, 51):
            with self.assertRaises(ValidationError):
                self.rule.control_share = share
        self.rule.control_share = 50
        for number in range(12):
            self._create_regular(f"Late {number}")
        self._grade()
        for case in self._cases():
            self.assertEqual(case.arm, "control" if case.bucket < 5000 else "treated")

    # Limits and preview

    def test_one_limit_for_all_rules(self):
        """Three rules of 20 a day each are 60 a day on one desk."""
        self.company.customer_contact_daily_limit = 3
        second = self.rule.copy({"sequence": 2, "min_order_count": 0})
        for number in range(3):
            self._create_regular(f"Late {number}")
        for number in range(2):
            partner = self._create_own_customer(f"Once {number}", (45, 9999))
            partner.user_id = self.salesperson
        self.rule.daily_limit = 2
        self._grade()
        cases = self._cases()
        self.assertEqual(len(cases), 3)
        self.assertEqual(len(cases.filtered(lambda case: case.rule_id == self.rule)), 2)
        self.assertEqual(len(cases.filtered(lambda case: case.rule_id == second)), 1)
        self._grade()
        self.assertEqual(len(self._cases()), 3, "not again on the same day")

    def test_preview(self):
        """What the rule's form foretells is not what happens then."""
        self.company.customer_contact_daily_limit = 4
        second = self.rule.copy({"sequence": 2, "lead_days": -10, "daily_limit": 1})
        for number in range(5):
            self._create_regular(f"Late {number}", since=33 + number)
        for number in range(4):
            self._create_regular(f"Soon {number}", since=22 + number)
        quoted = self._create_regular("Quoted")
        self.Rule.search([]).active = False
        self._grade()
        (self.rule | second).active = True
        self._create_order(quoted, 10, state="draft")
        self._create_order(quoted, 10, state="sent")
        rules = (self.rule | second).with_user(self.manager).with_company(self.company)
        foretold = {rule.id: rule._preview() for rule in rules}
        for rule in rules:
            for name, standings in foretold[rule.id].items():
                self.assertEqual(rule[f"{name}_count"], len(standings))
                action = rule.with_context(preview=name).action_open_preview()
                found = self.env["customer.tier.standing"].search(action["domain"])
                self.assertEqual(set(found.ids), set(standings.ids))
        first, other = rules
        self.assertEqual((first.today_count, first.capped_count, first.waiting_count), (4, 1, 1))
        self.assertEqual(other.today_count, 0, "the day's number is used up")
        self.assertGreaterEqual(other.month_count, 4)
        made = self.Rule._remind(self.company, self._days_ago(0))
        for rule in rules:
            own = made.filtered(lambda case, rule=rule: case.rule_id.id == rule.id)
            self.assertEqual(own.partner_id, foretold[rule.id]["today"].sudo().partner_id)

    def test_preview_is_of_own_customers(self):
        """A rule for all companies tells a manager how many customers another company has."""
        rule = self.rule.with_user(self.manager)
        self._create_regular()
        self.Rule.search([]).active = False
        self._grade()
        self.rule.active = True
        self.assertEqual(rule.with_company(self.company).today_count, 1)
        self.rule.company_id = self.company_b
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.assertFalse(rule.with_company(self.company).today_count)
        self.assertFalse(rule.sudo().with_company(self.company)._previewed())

    def test_query_is_one(self):
        """Each of thousands of candidates asks for its quotations alone."""
        for number in range(8):
            self._create_regular(f"Late {number}")
        self.Rule.search([]).active = False
        self._grade()
        self.rule.active = True
        self.env.flush_all()
        self.rule._plans(self.company, self._days_ago(0))
        with self.assertQueryCount(6):
            self.rule._plans(self.company, self._days_ago(0))
        self.assertIsInstance(self.rule._due_query(self.company, self._days_ago(0)), SQL)
