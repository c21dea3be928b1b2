from odoo.addons.customer_tiering.tests.common import GradingCase
from odoo.addons.customer_tiering.tests.facts_common import FactsCase
from odoo.addons.customer_tiering.tests.sale_common import SaleOrderCommon
from odoo.fields import Command
from odoo.tests import tagged


class LoyaltyCase(GradingCase):
    """A gift card, and a promotion that gives something away."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card_product = cls._create_product(name="Gift Card", type="service")
        cls.card_program = cls._create_loyalty(
            "gift_card",
            {"reward_type": "discount", "discount_mode": "per_point", "discount": 1},
            trigger_product_ids=[Command.set(cls.card_product.ids)],
        )
        cls.promotion = cls._create_loyalty(
            "promotion",
            {"reward_type": "product", "reward_product_id": cls.product.id},
            trigger="auto",
        )

    @classmethod
    def _create_loyalty(cls, kind, reward, **vals):
        return cls.env["loyalty.program"].create(
            {
                "name": kind,
                "program_type": kind,
                "company_id": cls.company.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create(reward)],
                **vals,
            }
        )

    def _paid_by(self, program, buyer, *lines, paid=100.0):
        """An order of which a reward of a programme takes away so much."""
        reward = program.reward_ids
        line = {
            "product_id": reward.discount_line_product_id.id or self.product.id,
            "name": "Reward",
            "price_unit": -paid,
            "reward_id": reward.id,
        }
        return self._create_order(buyer, date=10, lines=[*lines, line])


@tagged("post_install", "-at_install")
class TestLoyalty(LoyaltyCase):
    """Gift cards, rewards and discounts of loyalty programmes."""

    def test_paid_by_gift_card(self):
        """A customer whose only order a gift card paid was a mere prospect."""
        self._create_measuring_program("quantity", "product_count", "recency_days")
        buyer = self._create_own_customer("Buyer")
        self._paid_by(self.card_program, buyer, {"price_unit": 100.0})
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual((standing.amount, standing.order_count), (0, 1))
        self.assertEqual(standing.lifecycle_stage, "new")
        self.assertEqual(self._values(buyer)["quantity"], 1)
        self.assertEqual(self._values(buyer)["product_count"], 1)

    def test_given_away(self):
        """What a promotion gave away for nothing is no order, and no goods."""
        self._create_measuring_program("quantity")
        buyer = self._create_own_customer("Buyer")
        self._paid_by(self.promotion, buyer, {"price_unit": 100.0})
        self._grade()
        self.assertEqual(self._standing(buyer).order_count, 0)
        self._create_order(
            buyer,
            date=5,
            lines=[
                {"price_unit": 30},
                {"price_unit": 0, "name": "Given", "reward_id": self.promotion.reward_ids.id},
            ],
        )
        self._grade()
        self.assertEqual(self._standing(buyer).order_count, 1)
        self.assertEqual(self._values(buyer)["quantity"], 2)

    def test_gift_card_sold(self):
        """A gift card that is sold is money, not a product."""
        self._create_measuring_program("quantity", "product_count")
        buyer = self._create_own_customer("Buyer")
        self._create_order(
            buyer, date=5, lines=[{"product_id": self.card_product.id, "price_unit": 50}]
        )
        self._grade()
        self.assertEqual(self._standing(buyer).amount, 50)
        self.assertEqual(self._values(buyer)["quantity"], 0)
        self.assertEqual(self._values(buyer)["product_count"], 0)


@tagged("post_install", "-at_install")
class TestInvoicedLoyalty(FactsCase, LoyaltyCase):
    """The same where it is invoiced, and where what was invoiced counts."""

    def test_paid_by_gift_card(self):
        """Where invoices count, who paid by gift card had still bought nothing; what a promotion
        gave away is no purchase there either."""
        program = self._create_measuring_program("recency_days")
        program.basis = "invoiced"
        buyer, lucky = self._create_own_customer("Buyer"), self._create_own_customer("Lucky")
        card = self._paid_by(self.card_program, buyer, {"price_unit": 100.0})
        gift = self._paid_by(self.promotion, lucky, {"price_unit": 100.0})
        for order in (card, gift):
            self._invoice(order, 10)
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual((standing.amount, standing.order_count), (0, 1))
        self.assertEqual(standing.lifecycle_stage, "new")
        self.assertEqual(self._standing(lucky).order_count, 0)

    def test_paid_by_gift_card_and_credited(self):
        """An order that a gift card paid was credited with all its lines, and stayed an order for
        ever, as a total of nothing cannot come back; another was none with half of it sent back, as
        the money for that was more than had been paid beside the card."""
        for basis in ("ordered", "invoiced"):
            with self.subTest(basis):
                program = self._create_measuring_program("recency_days", basis=basis)
                program.domain = f"[('ref', '=', '{basis}')]"
                buyer, half = (self._create_own_customer(name, ref=basis) for name in "AB")
                order = self._paid_by(self.card_program, buyer, {"price_unit": 100.0})
                self._credit(self._invoice(order, 10), 5)
                order = self._paid_by(
                    self.card_program,
                    half,
                    {"price_unit": 100.0, "product_uom_qty": 2},
                    paid=120.0,
                )
                refund = self._credit(self._invoice(order, 10), 5, post=False, quantity=1)
                refund.invoice_line_ids = [Command.unlink(refund.invoice_line_ids[1].id)]
                refund.action_post()
                self._grade()
                self.assertEqual(self._counted(buyer), (0, 0))
                self.assertFalse(self._standing(buyer).last_order_date)
                self.assertEqual(self._counted(half), (-20, 1))


@tagged("post_install", "-at_install")
class TestPricesWithRewards(SaleOrderCommon):
    """What a tier's prices come to beside what a promotion gives."""

    def test_reward(self):
        """With any reward, or a free delivery, the quotation said that its prices are others than
        those of its list, and no update ended that."""
        self.env["loyalty.program"].search([]).action_archive()
        self.env["loyalty.program"].create(
            {
                "name": "Five Percent",
                "program_type": "promotion",
                "trigger": "auto",
                "company_id": self.company.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"reward_type": "discount", "discount": 5})],
            }
        )
        for partner, amount, saving in ((self.customer, 85.5, 10.0), (self.plain, 95.0, 0.0)):
            order = self._quote(partner).sudo()
            order._update_programs_and_rewards()
            for coupon, reward in order._get_claimable_rewards().items():
                order._apply_program_reward(reward, coupon)
            self.assertEqual(order.amount_untaxed, amount)
            self.assertFalse(order.customer_prices_differ)
            self.assertEqual(order.customer_tier_saving, saving)
