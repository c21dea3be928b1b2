from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OWN
from .history_common import HistoryCase


@tagged("post_install", "-at_install")
class TestBreakdown(HistoryCase):
    """Each row tells what it rested on, long after."""

    def _said(self, change):
        explanation = change.with_user(self.salesperson).explanation
        return {s["kind"]: s["text"].replace("\xa0", " ") for s in explanation["sentences"]}

    def _values(self, change):
        return {row["name"]: row["value"] for row in change.explanation["rows"]}

    def test_kept_as_it_was(self):
        """Later orders, other rules and a deleted metric change nothing in an old row."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._create_order(buyer, 9000, date=80)
        self.silver.condition_ids.value = 2000
        self._grade()
        first, second = self._standing(buyer).change_ids.sorted("id")
        said = self._said(first)
        self.assertEqual(
            said["why"], "Silver because Amount bought in a year 1,500.00 € ≥ 1,000.00 €."
        )
        self.assertEqual(said["next"], "To Gold: 3,500.00 € more bought.", "no day any more")
        self.assertIn("10,500.00 € ≥ 5,000.00", self._said(second)["why"])
        self.assertIn("amount", str(first.explanation).lower())

    def test_score_and_days(self):
        """Points, coverage and days since the last order are those of the day of the change."""
        self.program.active = False
        program = self._create_program(
            tiers=["Low", {"name": "High", "min_score": 40}],
            indicators=[
                {"metric": "amount", "weight": 3, "bands": [(0, 0), (1000, 60)]},
                {"metric": "recency_days", "weight": 1, "bands": [(0, 100), (30, 20)]},
                {"metric": "growth", "weight": 4, "bands": [(0, 0), (10, 100)]},
            ],
            domain=OWN,
        )
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._create_order(buyer, 100, date=1)
        self._grade()
        change = self._standing(buyer).change_ids.sorted("id")[0]
        explanation = change.explanation
        self.assertEqual(explanation["score"], "70.00")
        self.assertEqual(explanation["coverage"], 0.5)
        self.assertEqual(self._values(change)["Days since last order"], "10 days")
        self.assertEqual(change.to_tier_id, program.tier_ids[1])

    def test_set_by_hand(self):
        """Who set it by hand also sees what the rules said."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        self._standing(buyer).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        change = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(
            self._said(change)["why"], "Gold because it was set by hand; computed: Silver."
        )

    def test_left_without_a_programme(self):
        """“The requirements of none are met” would be wrong for somebody who is not asked for
        any; for somebody who fails them it is right."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        self.program.domain = "[('name', '=', 'nobody')]"
        self._grade()
        out = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(list(self._said(out)), ["left"])
        self.assertEqual(self._values(out)["Amount bought in a year"], "1,500.00\xa0€")
        self.program.domain = OWN
        self._grade()
        self.program.tier_ids.write({"condition_ids": [(5,)], "min_score": 100})
        self._grade()
        out = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(out.direction, "out")
        self.assertEqual(
            self._said(out)["why"], "No tier, because the requirements of none are met."
        )

    def test_records_of_that_day(self):
        """The orders behind an old value are those up to that day."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        later = self._create_order(buyer, 100, date=1)
        self._grade()
        change = self._standing(buyer).change_ids.sorted("id")[0].with_user(self.salesperson)
        action = change.action_open_records(self._metric("amount").id)
        orders = self.env["sale.order"].search(action["domain"])
        self.assertEqual(orders.mapped("amount_untaxed"), [1500])
        self.assertNotIn(later, orders)
        self.assertEqual(
            (change.explanation["model"], change.explanation["record_id"]),
            ("customer.tier.change", change.id),
        )

    def test_share_of_the_best_of_that_day(self):
        """Where the best begin is measured anew each night; an old row tells of its own night."""
        self.program.active = False
        self._create_program(
            tiers=["Low", {"name": "Best", "top_metric_id": self._metric("amount").id}],
            indicators=[],
            domain=OWN,
        ).tier_ids[1].top_share = 50
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._create_own_customer("Small", (100, 100))
        self._grade(as_of=self._days_ago(90))
        for amount in (7000, 8000, 9000):
            self._create_own_customer("New", (20, amount))
        self._grade()
        first, second = self._standing(buyer).change_ids.sorted("id")
        self.assertIn("1,500.00 € ≥ 1,500.00 €", self._said(first)["why"])
        best = "among the best by Amount bought in a year (when last measured ≥ 8,000.00 €)"
        self.assertIn(best, self._said(second)["next"])

    def test_approved(self):
        """A change that somebody accepted tells what it rested on as well."""
        self.program.approval = "both"
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._create_order(buyer, 9000, date=80)
        self._grade()
        standing = self._standing(buyer)
        standing.proposal_ids.with_user(self.officer).action_accept()
        self.env.invalidate_all()
        change = standing.change_ids.sorted("id")[-1]
        self.assertEqual((change.reason, change.user_id), ("approval", self.officer))
        self.assertIn("Gold because Amount bought in a year 10,500.00", self._said(change)["why"])
        self.assertEqual(self._values(change)["Amount bought in a year"], "10,500.00\xa0€")

    def test_one_level_only(self):
        """Where the policy held somebody up, “today” in the sentence would be that day's."""
        self.program.write({"one_level": True, "review_every": "month"})
        buyer = self._create_own_customer("Buyer", (400, 6000))
        self._grade(as_of=self._days_ago(390))
        self._grade()
        change = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(change.to_tier_id, self.silver)
        self.assertEqual(
            self._said(change)["why"], "The figures of that day ask for Low: open to everybody."
        )

    def test_other_companys_history(self):
        """Nor does the breakdown open what the row itself hides."""
        self._create_own_customer("Buyer", (30, 1500))
        run = self._grade()
        with self.assertRaises(AccessError):
            run.change_ids.with_user(self.salesperson_b).read(["explanation"])
        with self.assertRaises(AccessError):
            run.change_ids.with_user(self.salesperson_b).action_open_records(1)


@tagged("post_install", "-at_install")
class TestTimeline(HistoryCase):
    """The picture as numbers, so that it can be checked."""

    def _picture(self, partner):
        self.env.invalidate_all()
        return self._standing(partner).with_user(self.salesperson).timeline

    def test_single(self):
        """One entry makes no picture."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._grade()
        day = self._days_ago(90).strftime("%m/%d/%Y")
        self.assertEqual(self._picture(buyer), {"since": f"In Silver since {day}."})
        self.assertEqual(
            buyer.with_user(self.salesperson).customer_tier_timeline, self._picture(buyer)
        )

    def test_nothing(self):
        """Nobody's picture is nothing, not an error."""
        stranger = self._create_own_customer("Stranger")
        self.assertFalse(stranger.with_user(self.salesperson).customer_tier_timeline)
        standing = self.env["customer.tier.standing"].create(
            {"partner_id": stranger.id, "company_id": self.company.id}
        )
        self.assertFalse(standing.timeline)

    def test_steps(self):
        """Silver for 40 days, gold by hand for 40, silver from yesterday: half the width each."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(79))
        standing = self._standing(buyer)
        standing.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        # As if it had been set then.
        standing.change_ids.sorted("id")[-1]._by_system().date = self._days_ago(39)
        drawn = self._picture(buyer)
        self.assertEqual([level["name"] for level in drawn["levels"]], ["Gold", "Silver", "Low"])
        self.assertEqual(
            [(b["x"], b["width"], b["level"], b["by_hand"]) for b in drawn["bars"]],
            [(0, 50, 1, False), (50, 50, 0, True)],
        )
        self.assertIn("set by hand: Fair", drawn["bars"][1]["title"])
        self.assertEqual(drawn["steps"], [{"x": 50, "top": 0, "size": 1, "merged": False}])
        self.assertTrue(drawn["by_hand"])
        self.assertEqual(len(drawn["ticks"]), 2, "a short history names its ends")

    def test_same_day(self):
        """Of several changes on a day the last one is the step; none is of no width."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        self._standing(buyer).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        self.assertIn("In Gold since", self._picture(buyer)["since"])

    def test_gap(self):
        """While no programme selects a customer, nothing is drawn."""
        buyer = self._create_own_customer("Buyer", (300, 1500))
        for days, domain in ((280, OWN), (200, "[('id', '=', 0)]"), (100, OWN)):
            self.program.domain = domain
            self._grade(as_of=self._days_ago(days))
        drawn = self._picture(buyer)
        self.assertEqual(len(drawn["bars"]), 2)
        self.assertFalse(drawn["steps"])
        first, second = drawn["bars"]
        self.assertLess(first["x"] + first["width"], second["x"])

    def test_years(self):
        """However long the history, a handful of dates stands below it."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        standing = self._standing(buyer)
        standing.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        first = standing.change_ids.sorted("id")[0]
        for days in (100, 200, 365, 800, 2000, 4000, 12000, 36000):
            with self.subTest(days=days):
                first._by_system().date = self._days_ago(days)
                ticks = self._picture(buyer)["ticks"]
                self.assertLessEqual(len(ticks), 7)
                self.assertGreaterEqual(len(ticks), 2)
                places = [tick["x"] for tick in ticks]
                self.assertEqual(places, sorted(set(places)))
