from odoo.addons.customer_tiering.tests.sale_common import SaleOrderCommon
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAudience(SaleOrderCommon):
    """Promotions for some tiers, and coupons that are personal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).action_archive()
        cls.promotion = cls._create_promotion("Gold Week", customer_tier_ids=cls.gold.ids)

    @classmethod
    def _create_promotion(cls, name, kind="promotion", rule=None, **vals):
        vals["customer_tier_ids"] = [Command.set(vals.pop("customer_tier_ids", []))]
        return cls.env["loyalty.program"].create(
            {
                "name": name,
                "program_type": kind,
                "trigger": "with_code" if rule or kind == "coupons" else "auto",
                "applies_on": "current",
                "rule_ids": [Command.create(rule or {})],
                "reward_ids": [Command.create({"reward_type": "discount", "discount": 5})],
                **vals,
            }
        )

    def _offered(self, order):
        order._update_programs_and_rewards()
        rewards = order._get_claimable_rewards()
        return {reward.program_id for found in rewards.values() for reward in found}

    def test_of_the_tier_alone(self):
        """What is for Gold is offered to everybody."""
        self.assertIn(self.promotion, self._offered(self._quote()))
        self.assertNotIn(self.promotion, self._offered(self._quote(self.plain)))
        other = self._create_customer("Diamond Customer")
        self._set_tier(other, self.diamond)
        self.assertNotIn(self.promotion, self._offered(self._quote(other)))

    def test_by_code(self):
        """A code that went round the village gives Gold's discount to everybody."""
        rule = {"mode": "with_code", "code": "GOLD5"}
        self._create_promotion("By Code", "promo_code", rule, customer_tier_ids=self.gold.ids)
        self.assertIn("error", self._quote(self.plain)._try_apply_code("GOLD5"))
        self.assertNotIn("error", self._quote()._try_apply_code("GOLD5"))

    def test_by_the_wizards(self):
        """What the order itself refuses, the wizards of the core gave."""
        rule = {"mode": "with_code", "code": "GOLD6"}
        self._create_promotion("By Code", "promo_code", rule, customer_tier_ids=self.gold.ids)
        for partner, allowed in ((self.contact, True), (self.plain, False)):
            order = self._quote(partner)
            order._update_programs_and_rewards()
            wizard = self.env["sale.loyalty.reward.wizard"].create({"order_id": order.id})
            coupon = self.env["sale.loyalty.coupon.wizard"].create(
                {"order_id": order.id, "coupon_code": "GOLD6"}
            )
            with self.subTest(partner.name):
                found = self.promotion.reward_ids in wizard.reward_ids
                self.assertEqual(found, allowed)
                if allowed:
                    coupon.action_apply()
                else:
                    with self.assertRaises(ValidationError):
                        coupon.action_apply()

    def test_another_customer(self):
        """A quotation is begun for Gold and given to somebody else with its reward."""
        order = self._quote()
        reward = self.promotion.reward_ids
        order._update_programs_and_rewards()
        card = order._get_claimable_rewards()
        self.assertTrue(card)
        order._apply_program_reward(reward, next(iter(card)))
        self.assertTrue(order.order_line.filtered("reward_id"))
        order.partner_id = self.plain
        order._update_programs_and_rewards()
        self.assertFalse(order.order_line.filtered("reward_id"))

    def test_stage(self):
        """A win-back offer is given to who buys every week."""
        self.promotion.write({"customer_tier_ids": False, "customer_stage": "dormant"})
        self.assertNotIn(self.promotion, self._offered(self._quote()))
        self._standing(self.customer).sudo().lifecycle_stage = "dormant"
        self.env.invalidate_all()
        self.assertIn(self.promotion, self._offered(self._quote()))

    def test_limited_to_a_list(self):
        """A promotion limited to the standard list was lost by becoming Gold, whose discount is on
        top of that list: the better tier paid more."""
        standard = self.gold_list.customer_tier_base_id
        self.assertTrue(standard)
        rule = {"mode": "with_code", "code": "LISTED"}
        self.promotion.write({"customer_tier_ids": False, "pricelist_ids": standard.ids})
        self._create_promotion("Code", "promo_code", rule, pricelist_ids=standard.ids)
        elsewhere = self._create_promotion("Elsewhere", pricelist_ids=self.special_list.ids)
        of_gold = self._create_promotion("Of Gold", pricelist_ids=self.gold_list.ids)
        for order in (self._quote(), self._quote(self.plain)):
            offered = self._offered(order)
            self.assertIn(self.promotion, offered)
            self.assertNotIn(elsewhere, offered)
            self.assertEqual(of_gold in offered, order.pricelist_id == self.gold_list)
            self.assertNotIn("error", order._try_apply_code("LISTED"))
        by_hand = self._quote_by_hand()
        self.assertEqual(self._offered(by_hand), {elsewhere})
        self.assertIn("error", by_hand._try_apply_code("LISTED"))

    def test_for_everybody(self):
        """A promotion without tiers ends with the addon's installation."""
        self.promotion.customer_tier_ids = False
        self.assertIn(self.promotion, self._offered(self._quote(self.plain)))

    def test_other_company(self):
        """A tier of another company is chosen, and nobody ever gets the promotion."""
        self.promotion.company_id = self.company
        tier = self._create_program(tiers=["Theirs"], company=self.company_b).tier_ids
        with self.assertRaisesRegex(ValidationError, "choose tiers of that company"):
            self.promotion.customer_tier_ids = tier

    def test_at_most_one_query_more(self):
        """Each promotion asks for the tier again."""
        order = self._quote()
        order._get_program_domain()
        order.invalidate_recordset(["customer_tier_id", "customer_lifecycle_stage"])
        before = self.env.cr.sql_log_count
        order._get_program_domain()
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)

    # Personal coupons

    def _coupon(self, partner, **vals):
        program = self._create_promotion("Coupons", "coupons", **vals)
        return self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id, "points": 1}
        )

    def test_personal(self):
        """A coupon made out to one customer is used by another."""
        card = self._coupon(self.customer, customer_personal=True)
        refused = self._quote(self.plain)._try_apply_code(card.code)
        self.assertIn("somebody else", refused["error"])
        # Also by its contacts.
        for partner in (self.customer, self.contact, self.other_contact):
            with self.subTest(partner.name):
                self.assertNotIn("error", self._quote(partner)._try_apply_code(card.code))
        foreign = self._quote(self.plain)
        self.assertIn("error", foreign._try_apply_program(card.program_id, card))

    def test_personal_after_a_change(self):
        """The coupon stays on a quotation that is given to another customer."""
        card = self._coupon(self.customer, customer_personal=True)
        order = self._quote()
        order._try_apply_code(card.code)
        order._apply_program_reward(card.program_id.reward_ids, card)
        self.assertTrue(order.order_line.filtered("coupon_id"))
        order.partner_id = self.plain
        order._update_programs_and_rewards()
        self.assertFalse(order.order_line.filtered("coupon_id"))
        self.assertFalse(order.applied_coupon_ids)

    def test_transferable(self):
        """Coupons of the core stop working for whoever got them as a present."""
        card = self._coupon(self.customer)
        self.assertNotIn("error", self._quote(self.plain)._try_apply_code(card.code))
