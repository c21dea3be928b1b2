from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestDesk(TieringCommon):
    """Settings, exports and contacts, where salespeople and administrators meet them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(tiers=["Bronze", "Silver", "Gold"])

    def test_both_bounds_lowered_at_once(self):
        """The settings wrote one bound after the other, and refused two that fit together."""
        Settings = self.env["res.config.settings"].with_company(self.company)
        for low, medium in ((40, 30), (95, 90), (80, 50)):
            with self.subTest(low=low, medium=medium):
                Settings.create(
                    {"customer_credit_low_from": low, "customer_credit_medium_from": medium}
                ).execute()
                self.assertEqual(self.company.customer_credit_low_from, low)
                self.assertEqual(self.company.customer_credit_medium_from, medium)
        # One alone leaves the other as it is.
        settings = Settings.create({"customer_credit_low_from": 85})
        settings.execute()
        self.assertEqual(self.company.customer_credit_medium_from, 50)
        settings.write({"customer_credit_medium_from": 60})
        self.assertEqual(self.company.customer_credit_low_from, 85)
        self.assertEqual(self.company.customer_credit_medium_from, 60)
        self.assertEqual(Settings.new({}).customer_credit_medium_from, 60)

    def test_exporting_customers(self):
        """An export of the day of the last order worked out for each customer why it is in its
        tier; and in a second language it repeated the words of the first."""
        customers = self.env["res.partner"].create(
            [{"name": str(number), "is_company": True} for number in range(20)]
        )
        for customer in customers:
            self._create_order(customer, 10)
        self._grade()
        for name in ("customer_last_order_date", "customer_tier_since"):
            counts = []
            for some in (customers[:1], customers[:1], customers):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                some.with_user(self.salesperson).read([name])
                counts.append(self.env.cr.sql_log_count - before)
            self.assertLessEqual(counts[2], counts[1] + 2, name)
        field = self.env["res.partner"]._fields["customer_next_order_text"]
        self.assertIn("lang", self.env.registry.field_depends_context[field])
        self.assertTrue(customers[0].customer_tier_explanation)

    def test_contact_joins_a_company(self):
        """The company kept the tier that it had without the orders of the person who joined, and
        the person the tier of those orders, until the next night."""
        person, firm = self._create_customer("Person", is_company=False), self._create_customer()
        self._create_order(person, 100)
        self._grade()
        self.assertTrue(self._standing(person))
        stale = self.env["customer.tier.stale"]
        stale.search([]).unlink()
        person.with_user(self.salesperson).name = "Person of the firm"
        self.assertFalse(stale.search([]))
        person.with_user(self.salesperson).parent_id = firm
        self.assertEqual(stale.search([]).partner_id, person | firm)
        self.assertEqual(stale.search([]).company_id, self.company)
        self.env["customer.tier.run"].sudo()._grade_partners(person | firm, self.company)
        self.assertEqual(self._standing(firm).amount, 100)
