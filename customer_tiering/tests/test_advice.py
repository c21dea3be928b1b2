from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..explain.advice import advise
from ..presets.data import PRESETS
from .common import CHUNK_SIZE, OWN, PIPELINE_LOGGER, GradingCase

BANDS = [(0, 20), (500, 60), (5000, 100)]


class AdviceCase(GradingCase):
    def _create_poor_program(self, tiers=("All",), indicators=(), segments=(), **vals):
        """A programme with what is given and otherwise nothing to find fault with."""
        return self._create_program(
            tiers=list(tiers),
            indicators=list(indicators) or [{"metric": "amount", "bands": BANDS}],
            segment_ids=[Command.create(segment) for segment in segments],
            domain=OWN,
            **vals,
        )

    def _create_rfm_program(self, *segments, bands=3, **vals):
        """With so many bands per letter."""
        points = [(10 * n, 10 * (n + 1)) for n in range(bands)]
        return self._create_poor_program(
            indicators=[
                {"metric": code, "rfm_role": role, "bands": points}
                for code, role in (("recency_days", "r"), ("order_count", "f"), ("amount", "m"))
            ],
            segments=[
                {"name": name} | dict.fromkeys(("r_max", "f_max", "m_max"), bands) | box
                for name, box in segments
            ],
            **vals,
        )

    def _create_buyers(self, count=12, **vals):
        """Customers of whom each bought for a hundred more than the one before."""
        return [self._create_own_customer(f"Buyer {n}", (n, 100 * n), **vals) for n in range(count)]

    def assert_advice(self, program, *expected):
        """Exactly these pairs of what is wrong and what to do, in this order."""
        self.assertEqual(advise(program), list(expected))
        self.assertEqual(program.advice_count, len(expected))
        for what, remedy in expected:
            self.assertIn(what, program.advice.unescape())
            self.assertIn(remedy, program.advice.unescape())
        if not expected:
            self.assertFalse(program.advice)


@tagged("post_install", "-at_install")
class TestRuleAdvice(AdviceCase):
    """What is found in the rules themselves, without any customer."""

    def test_presets(self):
        """Who starts from a preset must not begin with our own mistakes."""
        for code in PRESETS:
            with self.subTest(code):
                self.assert_advice(self._create_program(code))

    def test_new_programme(self):
        """The form of a programme that is not saved yet has nothing to say."""
        form = Form(self.env["customer.tier.program"])
        self.assertEqual(form.advice_count, 0)

    def test_dead_segment(self):
        program = self._create_rfm_program(
            ("New Customers", {"r_min": 2}), ("Promising", {"r_min": 3}), ("Others", {})
        )
        self.assert_advice(
            program,
            (
                "Segment “Promising” is never used: every customer it would take is taken by "
                "“New Customers” above it.",
                "Move it up or delete it.",
            ),
        )
        self.assertEqual(program.advice_title, "1 thing to look at")

    def test_following_the_remedy(self):
        """Advice that stays after it was followed is soon not read any more."""
        program = self._create_rfm_program(("New", {}), ("Promising", {"r_min": 3}))
        self.assertEqual(program.advice_count, 1)
        program.segment_ids[1].sequence = 1
        self.assert_advice(program)

    def test_gap(self):
        remedy = "Widen a segment, or add one at the end that takes all that are left."
        program = self._create_rfm_program(
            ("Good", {"r_min": 2}), ("Bad", {"r_max": 1, "f_max": 2})
        )
        self.assert_advice(
            program,
            (
                "3 combinations of RFM bands belong to no segment, for example R = 1, F = 3, "
                "M = 3.",
                remedy,
            ),
        )
        program.segment_ids[1].write({"f_max": 3, "m_max": 2})
        program.segment_ids.create(
            {"program_id": program.id, "name": "Poor", "r_max": 1, "f_max": 2, "m_max": 3}
        )
        self.assert_advice(
            program, ("Customers with R = 1, F = 3, M = 3 belong to no segment.", remedy)
        )

    def test_gap_in_the_mean(self):
        """The example is told in the words of the columns that are shown."""
        program = self._create_rfm_program(("Good", {"f_max": 2}), rfm_mode="mean")
        self.assert_advice(
            program,
            (
                "3 combinations of RFM bands belong to no segment, for example R = 3, (F+M)/2 = 3.",
                "Widen a segment, or add one at the end that takes all that are left.",
            ),
        )

    def test_more_bands_asked_for_than_there_are(self):
        program = self._create_rfm_program(
            ("Champions", {"f_min": 4, "f_max": 5}),
            ("Loyal", {"m_min": 2, "m_max": 5}),
            ("Others", {}),
        )
        self.assert_advice(
            program,
            (
                "No customer can be in “Champions”: the highest F is 3.",
                "Lower the bounds, or give “Number of orders in a year” more bands with points "
                "of their own.",
            ),
            (
                "The bounds of “Loyal” go beyond the highest M, which is 3.",
                "Check that the segments mean what you want, and end them at 3; or give “Amount "
                "bought in a year” more bands with points of their own.",
            ),
        )

    def test_many_segments_in_one_sentence(self):
        """Of a long table not all names."""
        program = self._create_rfm_program(
            *((f"Segment {n}", {"m_max": 5, "r_min": n % 3 + 1}) for n in range(2, -1, -1)),
            ("Last", {"m_max": 5}),
            ("Very last", {"m_max": 5}),
        )
        texts = [what for what, _remedy in advise(program)]
        self.assertIn(
            "The bounds of “Segment 2”, “Segment 1”, “Segment 0”, and 2 more go beyond the "
            "highest M, which is 3.",
            texts,
        )

    def test_letters_missing(self):
        program = self._create_rfm_program(("All", {}))
        program.indicator_ids[:2].rfm_role = False
        self.assert_advice(
            program,
            (
                "No customer gets a segment: no indicator is the RFM part “Recency” and "
                "“Frequency”.",
                "Choose the RFM part on an indicator, or delete the segments.",
            ),
        )

    def test_score_out_of_reach(self):
        bands = [(0, 10), (500, 60)]
        program = self._create_poor_program(
            tiers=["All", {"name": "Gold", "min_score": 62.5}],
            indicators=[{"metric": "amount", "bands": bands}],
        )
        self.assert_advice(
            program,
            (
                "Nobody can reach tier “Gold”: it asks for a score of 62.50, and the indicators "
                "give 60 at most.",
                "Lower the minimum score, or give the best bands of the indicators more points.",
            ),
        )
        program.indicator_ids.band_ids[-1].points = 62.5
        self.assert_advice(program)

    def test_score_without_indicators(self):
        program = self._create_program(tiers=["All", {"name": "Gold", "min_score": 60}])
        self.assert_advice(
            program,
            (
                "Nobody can reach tier “Gold”: it asks for a score, but there is none without "
                "indicators.",
                "Add an indicator, or empty the minimum score of the tier.",
            ),
        )

    def test_conditions_exclude_each_other(self):
        conditions = [("amount", ">=", 10), ("amount", "<", 5)]
        program = self._create_poor_program(tiers=[{"name": "Gold", "conditions": conditions}])
        self.assert_advice(
            program,
            (
                "Nobody can reach tier “Gold”: its conditions on “Amount bought in a year” "
                "exclude each other.",
                "Change or delete one of them, or let any of them be enough.",
            ),
        )
        program.tier_ids.condition_match = "any"
        self.assert_advice(program)

    def test_veto_of_all_who_reach_a_tier(self):
        """Gold was promised and nobody ever got it, and no advice said why."""
        program = self._create_poor_program(
            tiers=["All", {"name": "Gold", "conditions": [("amount", ">=", 1000)]}]
        )
        metric = program.tier_ids.condition_ids.metric_id
        veto = {"metric_id": metric.id, "operator": ">=", "value": 500}
        program.veto_ids = [Command.create({**veto, "tier_id": program.tier_ids[0].id})]
        named = program.veto_ids.display_name
        self.assert_advice(
            program,
            (
                f"Nobody is ever in tier “Gold”: whoever reaches it meets the veto “{named}”, "
                "which caps at “All”.",
                "Change what the veto looks at or what the tier asks for.",
            ),
        )
        program.veto_ids.value = 5000
        self.assert_advice(program)

    def test_tier_asks_for_no_more(self):
        conditions = [("amount", ">=", 1000)]
        program = self._create_poor_program(
            tiers=[
                {"name": "Silver", "conditions": conditions},
                {"name": "Gold", "conditions": conditions},
            ]
        )
        self.assert_advice(
            program,
            (
                "Tier “Silver” stays empty: whoever reaches it reaches “Gold” above it, too.",
                "Ask for more in “Gold”, or delete one of the two.",
            ),
        )
        program.tier_ids[1].condition_ids.value = 2000
        self.assert_advice(program)

    def test_indicators(self):
        program = self._create_poor_program(
            indicators=[
                {"metric": "amount", "bands": BANDS},
                {"metric": "amount", "bands": BANDS, "weight": 3},
                {"metric": "quantity", "bands": BANDS, "weight": 0},
                {"metric": "order_count", "bands": [(0, 50)]},
            ]
        )
        self.assert_advice(
            program,
            (
                "Indicator “Amount bought in a year” is there twice with the same points.",
                "Delete one of the two, and add its weight to the other.",
            ),
            (
                "Indicator “Quantity bought in a year” changes nothing: it weighs 0 and is no "
                "part of RFM.",
                "Give it a weight or an RFM part, or delete it.",
            ),
            (
                "Indicator “Number of orders in a year” gives everybody the same 50 points.",
                "Give it several bands with different points, or delete it.",
            ),
        )

    def test_names_are_escaped(self):
        """The page is HTML, and names are typed by people."""
        program = self._create_rfm_program(("New", {}), ("<b>Bold</b>", {}))
        self.assertIn("“&lt;b&gt;Bold&lt;/b&gt;”", program.advice)


@tagged("post_install", "-at_install")
class TestCustomerAdvice(AdviceCase):
    """What the last grading of all customers showed."""

    def test_empty_tiers(self):
        """An empty lowest tier is another matter than an empty top one."""
        self._create_buyers()
        program = self._create_poor_program(
            tiers=[
                "Nobody",
                {"name": "All", "conditions": [("order_count", ">=", 0)]},
                {"name": "Top", "conditions": [("amount", ">=", 90000)]},
            ]
        )
        self.assert_advice(program)
        self._grade()
        self.assert_advice(
            program,
            (
                "No customer was in tier “Nobody” at the last grading, of 12 in all.",
                "Everybody reached a better tier. Ask for more there, if you expected somebody "
                "here.",
            ),
            (
                "No customer was in tier “Top” at the last grading, of 12 in all.",
                "Lower what it asks for, if you expected somebody there.",
            ),
            (
                "Of 11 customers who bought, 11 are in tier “All”, so tiers hardly tell anybody "
                "apart.",
                "Thresholds that would fit are proposed below.",
            ),
        )

    def test_tier_filled_by_hand(self):
        """A tier for friends of the house is not empty."""
        friend = self._create_buyers()[5]
        program = self._create_poor_program(
            tiers=["All", {"name": "Friends", "conditions": [("amount", ">=", 90000)]}]
        )
        self._grade()
        self.assertEqual(program.advice_count, 2)
        self._set_tier(friend, program.tier_ids[1])
        self._grade()
        self.assert_advice(program)

    def test_indicators(self):
        self._create_buyers(customer_rank=1)
        program = self._create_poor_program(
            indicators=[
                {"metric": "amount", "bands": BANDS},
                {"metric": "amount_24m", "bands": BANDS},
                {"metric": "order_count", "bands": [(0, 20), (5, 80)]},
                {"metric": "interval_mean", "bands": BANDS},
            ]
        )
        self.assert_advice(program)
        self._grade()
        self.assert_advice(
            program,
            (
                "Indicators “Amount bought in a year” and “Amount bought in two years” gave "
                "every customer the same points at the last grading.",
                "Delete one of the two, and add its weight to the other.",
            ),
            (
                "Indicator “Number of orders in a year” tells nobody apart: at the last grading "
                "every customer with a value got 20 points.",
                "Fit its bands to the values that your customers have, or delete it.",
            ),
            (
                "No customer has a value for indicator “Mean order interval”.",
                "Look at what the metric measures and how far back, or delete the indicator: it "
                "hardly moves a score.",
            ),
        )

    def test_hardly_anybody_has_a_value(self):
        buyers = self._create_buyers(21)
        self._create_order(buyers[-1], 5, date=30)
        program = self._create_poor_program(
            indicators=[
                {"metric": "amount", "bands": BANDS},
                {"metric": "interval_mean", "bands": BANDS},
            ]
        )
        self._grade()
        self.assertEqual(
            advise(program)[0][0],
            "Only 1 of 21 customers have a value for indicator “Mean order interval”.",
        )

    def test_chunks_add_up(self):
        """A large database is graded in pieces; told of the last one only, nearly every tier
        would be called empty."""
        self._create_buyers()
        program = self._create_program(domain=OWN)
        self._grade()
        whole = program.spread
        self.assertEqual(whole["customers"], 12)
        program.spread = False
        with patch(CHUNK_SIZE, 5):
            run = self._grade()
        self.assertEqual(program.spread, whole)
        self.assertFalse(run.spreads, "no longer needed")

    def test_only_a_finished_grading_of_all_counts(self):
        """A simulation changes nothing; the grading of one customer says nothing about all; a
        cancelled run has not seen everybody."""
        buyers = self._create_buyers()
        program = self._create_program(domain=OWN)
        self._grade(simulation=True)
        self.assertFalse(program.spread)
        self.env["customer.tier.run"]._grade_partners(buyers[0], self.company)
        self.assertFalse(program.spread)
        with patch(CHUNK_SIZE, 5):
            run = self.env["customer.tier.run"].create({"company_id": self.company.id})
            run._start()
            run._next_chunk()
            run.action_cancel()
        self.assertFalse(program.spread)

    def test_programme_that_could_not_grade_keeps_what_it_knew(self):
        self._create_buyers()
        program = self._create_program(domain=OWN)
        self._grade()
        before = program.spread
        self.env.cr.execute(
            "UPDATE customer_tier_program SET domain = '[(1' WHERE id = %s", [program.id]
        )
        self.env.invalidate_all()
        with mute_logger(PIPELINE_LOGGER):
            self.assertTrue(self._grade().error_ids)
        self.assertEqual(program.spread, before)

    def test_each_company_has_its_own(self):
        """Company B's three customers must not make A's advice, nor A's B's."""
        self._create_buyers()
        ours = self._create_program(domain=OWN)
        theirs = self._create_program(domain=OWN, company=self.company_b)
        for name in ("B1", "B2", "B3"):
            customer = self._create_customer(name, company_id=self.company_b.id)
            self._create_order(customer, 100, company=self.company_b)
        self._grade()
        self.assertFalse(theirs.spread)
        before = ours.spread
        self._grade(company=self.company_b)
        self.assertEqual(ours.spread, before)
        self.assertEqual(theirs.spread["customers"], 3)

    def test_customers_of_two_programmes(self):
        """Each programme counts whom it graded itself."""
        self._create_buyers()
        first = self._create_program(domain="[('name', 'in', ['Buyer 1', 'Buyer 2'])]")
        second = self._create_program(domain=OWN)
        self._grade()
        counts = [program.spread["customers"] for program in (first, second)]
        self.assertEqual(counts, [2, 10])

    def test_copy_knows_nothing_yet(self):
        """Its tiers and indicators are others."""
        self._create_buyers()
        program = self._create_program(domain=OWN)
        self._grade()
        self.assertTrue(program.spread)
        self.assertFalse(program.copy().spread)

    def test_changed_rules(self):
        """A tier or an indicator that the last grading did not know is not called empty."""
        self._create_buyers()
        program = self._create_poor_program()
        self._grade()
        program.write(
            {
                "tier_ids": [Command.create({"name": "New", "min_score": 90, "sequence": 50})],
                "indicator_ids": [
                    Command.clear(),
                    Command.create(self._indicator_vals({"metric": "quantity", "bands": BANDS})),
                ],
            }
        )
        self.assert_advice(program)


@tagged("post_install", "-at_install")
class TestAdviceTour(HttpCase, AdviceCase):
    def test_link_to_the_page(self):
        """The hint on top must lead to what it is about."""
        conditions = [("amount", ">=", 1000)]
        program = self._create_poor_program(
            tiers=[
                {"name": "Silver", "conditions": conditions},
                {"name": "Gold", "conditions": conditions},
            ]
        )
        self.start_tour(
            f"/odoo/customer-tiers/{program.id}?cids={self.company.id}",
            "customer_tiering_advice",
            login="tiering_manager",
        )
