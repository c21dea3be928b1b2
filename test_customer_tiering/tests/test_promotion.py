from odoo.addons.customer_tiering.hooks import uninstall_hook
from odoo.addons.customer_tiering.tests.sale_common import SaleOrderCommon
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPromotion(SaleOrderCommon):
    """A running promotion needs the list of a tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promotion = cls.env["loyalty.program"].create(
            {
                "name": "Promotion",
                "program_type": "promotion",
                "pricelist_ids": [Command.set(cls.gold_list.ids)],
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"reward_type": "discount", "discount": 5})],
            }
        )

    def test_one_rule(self):
        """By some ways the list was put away under the promotion, by others the core refused in
        words that name neither tier nor remedy."""
        unused = self.env["customer.tier"].create(
            {"name": "Unused", "program_id": self.program.id, "sequence": 99, "discount": 30}
        )
        self.promotion.pricelist_ids += unused.pricelist_id
        ways = {
            "another list": lambda: self.gold.write({"pricelist_id": self.special_list.id}),
            "discount 0": lambda: self.gold.write({"discount": 0}),
            "archived tier": self.gold.action_archive,
            "archived programme": self.program.action_archive,
            "switched off": lambda: self.program.write({"gives_prices": False}),
            "deleted tier": unused.unlink,
        }
        for way, do in ways.items():
            with self.subTest(way):
                with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                    do()
                self.assertIn("Take it out there first", str(caught.exception))
                self.assertIn(
                    "“Unused”" if way == "deleted tier" else "“Gold”", str(caught.exception)
                )
                self.env.invalidate_all(flush=False)
                self.assertTrue(self.gold_list.active)
        self.promotion.pricelist_ids -= self.gold_list
        self.gold.discount = 0
        self.assertFalse(self.gold_list.active)

    def test_uninstalling(self):
        """Uninstalling failed while a promotion used a tier's list."""
        self._quote().action_confirm()
        uninstall_hook(self.env)
        self.env.invalidate_all()
        self.assertFalse(self.gold_list.active)
        self.assertTrue(self.promotion.active)
