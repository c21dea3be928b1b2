from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models import customer_tier_program, customer_tier_value
from ..switches import QUIET
from .common import TieringCommon

# All that a client can send as the value of a key.
SENT = (True, 1, "on", [], [1], {}, {"on": True})


@tagged("post_install", "-at_install")
class TestRuleSwitches(TieringCommon):
    """Whoever calls over RPC sends a context of their own."""

    def _each(self, switch, user, *models):
        """For each value that a client may send: the models as they are called then."""
        for sent in SENT:
            with self.subTest(sent=sent):
                context = {switch.key: sent}
                called = [
                    self.env[model].with_user(user).with_company(self.company) for model in models
                ]
                yield [model.with_context(**context) for model in called]

    def test_programme_without_tiers(self):
        """With the key of a programme that is being saved, a manager makes one without tiers."""
        saving = customer_tier_program.SAVING
        for (Program,) in self._each(saving, self.manager, "customer.tier.program"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Program.create({"name": "No tiers", "company_id": self.company.id})

    def test_upper_tier_easier_to_reach(self):
        """With the same key, a tier is made that is easier to reach than the one below it."""
        program = self._create_program(tiers=["Everybody", {"name": "Gold", "min_score": 60}])
        vals = {"name": "Diamond", "program_id": program.id, "sequence": 90, "min_score": 40}
        saving = customer_tier_program.SAVING
        for (Tier,) in self._each(saving, self.manager, "customer.tier"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Tier.create(vals)

    def test_bands_with_one_start(self):
        """With the same key, two bands begin at one value, so nobody is in one of them."""
        program = self._create_program()
        band = program.indicator_ids[0].band_ids[0]
        vals = {"indicator_id": band.indicator_id.id, "value_from": band.value_from}
        saving = customer_tier_program.SAVING
        for (Band,) in self._each(saving, self.manager, "customer.tier.indicator.band"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Band.create(vals)

    def test_value_that_never_counts(self):
        """With the key of a merge, a value is entered for a company that it never counts in."""
        metric = self.env["customer.tier.metric"].create({"name": "Potential", "kind": "manual"})
        customer = self._create_customer("Elsewhere", company_id=self.company.id)
        other = self.env["res.company"].create({"name": "Other company"})
        self.officer.company_ids = [Command.link(other.id)]
        vals = {
            "partner_id": customer.id,
            "metric_id": metric.id,
            "company_id": other.id,
            "value": 5,
        }
        merging = customer_tier_value.MERGING
        for (Value,) in self._each(merging, self.officer, "customer.tier.value"):
            Value = Value.with_context(allowed_company_ids=[self.company.id, other.id])
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Value.create(vals)

    def test_answers_changed_behind_the_grade(self):
        """With the key of a value that is being saved, an answer changes and the grade stays."""
        self._create_program()
        metric = self.env["customer.tier.metric"].create({"name": "Potential", "kind": "manual"})
        question = self.env["customer.tier.question"].create(
            {"metric_id": metric.id, "name": "Growing?", "low_label": "No", "high_label": "Yes"}
        )
        customer = self._create_customer("Assessed", company_id=self.company.id)
        answers = (
            self.env["customer.tier.value"]
            .create(
                {
                    "partner_id": customer.id,
                    "metric_id": metric.id,
                    "answer_ids": [Command.create({"question_id": question.id, "answer": "5"})],
                }
            )
            .answer_ids
        )
        Stale = self.env["customer.tier.stale"]
        saving = customer_tier_value.SAVING
        given = iter("1234123")
        for (Answer,) in self._each(saving, self.officer, "customer.tier.answer"):
            Stale.search([]).unlink()
            Answer.browse(answers.id).answer = next(given)
            self.assertEqual(Stale.search([]).partner_id, customer)

    def test_metric_of_unknown_cost(self):
        """With the key of data files, a metric is saved that nobody is warned of."""
        Metric = self.env["customer.tier.metric"].with_user(self.manager)
        metric = Metric.with_context(install_mode=True).create(
            {
                "name": "Contacts",
                "kind": "record",
                "model_name": "res.partner",
                "aggregate": "count",
            }
        )
        self.assertGreater(metric.cost_seconds, 0)

    def test_promoted_unheard(self):
        """With the key of gradings of days long past, an officer promotes without a message."""
        gold = {"name": "Gold", "conditions": [("amount", ">=", 1000)]}
        self._create_program(tiers=["Everybody", gold], domain="[('company_id', '!=', False)]")
        customer = self._create_customer("Buyer", company_id=self.company.id)
        self._create_order(customer, 10)
        self._grade()
        self._create_order(customer, 5000)
        for (Run,) in self._each(QUIET, self.officer, "customer.tier.run"):
            with self.env.cr.savepoint() as savepoint:
                Run.create({"company_id": self.company.id}).action_run()
                self.assertEqual(self._standing(customer).tier_id.name, "Gold")
                events = self.env["customer.tier.event"].search([("partner_id", "=", customer.id)])
                self.assertEqual(events.mapped("kind"), ["up"])
                savepoint.rollback()
                self.env.invalidate_all()
