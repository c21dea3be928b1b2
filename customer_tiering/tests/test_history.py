from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import OWN, GradingCase


@tagged("post_install", "-at_install")
class TestHistory(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.regular, cls.silver, cls.gold, cls.diamond = cls.program.tier_ids
        cls.buyer = cls._create_customer("Buyer", company_id=cls.company.id)
        cls._create_order(cls.buyer, 6000, date=100)

    def test_rows(self):
        """Every change of tier is a row that tells from, to, when, by which run and why."""
        first = self._grade(as_of=self._days_ago(90))
        self._create_order(self.buyer, 20000, date=80)
        up = self._grade(as_of=self._days_ago(70))
        self._grade(as_of=self._days_ago(60))
        self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 20000)]
        )._action_cancel()
        down = self._grade(as_of=self._days_ago(50))
        self.program.domain = "[('name', '=', 'nobody')]"
        out = self._grade(as_of=self._days_ago(40))
        none = self.env["customer.tier"]
        changes = self._standing(self.buyer).change_ids.sorted("id")
        self.assertEqual(
            [
                (c.direction, c.from_tier_id, c.to_tier_id, c.date, c.run_id, c.reason)
                for c in changes
            ],
            [
                ("first", none, self.silver, self._days_ago(90), first, "rule"),
                ("up", self.silver, self.gold, self._days_ago(70), up, "rule"),
                ("down", self.gold, self.silver, self._days_ago(50), down, "rule"),
                ("out", self.silver, none, self._days_ago(40), out, "rule"),
            ],
        )
        numbers = changes[1].policy_id._values(changes[1].numbers)
        self.assertEqual(numbers["metric:amount"], 26000)
        self.assertGreater(changes[1].score, changes[0].score)
        self.assertEqual(changes[0].program_id, self.program)
        self.assertFalse(changes.user_id, "nobody's decision but the rules'")

    def test_reason_of_leaving(self):
        """The row of a tier taken away still tells from which programme it was."""
        self._grade()
        self.program.domain = "[('name', '=', 'nobody')]"
        run = self._grade()
        self.assertEqual(run.change_ids.program_id, self.program)

    def test_append_only(self):
        """History that can be edited proves nothing: nobody may, not even the administrator."""
        self._grade()
        change = self._standing(self.buyer).change_ids
        vals = {
            "standing_id": change.standing_id.id,
            "partner_id": self.buyer.id,
            "company_id": self.company.id,
            "date": self._days_ago(0),
            "reason": "rule",
        }
        admin = self._create_user(
            "tiering_admin",
            "base.group_system,customer_tiering.group_manager,sales_team.group_sale_manager",
        )
        for user in (self.salesperson, self.officer, self.manager, admin):
            with self.subTest(user.login):
                own = change.with_user(user)
                self.assertEqual(own.read(["direction"])[0]["direction"], "first")
                with self.assertRaises(AccessError):
                    own.write({"date": self._days_ago(900)})
                with self.assertRaises(AccessError):
                    own.unlink()
                with self.assertRaises(AccessError):
                    own.create(vals)
        self.assertTrue(change.exists())

    def test_append_only_through_the_standing(self):
        """Nor by the back door of the lines of a standing or a run."""
        run = self._grade()
        standing, change = self._standing(self.buyer), run.change_ids
        for record in (standing, run):
            with self.subTest(record._name), self.assertRaises(AccessError):
                record.with_user(self.manager).write({"change_ids": [(2, change.id)]})


@tagged("post_install", "-at_install")
class TestManualTier(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.regular, cls.silver, cls.gold, cls.diamond = cls.program.tier_ids
        cls.buyer = cls._create_customer("Buyer", company_id=cls.company.id)
        cls._create_order(cls.buyer, 6000, date=1)
        cls._grade()
        cls.standing = cls._standing(cls.buyer)

    def test_set_and_empty(self):
        """An officer's tier counts at once, is noted with the name, and taken back it leaves
        the computed one as if nothing had been."""
        standing = self.standing.with_user(self.officer)
        standing.write({"manual_tier_id": self.diamond.id, "manual_reason": "Fair"})
        self.assertEqual(standing.tier_id, self.diamond)
        self.assertEqual(standing.computed_tier_id, self.silver)
        self.assertEqual(self.buyer.with_user(self.salesperson).customer_tier_id, self.diamond)
        change = standing.change_ids.sorted("id")[-1]
        self.assertEqual(change.user_id, self.officer)
        self.assertEqual(
            (change.reason, change.direction, change.from_tier_id, change.to_tier_id, change.date),
            ("manual", "up", self.silver, self.diamond, self._days_ago(0)),
        )
        self.assertFalse(change.run_id)
        standing.manual_tier_id = False
        self.assertEqual(standing.tier_id, self.silver)
        change = standing.change_ids.sorted("id")[-1]
        self.assertEqual((change.reason, change.direction), ("manual", "down"))
        self.assertEqual(len(standing.change_ids), 3)

    def test_other_programme(self):
        """A customer who is taken over by another programme looks promoted, and the run counts
        promotions that nobody earned."""
        other = self._create_program(domain=OWN, sequence=self.program.sequence - 1)
        run = self._grade()
        change = self.standing.change_ids.sorted("id")[-1]
        self.assertEqual(change.direction, "switch")
        self.assertEqual((change.from_tier_id, change.to_tier_id.program_id), (self.silver, other))
        self.assertEqual((run.up_count, run.down_count), (0, 0))

    def test_same_tier_by_hand(self):
        """Confirming the computed tier by hand is no change, but holds when grading moves on."""
        self.standing.with_user(self.officer).write(
            {"manual_tier_id": self.silver.id, "manual_reason": "Fair"}
        )
        self.assertEqual(len(self.standing.change_ids), 1)
        self._create_order(self.buyer, 50000)
        self._grade()
        self.assertEqual(self.standing.tier_id, self.silver)
        self.assertEqual(self.standing.computed_tier_id, self.diamond)

    def test_several_at_once(self):
        """Set on a selection in the list, each customer gets their own row."""
        other = self._create_customer("Other", company_id=self.company.id, customer_rank=1)
        self._grade()
        standings = self.standing + self._standing(other)
        standings.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        self.assertEqual(standings.tier_id, self.gold)
        last = [standing.change_ids.sorted("id")[-1].from_tier_id for standing in standings]
        self.assertEqual(last, [self.silver, self.regular])

    def test_salesperson_is_refused(self):
        """Salespeople see the tier; giving themselves a better price for a friend they cannot."""
        standing = self.standing.with_user(self.salesperson)
        self.assertEqual(standing.tier_id.name, "Silver")
        with self.assertRaises(AccessError):
            standing.manual_tier_id = self.diamond
        with self.assertRaises(AccessError):
            standing.action_grade()
        with self.assertRaises(AccessError):
            self.env["customer.tier.standing"].with_user(self.salesperson).create(
                {"partner_id": self.buyer.id, "company_id": self.company_b.id}
            )
        self.assertEqual(self.standing.tier_id, self.silver)

    def test_officer_cannot_forge(self):
        """Not the score, not the computed tier, not the dates: only the tier set by hand."""
        forged = {
            "tier_id": self.diamond.id,
            "computed_tier_id": self.diamond.id,
            "score": 100.0,
            "amount": 1e9,
            "partner_id": self.company.partner_id.id,
            "company_id": self.company_b.id,
            "program_id": False,
            "tier_since": self._days_ago(900),
            "next_order_date": self._days_ago(1),
            "policy_id": False,
            "numbers": [],
            "change_ids": [(5,)],
        }
        for user in (self.officer, self.manager):
            for name, value in forged.items():
                with self.subTest(user=user.login, field=name):
                    standing = self.standing.with_user(user)
                    with self.assertRaises(AccessError):
                        standing.write({name: value})
                    with self.assertRaises(AccessError):
                        standing.write({"manual_tier_id": self.gold.id, name: value})
        self.assertEqual(self.standing.tier_id, self.silver)
        with self.assertRaises(AccessError):
            self.standing.with_user(self.manager).unlink()

    def test_other_companys_tier(self):
        """A tier of another company carries that company's prices."""
        foreign = self._create_program(company=self.company_b).tier_ids[0]
        with self.assertRaisesRegex(ValidationError, "belongs to Tiering Company B"):
            self.standing.manual_tier_id = foreign

    def test_manual_tier_outside_of_any_programme(self):
        """What was set by hand stays when the filter no longer selects the customer."""
        self.standing.with_user(self.officer).write(
            {"manual_tier_id": self.diamond.id, "manual_reason": "Fair"}
        )
        self.program.domain = "[('name', '=', 'nobody')]"
        self._grade()
        self.assertEqual(self.standing.manual_tier_id, self.diamond)
        self.program.domain = OWN
        self._grade()
        self.assertEqual(self.standing.tier_id, self.diamond)
        self.assertEqual(self.standing.computed_tier_id, self.silver)
