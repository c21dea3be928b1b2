from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestNewUser(TieringCommon):
    def test_same_choices_in_the_users_language(self):
        """A Chinese administrator read “High risk” in the credit table, the special approvals and
        the credit changes, where the customer's own form was in Chinese."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for addon in ("customer_tiering", "customer_tiering_credit_control"):
            self.env.ref(f"base.module_{addon}")._update_translations("zh_CN")
        for model, name in (
            ("customer.credit.rule", "credit_band"),
            ("customer.credit.approval", "credit_band"),
            ("customer.credit.change", "credit_band"),
        ):
            with self.subTest(model=model):
                chinese = self.env[model].with_context(lang="zh_CN")
                standing = self.env["customer.tier.standing"].with_context(lang="zh_CN")
                self.assertEqual(
                    chinese.fields_get([name])[name]["selection"],
                    standing.fields_get([name])[name]["selection"],
                )
                self.assertNotEqual(
                    chinese.fields_get([name])[name]["selection"],
                    self.env[model]
                    .with_context(lang="en_US")
                    .fields_get([name])[name]["selection"],
                )
