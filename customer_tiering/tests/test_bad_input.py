from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .bad_input_common import BadInputCase


@tagged("post_install", "-at_install")
class TestBadInput(BadInputCase):
    """Each refusal says what to do, and changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=[
                {"name": "Low"},
                {"name": "Middle", "min_score": 40, "conditions": [("amount", ">=", 1000)]},
                {"name": "High", "min_score": 70, "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[
                {"metric": "amount", "rfm_role": "m", "bands": [(0, 0), (1000, 50), (5000, 100)]},
                {"metric": "order_count", "scale": "linear", "linear_full": 10},
            ],
        )
        cls.low, cls.middle, cls.high = cls.program.tier_ids
        cls.amount, cls.count = cls.program.indicator_ids

    def test_share_of_more_than_all(self):
        """A share of 200 percent ended in “current transaction is aborted”, which tells nobody
        what is wrong: measuring it came before the database's word on it, and hid that."""
        self.high.top_share = 10
        with self.assertRefused("between 0 and 100"):
            self.program.tier_ids = [Command.update(self.high.id, {"top_share": 200})]

    # Bands and scales

    def test_bands_with_equal_start(self):
        """One of two bands with the same start would be empty."""
        with self.assertRefused("start at the same value"):
            self.amount.band_ids = [Command.create({"value_from": 1000, "points": 70})]

    def test_bands_missing(self):
        """Without a band nobody would get points."""
        with self.assertRefused("at least one band"):
            self.program.indicator_ids = [
                Command.create({"metric_id": self._metric("quantity").id, "scale": "bands"})
            ]
        with self.assertRefused("at least one band"):
            self.amount.band_ids = [Command.clear()]
        with self.assertRefused("at least one band"):
            self.count.scale = "bands"

    def test_last_band_deleted(self):
        """The same by deleting the bands themselves, as a list view or a script would."""
        with self.assertRefused("at least one band"):
            self.amount.band_ids.unlink()

    def test_points_out_of_range(self):
        """Points are 0–100, or the score would not be."""
        for points in (-1, 100.5):
            with self.subTest(points), self.assertRefused("between 0 and 100"):
                self.amount.band_ids[0].points = points

    def test_line_without_slope(self):
        """A straight line between equal ends divides by zero."""
        with self.assertRefused("cannot be reached at the same value"):
            self.count.linear_zero = 10

    def test_rfm_role_twice(self):
        """There is one R, one F and one M."""
        with self.assertRefused("one recency, one frequency and one monetary"):
            self.program.indicator_ids = [
                Command.create(
                    {
                        "metric_id": self._metric("amount_total").id,
                        "rfm_role": "m",
                        "band_ids": [Command.create({"value_from": 0, "points": 10})],
                    }
                )
            ]

    def test_rfm_role_on_a_line(self):
        """A line has no band numbers."""
        with self.assertRefused("needs bands"):
            self.count.rfm_role = "f"

    def test_number_of_quantile_bands(self):
        """One band tells nothing, a thousand nothing either."""
        for count in (1, 0, -3, 21):
            with self.subTest(count), self.assertRefused("2 to 20"):
                self.count.quantile_count = count

    def test_segment_bounds(self):
        """A box from 4 to 2 holds nobody."""
        for vals in ({"r_min": 4, "r_max": 2}, {"f_min": 0}, {"m_max": 0}):
            with self.subTest(vals), self.assertRefused("not above its upper bound"):
                self.program.segment_ids = [Command.create({"name": "Box", **vals})]

    # Weights

    def test_negative_weight(self):
        """More of something good would lower the score."""
        with self.assertRefused("cannot be negative"):
            self.amount.weight = -1

    def test_weights_sum_to_zero(self):
        """Nothing could be divided by their sum; whether changed on the programme…"""
        with self.assertRefused("weigh 0"):
            self.program.indicator_ids = [
                Command.update(indicator.id, {"weight": 0})
                for indicator in self.program.indicator_ids
            ]

    def test_weights_sum_to_zero_directly(self):
        """…or on the indicators themselves…"""
        with self.assertRefused("weigh 0"):
            self.program.indicator_ids.write({"weight": 0})

    def test_weights_sum_to_zero_by_deleting(self):
        """…or by deleting the one that has a weight."""
        self.amount.weight = 0
        with self.assertRefused("weigh 0"):
            self.count.unlink()

    # Tiers

    def test_scores_against_the_order(self):
        """A better tier that is easier to reach would swallow the one below."""
        with self.assertRefused("“High” stands above “Middle”.*score from 30 instead of 40"):
            self.high.min_score = 30
        with self.assertRefused("“High” stands above “Middle”"):
            self.program.tier_ids = [Command.update(self.high.id, {"min_score": 30})]

    def test_conditions_against_the_order(self):
        """The same for a metric's threshold."""
        with self.assertRefused("“High” stands above “Middle”.*from 500 instead of 1,000"):
            self.high.condition_ids.value = 500
        with self.assertRefused("from 500 instead of 1,000"):
            self.program.tier_ids = [
                Command.update(
                    self.high.id,
                    {"condition_ids": [Command.update(self.high.condition_ids.id, {"value": 500})]},
                )
            ]

    def test_sequence_against_the_order(self):
        """The same by dragging a tier to another place."""
        with self.assertRefused("stands above"):
            self.high.sequence = 1

    def test_not_only_neighbours(self):
        """Two tiers contradict each other also with one between them that has no such
        threshold."""
        with self.assertRefused("“Top” stands above “High”"):
            self.program.tier_ids = [
                Command.create(
                    {
                        "name": "Between",
                        "sequence": 40,
                        "condition_ids": [
                            Command.create({"metric_id": self._metric("quantity").id, "value": 5})
                        ],
                    }
                ),
                Command.create({"name": "Top", "sequence": 50, "min_score": 50}),
            ]

    def test_upper_tier_for_everybody(self):
        """A tier without any requirement above one that has some takes everybody; most likely
        its threshold was forgotten."""
        with self.assertRefused("“High” stands above “Middle”"):
            self.high.write({"min_score": 0, "condition_ids": [Command.clear()]})

    def test_upper_tier_for_everybody_by_deleting(self):
        """The same by deleting its only condition."""
        self.high.min_score = 0
        with self.assertRefused("“High” stands above “Middle”"):
            self.high.condition_ids.unlink()

    def test_thresholds_moved_together(self):
        """No false alarm: both thresholds moved in one save may cross half-way."""
        self.program.tier_ids = [
            Command.update(self.middle.id, {"min_score": 80}),
            Command.update(self.high.id, {"min_score": 90}),
        ]
        self.program.tier_ids = [
            Command.update(self.high.id, {"min_score": 20}),
            Command.update(self.middle.id, {"min_score": 10}),
        ]
        self.program.tier_ids = [
            Command.update(
                tier.id,
                {"condition_ids": [Command.update(tier.condition_ids.id, {"value": value})]},
            )
            for tier, value in ((self.middle, 7000), (self.high, 9000))
        ]
        self.assertEqual(self.program.tier_ids.condition_ids.mapped("value"), [7000, 9000])

    def test_swapped_tiers(self):
        """No false alarm either when two tiers change places with their thresholds."""
        self.program.tier_ids = [
            Command.update(self.middle.id, {"sequence": 35}),
            Command.update(self.middle.id, {"min_score": 90}),
            Command.update(
                self.middle.id,
                {"condition_ids": [Command.update(self.middle.condition_ids.id, {"value": 9000})]},
            ),
        ]
        self.assertEqual(self.program.tier_ids.sorted("sequence")[-1], self.middle)

    def test_upper_bounds_are_no_floors(self):
        """Conditions where less is better (days since the last order) fall from tier to tier."""
        program = self._create_program(
            tiers=[
                {"name": "A year", "conditions": [("recency_days", "<=", 365)]},
                {"name": "A month", "conditions": [("recency_days", "<=", 30)]},
            ]
        )
        self.assertEqual(len(program.tier_ids), 2)

    def test_upper_bounds_against_the_order(self):
        """…and a better tier that allows more days is easier to reach."""
        with self.assertRefused("stands above"):
            self._create_program(
                tiers=[
                    {"name": "A month", "conditions": [("recency_days", "<=", 30)]},
                    {"name": "A year", "conditions": [("recency_days", "<=", 365)]},
                ]
            )

    def test_min_score_out_of_range(self):
        """Nobody scores 101."""
        for tier, score in ((self.low, -1), (self.high, 101)):
            with self.subTest(score), self.assertRefused("between 0 and 100"):
                tier.min_score = score

    def test_no_tiers(self):
        """A programme without tiers grades nobody: neither made…"""
        with self.assertRefused("has no tiers"):
            self.env["customer.tier.program"].create({"name": "Empty"})

    def test_last_tier_deleted(self):
        """…nor emptied: by the form, by deleting or by archiving."""
        with self.assertRefused("has no tiers"):
            self.program.tier_ids = [Command.clear()]
        with self.assertRefused("has no tiers"):
            self.program.tier_ids.unlink()
        with self.assertRefused("has no tiers"):
            self.program.tier_ids.action_archive()

    def test_tier_in_use(self):
        """Customers and history point at it: archive it instead."""
        buyer = self._create_own_customer("Buyer", (1, 10))
        self._grade()
        with self.assertRefused("cannot be deleted. Archive it"):
            self.low.unlink()
        with self.assertRefused("cannot be deleted. Archive it"):
            self.program.tier_ids = [Command.delete(self.low.id)]
        with self.assertRefused("cannot be deleted"):
            self.program.unlink()
        self.low.active = False
        self._grade()
        self.assertFalse(self._standing(buyer).tier_id)
        with self.assertRefused("cannot be deleted. Archive it"):
            self.low.unlink()
        self.assertEqual(self._standing(buyer).change_ids.from_tier_id, self.low)

    def test_tier_in_use_by_hand(self):
        """Also where it was only set by hand."""
        buyer = self._create_own_customer("Buyer", (1, 10))
        self._grade()
        self._set_tier(buyer, self.high)
        with self.assertRefused("“High”"):
            self.high.unlink()

    def test_unused_tier_and_programme(self):
        """What was never used may go."""
        self.high.unlink()
        self.program.unlink()
        self.assertFalse(self.low.exists())

    def test_discount(self):
        """−1 % would be a surcharge, 101 % pay the customer."""
        for discount in (-1, 100.01, 101):
            with self.subTest(discount), self.assertRefused("between 0 and 100 percent"):
                self.high.discount = discount

    # Filters, dates and codes

    def test_unparsable_domain(self):
        """Text that is no filter, or would be code, is refused and never run."""
        for domain in ("[('name', '=', ", "name = 1", "[('id', '=', uid)]", "__import__('os')"):
            with self.subTest(domain), self.assertRefused("customer filter of programme"):
                self.program.domain = domain

    def test_domain_with_a_missing_field(self):
        """A filter on a field that does not exist would fail every night."""
        for domain in ("[('no_such_field', '=', 1)]", "[('country_id.no_such', '=', 1)]"):
            with self.subTest(domain), self.assertRefused("no_such"):
                self.program.domain = domain

    def test_domain_that_the_database_refuses(self):
        """Values that do not fit their field would fail every night as well."""
        for domain in ("[('id', '=', 'abc')]", "[('create_date', '>', 'yesterdayish')]"):
            with self.subTest(domain), self.assertRefused("customer filter of programme"):
                self.program.domain = domain
        self.assertFalse(self._grade().error_ids, "the transaction is still usable")

    def test_empty_domain(self):
        """An emptied filter means everybody, as the field says."""
        self.program.domain = "[]"
        self.assertFalse(self._grade().error_ids)

    def test_as_of_in_the_future(self):
        """Nothing is known about tomorrow."""
        today = self._days_ago(0)
        with self.assertRefused("lies in the future"):
            self.env["customer.tier.run"].create({"as_of": today + timedelta(2)})
        run = self.env["customer.tier.run"].create({"as_of": today})
        with self.assertRefused("lies in the future"):
            run.as_of = today + timedelta(2)

    def test_metric_code(self):
        """Codes become names of columns and keys."""
        for code in ("Amount", "two words", "1st", "a-b", "", "金额", "a\n"):
            with self.subTest(code), self.assertRefused("code|required|Code"):
                self.env["customer.tier.metric"].create({"name": "Metric", "code": code})

    def test_metric_code_twice(self):
        """Two metrics of one code could not be told apart."""
        with self.assertRefused("has this code already"):
            self.env["customer.tier.metric"].create({"name": "Metric", "code": "amount"})

    def test_negative_window(self):
        """Months looked at do not run backwards."""
        with self.assertRefused("cannot be negative"):
            self._metric("amount").window_months = -1

    def test_metrics_that_grading_needs(self):
        """Every grading stores the amount and the number of orders: without these two metrics
        no customer could be graded, however far from any programme they look."""
        self.program.tier_ids.condition_ids.unlink()
        self.program.indicator_ids.unlink()
        amount, count = self._metric("amount"), self._metric("order_count")
        with self.assertRefused("“Amount bought in a year” is stored with every grading"):
            amount.unlink()
        with self.assertRefused("nor change its code “order_count”"):
            count.code = "orders"
        with self.assertRefused("or what it measures"):
            count.measure = "average_order"
        amount.active = False
        buyer = self._create_own_customer("Buyer", (1, 10))
        self.assertFalse(self._grade().error_ids)
        self.assertEqual(self._standing(buyer).amount, 10)

    def test_metric_in_use(self):
        """A metric that a programme rests on cannot be deleted under it."""
        metric = self.env["customer.tier.metric"].create({"name": "Own", "code": "own"})
        for vals in (
            {"indicator_ids": [Command.create({"metric_id": metric.id, "scale": "linear"})]},
            {
                "tier_ids": [
                    Command.update(
                        self.high.id,
                        {"condition_ids": [Command.create({"metric_id": metric.id, "value": 1})]},
                    )
                ]
            },
        ):
            self.program.write(vals)
            with self.assertRefused("Own|own|metric|Metric"):
                metric.unlink()

    # Reminder rules and runs

    def test_running_run_deleted(self):
        """A run that is under way would lose its place."""
        run = self.env["customer.tier.run"].create({})
        run.state = "running"
        with self.assertRefused("Cancel it first"):
            run.unlink()

    def test_programme_moves_to_another_company(self):
        """Its customers would stay behind in tiers of the other company, and quotations there
        would be refused for the pricelist of the first one."""
        with self.subTest("not used yet: its pricelists follow"):
            program = self._create_program()
            old = program.tier_ids.pricelist_id
            program.company_id = self.company_b
            self.assertEqual(program.tier_ids.pricelist_id.company_id, self.company_b)
            self.assertFalse(program.tier_ids.pricelist_id & old)
            self.assertFalse(any(old.mapped("active")))
            self.assertEqual(program.tier_ids.mapped("discount"), [0, 5, 10, 15])
        with self.subTest("used"):
            program = self._create_program()
            self._create_own_customer("Buyer", (1, 6000))
            self._grade()
            program = self.env["customer.tier.standing"].search([], limit=1).program_id
            program.company_id = program.company_id
            with self.assertRefused("cannot move to another company"):
                program.company_id = self.company_b

    def test_pricelist_of_another_company(self):
        """Orders with it could not even be saved."""
        foreign = self._create_pricelist("Foreign", company_id=self.company_b.id)
        with self.assertRefused("belongs to Tiering Company B"):
            self.high.pricelist_id = foreign

    def test_refusals_are_for_managers_too(self):
        """The same over the rights of a real manager, who gets the message and no access error."""
        high = self.high.with_user(self.manager)
        with self.assertRaisesRegex(ValidationError, "stands above"):
            high.min_score = 30
        with self.assertRaises(AccessError):
            self.high.with_user(self.officer).min_score = 30
