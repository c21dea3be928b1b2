from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import GradingCase


@tagged("post_install", "-at_install")
class TestOrderMetrics(GradingCase):
    """Margin, growth and ratios from real orders."""

    def test_margin_from_todays_cost(self):
        """Two boxes of 12 at 100 each with a piece cost of 5: margin 80 of 200; a return takes
        its part back."""
        dozen = self.env.ref("uom.product_uom_dozen")
        product = self._create_product(standard_price=5.0)
        buyer = self._create_own_customer("Buyer")
        line = {"product_id": product.id, "product_uom_id": dozen.id, "price_unit": 100.0}
        self._create_order(buyer, date=10, lines=[{**line, "product_uom_qty": 2}])
        self._create_order(buyer, date=5, lines=[{**line, "product_uom_qty": -1}])
        self._create_measuring_program("margin", "margin_rate")
        self._grade()
        values = self._values(buyer)
        self.assertAlmostEqual(values["margin"], 40.0)
        self.assertAlmostEqual(values["margin_rate"], 40.0)

    def test_margin_in_company_currency_and_cost_of_the_company(self):
        """Revenue is converted at the order's rate; each company has its own cost."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids = [Command.clear()] + [
            Command.create({"name": "2000-01-01", "rate": 2.0, "company_id": self.company.id})
        ]
        dollars = self._create_pricelist("Dollars", currency_id=dollar.id)
        product = self._create_product()
        product.with_company(self.company).standard_price = 30
        product.with_company(self.company_b).standard_price = 999
        buyer = self._create_own_customer("Buyer")
        self._create_order(
            buyer,
            date=10,
            lines=[{"product_id": product.id, "price_unit": 100.0}],
            pricelist_id=dollars.id,
        )
        self._create_measuring_program("margin")
        self._grade()
        self.assertAlmostEqual(self._values(buyer)["margin"], 20.0)

    def test_growth(self):
        """150 after 100 is 50 %; who bought nothing before has no growth."""
        grown = self._create_own_customer("Grown", (500, 100), (100, 150))
        new = self._create_own_customer("New", (100, 150))
        self._create_measuring_program("growth")
        self._grade()
        self.assertEqual(self._values(grown)["growth"], 50)
        self.assertIsNone(self._values(new)["growth"])

    def test_growth_needs_a_period(self):
        """There is nothing before all of history."""
        with self.assertRaisesRegex(ValidationError, "number of months"):
            self._metric("growth").copy({"code": "growth_ever", "window_months": 0})

    def test_ratio_of_two_metrics(self):
        """The share of this year in all that was ever bought, without its parts being
        indicators."""
        buyer = self._create_own_customer("Buyer", (500, 300), (100, 100))
        ratio = self.env["customer.tier.metric"].create(
            {
                "name": "Share of this year",
                "code": "share_of_year",
                "kind": "ratio",
                "numerator_id": self._metric("amount").id,
                "denominator_id": self._metric("amount_total").id,
            }
        )
        self.assertEqual(ratio.unit, "percent")
        self._create_measuring_program("share_of_year")
        self._grade()
        self.assertEqual(self._values(buyer)["share_of_year"], 25)
        for vals in (
            {"numerator_id": ratio.id},
            {"denominator_id": False},
        ):
            with self.assertRaises(ValidationError):
                ratio.copy({"code": "other", **vals})
        with self.assertRaisesRegex(ValidationError, "therefore cannot become"):
            self._metric("amount_total").write(
                {
                    "kind": "ratio",
                    "numerator_id": self._metric("margin").id,
                    "denominator_id": self._metric("growth").id,
                }
            )
