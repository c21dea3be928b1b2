from odoo import fields
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCoupons(TestPointOfSaleHttpCommon):
    """A till where a company has a personal coupon, and nobody a coupon for everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("customer_tiering.group_manager")
        cls.env["loyalty.program"].search([]).action_archive()
        cls.owner, cls.stranger = cls.env["res.partner"].create(
            [{"name": f"Coupon {name}", "is_company": True} for name in ("Owner", "Stranger")]
        )
        cls.buyer = cls.env["res.partner"].create(
            {"name": "Coupon Buyer", "parent_id": cls.owner.id}
        )
        cls.coffee = cls.env["product.product"].create(
            {
                "name": "Coupon Coffee",
                "available_in_pos": True,
                "list_price": 100.0,
                "taxes_id": False,
            }
        )
        cls.personal, cls.anybody = (cls._create_program(kind) for kind in (True, False))
        cls.card = cls._create_card(cls.personal, "TILL-PERSONAL", cls.owner)
        cls.other = cls._create_card(cls.anybody, "TILL-ANYBODY", cls.env["res.partner"])
        cls.till = cls.main_pos_config
        cls.now = fields.Datetime.to_string(fields.Datetime.now())

    @classmethod
    def _create_program(cls, personal, kind="coupons"):
        return cls.env["loyalty.program"].create(
            {
                "name": f"Till {kind} {personal}",
                "program_type": kind,
                "trigger": "with_code",
                "applies_on": "current",
                "customer_personal": personal,
                "pos_config_ids": [Command.link(cls.main_pos_config.id)],
                "rule_ids": [Command.create({"minimum_qty": 0})],
                "reward_ids": [Command.create({"discount": 10, "required_points": 1})],
            }
        )

    @classmethod
    def _create_card(cls, program, code, partner):
        vals = {"program_id": program.id, "code": code, "partner_id": partner.id, "points": 1}
        return cls.env["loyalty.card"].with_context(loyalty_no_mail=True).create(vals)

    def _use(self, card, partner, user=None):
        till = self.till.with_user(user or self.pos_user)
        customer = partner.id if partner else False
        return till.use_coupon_code(card.code, self.now, customer, False)

    def _paid(self, partner, card):
        """An order of the till, as it is sent: coffee, less the reward of a coupon."""
        session = self.till.current_session_id
        lines = [
            {"product_id": self.coffee.id, "qty": 1, "price_unit": 100},
            {
                "product_id": card.program_id.reward_ids.discount_line_product_id.id,
                "qty": 1,
                "price_unit": -10,
                "is_reward_line": True,
                "reward_id": card.program_id.reward_ids.id,
                "coupon_id": card.id,
                "points_cost": 1,
            },
        ]
        for line in lines:
            amount = line["price_unit"]
            line.update(price_subtotal=amount, price_subtotal_incl=amount, tax_ids=[])
        return {
            "session_id": session.id,
            "company_id": self.till.company_id.id,
            "partner_id": partner.id,
            "state": "draft",
            "lines": [Command.create(line) for line in lines],
            "amount_total": 90,
            "amount_paid": 0,
            "amount_tax": 0,
            "amount_return": 0,
        }

    def test_at_the_till(self):
        """A coupon that was entered for its customer stayed when the cashier chose another, and a
        stranger got the discount; the buyer of the company was refused."""
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_personal_coupon")

    def test_by_code(self):
        """Nobody but the customer and its contacts may enter the code, with no customer chosen
        either; a gift card that is personal was everybody's at the till."""
        self.till.with_user(self.pos_user).open_ui()
        for partner in (self.owner, self.buyer):
            found = self._use(self.card, partner)
            self.assertTrue(found["successful"], partner.name)
            self.assertEqual(found["payload"]["partner_id"], partner.id)
        gift = self._create_program(True, "gift_card")
        gift = self._create_card(gift, "TILL-GIFT", self.owner)
        for card in (self.card, gift):
            for partner in (self.stranger, None, self.env["res.partner"].browse(2**31 - 1)):
                found = self._use(card, partner)
                self.assertFalse(found["successful"])
                self.assertIn("somebody else", found["payload"]["error_message"])
        # Core's rules hold for all others, and for what is over.
        self.assertTrue(self._use(self.other, self.stranger)["successful"])
        self.personal.date_to = fields.Date.subtract(fields.Date.today(), days=3)
        self.assertFalse(self._use(self.card, self.owner)["successful"])

    def test_what_a_till_sends(self):
        """A till that was tampered with, or has an old page open, sends an order paid with the
        coupon of somebody else, and it is taken."""
        self.till.with_user(self.pos_user).open_ui()
        Order = self.env["pos.order"].with_user(self.pos_user)
        for partner in (self.stranger, self.env["res.partner"]):
            with self.assertRaisesRegex(ValidationError, "somebody else"):
                Order.sync_from_ui([{**self._paid(partner, self.card), "uuid": "till-1"}])
        sent = Order.sync_from_ui([{**self._paid(self.buyer, self.card), "uuid": "till-2"}])
        order = Order.browse(sent["pos.order"][0]["id"])
        self.assertEqual(order.lines.coupon_id, self.card)
        # The customer of a draft is changed afterwards.
        with self.assertRaisesRegex(ValidationError, "somebody else"):
            order.partner_id = self.stranger
        Order.sync_from_ui([{**self._paid(self.stranger, self.other), "uuid": "till-3"}])

    def test_when_points_are_booked(self):
        """The line is sent without its coupon, which is booked afterwards."""
        self.till.with_user(self.pos_user).open_ui()
        Order = self.env["pos.order"].with_user(self.pos_user)
        vals = self._paid(self.stranger, self.card)
        vals["lines"][1][2].update(coupon_id=False, reward_identifier_code="abc")
        sent = Order.sync_from_ui([{**vals, "uuid": "till-4"}])
        order = Order.browse(sent["pos.order"][0]["id"])
        used = {"points": -1, "program_id": self.personal.id, "line_codes": ["abc"]}
        used["coupon_id"] = self.card.id
        with self.assertRaisesRegex(ValidationError, "somebody else"):
            order.confirm_coupon_programs({str(self.card.id): used})

    def _tiers(self):
        vals = {"name": "Till", "company_id": self.till.company_id.id}
        vals["tier_ids"] = [Command.create({"name": "Till Gold", "discount": 10})]
        return self.env["customer.tier.program"].sudo().create(vals)

    def _gold_owner(self):
        """The owner of coupons is Gold."""
        gold = self._tiers().tier_ids
        vals = {"partner_id": self.owner.id, "company_id": self.till.company_id.id}
        vals |= {"manual_tier_id": gold.id, "manual_reason": "Because"}
        return gold, self.env["customer.tier.standing"].sudo().create(vals)

    def test_only_for_a_tier(self):
        """What is only for Gold was everybody's at the till, by itself and by code."""
        gold, _standing = self._gold_owner()
        self.till.use_pricelist = False
        week = self._create_program(False, "promotion")
        week.write({"name": "Gold Week", "trigger": "auto", "customer_tier_ids": gold.ids})
        week.rule_ids.mode = "auto"
        code = self._create_program(False, "promo_code")
        code.write({"name": "Gold Code", "customer_tier_ids": gold.ids})
        code.rule_ids.write({"mode": "with_code", "code": "TILL-GOLD"})
        code.reward_ids.discount = 20
        self.other.program_id.customer_tier_ids = gold
        for partner, allowed in ((self.buyer, True), (self.stranger, False), (None, False)):
            used = self._use(self.other, partner)
            self.assertEqual(used["successful"], allowed)
            self.assertEqual("not for this" in str(used), not allowed)
        self.other.program_id.customer_tier_ids = False
        self.till.with_user(self.pos_user).open_ui()
        self.start_pos_tour("customer_tiering_limited_programs")

    def test_only_in_a_stage(self):
        """An offer to win somebody back was given at the till to who buys every week."""
        _gold, standing = self._gold_owner()
        offer = self._create_program(False, "promotion")
        offer.customer_stage = "dormant"

        def allowed(partner):
            self.env.invalidate_all()
            partner = partner.with_user(self.pos_user).with_company(self.till.company_id)
            return offer.id in (partner.pos_customer_programs or [])

        standing.lifecycle_stage = "loyal"
        self.assertFalse(allowed(self.buyer))
        standing.lifecycle_stage = "dormant"
        self.assertTrue(allowed(self.buyer))
        self.assertFalse(allowed(self.stranger))

    def test_limited_to_a_list(self):
        """A promotion limited to the till's list was lost by becoming Gold, whose discount is on
        top of it, and one limited to Gold's own list was known to no till."""
        lists = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user")._apply_group(lists)
        company = self.till.company_id
        self.till.use_pricelist = False
        self.env["product.pricelist"].search([]).action_archive()
        Pricelist = self.env["product.pricelist"]
        standard = Pricelist.create(
            {"name": "Till Standard", "company_id": company.id, "sequence": 0}
        )
        program = self._tiers()
        gold = program.tier_ids.own_pricelist_ids.filtered(
            lambda one: one.customer_tier_base_id == standard
        )
        self.assertTrue(gold)
        other = Pricelist.create({"name": "Other", "company_id": company.id})
        self.till.write(
            {
                "use_pricelist": True,
                "available_pricelist_ids": [Command.set(standard.ids)],
                "pricelist_id": standard.id,
            }
        )
        self.other.program_id.pricelist_ids = standard
        of_gold = self._create_program(False, "promotion")
        of_gold.pricelist_ids = gold
        elsewhere = self._create_program(False, "promotion")
        elsewhere.pricelist_ids = other
        self.till.with_user(self.pos_user).open_ui()
        known = self.env["loyalty.program"].with_user(self.pos_user)
        read = known._load_pos_data_read(
            self.till.with_user(self.pos_user)._get_program_ids(), self.till
        )
        lists = {vals["id"]: set(vals["pricelist_ids"]) for vals in read}
        self.assertEqual(lists[self.other.program_id.id], {standard.id, gold.id})
        self.assertEqual(lists[of_gold.id], {gold.id})
        self.assertNotIn(elsewhere.id, lists)
        for pricelist, allowed in ((standard, True), (gold, True), (other, False)):
            used = self.till.with_user(self.pos_user).use_coupon_code(
                self.other.code, self.now, self.stranger.id, pricelist.id
            )
            self.assertEqual(used["successful"], allowed, pricelist.name)
