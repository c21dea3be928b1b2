from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OWN, ExplainingCase
from .program_common import RecordCase

LINE = {"scale": "linear", "linear_full": 1000}


@tagged("post_install", "-at_install")
class TestSentencesHold(ExplainingCase):
    """Sentences and values of the explanation that were wrong."""

    def _create_metric(self, **vals):
        return self.env["customer.tier.metric"].create({"name": "Own", "code": "own", **vals})

    def _create_counting_program(self, *tiers, full=10):
        return self._create_program(
            tiers=["Low", *tiers],
            indicators=[{"metric": "order_count", "scale": "linear", "linear_full": full}],
            domain=OWN,
        )

    def test_recency_outside_of_its_window_is_unknown(self):
        """A value was shown that the grading did not know, beside points that were missing."""
        self._create_metric(measure="recency_days", window_months=6)
        self._create_measuring_program("own", "amount")
        late = self._create_own_customer("Late", (300, 100))
        early = self._create_own_customer("Early", (100, 100))
        self._grade()
        self.assertEqual([self._rows(late)["Own"][n] for n in ("points", "value")], ["", "–"])
        self.assertEqual(self._rows(early)["Own"]["value"], "100 days")

    def test_ratio_of_recency_has_a_value(self):
        """Points stood beside “–”: such ratios change every day and are not stored."""
        self._create_metric(
            kind="ratio",
            numerator_id=self._metric("recency_days").id,
            denominator_id=self._metric("order_count").id,
        )
        self._create_measuring_program("own")
        buyer = self._create_own_customer("Buyer", (100, 100), (30, 100))
        idle = self._create_own_customer("Idle", (900, 100))
        self._grade()
        self.assertEqual(self._rows(buyer)["Own"]["value"], "1,500 %")
        self.assertEqual(self._rows(idle)["Own"]["value"], "–")

    def test_more_than_a_bound(self):
        """“One more order” leads to exactly three, where more than three are asked for."""
        self._create_counting_program({"name": "Top", "conditions": [("order_count", ">", 3)]})
        buyer = self._create_own_customer("Buyer", (100, 100), (30, 100))
        self._grade()
        self.assertIn("To Top: Number of orders in a year > 3", self._sentences(buyer)["next"])

    def test_whole_orders_only(self):
        """35 points are 3.5 orders, which nobody can place."""
        self._create_counting_program({"name": "Top", "min_score": 55})
        buyer = self._create_own_customer("Buyer", (100, 100), (30, 100))
        self._grade()
        self.assertIn("for example 4 more orders", self._sentences(buyer)["next"])

    def test_tier_by_hand_is_not_kept_by_numbers(self):
        """“Keeps Mid while …” of somebody who is in Top whatever the numbers say."""
        program = self._create_counting_program(
            {"name": "Mid", "min_score": 10}, {"name": "Top", "min_score": 90}
        )
        buyer = self._create_own_customer("Buyer", (100, 100), (30, 100))
        self._set_tier(buyer, program.tier_ids[2])
        self._grade()
        said = self._sentences(buyer)
        self.assertEqual(said["why"], "Top because it was set by hand; computed: Mid.")
        self.assertEqual(said["keep"], "Computed, it stays Mid while score ≥ 10.")

    def test_cap_below_the_lowest_tier(self):
        """“The requirements of none are met” beside “it would be Mid, but …”."""
        program = self._create_program(
            tiers=[
                {"name": "Low", "conditions": [("amount", ">=", 500)]},
                {"name": "Mid", "conditions": [("order_count", ">=", 2)]},
            ],
            indicators=[],
            domain=OWN,
        )
        self.env["customer.tier.veto"].create(
            {
                "program_id": program.id,
                "metric_id": self._metric("amount").id,
                "value": 500,
                "tier_id": program.tier_ids[0].id,
            }
        )
        buyer = self._create_own_customer("Buyer", (100, 100), (30, 100))
        self._grade()
        said = self._sentences(buyer)
        self.assertNotIn("why", said)
        self.assertIn("it would be Mid, but", said["veto"])

    def test_orders_behind_a_number_of_orders(self):
        """Two orders opened behind a “1”: free ones count for amounts only."""
        self._create_measuring_program("order_count", "amount")
        buyer = self._create_own_customer("Buyer", (100, 100), (50, 0))
        self._grade()
        found = {}
        for code in ("order_count", "amount"):
            action = self._standing(buyer).action_open_records(self._metric(code).id)
            found[code] = self.env["sale.order"].search_count(action["domain"])
        self.assertEqual(found, {"order_count": 1, "amount": 2})
        self.company.customer_tier_count_all_orders = True
        action = self._standing(buyer).action_open_records(self._metric("order_count").id)
        self.assertEqual(self.env["sale.order"].search_count(action["domain"]), 2)

    def test_orders_behind_a_growth(self):
        """The period that growth is measured against could not be opened."""
        self._create_measuring_program("growth")
        buyer = self._create_own_customer("Buyer", (100, 100), (500, 100), (900, 100))
        self._grade()
        action = self._standing(buyer).action_open_records(self._metric("growth").id)
        self.assertEqual(self.env["sale.order"].search_count(action["domain"]), 2)

    def test_records_of_a_sleeping_metric(self):
        """Called by RPC it died with a KeyError instead of saying what it waits for."""
        metric = self._create_metric(kind="record", model_name="no.such", partner_path="partner_id")
        self._create_measuring_program()
        buyer = self._create_own_customer("Buyer", (100, 100))
        self._grade()
        with self.assertRaisesRegex(UserError, "Waits for the app"):
            self._standing(buyer).with_user(self.salesperson).action_open_records(metric.id)


@tagged("post_install", "-at_install")
class TestRulesHold(RecordCase):
    """Definitions that broke gradings, or made them depend on what they should not."""

    def test_two_shares_of_the_best(self):
        """A programme with two such tiers could not be saved: each measured the other anew."""
        program = self._create_program(
            tiers=["Low", {"name": "B", "top_share": 50}, {"name": "A", "top_share": 20}],
            indicators=[{"metric": "amount", **LINE}],
            domain=OWN,
        )
        buyers = [
            self._create_own_customer(f"Buyer {n}", (3, n)) for n in (100, 200, 300, 400, 500)
        ]
        self._grade()
        graded = [self._standing(buyer).tier_id.name for buyer in buyers]
        self.assertEqual(graded, ["Low", "Low", "Low", "B", "A"])
        _low, second, first = program.tier_ids
        program.tier_ids = [
            Command.update(second.id, {"top_share": 80}),
            Command.update(first.id, {"top_share": 40}),
        ]
        self.assertEqual((second.top_cut, first.top_cut), (20, 40))

    def test_share_of_those_left_by_earlier_programmes(self):
        """Half of the customers of a programme are half of its own, not of those whom another
        one takes first."""
        self._create_program(
            tiers=["VIP"],
            indicators=[],
            domain="[('company_id', '!=', False), ('name', 'like', 'Big')]",
            sequence=1,
        )
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 50}],
            indicators=[{"metric": "amount", **LINE}],
            domain=OWN,
            sequence=2,
        )
        for amount in (100, 200, 300, 400):
            self._create_own_customer("Big", (3, 100 * amount))
            self._create_own_customer("Small", (3, amount))
        self._grade()
        self.assertEqual(program.tier_ids[1].standing_count, 2)

    def test_share_of_customers_only(self):
        """Contacts who have records but are no customers made the share of the best larger."""
        self._create_metric(
            model_name="res.partner",
            partner_path=False,
            date_path=False,
            record_domain="[]",
        )
        program = self._create_program(
            tiers=["Low", {"name": "Best", "top_share": 20}],
            indicators=[
                {"metric": "amount", **LINE},
                {"metric": "own", "bands": [(0, 100)]},
            ],
            domain=OWN,
        )
        for amount in (100, 200, 300, 400, 500):
            self._create_own_customer("Buyer", (3, amount))
            self._create_own_customer("Address")
            self._create_own_customer("Address")
        run = self._grade()
        self.assertEqual(run.customer_count, 5)
        self.assertEqual(program.tier_ids[1].standing_count, 1)

    def test_copy_of_tiers_in_another_order(self):
        """Vetoes of the copy capped at the wrong tiers once tiers had been moved."""
        program = self._create_program(tiers=["X", "Y", "Z"], indicators=[], domain=OWN)
        program.tier_ids[2].sequence = 5
        self.env.invalidate_all()
        last = program.tier_ids[0]
        self.env["customer.tier.veto"].create(
            {
                "program_id": program.id,
                "metric_id": self._metric("amount").id,
                "value": 5,
                "tier_id": last.id,
            }
        )
        self.assertEqual((last.name, program.copy().veto_ids.tier_id.name), ("Z", "Z"))

    def test_tier_of_a_veto_stays(self):
        """A tier moved to another programme by RPC left a veto that broke grading everybody."""
        program = self._create_program(tiers=["X", "Y"], indicators=[], domain=OWN)
        other = self._create_program(tiers=["O"], indicators=[], domain=OWN)
        tier = program.tier_ids[0]
        self.env["customer.tier.veto"].create(
            {
                "program_id": program.id,
                "metric_id": self._metric("amount").id,
                "value": 5,
                "tier_id": tier.id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "another programme"):
            tier.program_id = other

    def test_window_before_the_calendar(self):
        """“year -1307 is out of range” for each customer of each programme."""
        metric = self._metric("growth")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            metric.window_months = 20000
            metric.flush_recordset()
        metric.window_months = 1200
        self._create_measuring_program("growth")
        self._create_own_customer("Buyer", (100, 100))
        self.assertFalse(self._grade().error_ids)

    def test_filter_by_a_translated_name(self):
        """The preview counted what the nightly job, in another language, did not find."""
        self.env["res.lang"]._activate_lang("fr_FR")
        industry = self.env["res.partner.industry"].create({"name": "Farming"})
        industry.with_context(lang="fr_FR").name = "Agriculture"
        buyer = self._create_own_customer("Buyer", industry_id=industry.id)
        metric = self._create_metric(
            model_name="res.partner",
            partner_path=False,
            date_path=False,
            record_domain="[('industry_id.name', '=', 'Farming')]",
        )
        self.assertEqual(self._read(metric, buyer), [1])
        self.assertEqual(self._read(metric.with_context(lang="fr_FR"), buyer), [1])

    def test_quiet_night_writes_nothing(self):
        """Whatever grows by itself every day, also inside a ratio, a condition or a veto, must
        not rewrite everybody every night."""
        self._create_metric(
            kind="ratio",
            model_name=False,
            numerator_id=self._metric("recency_days").id,
            denominator_id=self._metric("order_count").id,
        )
        program = self._create_program(
            tiers=[
                "Low",
                {"name": "Mid", "conditions": [("own", "<", 5000), ("recency_days", "<", 90)]},
                {"name": "Top", "min_score": 80, "top_share": 20},
            ],
            indicators=[
                {"metric": "own", "bands": [(0, 100), (500, 70), (30000, 3)]},
                {"metric": "recency_days", "bands": [(0, 100), (200, 10)]},
                {"metric": "growth", "bands": [(0, 100), (50, 70)]},
                {"metric": "amount", "bands": [(0, 10), (1000, 70)]},
            ],
            domain=OWN,
        )
        self.env["customer.tier.veto"].create(
            {
                "program_id": program.id,
                "metric_id": self._metric("recency_days").id,
                "operator": ">",
                "value": 500,
                "tier_id": program.tier_ids[1].id,
            }
        )
        for amount in (100, 200, 300):
            self._create_own_customer("Buyer", (13, amount), (20, 200), (150, 300))
        self._grade(as_of=self._days_ago(1))
        self.assertEqual(self._grade().written_count, 0)
