from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import ScenarioCase


@tagged("post_install", "-at_install")
class TestDiscountCost(ScenarioCase):
    """What discounts come to, against each order priced by the real list."""

    def _buy(self, partner, *bought, **vals):
        """A confirmed order at the prices that the customer has.

        :param bought: numbers of the usual product, or one of another product
        """
        lines = [
            {"product_id": self.product.id, "product_uom_qty": one}
            if isinstance(one, int)
            else {"product_id": one.id}
            for one in bought
        ]
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "order_line": [Command.create({**line, "tax_ids": False}) for line in lines],
                **vals,
            }
        )
        order.action_confirm()
        return order

    def _cost(self, orders, tier):
        """What the discount of a tier comes to on some orders, line by line by its list."""
        cost = 0
        for line in orders.order_line:
            base = line._customer_price_by(tier.pricelist_id.customer_tier_base_id)[0]
            cost += (base - line._customer_price_by(tier.pricelist_id)[0]) * line.product_uom_qty
        return cost

    def test_as_repriced(self):
        """The cost of a discount is off by what was typed, excepted or rounded."""
        gold = self.customers[5]
        orders = self._buy(gold, 3, 7, 11) | self._buy(gold, 2)
        self.assertEqual(set(orders.mapped("customer_tier_discount")), {10.0})
        self._grade()
        scenario = self._try(lines={("discount", self.gold): 12})
        found = self._compare(scenario)
        older = self._old_amount()
        now = found.now[self.gold.id, "cost"] - older * 0.10
        self.assertAlmostEqual(now, self._cost(orders, self.gold), delta=0.005 * now)
        then = found.then[self.gold.id, "cost"] - older * 0.12
        self.gold.discount = 12
        self.assertAlmostEqual(then, self._cost(orders, self.gold), delta=0.005 * then)

    def _old_amount(self):
        """What Gold bought without a list."""
        standings = self.env["customer.tier.standing"].search([("tier_id", "=", self.gold.id)])
        old = self.env["sale.order"].search(
            [
                ("partner_id", "in", standings.partner_id.ids),
                ("company_id", "=", self.company.id),
                ("customer_tier_discount", "=", 0),
            ]
        )
        return sum(old.mapped("amount_untaxed"))

    def test_exceptions_drop_out(self):
        """A product with a price of its own follows no percentage, and counted as if it did."""
        special = self._create_product(name="Special", list_price=500.0)
        self.gold.pricelist_id.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": special.id,
                    "compute_price": "fixed",
                    "fixed_price": 500.0,
                }
            )
        ]
        gold = self.customers[5]
        before = self._compare(self._try()).now[self.gold.id, "listed"]
        order = self._buy(gold, 10, special)
        self._grade()
        self.assertEqual(order.amount_untaxed, 900 + 500)
        listed = self._compare(self._try()).now[self.gold.id, "listed"] - before
        self.assertAlmostEqual(listed, 1000)

    def test_changed_after_confirmation(self):
        """A line that was added later makes the discount look like a surcharge."""
        gold = self.customers[5]
        before = self._compare(self._try()).now
        order = self._buy(gold, 10)
        kept = order.customer_list_amount
        order.order_line[0].product_uom_qty = 50
        # What is kept follows; before 19.0.1.7.0 it stayed what it was.
        for amount, estimate in ((order.customer_list_amount, 0.0), (kept, order.amount_untaxed)):
            order.customer_list_amount = amount
            self._grade()
            after = self._compare(self._try()).now
            listed, guessed = (
                after[self.gold.id, name] - before[self.gold.id, name]
                for name in ("listed", "guessed")
            )
            self.assertAlmostEqual(listed, 5000)
            self.assertAlmostEqual(guessed, estimate)

    def test_own_prices(self):
        """A customer with a list of its own is counted as if a tier's discount moved it."""
        agreed = self._create_pricelist("Agreed", company_id=self.company.id)
        gold = self.customers[5]
        before = self._compare(self._try()).now
        order = self._buy(gold, 10, pricelist_id=agreed.id)
        self._grade()
        after = self._compare(self._try()).now
        self.assertEqual(after[self.gold.id, "listed"], before[self.gold.id, "listed"])
        self.assertEqual(after[self.gold.id, "own"], order.amount_untaxed)

    def test_older_orders_are_marked(self):
        """An estimate that looks like a fact."""
        scenario = self._try(lines={("discount", self.gold): 12})
        self.assertIn("For 100 % of what was ordered the discount is estimated", scenario.results)

    def test_before_the_year(self):
        """What was bought two years ago is in a sum that says twelve months."""
        before = self._compare(self._try()).now[self.gold.id, "bought"]
        order = self._buy(self.customers[5], 10)
        order.date_order -= timedelta(days=500)
        self._grade()
        self.assertEqual(self._compare(self._try()).now[self.gold.id, "bought"], before)
