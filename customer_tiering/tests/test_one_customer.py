from odoo.fields import Command
from odoo.tests import tagged

from .common import OWN, GradingCase
from .query_common import AllStatements

# What grading one customer may ask of the database, savepoints and all.
MOST = 20


@tagged("post_install", "-at_install")
class TestOneCustomer(AllStatements, GradingCase):
    """One customer is graded after each order: what is the same for all is not asked again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        contacts = cls.env["customer.tier.metric"].create(
            {
                "name": "Contacts",
                "code": "contacts_counted",
                "kind": "record",
                "model_name": "res.partner",
                "partner_path": "",
                "record_domain": "[]",
                "aggregate": "count",
            }
        )
        line = {"scale": "linear", "linear_zero": 0, "linear_full": 9000}
        cls.program = cls._create_program(
            tiers=["Low", {"name": "High", "conditions": [("amount", ">=", 1000)]}],
            indicators=[
                {"metric": "amount", **line},
                {"metric": "recency_days", **line},
                {"metric": "product_count", **line},
            ],
            domain=OWN,
        )
        cls.program.indicator_ids = [
            Command.create({"metric_id": contacts.id, "weight": 1, **line})
        ]
        cls.buyers = cls.env["res.partner"].union(
            *(cls._create_own_customer(f"Buyer {n}", (300, 400), (10, 200)) for n in range(3))
        )
        cls._grade()

    def _statements(self, partners):
        """Statements of grading some customers in a new transaction, of a process that has graded
        before; what addons do afterwards is not among them."""
        pipeline = self.env["customer.tier.pipeline"].sudo()
        today = self.env["customer.tier.gather"]._today(self.company)
        tallies = []
        sent = self._sent(
            lambda: tallies.append(pipeline._grade_few(self.company, today, partners.ids))
        )
        self.assertEqual(tallies[-1].counts["customers"], len(partners))
        return sent

    def test_statements(self):
        """An order at a till asked 71 questions for one customer, most of them about the rules."""
        sent = self._statements(self.buyers[0])
        self.assertLessEqual(len(sent), MOST, "\n".join(sent))
        self.assertEqual(len(self._statements(self.buyers)), len(sent))

    def test_rules_that_change(self):
        """The rules were remembered from before somebody changed them."""
        pipeline, buyer = self.env["customer.tier.pipeline"], self.buyers[0]

        def tier():
            self.env["customer.tier.run"]._grade_partners(buyer, self.company)
            self.env.invalidate_all()
            return self._standing(buyer).target_tier_id.name

        self.assertEqual(tier(), "Low")
        condition = self.program.tier_ids.condition_ids
        condition.value = 500
        self.assertEqual(tier(), "High")
        savepoint = self.env.cr.savepoint()
        self.env.cr.execute("UPDATE customer_tier_condition SET value = 700")
        self.env.invalidate_all()
        self.assertEqual(tier(), "Low")
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        self.assertEqual(tier(), "High")
        self.assertEqual(len(pipeline._policies(self.company, None, None)), 1)

    def test_metric_that_breaks(self):
        """One metric that cannot be read took the grading of a customer along."""
        metric = self.env["customer.tier.metric"].search([("code", "=", "contacts_counted")])
        self.env.cr.execute(
            "UPDATE customer_tier_metric SET record_domain = '[(''nothing'', ''='', 1)]' "
            "WHERE id = %s",
            [metric.id],
        )
        self.env.invalidate_all()
        self._create_order(self.buyers[0], 700, date=1)
        with self.assertLogs("odoo.addons.customer_tiering.models.customer_tier_gather"):
            self.env["customer.tier.run"]._grade_partners(self.buyers[0], self.company)
        self.env.invalidate_all()
        self.assertEqual(self._standing(self.buyers[0]).amount, 1300)

    def test_new_customer(self):
        """Whoever had no grading yet got none, or no line of history."""
        new = self._create_own_customer("New", (5, 2000))
        self.env["customer.tier.run"]._grade_partners(new, self.company)
        self.assertTrue(self._standing(new).tier_id)
        self.assertIn("first", self._standing(new).change_ids.mapped("direction"))
