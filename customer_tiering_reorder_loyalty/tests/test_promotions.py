from datetime import timedelta

from odoo.addons.customer_tiering_reorder.controllers.reorder_page import LIMIT
from odoo.tests import HttpCase, tagged

from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestPromotions(OfferCase, HttpCase):
    """What is on offer, in the four places where products are suggested."""

    def _promotions(self):
        self.env.invalidate_all()
        return self.env["customer.product.suggestion"]._promotions(self.buyer, self.company)

    def test_running(self):
        """The salesperson learns of a promotion from the customer."""
        self._create_loyalty(
            "promotion",
            name="Autumn",
            date_to=self.noon.date() + timedelta(days=3),
            reward={"description": "5% on your order"},
        )
        (text,) = self._promotions()
        self.assertIn("Autumn: 5% on your order, until ", text)

    def test_minimum(self):
        program = self._create_loyalty("promotion", name="Large orders")
        program.rule_ids.minimum_amount = 300
        self.assertIn("300", self._promotions()[0])

    def test_not_for_this_customer(self):
        """A customer is promised what its order then does not get."""
        tier = self._standing(self.buyer).tier_id
        other = tier.program_id.tier_ids - tier
        program = self._create_loyalty("promotion")
        for vals, count in (
            ({"customer_tier_ids": [(6, 0, other.ids)]}, 0),
            ({"customer_tier_ids": [(6, 0, tier.ids)]}, 1),
            ({"date_to": self.noon.date() - timedelta(days=3)}, 0),
            ({"date_to": False, "sale_ok": False}, 0),
            ({"sale_ok": True, "active": False}, 0),
            ({"active": True, "limit_usage": True, "max_usage": 1}, 1),
        ):
            with self.subTest(vals):
                program.write(vals)
                self.assertEqual(len(self._promotions()), count)

    def test_codes_stay_secret(self):
        """Everybody gets a code that was meant for some."""
        self._create_loyalty("promo_code", trigger="with_code")
        self.assertFalse(self._promotions())

    def test_of_another_company(self):
        self._create_loyalty("promotion", company_id=self.company_b.id)
        self.assertFalse(self._promotions())

    def test_four_places(self):
        """On the page stands what the salesperson does not see on the quotation."""
        LIMIT.forget()
        self._create_loyalty("promotion", name="Autumn", reward={"description": "A gift"})
        reminder = self._begin(("email", 0))
        seller = reminder.with_user(self.salesperson)
        self.assertIn("Autumn", str(seller.suggestion_html))
        partner = self.buyer.with_user(self.salesperson).with_company(self.company)
        self.assertIn("Autumn", str(partner.customer_suggestion_html))
        order = self._create_order(self.buyer, 10, state="draft", user_id=self.salesperson.id)
        action = order.with_user(self.salesperson).action_customer_suggest()
        wizard = self.env["customer.product.suggest"].browse(action["res_id"])
        self.assertIn("Autumn: A gift", wizard.promotions)
