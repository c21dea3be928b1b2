from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering_reorder.tests.security_common import ReorderSecurityCase
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {
    "customer.reminder.effect": rows(
        refused="offer_cost offer_count offer_difference offer_from offer_given_count "
        "offer_margin_difference offer_margin_from offer_margin_per_offer offer_margin_to "
        "offer_ordered_count offer_to offer_words plain_count plain_ordered_count"
    ),
    "customer.reminder.rule": rows(empty="has_offer offer_note"),
    "customer.reminder.step": rows(refused="offer_code offer_text"),
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, ReorderSecurityCase, AttackCase):
    addon = "customer_tiering_reorder_loyalty"
    computed = COMPUTED
    silent = {
        # Of a rule without offers.
        "customer.reminder.effect": {*COMPUTED["customer.reminder.effect"]},
        "customer.reminder.rule": {"has_offer", "offer_note"},
        "customer.reminder.step": {"offer_code", "offer_text"},
    }


@tagged("post_install", "-at_install")
class TestOfferRights(ReorderSecurityCase):
    """Who may make offers, and take them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coupons = cls.env["loyalty.program"].create(
            {
                "name": "Coupons",
                "program_type": "coupons",
                "company_id": cls.company.id,
                "reward_ids": [Command.clear(), Command.create({"discount": 5})],
            }
        )

    def test_who_makes_offers(self):
        """Salespeople give themselves a budget."""
        step = self.records["customer.reminder.rule.step"]
        for user in (self.salesperson, self.officer):
            with self.assertRaises(AccessError):
                step.with_user(user).offer_budget = 1_000_000
            with self.assertRaises(AccessError):
                self.records["customer.reminder.rule"].with_user(user).offer_share = 100
            with self.assertRaises(AccessError):
                self.records["customer.reminder"].with_user(user).offer_until = "2030-01-01"
        for name in ("offer_step_id", "offer_card_id", "offered_on", "offer_void"):
            with self.assertRaises(AccessError):
                self.records["customer.reminder"].with_user(self.manager).write({name: False})

    def test_private_methods(self):
        """Coupons are made, or ended, by whoever calls a method."""
        for model, methods in {
            "customer.reminder": (
                *("_give_offer", "_void_offers", "_renew_offers", "_change_points"),
                *("_offer_text", "_offer_refusal"),
            ),
            "customer.reminder.rule.step": ("_claim_budget", "_release_budget"),
            "customer.reminder.step": ("_make_ready", "_make_offer"),
            "sale.order": (
                *("_customer_offer_apply", "_customer_offer_enter", "_customer_refused"),
                "_customer_has_offer",
            ),
            "loyalty.card": ("_customer_is_personal",),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)

    def test_of_another_company(self):
        """Coupons that customers of one company hold are known in another."""
        theirs = self.records["customer.reminder"].with_user(self.manager_b)
        for name in ("offer_card_id", "offer_refusal", "offer_cost"):
            with self.assertRaises(AccessError):
                theirs.read([name])
