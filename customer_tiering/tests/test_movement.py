from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import format_date

from .common import OWN, GradingCase


@tagged("post_install", "-at_install")
class TestMovement(GradingCase):
    """Movements as they are stored, graded on one day after the other."""

    def _ladder(self, **vals):
        program = self._create_program(
            tiers=[
                "Low",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[],
            domain=OWN,
            **vals,
        )
        self.low, self.silver, self.gold = program.tier_ids
        return program

    def _day(self, text):
        return fields.Date.to_date(text)

    def _buyer(self, *orders):
        """A customer with orders given as (day, amount)."""
        partner = self._create_own_customer("Buyer")
        for day, amount in orders:
            self._create_order(partner, amount, date=day)
        return partner

    def _tiers(self, partner, *days):
        """The tier after a grading on each of the days."""
        names = []
        for day in days:
            self._grade(as_of=self._day(day))
            names.append(self._standing(partner).tier_id.name)
        return names

    def test_hold_and_review(self):
        """5,000 in January 2023 are gold until the first review after twelve months, although
        nothing was bought since; the window of a year alone would have ended it no later."""
        buyer = self._buyer(("2022-03-15", 4000), ("2023-01-10", 1500))
        self._ladder(hold_months=12, review_every="month")
        days = ("2023-01-11", "2023-03-16", "2023-12-31", "2024-01-01", "2024-01-11", "2024-01-31")
        self.assertEqual(self._tiers(buyer, *days), ["Gold"] * 6)
        standing = self._standing(buyer)
        self.assertEqual(standing.target_tier_id, self.low)
        self.assertEqual(standing.waiting, "review")
        self.assertEqual(standing.guaranteed_until, self._day("2024-01-11"))
        self.assertEqual(standing.review_date, self._day("2024-02-01"))
        self.assertEqual(self._tiers(buyer, "2024-02-01"), ["Low"])
        standing = self._standing(buyer)
        self.assertFalse(standing.waiting)
        self.assertEqual(standing.computed_since, self._day("2024-02-01"))
        self.assertEqual(
            self._tier_changes(standing.partner_id).mapped("direction"), ["first", "down"]
        )

    def test_hold_is_explained(self):
        """A customer whose figures ask for less must not look like a mistake."""
        buyer = self._buyer(("2022-03-15", 4000), ("2023-01-10", 1500))
        self._ladder(hold_months=12, review_every="month")
        self._tiers(buyer, "2023-01-11", "2023-06-01")
        said = {s["kind"]: s["text"] for s in self._standing(buyer).explanation["sentences"]}
        self.assertEqual(
            said["why"],
            "Today's figures ask for Silver: Amount bought in a year "
            "1,500.00\xa0€ ≥ 1,000.00\xa0€.",
        )
        until = format_date(self.env, self._standing(buyer).guaranteed_until)
        self.assertEqual(
            said["waiting"],
            f"Gold is kept until {until}; after that it needs Amount bought in a year "
            "≥ 5,000.00\xa0€ (today 1,500.00\xa0€).",
        )
        self.assertNotIn("keep", said)

    def test_keep_threshold_and_one_level(self):
        """Kept from 4,000, gold stays at 4,500; below, it goes down one step and not two."""
        buyer = self._buyer(("2023-01-10", 500), ("2023-03-10", 4500))
        program = self._ladder(review_every="month", one_level=True)
        self.gold.condition_ids.keep_value = 4000
        self.assertEqual(self._tiers(buyer, "2023-03-11", "2024-01-11", "2024-03-01"), ["Gold"] * 3)
        said = {s["kind"]: s["text"] for s in self._standing(buyer).explanation["sentences"]}
        self.assertIn("ask for Silver", said["why"])
        self.assertEqual(self._tiers(buyer, "2024-04-01"), ["Silver"])
        self.assertEqual(self._standing(buyer).target_tier_id, self.low)
        self.assertEqual(self._tiers(buyer, "2024-04-15", "2024-05-01"), ["Silver", "Low"])
        with self.assertRaisesRegex(ValidationError, "harder to keep"):
            self.gold.condition_ids.keep_value = 6000
        self.gold.min_score = 50
        with self.assertRaisesRegex(ValidationError, "cannot be lost below"):
            self.gold.keep_score = 60
        self.assertTrue(program)

    def test_two_misses(self):
        """January is the first review below what keeps the tier, April the second; graded twice
        on a day, it is still one."""
        buyer = self._buyer(("2022-12-10", 5000))
        self._ladder(review_every="quarter", misses=2)
        self.assertEqual(
            self._tiers(buyer, "2022-12-11", "2024-01-01", "2024-01-01", "2024-03-31"), ["Gold"] * 4
        )
        self.assertEqual(self._standing(buyer).missed_reviews, 1)
        self.assertEqual(self._tiers(buyer, "2024-04-01"), ["Low"])

    def test_promotion_at_the_review_and_after_a_window(self):
        """Bought in May, gold at the July review; or after fourteen days without a return."""
        for vals, days, tiers in (
            (
                {"promotion": "review", "review_every": "quarter"},
                ("2023-05-11", "2023-06-30", "2023-07-01"),
                ["Silver", "Silver", "Gold"],
            ),
            (
                {"promotion": "after", "promotion_days": 14},
                ("2023-05-11", "2023-05-24", "2023-05-25"),
                ["Silver", "Silver", "Gold"],
            ),
        ):
            buyer = self._buyer(("2023-04-10", 1000), ("2023-05-10", 4000))
            program = self._ladder(**vals)
            self.assertEqual(self._tiers(buyer, "2023-04-11", *days), ["Silver", *tiers])
            program.active = False

    def test_return_within_the_window(self):
        """Goods sent back before the window ends leave no tier behind."""
        buyer = self._buyer(("2023-04-10", 1000), ("2023-05-10", 4000), ("2023-05-20", -3000))
        self._ladder(promotion="after", promotion_days=14)
        days = ("2023-04-11", "2023-05-11", "2023-05-21", "2023-05-30")
        self.assertEqual(self._tiers(buyer, *days), ["Silver"] * 4)
        self.assertFalse(self._standing(buyer).above_since)

    def test_exactly_the_threshold_is_enough(self):
        """Entry is inclusive: 5,000.00 is not less than 5,000."""
        self._ladder()
        for amount, tier in ((4999.99, "Silver"), (5000, "Gold")):
            buyer = self._buyer(("2023-04-10", amount))
            self.assertEqual(self._tiers(buyer, "2023-04-11"), [tier])

    def test_review_without_dates(self):
        """A calendar without dates would never review anybody."""
        program = self._ladder(review_every="dates", review_dates="06-30, 2-29")
        self.assertEqual(program._review_days(), ((2, 29), (6, 30)))
        for wrong in (False, "", "31", "13-01", "06-31", "30 June"):
            with self.assertRaisesRegex(ValidationError, "such as 06-30"):
                program.review_dates = wrong

    def test_monthly_night_between_reviews_writes_nothing(self):
        """Dates of the movement must not rewrite the table every night."""
        self._buyer(("2023-01-10", 5000))
        self._ladder(hold_months=12, review_every="month")
        day = self._day("2023-02-10")
        self._grade(as_of=day)
        self.assertEqual(self._grade(as_of=day + timedelta(days=1)).written_count, 0)

    def test_preset_guarantees_a_year(self):
        """What the presets promise by default: a hold of twelve months, monthly reviews."""
        program = self.env["customer.tier.program"]._create_preset("wholesale", self.company)
        self.assertEqual((program.hold_months, program.review_every), (12, "month"))


@tagged("post_install", "-at_install")
class TestOverride(GradingCase):
    """Tiers and locks set by hand, by an officer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=[
                "Low",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[],
            domain=OWN,
        )
        cls.low, cls.silver, cls.gold = cls.program.tier_ids
        cls.buyer = cls._create_customer("Buyer", company_id=cls.company.id)
        cls._create_order(cls.buyer, 1500, date=30)
        cls._grade()
        cls.standing = cls._standing(cls.buyer).with_user(cls.officer)

    def test_falls_back_by_itself(self):
        """After its last day a promise ends, the history says why, and nothing is left over."""
        today = self._days_ago(0)
        self.standing.write(
            {"manual_tier_id": self.gold.id, "manual_until": today, "manual_reason": "Fair"}
        )
        self._grade()
        self.assertEqual(self.standing.tier_id, self.gold, "the last day is included")
        self.assertEqual(
            (self.standing.manual_user_id, self.standing.computed_tier_id),
            (self.officer, self.silver),
        )
        # As it will be tomorrow.
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET manual_until = %s WHERE id = %s",
            [today - timedelta(days=1), self.standing.id],
        )
        self.env.invalidate_all()
        self._grade()
        self.assertEqual(self.standing.tier_id, self.silver)
        left = ("manual_tier_id", "manual_until", "manual_reason", "lock")
        self.assertFalse(any(self.standing[name] for name in left))
        expired = self.standing.change_ids.sorted("id")[-1]
        self.assertEqual((expired.reason, expired.to_tier_id), ("expiry", self.silver))
        byhand = self.standing.change_ids.sorted("id")[-2]
        self.assertEqual(
            (byhand.reason, byhand.note, byhand.user_id), ("manual", "Fair", self.officer)
        )

    def test_locks(self):
        """Locked down, a customer falls nowhere but still rises; the wish is shown."""
        for lock, amount, tier, waiting in (
            ("down", -1000, self.silver, "locked"),
            ("down", 4000, self.gold, False),
            ("up", 4000, self.silver, "locked"),
            ("both", 4000, self.silver, "locked"),
        ):
            with self.subTest(lock=lock, amount=amount), self.env.cr.savepoint() as savepoint:
                self.standing.write({"lock": lock, "manual_reason": "Court case"})
                self._create_order(self.buyer, amount, date=1)
                self._grade()
                self.env.invalidate_all()
                self.assertEqual(self.standing.tier_id, tier)
                self.assertEqual(self.standing.waiting, waiting)
                self.assertEqual(self.standing.differs, waiting == "locked")
                found = self.standing.search([("differs", "=", True)])
                self.assertEqual(self.standing in found, waiting == "locked")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_bad_input(self):
        """A promise of yesterday, and a lock that nobody can explain later."""
        with self.assertRaisesRegex(ValidationError, "say why"):
            self.standing.lock = "both"
        with self.assertRaisesRegex(ValidationError, "say why"):
            self.standing.write({"lock": "down", "manual_reason": "  "})
        self.env.invalidate_all(flush=False)
        with self.assertRaisesRegex(ValidationError, "over already"):
            self.standing.write({"manual_tier_id": self.gold.id, "manual_until": self._days_ago(1)})

    def test_end_of_an_override_ends_its_reason(self):
        """The reason of the last promise must not explain the next one."""
        self.standing.write({"manual_tier_id": self.gold.id, "manual_reason": "Fair"})
        self.standing.manual_tier_id = False
        self.assertFalse(self.standing.manual_reason)
        self.assertFalse(self.standing.manual_user_id)
        self.standing.write({"lock": "up", "manual_reason": "Court case"})
        self.standing.write({"manual_tier_id": self.gold.id})
        self.standing.manual_tier_id = False
        self.assertEqual(self.standing.manual_reason, "Court case", "the lock still needs it")
        self.standing.action_clear_override()
        self.assertFalse(self.standing.lock or self.standing.manual_reason)

    def test_many_at_once(self):
        """The list sets a tier for all that are selected; the computed one stays visible."""
        others = [self._create_own_customer(f"Other {n}", (10, 100)) for n in range(3)]
        self._grade()
        standings = self._standing(self.buyer).concat(*map(self._standing, others))
        wizard = (
            self.env["customer.tier.by.hand"]
            .with_user(self.officer)
            .with_context(active_ids=standings.ids)
            .create({"reason": "Member day", "tier_id": self.gold.id, "until": self._days_ago(0)})
        )
        self.assertEqual((wizard.count, wizard.company_id), (4, self.company))
        wizard.action_apply()
        self.assertEqual(standings.tier_id, self.gold)
        self.assertEqual(standings.computed_tier_id, self.low | self.silver)
        self.assertEqual(standings.search([("differs", "=", True)]), standings)
        self.assertEqual(set(standings.change_ids.filtered("note").mapped("note")), {"Member day"})

    def test_salesperson_cannot(self):
        """Whoever sells must not set prices through a tier."""
        with self.assertRaises(AccessError):
            self.standing.with_user(self.salesperson).write({"lock": "up", "manual_reason": "x"})
        with self.assertRaises(AccessError):
            self.env["customer.tier.by.hand"].with_user(self.salesperson).create({"reason": "x"})
