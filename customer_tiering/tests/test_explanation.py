from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OWN, ExplainingCase


@tagged("post_install", "-at_install")
class TestExplanation(ExplainingCase):
    """Every sentence of the explanation, with numbers that can be checked by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=[
                "Low",
                {"name": "Gold", "min_score": 40},
                {"name": "Top", "min_score": 80, "conditions": [("order_count", ">=", 3)]},
            ],
            indicators=[
                {"metric": "amount", "weight": 3, "bands": [(0, 0), (1000, 50), (5000, 100)]},
                {"metric": "order_count", "weight": 1, "scale": "linear", "linear_full": 4},
            ],
            domain=OWN,
        )
        cls.low, cls.gold, cls.top = cls.program.tier_ids
        cls.amount, cls.count = cls.program.indicator_ids

    def test_why_next_and_keep(self):
        """(3·50 + 1·50) / 4 = 50: gold. To the top: 30 points, of which the amount alone earns
        37.5 at 5,000, and one more order."""
        buyer = self._create_own_customer("Buyer", (100, 800), (10, 700))
        self._grade()
        self.assertEqual(self._standing(buyer).score, 50)
        said = self._sentences(buyer)
        self.assertEqual(said["why"], "Gold because score 50 ≥ 40.")
        self.assertEqual(said["keep"], "Keeps Gold while score ≥ 40.")
        self.assertIn(
            "To Top: 30 more points, for example 3,500.00€ more bought and one more order by ",
            said["next"].replace("\xa0", ""),
        )
        self.assertEqual(set(said), {"why", "next", "keep"})

    def test_deadline_is_when_the_oldest_order_no_longer_counts(self):
        """“By” a day on which part of today's amount has left the window would be wrong."""
        buyer = self._create_own_customer("Buyer", (400, 10), (100, 800), (10, 700))
        self._grade()
        numbers = self._standing(buyer).policy_id._values(self._standing(buyer).numbers)
        oldest = self._days_ago(100)
        leaves = oldest.replace(year=oldest.year + 1)
        self.assertEqual(numbers["lapse"], (leaves - leaves.replace(1970, 1, 1)).days)

    def test_rows_add_up_to_the_score(self):
        """Contribution is points · weight / known weights; what is shown sums to the score."""
        buyer = self._create_own_customer("Buyer", (100, 800), (10, 700))
        self._grade()
        explanation = self._standing(buyer).explanation
        self.assertEqual(
            [(r["points_number"], r["weight"], r["share_number"]) for r in explanation["rows"]],
            [(50.0, "3", 37.5), (50.0, "1", 12.5)],
        )
        self.assertEqual(explanation["score"], "50.00")
        self.assertEqual(
            [(mark["name"], mark["score"], mark["reached"]) for mark in explanation["marks"]],
            [("Gold", 40.0, True), ("Top", 80.0, False)],
        )

    def test_rules_of_that_day_explain_the_grade(self):
        """A programme changed after the grading must not explain it by rules that did not hold."""
        buyer = self._create_own_customer("Buyer", (100, 800), (10, 700))
        self._grade()
        before = self._standing(buyer).explanation
        self.amount.weight = 1
        self.gold.min_score = 45
        self.env.invalidate_all()
        self.assertEqual(self._standing(buyer).explanation, before)
        self._grade()
        self.assertEqual(self._sentences(buyer)["why"], "Gold because score 50 ≥ 45.")
        self.assertEqual(self._rows(buyer)["Amount bought in a year"]["weight"], "1")

    def test_history_keeps_its_own_rules(self):
        """Each change can be explained by the numbers and rules of its day."""
        buyer = self._create_own_customer("Buyer", (100, 800), (90, 700))
        self._grade(as_of=self._days_ago(50))
        self._create_order(buyer, 9000, date=40)
        self._create_order(buyer, 100, date=40)
        self.amount.weight = 9
        self._grade()
        first, second = self._standing(buyer).change_ids.sorted("id")
        self.assertEqual((first.to_tier_id, second.to_tier_id), (self.gold, self.top))
        weights = [
            [indicator["weight"] for indicator in change.policy_id.rules["indicators"]]
            for change in (first, second)
        ]
        self.assertEqual(weights, [[3, 1], [9, 1]])
        points = [
            change.policy_id._values(change.numbers)[f"points:{self.amount.id}"]
            for change in (first, second)
        ]
        self.assertEqual(points, [50, 100])

    def test_same_rules_are_kept_once(self):
        """Two gradings by the same rules must not fill the table; unused rules are cleared."""
        buyer = self._create_own_customer("Buyer", (10, 700))
        self._grade()
        policy = self._standing(buyer).policy_id
        self._grade()
        self.assertEqual(self._standing(buyer).policy_id, policy)
        Policy = self.env["customer.tier.policy"]
        self.assertEqual(Policy.search_count([("program_id", "=", self.program.id)]), 1)
        unused = policy._by_system().copy({"digest": "unused"})
        Policy._gc_unused()
        self.assertFalse(unused.exists())
        self.assertTrue(policy.exists())

    def test_rules_from_before_their_format_had_a_number(self):
        """A database that comes from an earlier version explains the grades it has."""
        buyer = self._create_own_customer("Buyer", (100, 800), (10, 700))
        self._grade()
        standing = self._standing(buyer)
        explanation = standing.explanation
        self.assertEqual(standing.policy_id.rules["format"], 2)
        self.env.cr.execute("UPDATE customer_tier_policy SET rules = rules - 'format'")
        self.env.invalidate_all()
        self.assertNotIn("format", standing.policy_id.rules)
        self.assertEqual(standing.explanation, explanation)
        self.assertTrue(standing.change_ids.explanation["rows"])
        self._grade()
        self.assertEqual(standing.policy_id.search_count([("program_id", "=", self.program.id)]), 1)

    def test_deleted_parts_keep_their_names(self):
        """Whoever reads an old grade must not meet an id or an error."""
        buyer = self._create_own_customer("Buyer", (100, 800), (10, 700))
        spare = self._metric("amount").copy({"code": "spare", "name": "Spare amount"})
        self.count.metric_id = spare
        self._grade()
        self.count.unlink()
        self.top.unlink()
        spare.unlink()
        self.env.invalidate_all()
        self.assertIn("Spare amount", self._rows(buyer))
        self.assertIn("To Top", self._sentences(buyer)["next"])

    def test_set_by_hand(self):
        """A tier from a person is not explained by rules; the computed one is still named."""
        buyer = self._create_own_customer("Buyer", (100, 800), (10, 700))
        self._grade()
        self._set_tier(buyer, self.top)
        self.assertEqual(
            self._sentences(buyer)["why"],
            "Top because it was set by hand; computed: Gold.",
        )

    def test_lowest_tier_and_recency(self):
        """A tier without requirements is open to everybody; days since the last order are
        those of today although they are not stored."""
        self.low.condition_ids = [Command.clear()]
        self.gold.condition_ids = [
            Command.create(
                {"metric_id": self._metric("recency_days").id, "operator": "<=", "value": 30}
            )
        ]
        buyer = self._create_own_customer("Buyer", (45, 800), (50, 900))
        self._grade()
        said = self._sentences(buyer)
        self.assertEqual(said["why"], "Low is open to everybody.")
        self.assertEqual(said["next"], "To Gold: Days since last order ≤ 30 days.")
        row = self._rows(buyer)["Days since last order"]
        self.assertEqual((row["value"], row["points"], row["share"]), ("45 days", "", ""))

    def test_value_opens_the_very_records(self):
        """Orders before the window, of others, and drafts are not behind the value."""
        buyer = self._create_own_customer("Buyer", (400, 50), (100, 800))
        contact = self._create_own_customer("Contact", (10, 700), parent_id=buyer.id)
        self._create_order(buyer, 999, date=5, state="draft")
        self._create_own_customer("Other", (10, 20000))
        buyer.company_id = contact.company_id = False
        self._create_order(buyer, 999, date=5, company=self.company_b)
        self.program.domain = "[]"
        self._grade()
        standing = self._standing(contact).with_user(self.salesperson)
        action = standing.action_open_records(self._metric("amount").id)
        self.assertEqual(action["res_model"], "sale.order")
        orders = self.env["sale.order"].search(action["domain"])
        self.assertEqual(sum(orders.mapped("amount_untaxed")), standing.amount)
        self.assertEqual(len(orders), standing.order_count)

    def test_records_need_the_readers_own_rights(self):
        """The number is for everybody, what is behind it for who may read it."""
        buyer = self._create_own_customer("Buyer", (10, 700))
        self._grade()
        standing = self._standing(buyer)
        stranger = self._create_user("tiering_stranger", "base.group_user")
        with self.assertRaises(AccessError):
            standing.with_user(stranger).action_open_records(self._metric("amount").id)
        with self.assertRaises(UserError):
            standing.action_open_records(0)

    def test_released_customer_has_no_explanation(self):
        """Who left the programme has no tier to explain."""
        buyer = self._create_own_customer("Buyer", (10, 700))
        self._grade()
        self.program.active = False
        self._grade()
        self.assertFalse(self._standing(buyer).explanation)


@tagged("post_install", "-at_install")
class TestConditions(ExplainingCase):
    """Vetoes, shares of the best, minimum coverage."""

    def _veto(self, program, code, operator, value, tier):
        return Command.create(
            {
                "metric_id": self._metric(code).id,
                "operator": operator,
                "value": value,
                "tier_id": tier.id,
            }
        )

    def _program(self, **vals):
        return self._create_program(
            tiers=[
                "Low",
                {"name": "Gold", "conditions": [("amount", ">=", 1000)]},
                {"name": "Top", "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[{"metric": "amount", "scale": "linear", "linear_full": 10000}],
            domain=OWN,
            **vals,
        )

    def test_veto_caps_and_says_so(self):
        """Much bought, but long ago: at most gold; without the offence, or unknown, no cap."""
        late = self._create_own_customer("Late", (200, 9000))
        fresh = self._create_own_customer("Fresh", (20, 9000))
        small = self._create_own_customer("Small", (200, 10))
        program = self._program()
        _low, gold, top = program.tier_ids
        program.veto_ids = [self._veto(program, "recency_days", ">", 90, gold)]
        self._grade()
        tiers = [self._standing(partner).tier_id.name for partner in (late, fresh, small)]
        self.assertEqual(tiers, ["Gold", "Top", "Low"])
        said = self._sentences(late)
        self.assertEqual(
            said["veto"],
            "Capped: it would be Top, but Days since last order 200 days > 90 days.",
        )
        self.assertNotIn("veto", self._sentences(small), "it took nothing")
        # Archived, a tier is no cap any more, and nobody is in it.
        gold.active = False
        self._grade()
        self.assertEqual(self._standing(late).tier_id, top)

    def test_veto_stays_in_its_programme(self):
        """A cap at the tier of another programme would be no tier of this one."""
        program, other = self._program(), self._program()
        with self.assertRaisesRegex(ValidationError, "another programme"):
            program.veto_ids = [
                self._veto(program, "amount", "<", 1, other.tier_ids[0]),
            ]

    def test_copied_programme_has_its_own_vetoes(self):
        """The copy must not be capped at the tiers of the original."""
        program = self._program()
        program.veto_ids = [self._veto(program, "amount", "<", 1, program.tier_ids[1])]
        copy = program.copy()
        self.assertEqual(copy.veto_ids.tier_id, copy.tier_ids[1])
        self.assertEqual(program.veto_ids.tier_id, program.tier_ids[1])

    def test_best_share_by_metric_and_score(self):
        """Two of ten are the best twenty percent; the one who equals them is in as well."""
        amounts = (100, 200, 300, 400, 500, 600, 700, 900, 900, 9000)
        buyers = [self._create_own_customer(f"Buyer {n}", (10, n)) for n in amounts]
        for metric in ("amount", None):
            program = self._create_program(
                tiers=["Low", {"name": "Best", "top_share": 20}],
                indicators=[{"metric": "amount", "scale": "linear", "linear_full": 10000}],
                domain=OWN,
                sequence=1,
            )
            best = program.tier_ids[1]
            best.top_metric_id = metric and self._metric(metric)
            self._grade()
            graded = [self._standing(buyer).tier_id.name for buyer in buyers]
            self.assertEqual(graded, ["Low"] * 7 + ["Best"] * 3)
            self.assertEqual(best.top_cut, 900 if metric else 9)
            self.assertIn("best 20 % by", best.requirement)
            program.active = False

    def test_best_share_is_frozen_between_gradings(self):
        """One customer's new order must not throw another one out before everybody is graded."""
        buyers = [self._create_own_customer(f"Buyer {n}", (10, n)) for n in (100, 200, 300, 400)]
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 25}], domain=OWN, indicators=[]
        )
        program.tier_ids[1].top_metric_id = self._metric("amount")
        self._grade()
        self._create_order(buyers[0], 5000, date=1)
        run = self.env["customer.tier.run"]
        run._grade_partners(buyers[0] | buyers[3], self.company)
        tiers = [self._standing(buyer).tier_id.name for buyer in buyers]
        self.assertEqual(tiers, ["Best", "Low", "Low", "Best"])
        self._grade()
        self.assertEqual(self._standing(buyers[3]).tier_id.name, "Low")

    def test_moving_cut_writes_only_who_moves(self):
        """Where the best begin changes almost every night; written into every customer's reason
        it would rewrite all of them each time."""
        buyers = [self._create_own_customer(f"Buyer {n}", (10, n)) for n in (100, 200, 300, 400)]
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 25}], domain=OWN, indicators=[]
        )
        program.typical_interval_days = 30
        program.tier_ids[1].top_metric_id = self._metric("amount")
        self._grade()
        self._create_order(buyers[3], 50, date=1)
        self.assertEqual(self._grade().written_count, 1)
        self.assertEqual(program.tier_ids[1].top_cut, 450)
        self.assertIn("≥ 450", self._sentences(buyers[0])["next"])

    def test_best_share_of_a_past_day_is_that_days(self):
        """A simulation of last month must rank by last month, and change nothing of today."""
        early = self._create_own_customer("Early", (100, 500))
        self._create_own_customer("Late", (10, 9000))
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 50}], domain=OWN, indicators=[]
        )
        best = program.tier_ids[1]
        best.top_metric_id = self._metric("amount")
        self._grade()
        self.assertEqual(best.top_cut, 9000)
        run = self._grade(as_of=self._days_ago(60), simulation=True)
        self.assertEqual(run.cuts, {str(best.id): 500})
        self.assertEqual(best.top_cut, 9000)
        self.assertEqual(self._standing(early).tier_id.name, "Low")
        row = run.matrix[str(program.tier_ids[0].id)]
        self.assertEqual(row, {str(best.id): 1})

    def test_changed_share_counts_at_once(self):
        """Until the next night nobody could reach a tier whose share was edited."""
        buyers = [self._create_own_customer(f"Buyer {n}", (10, n)) for n in (100, 200, 300, 400)]
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 25}], domain=OWN, indicators=[]
        )
        best = program.tier_ids[1]
        best.top_metric_id = self._metric("amount")
        self.assertEqual(best.top_cut, 400)
        best.top_share = 50
        self.assertEqual(best.top_cut, 300)
        program.tier_ids = [Command.update(best.id, {"top_share": 75})]
        self.assertEqual((best.top_cut, best.top_measured_on), (200, self._days_ago(0)))
        self.env["customer.tier.run"]._grade_partners(buyers[1], self.company)
        self.assertEqual(self._standing(buyers[1]).tier_id, best)

    def test_nobody_can_be_ranked(self):
        """Without customers there are no best ones, and no error either."""
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 25}], domain=OWN, indicators=[]
        )
        newcomer = self._create_own_customer("New", customer_rank=1)
        self._grade()
        self.assertEqual(self._standing(newcomer).tier_id.name, "Low")
        self.assertIn("nobody", program.tier_ids[1].top_cut_text)
        self.assertIn("place among the best", self._sentences(newcomer)["next"])

    def test_wider_share_above_a_narrower_one_is_refused(self):
        """The better tier must not be the easier one."""
        with self.assertRaisesRegex(ValidationError, "the best 20 % instead of 10 %"):
            self._create_program(
                tiers=["All", {"name": "A", "top_share": 10}, {"name": "B", "top_share": 20}]
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_program(tiers=["All", {"name": "A", "top_share": 101}])

    def test_minimum_coverage(self):
        """A score that rests on a quarter of the weights is none, and the customer is told why."""
        single = self._create_own_customer("Single", (10, 9000))
        program = self._create_program(
            tiers=["Low", {"name": "High", "min_score": 50}],
            indicators=[
                {"metric": "amount", "weight": 1, "scale": "linear", "linear_full": 1000},
                {"metric": "interval_cv", "weight": 3, "bands": [(0, 100)]},
            ],
            domain=OWN,
        )
        self._grade()
        self.assertEqual(self._standing(single).tier_id.name, "High")
        program.min_coverage = 0.5
        self._grade()
        standing = self._standing(single)
        self.assertEqual(standing.tier_id.name, "Low")
        # On the contact and in lists it was 0.00, as if the customer were worth nothing.
        self.assertIs(standing.score, False)
        self.assertIs(single.customer_score, False)
        own = Domain("id", "=", single.id)
        self.assertFalse(single.search(own & Domain("customer_score", "<", 50)))
        self.assertTrue(single.search(own & Domain("customer_score", "=", False)))
        self.assertAlmostEqual(standing.coverage, 0.25)
        self.assertIn("known for 25 % of the weights, 50 %", self._sentences(single)["uncovered"])
        self.assertEqual(standing.explanation["score"], "")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            program.min_coverage = 1.5
