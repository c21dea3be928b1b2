import random
import re

from odoo import fields
from odoo.addons.customer_tiering.explain.years import ExplainedYears
from odoo.fields import Command
from odoo.tests import tagged

from ..page_words import PortalWords
from .common import PageCase

CUSTOMERS = 500


@tagged("post_install", "-at_install")
class TestFigures(PageCase):
    """The figures of the page are those that colleagues see, for many customers with random
    orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random.seed(20261129)
        count = cls.env["customer.tier.metric"].search([("code", "=", "order_count")])
        cls.gold.condition_ids = [
            Command.create({"metric_id": count.id, "operator": ">=", "value": 3})
        ]
        cls.diamond.write(
            {
                "condition_match": "any",
                "condition_ids": [
                    Command.create({"metric_id": count.id, "operator": ">=", "value": 6})
                ],
            }
        )
        cls.crowd = cls.env["res.partner"].create(
            [
                {"name": f"Crowd {n}", "is_company": True, "company_id": cls.company.id}
                for n in range(CUSTOMERS)
            ]
        )
        # Nothing to deliver: beside stock, a thousand deliveries take minutes.
        cls.product.type = "service"
        line = {"product_id": cls.product.id, "tax_ids": False, "discount": 0.0}
        cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "date_order": fields.Datetime.subtract(
                        fields.Datetime.now(), days=random.randint(0, 500)
                    ),
                    "state": "sale",
                    "order_line": [
                        Command.create(
                            {**line, "price_unit": round(random.lognormvariate(8, 1.2), 2)}
                        )
                    ],
                }
                for partner in cls.crowd
                for _order in range(random.randint(0, 7))
            ]
        )
        cls._grade()

    def _numbers_in(self, text):
        return {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}

    def test_equal_to_the_backend(self):
        """For one customer in a hundred the page said another amount than the salesperson read."""
        standings = self.env["customer.tier.standing"].search(
            [("partner_id", "in", self.crowd.ids), ("policy_id", "!=", False)]
        )
        self.assertGreater(len(standings), 400)
        compared = 0
        policy = standings.policy_id
        self.assertEqual(len(policy), 1)
        for standing in standings.sudo():
            numbers = policy._values(standing.numbers)
            theirs = ExplainedYears(standing, policy.rules, numbers)
            ours = PortalWords(standing, policy.rules, numbers)
            ours.dated = False
            sentence, step = theirs.next(), ours.step_up()
            if step and step["ways"]:
                with self.subTest(standing.partner_id.name):
                    compared += 1
                    told = self._numbers_in(" ".join(way.text for way in step["ways"]))
                    # “One more order” has no digit there.
                    known = self._numbers_in(sentence.replace("one more order", "1 more order"))
                    self.assertLessEqual(told, known, (sentence, step))
                    self.assertIn(step["tier"], sentence)
            rows = {row["name"]: row["value"] for row in theirs.rows()}
            for way in (step or {}).get("ways", ()):
                self.assertIn(way.done, rows.values())
        self.assertGreater(compared, 300)

    def test_orders_add_up_to_the_amount(self):
        """For one customer in a hundred the orders on the page came to another sum than the amount
        that the salesperson read."""
        standings = self.env["customer.tier.standing"].search(
            [("partner_id", "in", self.crowd.ids), ("order_count", ">", 0)]
        )
        self.assertGreater(len(standings), 300)
        policy, Page = standings.policy_id, self.env["customer.tier.page"]
        for standing in standings.sudo():
            words = PortalWords(standing, policy.rules, policy._values(standing.numbers))
            rows = Page._orders(standing, words)["orders"]
            told = sum(float(re.sub(r"[^\d.]", "", row["amount"])) for row in rows)
            with self.subTest(standing.partner_id.name):
                self.assertAlmostEqual(told, standing.amount)
