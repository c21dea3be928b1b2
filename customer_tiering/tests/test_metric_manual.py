from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.customer_tier_value import questionnaire_value
from .common import OWN, GradingCase


class ManualCase(GradingCase):
    """A programme whose score is the value of one metric kept by hand, from 0 to 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Metric = cls.env["customer.tier.metric"]
        cls.metric = Metric.create({"name": "Outlook of Test", "code": "outlook", "kind": "manual"})
        cls.questions = cls.env["customer.tier.question"].create(
            [
                {
                    "metric_id": cls.metric.id,
                    "name": name,
                    "weight": weight,
                    "low_label": "Bad",
                    "high_label": "Good",
                }
                for name, weight in (("Market", 1), ("Money", 2), ("Will", 1))
            ]
        )
        cls.program = cls._create_grading_program(cls.company)
        cls.Value = cls.env["customer.tier.value"].with_user(cls.officer)
        cls.partner = cls._create_customer("Bean Brothers", company_id=cls.company.id)

    @classmethod
    def _create_grading_program(cls, company):
        indicator = {"metric": "outlook", "scale": "linear", "linear_zero": 0, "linear_full": 100}
        return cls._create_program(
            tiers=["Low", {"name": "High", "conditions": [("outlook", ">=", 50)]}],
            indicators=[indicator],
            company=company,
            domain=OWN,
        )

    def _enter(self, value=None, partner=None, days=0, user=None, **vals):
        """A value entered by the officer, dated so many days ago."""
        partner = partner or self.partner
        if value is not None:
            vals["value"] = value
        return self.Value.with_user(user or self.officer).create(
            {
                "partner_id": partner.id,
                "metric_id": self.metric.id,
                "date": self._days_ago(days),
                **vals,
            }
        )

    def _answers(self, *answers):
        return [
            Command.create({"question_id": question.id, "answer": answer})
            for question, answer in zip(self.questions, answers, strict=False)
        ]

    def _graded(self, partner=None, as_of=None, company=None):
        """Value of the metric in a fresh grading, None where there is none."""
        self._grade(as_of=as_of, company=company)
        return self._numbers(partner or self.partner, "metric", company).get("outlook")

    def _waiting(self):
        rows = self.env["customer.tier.stale"].search([])
        return {(row.partner_id, row.company_id) for row in rows}

    def _forget_waiting(self):
        self.env["customer.tier.stale"].search([]).unlink()


@tagged("post_install", "-at_install")
class TestManualGrading(ManualCase):
    def test_value_counts_by_itself(self):
        """Entering a value is enough: a prospect without orders is graded by the job."""
        self.assertFalse(self._standing(self.partner))
        self._enter(80)
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_grade").method_direct_trigger()
        standing = self._standing(self.partner)
        self.assertEqual((standing.score, standing.tier_id.name), (80, "High"))

    def test_changes_wait_for_grading(self):
        """A changed or deleted value must not wait for the night; a note changes no grade."""
        value = self._enter(80)
        self.assertEqual(self._waiting(), {(self.partner, self.company)})
        self._forget_waiting()
        value.note = "Said so on the phone"
        self.assertFalse(self._waiting())
        value.value = 20
        self.assertTrue(self._waiting())
        self._forget_waiting()
        other = self._create_own_customer("Other")
        value.partner_id = other
        waiting = {(self.partner, self.company), (other, self.company)}
        self.assertEqual(self._waiting(), waiting)
        self._forget_waiting()
        value.unlink()
        self.assertEqual(self._waiting(), {(other, self.company)})

    def test_shared_value_waits_in_all_companies(self):
        """A shared value changes grades in each company that has a programme."""
        self._create_grading_program(self.company_b)
        shared = self._create_customer("Shared")
        self._enter(70, shared)
        own = self.env["customer.tier.program"].search([]).company_id
        self.assertLessEqual(self.company | self.company_b, own)
        self.assertEqual(self._waiting(), {(shared, company) for company in own})

    def test_as_of(self):
        """Grading as of an earlier day sees what was known then, and nothing before that."""
        self._create_order(self.partner, 100, date=100)
        self._enter(80, days=10)
        self._enter(30, days=40)
        self._enter(90, days=-5)
        self.assertEqual(self._graded(), 80)
        self.assertEqual(self._graded(as_of=self._days_ago(10)), 80)
        self.assertEqual(self._graded(as_of=self._days_ago(11)), 30)
        self.assertIsNone(self._graded(as_of=self._days_ago(41)))

    def test_company_before_shared(self):
        """The latest day wins; on one day, the company's own judgement of its customer."""
        self.program.domain = "[('name', '=', 'Shared')]"
        self._create_grading_program(self.company_b).domain = self.program.domain
        shared = self._create_customer("Shared")
        self._enter(40, shared, days=5)
        self._enter(60, shared, days=5, company_id=self.company.id)
        self.assertEqual(self._graded(shared), 60)
        self.assertEqual(self._graded(shared, company=self.company_b), 40)
        self._enter(50, shared, days=1)
        self.assertEqual(self._graded(shared), 50, "newer, though it is for all")

    def test_contact(self):
        """What is entered for a buyer is the company's; a company that becomes a contact brings
        its values along."""
        contact = self._create_customer("Buyer", parent_id=self.partner.id)
        self.assertEqual(self._enter(80, contact).partner_id, self.partner)
        default = self.Value.with_context(default_partner_id=contact.id)
        vals = {"metric_id": self.metric.id, "value": 1, "date": self._days_ago(9)}
        self.assertEqual(default.create(vals).partner_id, self.partner)
        parent = self._create_own_customer("Parent")
        self.partner.write({"is_company": False, "parent_id": parent.id})
        self.assertEqual(self._graded(parent), 80)
        self.assertEqual(parent.customer_value_ids.value, 80)

    def test_merge(self):
        """Core drops all rows of a merged contact when one of them would be there twice."""
        twin = self._create_customer("Twin")
        buyer = self._create_customer("Buyer", parent_id=self.partner.id)
        kept = self._enter(80, days=5)
        self._enter(10, twin, days=5)
        older = self._enter(20, twin, days=30)
        theirs = self._enter(5, twin, days=1, user=self.env.user, company_id=self.company_b.id)
        self._forget_waiting()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([twin.id, buyer.id], buyer, extra_checks=False)
        self.assertFalse(twin.exists())
        values = self.env["customer.tier.value"].search([("partner_id", "=", self.partner.id)])
        self.assertEqual(values, theirs | kept | older)
        self.assertEqual(kept.value, 80)
        self.assertIn((self.partner, self.company), self._waiting())
        self.assertEqual(self._graded(as_of=self._days_ago(20)), 20)

    def test_deleted_contact(self):
        """Values of nobody are good for nothing."""
        value = self._enter(80)
        self._forget_waiting()
        self.partner.unlink()
        self.assertFalse(value.exists())


@tagged("post_install", "-at_install")
class TestManualInput(ManualCase):
    def test_rights(self):
        """Values decide about prices, so salespeople read what officers enter."""
        value = self._enter(answer_ids=self._answers("5"))
        theirs = value.with_user(self.salesperson)
        self.assertEqual((theirs.value, theirs.answer_ids.answer), (100, "5"))
        for call in (
            lambda: self._enter(1, days=1, user=self.salesperson),
            lambda: theirs.write({"value": 1}),
            lambda: theirs.answer_ids.write({"answer": "1"}),
            theirs.unlink,
            lambda: self.questions.with_user(self.officer).write({"weight": 5}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_other_company(self):
        """An officer neither reads nor writes what another company thinks of a customer."""
        shared = self._create_customer("Shared")
        theirs = self._enter(1, shared, user=self.manager, days=1)
        theirs.sudo().company_id = self.company_b
        with self.assertRaises(AccessError):
            theirs.with_user(self.officer).read(["value"])
        with self.assertRaises(AccessError):
            self._enter(1, shared, company_id=self.company_b.id)
        value = self._enter(1, shared)
        with self.assertRaises(AccessError):
            value.company_id = self.company_b
        value.sudo().invalidate_recordset()
        mine = self._enter(days=2, answer_ids=self._answers("5"))
        with self.assertRaises(AccessError):
            mine.answer_ids.write({"value_id": theirs.id})
        foreign = self._create_customer("Foreign", company_id=self.company_b.id)
        hidden = self._enter(1, foreign, user=self.env.user)
        self.assertNotIn(hidden, self.Value.search([]), "or the list cannot show its customer")

    def test_company_of_the_customer(self):
        """A value for a company that does not serve the customer would never count."""
        with self.assertRaisesRegex(ValidationError, "is a customer of Tiering Company only"):
            self._enter(1, user=self.env.user, company_id=self.company_b.id)

    def test_who_entered_it(self):
        """Nobody signs with another's name."""
        value = self._enter(1, user_id=self.manager.id)
        self.assertEqual(value.user_id, self.officer)
        value.with_user(self.manager).value = 2
        self.assertEqual(value.user_id, self.manager)

    @mute_logger("odoo.sql_db")
    def test_twice_a_day(self):
        """Two values of a day would leave open which counts; another company's is another."""
        self._enter(1)
        self._enter(2, company_id=self.company.id)
        with self.assertRaisesRegex(Exception, "customer_tier_value_day_unique"):
            self._enter(3)

    def test_bounds(self):
        """A slip of the keyboard is caught at once, and told with the range."""
        self.metric.write({"value_min": -10, "value_max": 20})
        self._enter(-10)
        with self.assertRaisesRegex(ValidationError, "enter a number from -10 to 20"):
            self._enter(20.5, days=1)
        self.metric.write({"value_min": 0, "value_max": 0})
        self._enter(1000, days=2)
        with self.assertRaisesRegex(ValidationError, "smallest value"):
            self.metric.value_min = 5

    def test_only_by_hand(self):
        """A value for a computed metric would count nowhere, without a word."""
        with self.assertRaisesRegex(ValidationError, "is computed"):
            self._enter(1, metric_id=self._metric("amount").id)
        with self.assertRaisesRegex(ValidationError, "nobody can be asked"):
            self.questions[0].metric_id = self._metric("amount")
        self._enter(1)
        with self.assertRaisesRegex(ValidationError, "entered by hand"):
            self.metric.kind = "order"

    def test_missing_value(self):
        """Nothing entered is not zero."""
        with self.assertRaisesRegex(ValidationError, "value of Bean Brothers is missing"):
            self._enter()
        self.assertEqual(self._enter(0).value, 0)

    def test_latest_only(self):
        """The filter keeps one value per metric, customer and company, and no future ones."""
        old, new = self._enter(1, days=10), self._enter(2, days=1)
        future, own = self._enter(3, days=-1), self._enter(4, days=3, company_id=self.company.id)
        all_values = old | new | future | own
        mine = [("partner_id", "=", self.partner.id)]
        self.assertEqual(self.Value.search([*mine, ("is_current", "=", True)]), new | own)
        self.assertEqual(self.Value.search([*mine, ("is_current", "=", False)]), old | future)
        self.assertEqual(all_values.filtered("is_current"), new | own)

    def test_on_the_contact(self):
        """The page shows what counts, also before a first grading; archived metrics are gone."""
        partner = self.partner.with_user(self.salesperson)
        self.assertTrue(partner.customer_is_gradable)
        contact = self._create_customer("Buyer", parent_id=self.partner.id)
        self.assertFalse(contact.with_user(self.salesperson).customer_is_gradable)
        self._enter(10, days=9)
        counting = self._enter(20, days=2)
        self._enter(30, days=-2)
        self.env.invalidate_all()
        self.assertEqual(partner.customer_value_ids, counting)
        # What decides a tier cannot be archived.
        self.program.tier_ids.condition_ids.unlink()
        self.metric.active = False
        self.env.invalidate_all()
        self.assertFalse(partner.customer_value_ids)


@tagged("post_install", "-at_install")
class TestQuestionnaire(ManualCase):
    def test_value_of_answers(self):
        """Documented formula, by hand: (1·0 + 2·75 + 1·100) / 4."""
        value = self._enter(answer_ids=self._answers("1", "4", "5"))
        self.assertEqual(value.value, 62.5)
        self.assertEqual(self._graded(), 62.5)
        self.assertEqual(questionnaire_value([(2, 1), (3, 1), (3, 1)]), 41.67)
        self.assertEqual(questionnaire_value([(1, 3)]), 0)
        self.assertEqual(questionnaire_value([(5, 0.1)]), 100)

    def test_unanswered(self):
        """Who cannot tell leaves a question out, which is not the worst answer."""
        value = self._enter(answer_ids=self._answers("0", "4", "5"))
        self.assertEqual(value.value, 83.33, "(2·75 + 1·100) / 3")
        with self.assertRaisesRegex(ValidationError, "at least one"):
            self._enter(days=1, answer_ids=self._answers("0", "0"))

    def test_changed_answers(self):
        """The value follows its answers, however these are written, and nothing else."""
        value = self._enter(answer_ids=self._answers("1", "1", "1"))
        self._forget_waiting()
        value.answer_ids[0].answer = "5"
        self.assertEqual(value.value, 25)
        self.assertTrue(self._waiting())
        first, second, _third = value.answer_ids
        value.answer_ids = [
            Command.update(first.id, {"answer": "0"}),
            Command.update(second.id, {"answer": "5"}),
        ]
        self.assertEqual(value.value, 66.67)
        with self.assertRaisesRegex(ValidationError, "follows from the answers"):
            value.value = 99
        with self.assertRaisesRegex(ValidationError, "at least one"):
            value.answer_ids.write({"answer": "0"})

    def test_changed_questions(self):
        """What was judged before must not change because the questions do."""
        value = self._enter(answer_ids=self._answers("1", "5", "3"))
        self.questions[1].weight = 100
        self.questions[2].active = False
        self.env.invalidate_all()
        self.assertEqual(value.value, 62.5)
        self.assertEqual(len(value.answer_ids), 3)
        value.answer_ids[0].answer = "5"
        self.assertEqual(value.value, 87.5, "with the weights of that day")
        with self.assertRaisesRegex(UserError, "Switch “Asked” off"):
            self.questions[0].unlink()
        self.assertEqual(self._enter(days=1, answer_ids=self._answers("1", "5")).value, 99.01)

    def test_foreign_question(self):
        """Answers to another metric's questions do not count for this one."""
        other = self.env.ref("customer_tiering.question_market")
        with self.assertRaisesRegex(ValidationError, "Only questions of"):
            self._enter(answer_ids=[Command.create({"question_id": other.id, "answer": "5"})])

    def test_dialog(self):
        """The button asks the questions; pressed again on the same day, it goes on."""
        self._metric("prospects").active = False
        partner = self.partner.with_user(self.officer)
        action = partner.action_assess_customer()
        form = Form(self.Value.with_context(**action["context"]))
        self.assertEqual(form.metric_id, self.metric)
        self.assertEqual(len(form.answer_ids), 3)
        with form.answer_ids.edit(1) as line:
            line.answer = "4"
        self.assertEqual(form.value, 75)
        value = form.save()
        self.assertEqual((value.partner_id, value.value), (self.partner, 75))
        self.assertEqual(partner.action_assess_customer()["res_id"], value.id)

    def test_plain_metric_asks_nothing(self):
        """Changing the metric changes the questions asked."""
        form = Form(self.Value)
        form.partner_id = self.partner
        form.metric_id = self.metric
        self.assertEqual(len(form.answer_ids), 3)
        form.metric_id = self._metric("asset_value")
        self.assertEqual(len(form.answer_ids), 0)
        form.value = 250000
        self.assertEqual(form.save().value, 250000)

    def test_ready_made(self):
        """The questionnaire that comes along is complete and gives 0 to 100."""
        metric = self._metric("prospects")
        self.assertEqual(len(metric.question_ids), 5)
        for answer, value in (("1", 0), ("5", 100)):
            answers = [
                Command.create({"question_id": q.id, "answer": answer}) for q in metric.question_ids
            ]
            vals = {"metric_id": metric.id, "answer_ids": answers}
            self.assertEqual(self._enter(days=int(answer), **vals).value, value)


@tagged("post_install", "-at_install")
class TestManualImport(ManualCase):
    """Through the importer of the web client."""

    COLUMNS = ("Customer", "Metric", "Value", "Date")

    def _import(self, *rows, dryrun=False):
        text = "\n".join(",".join(row) for row in (self.COLUMNS, *rows))
        wizard = (
            self.env["base_import.import"]
            .with_user(self.officer)
            .create(
                {
                    "res_model": "customer.tier.value",
                    "file": text.encode(),
                    "file_type": "text/csv",
                    "file_name": "values.csv",
                }
            )
        )
        options = {
            "has_headers": True,
            "quoting": '"',
            "separator": ",",
            "encoding": "utf-8",
            "float_thousand_separator": ",",
            "float_decimal_separator": ".",
            "date_format": "%Y-%m-%d",
            "datetime_format": "",
        }
        preview = wizard.parse_preview(dict(options))
        self.assertNotIn("error", preview)
        matches = [preview["matches"][index] for index in range(len(self.COLUMNS))]
        fields = [match[0] for match in matches]
        self.assertEqual(fields, ["partner_id", "metric_id", "value", "date"])
        return wizard.execute_import(fields, list(self.COLUMNS), options, dryrun=dryrun)

    def test_import(self):
        """A table from a spreadsheet, metrics by name or by code."""
        result = self._import(
            ("Bean Brothers", "Outlook of Test", "72.5", "2026-01-31"),
            ("Bean Brothers", "outlook", "0", "2026-02-28"),
        )
        self.assertFalse(result["messages"])
        values = self.Value.browse(result["ids"])
        self.assertEqual(values.partner_id, self.partner)
        self.assertEqual(values.mapped("value"), [72.5, 0])
        self.assertEqual([str(day) for day in values.mapped("date")], ["2026-01-31", "2026-02-28"])
        self.assertEqual(values.user_id, self.officer)
        self.assertTrue(self._waiting())

    def test_bad_rows(self):
        """Each bad row is named with what is wrong, and nothing is imported by halves."""
        self.metric.value_max = 100
        result = self._import(
            ("Bean Brothers", "outlook", "50", "2026-01-01"),
            ("Nobody at All", "outlook", "50", "2026-01-01"),
        )
        message = result["messages"][0]
        self.assertEqual(message["rows"], {"from": 1, "to": 1})
        self.assertIn("Nobody at All", message["message"])
        result = self._import(
            ("Bean Brothers", "outlook", "50", "2026-01-01"),
            ("Bean Brothers", "outlook", "150", "2026-01-02"),
            ("Bean Brothers", "outlook", "", "2026-01-03"),
            ("Bean Brothers", "amount", "5", "2026-01-04"),
        )
        # Odoo puts the first error of all before those of the rows, at the first row.
        messages = result["messages"][1:]
        found = {message["rows"]["from"]: message["message"] for message in messages}
        self.assertIn("enter a number from 0 to 100", found[1])
        self.assertIn("value of Bean Brothers is missing", found[2])
        self.assertIn("is computed", found[3])
        self.assertNotIn(0, found)
        self.assertFalse(self.Value.search([("partner_id", "=", self.partner.id)]))

    @mute_logger("odoo.sql_db")
    def test_same_day_twice(self):
        """The same table imported again must say why it is refused."""
        row = ("Bean Brothers", "outlook", "50", "2026-01-01")
        self._import(row)
        (message,) = self._import(row)["messages"]
        self.assertIn("already has a value", message["message"])

    def test_export(self):
        """What was imported comes out again."""
        self._enter(50)
        self.officer.group_ids += self.env.ref("base.group_allow_export")
        names = ["partner_id/name", "metric_id/code", "value", "date"]
        (row,) = self.Value.search([("partner_id", "=", self.partner.id)]).export_data(names)[
            "datas"
        ]
        self.assertEqual(row, ["Bean Brothers", "outlook", 50, self._days_ago(0)])
