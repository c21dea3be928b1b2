from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading import pipeline
from .common import CHUNK_SIZE, OWN, PIPELINE_LOGGER, PROGRAM_LOGGER, GradingCase


@tagged("post_install", "-at_install")
class TestMetrics(GradingCase):
    """Facts gathered from real orders."""

    def test_orders_of_contacts_count_for_the_company(self):
        """Buyers order under their own name; the company is the customer."""
        company = self._create_own_customer("Company")
        contact = self._create_own_customer("Contact", (3, 200), parent_id=company.id)
        branch = self._create_own_customer("Delivery", parent_id=contact.id, type="delivery")
        self._create_order(branch, 300, date=2)
        self._create_order(company, 500, date=1)
        self._create_measuring_program("order_count")
        self._grade()
        self.assertEqual(self._standing(company).amount, 1000)
        self.assertEqual(self._standing(company).order_count, 3)
        count = self.env["customer.tier.standing"].search_count(
            [("partner_id", "in", (contact + branch).ids)]
        )
        self.assertEqual(count, 0, "contacts have no standing of their own")

    def test_independent_contact_is_a_customer(self):
        """A person without a company is graded as themselves."""
        person = self._create_own_customer("Person", (1, 70), is_company=False)
        self._create_measuring_program()
        self._grade()
        self.assertEqual(self._standing(person).amount, 70)

    def test_other_currency_at_the_rate_of_the_day(self):
        """An order is worth what it was worth on its day; today's rate would move everybody's
        tier with the market."""
        dollar = self.setup_other_currency(
            "USD", rates=[(self._days_ago(90), 2.0), (self._days_ago(5), 4.0)]
        )
        pricelist = self._create_pricelist("Dollars", currency_id=dollar.id)
        buyer = self._create_own_customer()
        order = self._create_order(buyer, 1000, date=10, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, dollar)
        self._create_measuring_program()
        self._grade()
        self.assertEqual(self._standing(buyer).amount, 500)
        self._create_order(buyer, 1000, date=3, pricelist_id=pricelist.id)
        self._grade()
        self.assertEqual(self._standing(buyer).amount, 750)

    def test_day_ends_in_the_companys_time_zone(self):
        """In Shanghai an order at 23:30 UTC belongs to the next day; counted by UTC it would be
        a day early, and the last orders of a month in the wrong month."""
        self.company.partner_id.tz = "Asia/Shanghai"
        day = self._days_ago(5)
        early = self._create_own_customer("Early")
        self._create_order(early, 100, date=datetime.combine(day - timedelta(1), time(23, 30)))
        late = self._create_own_customer("Late", customer_rank=1)
        self._create_order(late, 100, date=datetime.combine(day, time(16, 30)))
        self._create_measuring_program()
        self._grade(as_of=day - timedelta(1))
        self.assertFalse(self._standing(early), "for the company the order came a day later")
        self._grade(as_of=day)
        self.assertEqual(self._standing(early).last_order_date, day)
        self.assertEqual(self._standing(late).order_count, 0)
        self._grade(as_of=day + timedelta(1))
        self.assertEqual(self._standing(late).last_order_date, day + timedelta(1))

    def test_as_of_ignores_what_came_later(self):
        """A grading as of an earlier day must give what it would have given then."""
        buyer = self._create_own_customer("Buyer", (100, 700), (10, 5000))
        program = self._create_program()
        self._grade(as_of=self._days_ago(50))
        standing = self._standing(buyer)
        self.assertEqual((standing.amount, standing.order_count), (700, 1))
        self.assertEqual(standing.tier_id, program.tier_ids[0])
        self.assertEqual(standing.last_order_date, self._days_ago(100))
        self.assertEqual(standing.tier_since, self._days_ago(50))
        self.assertEqual(standing.recency_days, 50)
        self._grade()
        self.assertEqual(self._standing(buyer).tier_id, program.tier_ids[1])
        self.assertEqual(self._standing(buyer).recency_days, 10)

    def test_window_of_months(self):
        """Twelve months are twelve months: an order of exactly a year ago is outside."""
        as_of = self._days_ago(0)
        year_ago = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28))
        as_of = as_of.replace(day=min(as_of.day, 28))
        buyer = self._create_own_customer()
        self._create_order(buyer, 100, date=year_ago)
        self._create_order(buyer, 10, date=year_ago + timedelta(1))
        self._create_measuring_program("amount_total")
        self._grade(as_of=as_of)
        self.assertEqual(self._values(buyer)["amount"], 10)
        self.assertEqual(self._values(buyer)["amount_total"], 110)

    def test_only_confirmed_orders(self):
        """Quotations and cancelled orders were not bought."""
        buyer = self._create_own_customer("Buyer", (1, 100))
        for state in ("draft", "sent", "cancel"):
            self._create_order(buyer, 9000, date=1, state=state)
        self._create_measuring_program()
        self._grade()
        self.assertEqual(self._standing(buyer).amount, 100)
        self.assertEqual(self._standing(buyer).order_count, 1)

    def test_zero_and_negative_orders(self):
        """Samples and returns must not make a customer look frequent; their money counts."""
        buyer = self._create_own_customer("Buyer", (20, 1000), (10, 0), (5, -300))
        self._create_measuring_program("recency_days", "average_order")
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual((standing.amount, standing.order_count), (700, 1))
        self.assertEqual(standing.last_order_date, self._days_ago(20))
        self.company.customer_tier_count_all_orders = True
        self._grade()
        self.assertEqual((standing.amount, standing.order_count), (700, 3))
        self.assertEqual(standing.last_order_date, self._days_ago(5))
        self.assertAlmostEqual(self._values(buyer)["average_order"], 233.33)

    def test_exactly_on_a_threshold(self):
        """Exactly 5,000 is Silver: "from 5,000" includes it, also as a sum of odd cents."""
        program = self._create_program()
        exact = self._create_own_customer("Exact", (1, 5000))
        cents = self._create_own_customer("Cents", *[(n, 1666.67) for n in (1, 2)], (3, 1666.66))
        below = self._create_own_customer("Below", (1, 4999.99))
        self._grade()
        silver = program.tier_ids[1]
        self.assertEqual(self._standing(exact).tier_id, silver)
        self.assertEqual(self._standing(cents).tier_id, silver)
        self.assertEqual(self._standing(below).tier_id, program.tier_ids[0])

    def test_products_and_units(self):
        """Two dozen are 24 pieces; a product bought twice is one product; what was returned
        was not bought."""
        category = self.env["product.category"].create({"name": "Tea"})
        tea = self._create_product(name="Tea", categ_id=category.id)
        gone = self._create_product(name="Returned")
        dozen = self.env.ref("uom.product_uom_dozen")
        buyer = self._create_own_customer()
        self._create_order(
            buyer,
            date=1,
            lines=[
                {"product_uom_qty": 2, "product_uom_id": dozen.id, "price_unit": 10},
                {"product_uom_qty": 5, "price_unit": 10},
                {"product_id": tea.id, "product_uom_qty": 1, "price_unit": 10},
                {"product_id": gone.id, "product_uom_qty": -3, "price_unit": 10},
                {"product_id": False, "display_type": "line_section", "name": "Notes"},
            ],
        )
        self._create_order(buyer, date=2, lines=[{"product_id": tea.id, "price_unit": 5}])
        self._create_measuring_program("quantity", "product_count", "category_count")
        self._grade()
        values = self._values(buyer)
        self.assertEqual(values["quantity"], 24 + 5 + 1 - 3 + 1)
        self.assertEqual(values["product_count"], 2)
        self.assertEqual(values["category_count"], 2)

    def test_rhythm(self):
        """Intervals between order days; two orders of one day are one order day."""
        buyer = self._create_own_customer("Buyer", *[(d, 10) for d in (70, 60, 60, 30, 10)])
        self._create_measuring_program("interval_mean", "interval_cv", "recency_days")
        self._grade()
        # Intervals 10, 30, 20: mean 20, standard deviation √(200/3).
        self.assertEqual(self._values(buyer)["interval_mean"], 20)
        self.assertAlmostEqual(self._values(buyer)["interval_cv"], 0.408)
        self.assertEqual(self._standing(buyer).order_count, 5)

    def test_next_order_of_a_regular_buyer(self):
        """Own intervals drawn towards the programme's, where nothing else is known yet: of their
        logarithms (n·m + 3·M) / (n + 3)."""
        buyer = self._create_own_customer("Buyer", *[(d, 10) for d in (95, 65, 35, 5)])
        once = self._create_own_customer("Once", (5, 10))
        never = self._create_own_customer("Never", customer_rank=1)
        self._create_measuring_program(typical_interval_days=60)
        self._grade()
        # (30³ · 60³)^(1/6) = 42.4
        self.assertEqual(self._standing(buyer).next_order_date, self._days_ago(5 - 42))
        self.assertEqual(self._standing(once).next_order_date, self._days_ago(5 - 60))
        self.assertFalse(self._standing(never).next_order_date)


@tagged("post_install", "-at_install")
class TestGradingRun(GradingCase):
    def test_customers_without_orders(self):
        """A known customer without orders is the lowest tier, not missing; a mere contact in the
        address book is nobody's customer."""
        known = self._create_own_customer("Known", customer_rank=1)
        address = self._create_own_customer("Address")
        program = self._create_program()
        self._grade()
        standing = self._standing(known)
        self.assertEqual(standing.tier_id, program.tier_ids[0])
        self.assertEqual((standing.amount, standing.order_count), (0, 0))
        self.assertFalse(standing.last_order_date)
        self.assertFalse(standing.recency_days)
        self.assertFalse(self._standing(address))

    def test_archived_customer(self):
        """Archived customers leave the grading; coming back they are graded again."""
        buyer = self._create_own_customer("Buyer", (1, 6000))
        program = self._create_program()
        self._grade()
        buyer.active = False
        run = self._grade()
        self.assertFalse(self._standing(buyer).tier_id)
        self.assertEqual(run.change_ids.mapped("direction"), ["out"])
        buyer.active = True
        self._grade()
        self.assertEqual(self._standing(buyer).tier_id, program.tier_ids[1])

    def test_no_longer_selected(self):
        """Who falls out of the programme's filter keeps no tier price for ever."""
        buyer = self._create_own_customer("Buyer", (1, 6000), ref="in")
        program = self._create_program(domain="[('ref', '=', 'in')]")
        self._grade()
        silver = program.tier_ids[1]
        buyer.ref = "out"
        run = self._grade()
        standing = self._standing(buyer)
        self.assertFalse(standing.tier_id or standing.program_id or standing.score)
        self.assertEqual(run.change_ids.from_tier_id, silver)
        self.assertFalse(run.change_ids.to_tier_id)
        self.assertEqual(run.change_ids.direction, "out")
        self.assertEqual(run.matrix, {str(silver.id): {"0": 1}})
        self.assertFalse(self._grade().change_ids, "taken away once")

    def test_contact_merged_into_a_company(self):
        """A customer who becomes a contact of another leaves their standing to that one."""
        alone = self._create_own_customer("Alone", (1, 6000), is_company=False)
        company = self._create_own_customer("Company", (1, 100))
        self._create_program()
        self._grade()
        alone.parent_id = company
        self._grade()
        self.assertEqual(self._standing(company).amount, 6100)
        stale = self.env["customer.tier.standing"].search([("partner_id", "=", alone.id)])
        self.assertFalse(stale.tier_id, "or the sales would be counted twice in every list")

    def test_newest_partner_becomes_a_contact(self):
        """Behind the last customer nobody looked, so a standing there kept its tier."""
        company = self._create_own_customer("Company", (1, 100))
        alone = self._create_own_customer("Alone", (1, 6000), is_company=False)
        self._create_program()
        self._grade()
        alone.parent_id = company
        self._grade()
        self.assertEqual(self._standing(company).amount, 6100)
        left = self.env["customer.tier.standing"].search([("partner_id", "=", alone.id)])
        self.assertFalse(left.tier_id)

    def test_merged_customers(self):
        """One customer of two keeps one standing and is graded with the orders of both."""
        kept = self._create_own_customer("Kept", (1, 100))
        twin = self._create_own_customer("Twin", (2, 6000))
        self._create_program()
        self._grade()
        Stale = self.env["customer.tier.stale"]
        Stale.search([]).unlink()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([kept.id, twin.id], kept, extra_checks=False)
        self.assertFalse(twin.exists())
        self.assertEqual(len(self._standing(kept)), 1)
        self.assertEqual(Stale.search([]).partner_id, kept, "or it waits for the night")
        self.env["customer.tier.run"]._grade_partners(kept, self.company)
        self.assertEqual(self._standing(kept).amount, 6100)

    def test_manual_tier_survives(self):
        """A regrade must not overwrite what a person decided, but still compute beside it."""
        buyer = self._create_own_customer("Buyer", (1, 100))
        program = self._create_program(domain=OWN)
        regular, silver, _gold, diamond = program.tier_ids
        self._grade()
        self._set_tier(buyer, diamond)
        self._create_order(buyer, 6000)
        run = self._grade()
        standing = self._standing(buyer)
        self.assertEqual(standing.tier_id, diamond)
        self.assertEqual(standing.computed_tier_id, silver)
        self.assertFalse(run.change_ids)
        self.assertEqual(regular.standing_count, 0)

    def test_stored_result_equals_a_hand_computation(self):
        """What the screen shows is S = Σ w·p / Σ w of the stored points."""
        buyer = self._create_own_customer("Buyer", (40, 2000), (10, 1000))
        program = self._create_program(
            tiers=["Low", {"name": "High", "min_score": 60}],
            indicators=[
                {"metric": "amount", "weight": 3, "bands": [(0, 10), (3000, 70), (9000, 100)]},
                {"metric": "order_count", "weight": 1, "scale": "linear", "linear_full": 8},
                {"metric": "interval_cv", "weight": 1, "bands": [(0, 100)]},
            ],
        )
        amount, count, irregularity = program.indicator_ids
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual(
            self._numbers(buyer, "points"),
            {str(amount.id): 70, str(count.id): 25, str(irregularity.id): None},
        )
        # One interval has no irregularity: unknown, its weight does not count.
        self.assertAlmostEqual(standing.score, (3 * 70 + 25) / 4)
        self.assertAlmostEqual(standing.coverage, 0.8)
        self.assertEqual(standing.tier_id.name, "Low")
        self.assertEqual(self._numbers(buyer, "metric")["amount"], 3000)
        self.assertEqual(standing.explanation["score"], "58.75")

    def test_rfm_numbers_and_segment(self):
        """R, F and M are band numbers, 5 the best, and name the segment."""
        champion = self._create_own_customer("Champion", *[(d, 5000) for d in range(1, 13)])
        lost = self._create_own_customer("Lost", (300, 50))
        newcomer = self._create_own_customer("New", (2, 50))
        program = self._create_program("wholesale")
        self._grade()
        expected = {
            champion: (5, 5, 5, "Champions"),
            lost: (1, 1, 1, "Lost"),
            newcomer: (5, 1, 1, "New Customers"),
        }
        for partner, numbers in expected.items():
            standing = self._standing(partner)
            self.assertEqual(
                (standing.rfm_r, standing.rfm_f, standing.rfm_m, standing.rfm_segment), numbers
            )
        self.assertEqual(self._standing(lost).segment_id.program_id, program)

    def test_conditions_any(self):
        """One of several requirements is enough where the tier says so."""
        loyal = self._create_own_customer("Loyal", *[(d, 1) for d in range(1, 6)])
        rich = self._create_own_customer("Rich", (1, 900))
        plain = self._create_own_customer("Plain", (1, 1))
        conditions = [("amount", ">=", 900), ("order_count", ">", 4)]
        self._create_program(
            tiers=["Low", {"name": "High", "condition_match": "any", "conditions": conditions}]
        )
        self._grade()
        tiers = [self._standing(partner).tier_id.name for partner in (loyal, rich, plain)]
        self.assertEqual(tiers, ["High", "High", "Low"])

    def test_nobody_reaches_the_lowest_tier(self):
        """Without a tier for everybody a customer may have none; later one is reached."""
        buyer = self._create_own_customer("Buyer", (1, 10))
        program = self._create_program(
            tiers=[{"name": "Only", "conditions": [("amount", ">=", 100)]}]
        )
        self._grade()
        self.assertEqual(self._standing(buyer).program_id, program)
        self.assertFalse(self._standing(buyer).tier_id)
        self.assertFalse(self._standing(buyer).change_ids)
        self._create_order(buyer, 100)
        self._grade()
        self.assertEqual(self._standing(buyer).tier_id.name, "Only")

    def test_chunks_give_the_same(self):
        """Graded in small chunks everybody gets exactly what they get at once."""
        partners = self.env["res.partner"]
        for number in range(12):
            orders = [(7 * d + number, 100.0 * number + d) for d in range(number + 1)]
            partners += self._create_own_customer(f"Customer {number}", *orders)
        program = self._create_program("weighted", domain=OWN)
        at_once = self._grade()
        expected = self._snapshot(partners)
        self.assertEqual(at_once.change_count, 12)
        standings = self.env["customer.tier.standing"].search([("program_id", "=", program.id)])
        self.assertEqual(len(standings), 12)
        standings._by_system().unlink()
        with patch(CHUNK_SIZE, 5):
            chunked = self._grade()
        self.assertEqual(self._snapshot(partners), expected)
        for name in ("customer_count", "written_count", "first_count", "matrix"):
            self.assertEqual(chunked[name], at_once[name], name)
        self.assertEqual(chunked.change_count, 12)

    def test_alone_gives_the_same(self):
        """One customer graded by the button gets what the nightly run gives."""
        buyer = self._create_own_customer("Buyer", (20, 900), (3, 5100))
        self._create_own_customer("Other", (1, 50))
        self._create_program("weighted", domain=OWN)
        self._grade()
        expected = self._snapshot(buyer)
        standing = self._standing(buyer).with_user(self.officer)
        self._create_order(buyer, 1, date=2)
        standing.action_grade()
        self.assertNotEqual(self._snapshot(buyer), expected)
        alone = self._snapshot(buyer)
        self.assertEqual(self._grade().written_count, 0)
        self.assertEqual(self._snapshot(buyer), alone)

    def test_second_regrade_writes_nothing(self):
        """An unchanged night must write no row: no bloat, no locks, no false "last change"."""
        self._create_own_customer("Buyer", (40, 900.55), (10, 5100.1), (3, 1 / 3))
        self._create_own_customer("Idle", customer_rank=1)
        for preset in ("weighted", "wholesale"):
            program = self._create_program(preset, domain=OWN)
            first, second = self._grade(), self._grade()
            self.assertGreater(first.written_count, 0)
            self.assertEqual(second.written_count, 0)
            self.assertEqual(second.customer_count, 2)
            self.assertFalse(second.change_ids)
            program.active = False

    def test_tomorrow_writes_only_what_changed(self):
        """Days since the last order grow for everybody every day; they must not be written."""
        today = self._days_ago(0)
        self._create_own_customer("Buyer", (10, 900))
        self._create_program("wholesale", domain=OWN)
        self._grade(as_of=today - timedelta(1))
        self.assertEqual(self._grade(as_of=today).written_count, 0)

    def test_simulation_changes_nothing(self):
        """What-if counts everything and leaves customers, history and reminders alone."""
        buyer = self._create_own_customer("Buyer", (1, 6000))
        program = self._create_program()
        regular, silver = program.tier_ids[:2]
        first = self._grade(simulation=True)
        self.assertFalse(self._standing(buyer))
        self.assertEqual(first.matrix["0"][str(silver.id)], 1)
        self.assertEqual(first.first_count, first.customer_count)
        self.assertFalse(first.change_ids)
        self.assertFalse(self.company.customer_tier_graded_on)
        self._grade()
        program.tier_ids[1:].write({"condition_ids": [Command.clear()]})
        before = self._snapshot(buyer)
        diamond = program.tier_ids[3]
        run = self._grade(simulation=True)
        self.assertEqual(run.up_count, run.customer_count)
        self.assertEqual(run.matrix[str(silver.id)], {str(diamond.id): 1})
        self.assertEqual(run.written_count, 0)
        self.assertEqual(self._snapshot(buyer), before)
        self.assertEqual(len(self._standing(buyer).change_ids), 1)
        self.assertNotIn(str(regular.id), run.matrix.get(str(silver.id)))

    def test_counts_and_matrix(self):
        """The run tells how many went where, or nobody dares to press the button."""
        program = self._create_program(domain=OWN)
        regular, silver, gold, _diamond = (str(id_) for id_ in program.tier_ids.ids)
        up = self._create_own_customer("Up", (400, 6000), (10, 6000))
        down = self._create_own_customer("Down", (300, 25000), (200, 5500))
        same = self._create_own_customer("Same", (6, 1))
        first = self._grade(as_of=self._days_ago(5))
        self.assertEqual(first.matrix, {"0": {regular: 1, silver: 1, gold: 1}})
        self.assertEqual((first.customer_count, first.first_count, first.written_count), (3, 3, 3))
        self._create_order(up, 20000, date=1)
        self.env["sale.order"].search(
            [("partner_id", "=", down.id), ("amount_untaxed", "=", 25000)]
        )._action_cancel()
        run = self._grade()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.matrix, {silver: {gold: 1}, gold: {silver: 1}, regular: {regular: 1}})
        self.assertEqual((run.up_count, run.down_count, run.first_count), (1, 0, 0))
        self.assertEqual((run.correction_count, run.change_count), (1, 2))
        self.assertGreater(run.duration, 0)
        self.assertTrue(run.started_at and run.finished_at)
        self.assertEqual(self.company.customer_tier_graded_on, self._days_ago(0))
        self.assertFalse(run.change_ids.filtered(lambda c: c.partner_id == same))
        self.assertIn("Gold", run.matrix_table)

    def test_a_run_ends_once(self):
        """Pressing the button of a finished run again must not grade again under old dates."""
        self._create_program()
        run = self._grade()
        with self.assertRaisesRegex(UserError, "ended already"):
            run.action_run()

    def test_without_programme(self):
        """Without any programme the message says where to make one."""
        run = self.env["customer.tier.run"].create({"company_id": self.company.id})
        with self.assertRaisesRegex(UserError, "no tier programme"):
            run.action_run()
        self.assertEqual(run.state, "draft")

    def test_officer_runs_and_cancels(self):
        """Officers may start a grading although nobody may edit a run."""
        self._create_program()
        buyer = self._create_own_customer("Buyer", (1, 6000))
        Run = self.env["customer.tier.run"].with_user(self.officer)
        run = Run.create({"company_id": self.company.id})
        run.action_run()
        self.assertEqual(run.state, "done")
        self.assertEqual(self._standing(buyer).tier_id.name, "Silver")
        draft = Run.create({"company_id": self.company.id})
        draft.action_cancel()
        self.assertEqual(draft.state, "cancel")

    def test_queries_do_not_grow_with_customers(self):
        """Grading must cost the same number of queries for 15 customers and for 45."""
        counts = []
        # Of fewer than ten no thresholds are proposed.
        for company, size in ((self.company, 15), (self.company_b, 45)):
            program = self._create_program("weighted", company=company, domain=OWN)
            program.typical_interval_days = 30
            partners = self.env["res.partner"].create(
                [{"name": f"Customer {n}", "company_id": company.id} for n in range(size)]
            )
            for partner in partners:
                self._create_order(partner, 100 + partner.id, date=3, company=company)
            self._grade(company=company, simulation=True)
            run = self.env["customer.tier.run"].create({"company_id": company.id})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run.action_run()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(run.first_count, size)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestBrokenCustomers(GradingCase):
    def _break(self, partner, message="no such number"):
        def grade(facts, program, as_of):
            if partner.id in facts.customers:
                raise ArithmeticError(message)
            return real(facts, program, as_of)

        real = pipeline.grade
        return patch.object(pipeline, "grade", grade)

    def _break_domain(self, program):
        """A filter that was right until somebody removed the field it names."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_program SET domain = %s WHERE id = %s",
            ["[('x_removed_field', '=', 1)]", program.id],
        )
        self.env.invalidate_all()

    def test_one_broken_customer(self):
        """One customer that cannot be graded must not keep the others from it, and is named."""
        partners = [self._create_own_customer(f"C{n}", (1, 6000)) for n in range(7)]
        self._create_program(domain=OWN)
        with self._break(partners[3]), mute_logger(PIPELINE_LOGGER):
            run = self._grade()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.error_ids.mapped("partner_id"), partners[3])
        self.assertEqual(run.error_ids.message, "no such number")
        self.assertEqual((run.error_count, run.customer_count, run.first_count), (1, 6, 6))
        self.assertFalse(self._standing(partners[3]))
        for partner in partners[:3] + partners[4:]:
            self.assertEqual(self._standing(partner).tier_id.name, "Silver")

    def test_broken_customer_keeps_the_tier(self):
        """A customer who breaks later keeps what they had."""
        good = self._create_own_customer("Good", (1, 6000))
        broken = self._create_own_customer("Broken", (1, 6000))
        self._create_program(domain=OWN)
        self._grade()
        self._create_order(good, 20000)
        self._create_order(broken, 20000)
        with self._break(broken), mute_logger(PIPELINE_LOGGER):
            run = self._grade()
        self.assertEqual(self._standing(broken).tier_id.name, "Silver")
        self.assertEqual(self._standing(good).tier_id.name, "Gold")
        self.assertEqual(run.up_count, 1)

    def test_broken_domain(self):
        """A filter broken since (the field is gone) must cost its customers nothing and not stop
        the other programmes; it is told once, not per customer or chunk."""
        special = self._create_program(
            tiers=["Special"],
            domain="[('ref', '=', 'special')]",
            sequence=1,
            typical_interval_days=30,
        )
        self._create_program(tiers=["General"], domain=OWN, sequence=2, typical_interval_days=30)
        kept = self._create_own_customer("Kept", (1, 10), ref="special")
        other = self._create_own_customer("Other", (1, 10))
        self._grade()
        self._break_domain(special)
        self._create_order(other, 500)
        with patch(CHUNK_SIZE, 40), mute_logger(PIPELINE_LOGGER):
            run = self._grade()
        self.assertEqual(self._standing(kept).tier_id.name, "Special")
        self.assertEqual(self._standing(other).amount, 510)
        self.assertEqual(run.error_ids.program_id, special)
        self.assertEqual(run.error_count, 1)
        self.assertFalse(run.change_ids)

    def test_broken_domain_before_the_first_grading(self):
        """The same where the programme's order interval has not been measured yet."""
        special = self._create_program(tiers=["Special"], domain=OWN, sequence=1)
        self._create_program(tiers=["General"], domain=OWN, sequence=2)
        other = self._create_own_customer("Other", (1, 10))
        self._break_domain(special)
        with mute_logger(PIPELINE_LOGGER, PROGRAM_LOGGER):
            run = self._grade()
        self.assertEqual(self._standing(other).tier_id.name, "General")
        self.assertEqual(run.error_ids.program_id, special)

    def test_broken_domain_and_broken_customer(self):
        """Both at once: still one line per cause."""
        special = self._create_program(
            tiers=["Special"], domain="[('ref', '=', 'no')]", sequence=1, typical_interval_days=30
        )
        self._create_program(tiers=["General"], domain=OWN, sequence=2, typical_interval_days=30)
        partners = [self._create_own_customer(f"C{n}", (1, 10)) for n in range(6)]
        self._break_domain(special)
        with self._break(partners[2]), mute_logger(PIPELINE_LOGGER):
            run = self._grade()
        self.assertEqual(len(run.error_ids.filtered("program_id")), 1)
        self.assertEqual(len(run.error_ids.filtered("partner_id")), 1)
        self.assertEqual(run.first_count, 5)

    def test_programme_that_cannot_be_read(self):
        """Rules that the grading core refuses (bands deleted by SQL or an import) must stop that
        programme only."""
        special = self._create_program(
            domain=OWN, sequence=1, indicators=[{"metric": "amount", "bands": [(0, 50)]}]
        )
        self._create_program(tiers=["General"], company=self.company, sequence=2, domain="[]")
        kept = self._create_own_customer("Kept", (1, 10))
        self._grade()
        general = self._create_customer("General")
        self._create_order(general, 10)
        self.env.cr.execute(
            "DELETE FROM customer_tier_indicator_band WHERE indicator_id = %s",
            [special.indicator_ids.id],
        )
        self.env.invalidate_all()
        with mute_logger(PIPELINE_LOGGER):
            run = self._grade()
        self.assertEqual(self._standing(general).tier_id.name, "General")
        self.assertEqual(self._standing(kept).program_id, special)
        self.assertEqual(run.error_ids.program_id, special)
        self.assertFalse(run.error_ids.partner_id)
