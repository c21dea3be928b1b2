from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, tagged

from ..explain.lifecycle import THRESHOLDS, customers_by_stage
from ..grading.lifecycle import STAGES
from ..grading.policy import SAMPLE_SIZE, Lifecycle
from ..models import customer_tier_run, customer_tier_staged
from .history_common import LifecycleCase

START = date(2021, 1, 4)


@tagged("post_install", "-at_install")
class TestLifecycle(LifecycleCase):
    """Stages from orders through the pipeline into standings and history."""

    def test_codes_are_those_of_the_core(self):
        """A stage that the database does not know, or in another order, is stored as another."""
        self.assertEqual([code for code, _name in customer_tier_staged.STAGES], list(STAGES))

    def test_every_customer_has_a_stage(self):
        """Somebody, above all who never ordered, is left without a stage."""
        buyers = {
            "potential": self._buyer(),
            "new": self._buyer(10),
            "mature": self._buyer(150, 120, 90, 60, 30, 10),
            "loyal": self._buyer(*range(10, 310, 30)),
            "dormant": self._buyer(190, 160, 130, 100, 70),
            "lost": self._buyer(400, 370, 340),
            "won_back": self._buyer(400, 370, 340, 10),
        }
        self._grade()
        self.assertEqual({stage: self._stage(p) for stage, p in buyers.items()}, _same(buyers))
        dormant = self._standing(buyers["dormant"])
        # Twice the rhythm of 30 days, as it was learnt from all of these.
        self.assertIn(dormant.stage_since, (self._days_ago(9), self._days_ago(10)))
        self.assertEqual(dormant.previous_stage, "mature")
        self.assertEqual(self._standing(buyers["won_back"]).previous_stage, "lost")
        potential = self._standing(buyers["potential"])
        self.assertEqual(potential.stage_since, self._days_ago(0))
        self.assertFalse(potential.previous_stage)

    def test_potential_since_the_contact_exists(self):
        """Who never ordered would be potential since the grading, each night anew; graded as of a
        day before, since that day."""
        partner = self._buyer()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id = %s",
            [self._days_ago(50), partner.id],
        )
        self._grade()
        self.assertEqual(self._standing(partner).stage_since, self._days_ago(50))
        self._grade(as_of=self._days_ago(70))
        self.assertEqual(self._standing(partner).stage_since, self._days_ago(70))

    def test_samples_do_not_count(self):
        """Goods for nothing make somebody who never bought a new customer."""
        partner = self._buyer()
        self._create_order(partner, 0.0, date=5)
        self._grade()
        self.assertEqual(self._stage(partner), "potential")

    def test_three_years_month_by_month(self):
        """The stages that gradings find as time goes by are not those of the orders, or the
        history is not the way that the customer went."""
        steady = [30 * number for number in range(12)]  # the last one on day 330
        orders = [*steady, 700, 730, 760, 790, 820]
        with freeze_time(START - timedelta(days=20)):
            partner = self._buyer()
        for number in orders:
            self._create_order(partner, 100.0, date=START + timedelta(days=number))
        seen = []
        for month in range(-1, 36):
            day = START + timedelta(days=30 * month)
            with freeze_time(day):
                self._grade(as_of=day)
            seen.append(self._stage(partner))
        self.assertEqual(
            [(stage, number) for stage, number in _runs(seen)],
            [
                ("potential", 1),
                ("new", 3),
                ("mature", 6),
                # By a rhythm of 30 days, until 45, 60 and 120 days after the order of day 330.
                ("loyal", 4),
                ("mature", 1),
                ("dormant", 2),
                ("lost", 8),
                # From day 700 on for 90 days, and the same again after day 820.
                ("won_back", 3),
                ("loyal", 2),
                ("mature", 1),
                ("dormant", 2),
                ("lost", 4),
            ],
        )
        found = [stage for stage, _number in _runs(seen)]
        self.assertEqual(self._stages(partner), list(zip(found, found[1:], strict=False)))

    def test_mere_passing_of_days(self):
        """Nobody orders, nothing is marked, and a customer stays mature for ever."""
        partner = self._buyer(151, 121, 91, 61)
        self._grade(as_of=self._days_ago(1))
        self.assertEqual(self._stage(partner), "mature")
        run = self._grade()
        self.assertEqual(self._stage(partner), "dormant")
        self.assertEqual(run.stage_count, 1)
        self.assertEqual(self._grade().stage_count, 0)

    def test_chunks_agree(self):
        """A customer graded in another chunk, or alone, is in another stage."""
        partners = [self._buyer(*days) for days in ((), (10,), (400,), (190, 160, 130, 100, 70))]
        self._grade()
        whole = [self._row(partner) for partner in partners]
        self._reset()
        with patch.object(customer_tier_run, "CHUNK_SIZE", 1):
            self._grade()
        self.assertEqual([self._row(partner) for partner in partners], whole)
        self._reset()
        for partner in partners:
            self.env["customer.tier.run"]._grade_partners(partner, self.company)
        self.assertEqual([self._row(partner) for partner in partners], whole)

    def _row(self, partner):
        standing = self._standing(partner)
        return standing.lifecycle_stage, standing.stage_since, standing.previous_stage

    def _reset(self):
        self.env["customer.tier.standing"].search(
            [("company_id", "=", self.company.id)]
        )._by_system().unlink()

    def test_simulation_stores_nothing(self):
        """A simulation counts the customers who would change stage, and changes none."""
        partner = self._buyer(20)
        self._grade(as_of=self._days_ago(10))
        self._create_order(partner, 100.0, date=15)
        self.program.stage_new_days = 10
        run = self._grade(simulation=True)
        self.assertEqual(run.stage_count, 1)
        self.assertEqual(self._stage(partner), "new")
        self.assertFalse(self._stages(partner))

    def test_as_of_a_past_day(self):
        """Grading as of an earlier day sees orders that came later."""
        partner = self._buyer(200, 170, 140, 5)
        self._grade(as_of=self._days_ago(30))
        self.assertEqual(self._stage(partner), "dormant")
        self._grade()
        self.assertEqual(self._stage(partner), "won_back")

    def test_nothing_new_is_not_written(self):
        """A night without news writes every customer again."""
        self._buyer(10)
        self._buyer()
        self._grade()
        self.assertEqual(self._grade().written_count, 0)

    # History

    def test_first_grading_adds_no_lines(self):
        """The first grading of a company doubles its history, or the flow shows everybody as
        having just become what they have been for years."""
        partners = [self._buyer(400), self._buyer(10), self._buyer()]
        run = self._grade()
        self.assertEqual(run.stage_count, 0)
        for partner, stage in zip(partners, ("lost", "new", "potential"), strict=True):
            line = self._standing(partner).change_ids
            self.assertEqual((line.direction, line.from_stage), ("first", False))
            self.assertEqual(line.to_stage, stage)

    def test_first_grading_without_a_tier(self):
        """Customers whom no tier takes in fill the history."""
        self.program.tier_ids.min_score = 50
        partners = [self._buyer(10), self._buyer()]
        self._grade()
        for partner in partners:
            self.assertFalse(self._standing(partner).change_ids)
        # Stages change all the same, and later.
        self._create_order(partners[1], 10.0, date=0)
        self._grade()
        line = self._standing(partners[1]).change_ids
        self.assertEqual((line.from_stage, line.to_stage), ("potential", "new"))
        self.assertEqual((line.direction, line.to_tier_id.id), ("stay", False))

    def test_first_order_of_somebody_unknown(self):
        """Whoever orders on the day on which it becomes known never becomes a new customer."""
        self._buyer(20)
        self._grade()
        partner = self._buyer(0)
        self._grade()
        line = self._standing(partner).change_ids
        self.assertEqual((line.direction, line.from_stage, line.to_stage), _first_line())

    def test_one_line_for_both_changes(self):
        """Tier and stage change in one grading and the history has two lines of it."""
        self.program.write(
            {"tier_ids": [(0, 0, {"name": "Silver", "sequence": 99, "min_score": 0})]}
        )
        silver = self.program.tier_ids[-1]
        silver.condition_ids = [
            (
                0,
                0,
                {"metric_id": self._metric("order_count").id, "operator": ">=", "value": 2},
            )
        ]
        partner = self._buyer(200)
        self._grade(as_of=self._days_ago(10))
        self._create_order(partner, 100.0, date=1)
        self._grade()
        line = self._standing(partner).change_ids.sorted("id")[-1]
        self.assertEqual(len(self._standing(partner).change_ids), 2)
        self.assertEqual((line.direction, line.to_tier_id), ("up", silver))
        self.assertEqual((line.from_stage, line.to_stage), ("lost", "won_back"))
        self.assertEqual(line.stage_since, self._days_ago(1))

    def test_tier_screens_show_tiers(self):
        """A customer who only changed stage counts as a tier change, or is drawn on the tiers'
        timeline as one."""
        partner = self._buyer(151, 121, 91, 61)
        self._grade(as_of=self._days_ago(1))
        run = self._grade()
        self.assertEqual(len(self._standing(partner).change_ids), 2)
        self.assertEqual(run.change_count, 0)
        action = run.action_open_changes()
        self.assertFalse(self.env["customer.tier.change"].search(action["domain"]))
        action = run.action_open_stage_changes()
        self.assertEqual(len(self.env["customer.tier.change"].search(action["domain"])), 1)
        self.assertIn("since", self._standing(partner).timeline)

    def test_who_leaves_has_no_stage(self):
        """A customer whom no programme grades any more stays dormant for ever."""
        partner = self._buyer(10)
        self._grade()
        partner.name = "Gone"
        self._grade()
        standing = self._standing(partner)
        self.assertFalse(standing.lifecycle_stage or standing.stage_since)
        self.assertFalse(standing.next_order_until)
        self.assertFalse(self._stages(partner))
        partner.name = "Staged again"
        self._grade()
        self.assertEqual(self._stage(partner), "new")
        self.assertFalse(self._stages(partner))

    # The next order

    def test_next_order_is_a_day_or_a_window(self):
        """Irregular customers are promised for a day on which they hardly ever order."""
        regular = [self._buyer(*range(160, 0, -20)) for _number in range(6)][-1]
        irregular = self._buyer(300, 299, 150, 149, 20)
        silent = self._buyer()
        self._grade()
        standing = self._standing(regular)
        # All intervals of such customers were of 20 days.
        self.assertEqual(standing.next_order_date, self._days_ago(0))
        self.assertFalse(standing.next_order_from or standing.next_order_until)
        self.assertIn("so regularly", standing.next_order_reason)
        self.assertNotIn("between ", standing.next_order_text)
        standing = self._standing(irregular)
        self.assertLessEqual(standing.next_order_from, standing.next_order_date)
        self.assertGreaterEqual(standing.next_order_until, standing.next_order_date)
        self.assertIn("between ", standing.next_order_text)
        self.assertIn("Own intervals: 4, of 11.80 days", irregular.customer_next_order_reason)
        self.assertFalse(self._standing(silent).next_order_text)


def _same(buyers):
    return {stage: stage for stage in buyers}


def _first_line():
    return "first", "potential", "new"


def _runs(values):
    """Pairs of a value and how often it comes in a row."""
    result = []
    for value in values:
        if result and result[-1][0] == value:
            result[-1] = (value, result[-1][1] + 1)
        else:
            result.append((value, 1))
    return result


@tagged("post_install", "-at_install")
class TestThresholds(LifecycleCase):
    """Settings of the programme and what they would come to."""

    def test_defaults_are_those_of_the_core(self):
        """A programme begins with other thresholds than the documented ones."""
        self.assertEqual(self.program._lifecycle_policy(), Lifecycle())

    def test_refused(self):
        """Thresholds out of order, or of no days, break the next grading instead of the save."""
        for vals in (
            {"stage_new_days": 0},
            {"stage_won_back_days": -1},
            {"stage_dormant_days": 180},
            {"stage_lost_days": 90},
            {"stage_lost_ratio": 2.0},
            {"stage_mature_ratio": 1.0},
            {"stage_loyal_ratio": 0.0},
            {"stage_loyal_orders": 1},
            {"stage_new_orders": 0},
            {"stage_min_orders": 1},
            {"stage_min_orders": 11},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError), self.cr.savepoint():
                self.program.write(vals)
        self.assertEqual(self.program._lifecycle_policy(), Lifecycle())

    def test_whatever_is_accepted_can_be_graded_with(self):
        """The programme takes thresholds that the core refuses, and grades nobody any more."""
        for vals in (
            {"stage_loyal_ratio": 2.0},
            {"stage_min_orders": 10},
            {"stage_min_orders": 2, "stage_loyal_orders": 2},
            {"stage_dormant_days": 1, "stage_lost_days": 2},
        ):
            self.program.write(vals)
            self.program._lifecycle_policy()

    def test_problem_while_typing(self):
        """What is wrong is told when everything has been typed and saved."""
        with Form(self.program.with_user(self.manager)) as form:
            form.stage_lost_ratio = 1.0
            self.assertIn("Lost After (rhythms)", form.stage_problem)
            self.assertFalse(form.stage_preview)
            form.stage_lost_ratio = 5.0
            self.assertFalse(form.stage_problem)

    def test_head_counts(self):
        """The numbers beside the thresholds are not those that the next grading would find."""
        for days in ((), (10,), (100,), (100,), (300,), (190, 160, 130, 100, 70)):
            self._buyer(*days)
        self._grade()
        for vals in ({}, {"stage_dormant_days": 120}, {"stage_mature_ratio": 3.0}):
            self.program.write(vals)
            [counts], total = customers_by_stage(
                self.program, [self.program._lifecycle_policy()], SAMPLE_SIZE
            )
            self._grade()
            found = dict.fromkeys(STAGES, 0) | dict(
                self.env["customer.tier.standing"]._read_group(
                    [("program_id", "=", self.program.id)], ["lifecycle_stage"], ["__count"]
                )
            )
            self.assertEqual((counts, total), (found, 6))

    def test_head_counts_before_the_first_grading(self):
        """Who makes a programme sees no numbers until it is too late."""
        self._buyer(10)
        self._buyer()
        [counts], total = customers_by_stage(self.program, [Lifecycle()], SAMPLE_SIZE)
        self.assertEqual((counts["new"], counts["potential"], total), (1, 1, 2))

    def test_head_counts_of_many(self):
        """Of a sample the numbers of the sample are shown as if they were all."""
        for days in (5, 6, 7, 8):
            self._buyer(days)
        self._grade()
        [counts], total = customers_by_stage(self.program, [Lifecycle()], size=2)
        self.assertEqual((counts["new"], total), (4, 4))

    def test_preview_while_typing(self):
        """The numbers follow the threshold only after saving; or each key reads all orders."""
        self._buyer(100)
        self._buyer(10)
        self._grade()
        with Form(self.program.with_user(self.manager)) as form:
            self.assertIn("of 2 customers", form.stage_preview)
            self.assertNotIn("As Typed", form.stage_preview)
            with patch.object(
                type(self.env["customer.tier.gather"]), "_orders", side_effect=AssertionError
            ):
                form.stage_dormant_days = 120
            self.assertIn("As Typed", form.stage_preview)

    def test_preview_of_a_new_programme(self):
        """The page of a programme that is not saved yet fails."""
        form = Form(self.env["customer.tier.program"].with_user(self.manager))
        form.stage_new_days = 30
        self.assertIn("customers today", form.stage_preview)

    def test_copied(self):
        """The copy of a programme forgets its thresholds."""
        self.program.stage_new_days = 33
        self.assertEqual(self.program.copy().stage_new_days, 33)

    def test_every_threshold_has_a_field(self):
        """A threshold of the core cannot be set."""
        self.assertEqual(set(THRESHOLDS.values()), set(Lifecycle.__dataclass_fields__))


@tagged("post_install", "-at_install")
class TestStageFields(LifecycleCase):
    """The stage on contacts, orders and sales; who sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dormant = cls._buyer(190, 160, 130, 100, 70)
        cls.new = cls._buyer(10)
        cls.contact = cls._create_customer("Contact", parent_id=cls.new.id)
        cls.stranger = cls._create_customer("Stranger")
        cls.own = Domain("id", "in", (cls.dormant | cls.new | cls.contact | cls.stranger).ids)
        cls._grade()
        cls.env.invalidate_all()

    def test_contacts_inherit(self):
        """A contact has no stage, or keeps one of its own."""
        self.assertEqual(self.contact.customer_lifecycle_stage, "new")
        self.assertEqual(self.dormant.customer_lifecycle_stage, "dormant")
        self.assertEqual(self.dormant.customer_stage_since, self._days_ago(9))
        self.assertFalse(self.stranger.customer_lifecycle_stage)

    def test_search(self):
        """Customers are not found by stage; those without one not by its absence."""
        Partner = self.env["res.partner"]
        field = "customer_lifecycle_stage"
        for operator, value, found in (
            ("=", "new", self.new | self.contact),
            ("in", ["new", "dormant"], self.new | self.contact | self.dormant),
            ("=", False, self.stranger),
            ("!=", False, self.new | self.contact | self.dormant),
            ("!=", "new", self.dormant | self.stranger),
        ):
            self.assertEqual(Partner.search(self.own & Domain(field, operator, value)), found)

    def test_group_and_sort(self):
        """Stages cannot be grouped by, or come in the order of the alphabet."""
        groups = self.env["res.partner"]._read_group(
            self.own, ["customer_lifecycle_stage"], ["__count"]
        )
        self.assertEqual(groups, [("new", 2), ("dormant", 1), (False, 1)])
        groups = self.env["customer.tier.standing"]._read_group(
            [("company_id", "=", self.company.id)], ["lifecycle_stage", "tier_id"], ["__count"]
        )
        self.assertEqual([stage for stage, _tier, _count in groups], ["new", "dormant"])
        found = self.env["res.partner"].search(
            self.own & Domain("customer_lifecycle_stage", "!=", False),
            order="customer_lifecycle_stage, id",
        )
        self.assertEqual(len(found), 3)

    def test_sales_by_stage(self):
        """Sales cannot be analysed by stage, or are counted more than once."""
        groups = self.env["sale.report"]._read_group(
            [("company_id", "=", self.company.id)],
            ["customer_lifecycle_stage"],
            ["price_subtotal:sum"],
        )
        self.assertEqual(groups, [("new", 100.0), ("dormant", 500.0)])
        orders = self.env["sale.order"].search(
            [("company_id", "=", self.company.id), ("customer_lifecycle_stage", "=", "new")]
        )
        self.assertEqual(orders.partner_id, self.new)

    def test_companies_are_apart(self):
        """Company B sees the stage that company A found."""
        self._create_program(
            tiers=["B"], company=self.company_b, domain="[('name', 'like', 'Staged')]"
        )
        self._create_order(self.dormant, date=5, company=self.company_b)
        self._grade(company=self.company_b)
        partner = self.dormant.with_company(self.company_b)
        self.assertEqual(partner.customer_lifecycle_stage, "new")
        self.assertEqual(self.dormant.customer_lifecycle_stage, "dormant")
        seen = self.env["customer.tier.standing"].with_user(self.salesperson_b).search([])
        self.assertEqual(seen.company_id, self.company_b)

    def test_salespeople_read(self):
        """Salespeople cannot see the stage, or can change it; others see it."""
        standing = self._standing(self.new).with_user(self.salesperson)
        self.assertEqual(standing.lifecycle_stage, "new")
        self.assertEqual(self.new.with_user(self.salesperson).customer_lifecycle_stage, "new")
        for user in (self.salesperson, self.officer, self.manager):
            with self.assertRaises(AccessError):
                self._standing(self.new).with_user(user).write({"lifecycle_stage": "loyal"})
        internal = self._create_user("tiering_internal", "base.group_user")
        with self.assertRaises(AccessError):
            self.new.with_user(internal).read(["customer_lifecycle_stage"])

    def test_salespeople_do_not_configure(self):
        """A salesperson moves everybody into another stage."""
        with self.assertRaises(AccessError):
            self.program.with_user(self.salesperson).stage_new_days = 5

    def test_queries_do_not_grow(self):
        """A list of customers reads the stage of each by a query of its own."""
        partners = self.env["res.partner"].search(self.own)
        partners[:1].mapped("customer_lifecycle_stage")
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        partners[:1].mapped("customer_lifecycle_stage")
        one = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        partners.mapped("customer_lifecycle_stage")
        self.assertLessEqual(self.env.cr.sql_log_count - before, one)

    def test_merged_customers(self):
        """Two contacts that are merged lose the stage until the next night."""
        standing = self._standing(self.dormant) | self._standing(self.new)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.dormant | self.new).ids, self.dormant)
        kept = standing.exists()
        self.assertEqual(len(kept), 1)
        self.assertTrue(kept.lifecycle_stage)
        self.assertEqual(kept.partner_id, self.dormant)
