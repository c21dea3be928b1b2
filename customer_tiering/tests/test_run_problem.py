import math
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading import pipeline
from .common import GATHER_LOGGER, OWN, PIPELINE_LOGGER, GradingCase

KIND = "customer_tiering.mail_activity_type_grading_problem"


@tagged("post_install", "-at_install")
class TestRunProblem(GradingCase):
    """Who hears of what could not be graded, and how often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.broken = cls._create_own_customer("Broken", (1, 6000))
        cls.other = cls._create_own_customer("Other", (1, 6000))
        cls.program = cls._create_program(domain=OWN, user_id=cls.manager.id)
        cls.manager.company_ids |= cls.company

    def _grade_with(self, *broken):
        """Grade while some customers cannot be graded."""
        real = pipeline.grade

        def grade(facts, program, as_of):
            if {partner.id for partner in broken} & set(facts.customers.tolist()):
                raise ArithmeticError("no such number")
            return real(facts, program, as_of)

        with patch.object(pipeline, "grade", grade), mute_logger(PIPELINE_LOGGER):
            return self._grade()

    def _to_dos(self, active=True):
        kind = self.env.ref(KIND)
        return (
            self.env["mail.activity"]
            .with_context(active_test=active)
            .search([("activity_type_id", "=", kind.id), ("user_id", "=", self.manager.id)])
        )

    def test_told_once(self):
        """Night after night with the same broken customer makes one to-do, on the newest run."""
        first = self._grade_with(self.broken)
        to_do = self._to_dos()
        self.assertEqual((len(to_do), to_do.res_id), (1, first.id))
        self.assertEqual(to_do.summary, "1 problem in the grading")
        self.assertIn("Broken", to_do.note)
        self.assertIn("no such number", to_do.note)
        self.assertIn("Correct it and grade again", to_do.note)
        second = self._grade_with(self.broken, self.other)
        self.assertEqual(self._to_dos(), to_do)
        self.assertEqual(to_do.res_id, second.id)
        self.assertEqual(to_do.summary, "2 problems in the grading")

    def test_done_but_not_mended(self):
        """Ticked off, the same problem is not told again the next night; a new one is."""
        self._grade_with(self.broken)
        self._to_dos().action_feedback()
        self._grade_with(self.broken)
        self.assertFalse(self._to_dos())
        self._grade_with(self.broken, self.other)
        self.assertEqual(len(self._to_dos()), 1)

    def test_mended(self):
        """A to-do about what is all right again closes itself."""
        self._grade_with(self.broken)
        self._grade()
        self.assertFalse(self._to_dos())
        self.assertIn("no problems any more", self._to_dos(active=False).feedback)
        self._grade_with(self.broken)
        self.assertEqual(len(self._to_dos()), 1, "broken again is news")

    def test_good_run_tells_nothing(self):
        """A grading without problems made a to-do."""
        self._grade()
        self.assertFalse(self._to_dos(active=False))

    def test_simulation_tells_nothing(self):
        """What-if is looked at by whoever started it."""
        real = pipeline.grade

        def grade(facts, program, as_of):
            if len(facts.customers) and self.broken.id in facts.customers:
                raise ArithmeticError("no such number")
            return real(facts, program, as_of)

        with patch.object(pipeline, "grade", grade), mute_logger(PIPELINE_LOGGER):
            run = self._grade(simulation=True)
        self.assertTrue(run.error_ids)
        self.assertFalse(self._to_dos(active=False))

    def test_other_company(self):
        """A good grading of one company closed the to-do about another one's problems."""
        self._grade_with(self.broken)
        self._create_program(company=self.company_b, domain=OWN)
        self._grade(company=self.company_b)
        self.assertEqual(len(self._to_dos()), 1)

    def test_remedies(self):
        """Each kind of problem names the record to mend, in words of what to do, and opens it."""
        run = self._grade()
        Error = run.error_ids
        metric = self._metric("amount")
        for vals, record, word in (
            ({"partner_id": self.broken.id}, self.broken, "customer"),
            ({"metric_id": metric.id}, metric, "metric"),
            ({"program_id": self.program.id}, self.program, "programme"),
        ):
            error = Error.create({"run_id": run.id, "message": "No such number", **vals})
            self.assertEqual(error.culprit, record.display_name)
            self.assertIn(f"Open the {word}", error.remedy)
            action = error.action_open_culprit()
            self.assertEqual((action["res_model"], action["res_id"]), (record._name, record.id))
        whole = Error.create({"run_id": run.id, "message": "No such number"})
        self.assertIn("Grade again", whole.remedy)
        self.assertEqual(whole.action_open_culprit()["res_model"], "customer.tier.run")

    def test_officer_reads_the_remedy(self):
        """Officers see the runs; the way to mend must not need more rights than the list."""
        run = self._grade_with(self.broken)
        error = run.error_ids.with_user(self.officer)
        self.assertEqual(error.culprit, "Broken")
        self.assertTrue(error.remedy)
        with self.assertRaises(AccessError):
            error.write({"message": "Nothing"})


@tagged("post_install", "-at_install")
class TestImpossibleNumbers(GradingCase):
    """Numbers that no screen accepts, but imports, other addons and SQL do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.broken = cls._create_own_customer("Broken", (30, 10), (1, 6000))
        cls.good = cls._create_own_customer("Good", (1, 6000))

    def _set_amount(self, sql):
        order = self.env["sale.order"].search([("partner_id", "=", self.broken.id)], limit=1)
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE sale_order SET amount_untaxed = {sql} WHERE id = {order.id}")
        self.env.invalidate_all()

    def _check(self, run):
        """The good customer is graded, the other one graded or named, and nothing is absurd."""
        self.assertEqual(run.state, "done")
        self.assertEqual(self._standing(self.good).amount, 6000)
        self.assertLessEqual(run.error_ids.partner_id, self.broken)
        for standing in self._standing(self.broken):
            self.assertTrue(math.isfinite(standing.score))
            self.assertTrue(0 <= standing.score <= 100)
            self.assertTrue(math.isfinite(standing.amount))
            self.assertFalse(any(number and math.isinf(number) for number in standing.numbers))
        self.assertTrue(run.error_ids or self._standing(self.broken))

    def test_amounts(self):
        """One order of NaN, or of more than any account holds, stopped everybody's grading."""
        for preset in ("weighted", "wholesale"):
            program = self._create_program(preset, domain=OWN)
            for amount in ("'NaN'", "1e300", "-1e300", "'Infinity'"):
                with self.subTest(preset=preset, amount=amount), mute_logger(PIPELINE_LOGGER):
                    self._set_amount(amount)
                    run = self._grade()
                    self._check(run)
                    if amount in ("'NaN'", "'Infinity'"):
                        self.assertEqual(run.error_ids.partner_id, self.broken)
                        self.assertIn("is not a number", run.error_ids.message)
            self._set_amount("10")
            program.active = False

    def test_dates(self):
        """An order dated in the year 1, as a mistyped import brings it."""
        self._create_program("weighted", domain=OWN)
        order = self.env["sale.order"].search([("partner_id", "=", self.broken.id)], limit=1)
        for moment in ("0001-01-01", "-infinity", "4000-01-01 BC"):
            with self.subTest(moment), mute_logger(PIPELINE_LOGGER):
                self.env.flush_all()
                self.env.cr.execute(
                    "UPDATE sale_order SET date_order = %s WHERE id = %s", [moment, order.id]
                )
                self.env.invalidate_all()
                self._check(self._grade())

    def test_values_kept_by_hand(self):
        """A value kept by hand that is no number."""
        metric = self.env["customer.tier.metric"].create(
            {"name": "Potential", "code": "potential_tested", "kind": "manual"}
        )
        value = self.env["customer.tier.value"].create(
            {"partner_id": self.broken.id, "metric_id": metric.id, "value": 5, "date": "2020-01-01"}
        )
        self._create_program(
            tiers=["Low", {"name": "High", "conditions": [(metric.code, ">=", 3)]}],
            indicators=[
                {"metric": metric.code, "scale": "linear", "linear_full": 10},
                {"metric": "amount", "scale": "linear", "linear_full": 10000},
            ],
            domain=OWN,
        )
        for number in ("'NaN'", "'Infinity'", "'-Infinity'", "1e308"):
            with self.subTest(number), mute_logger(PIPELINE_LOGGER):
                self.env.flush_all()
                self.env.cr.execute(
                    f"UPDATE customer_tier_value SET value = {number} WHERE id = {value.id}"
                )
                self.env.invalidate_all()
                self._check(self._grade())

    def test_metric_whose_model_changed(self):
        """A metric over a model that exists but is broken (a table without its column) is named,
        and told; the others go on."""
        metric = self.env["customer.tier.metric"].create(
            {
                "name": "Own",
                "code": "own_tested",
                "kind": "record",
                "model_name": "sale.order",
                "partner_path": "partner_id",
                "date_path": "date_order",
            }
        )
        self._create_program(
            domain=OWN,
            user_id=self.manager.id,
            indicators=[
                {"metric": metric.code, "scale": "linear", "linear_full": 10},
                {"metric": "amount", "scale": "linear", "linear_full": 10000},
            ],
        )
        for definition in (
            "partner_path = 'gone_id'",
            "partner_path = 'partner_id', date_path = 'gone'",
            "date_path = 'date_order', record_domain = '[(''amount_untaxed'', ''='', 1 / 0)]'",
            "record_domain = '[]', measure_path = 'gone.too', aggregate = 'sum'",
        ):
            with self.subTest(definition), mute_logger(GATHER_LOGGER, PIPELINE_LOGGER):
                self.env.cr.execute(
                    f"UPDATE customer_tier_metric SET {definition} WHERE id = {metric.id}"
                )
                self.env.invalidate_all()
                run = self._grade()
                self.assertEqual(run.error_ids.metric_id, metric)
                self.assertFalse(run.error_ids.partner_id)
                self.assertEqual(self._standing(self.good).amount, 6000)
                self.assertIn("Open the metric", run.error_ids.remedy)
