from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OverviewCase


@tagged("post_install", "-at_install")
class TestDigest(OverviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env["digest.digest"].create(
            {"name": "Ours", "company_id": cls.company.id, "kpi_customer_promoted": True}
        )

    def _value(self, name, user=None, days=7):
        now = datetime.now() + timedelta(days=1)
        digest = self.digest.with_user(user or self.manager).with_context(
            start_datetime=now - timedelta(days=days), end_datetime=now
        )
        digest.invalidate_recordset()
        return digest[f"{name}_value"]

    def test_same_as_the_list(self):
        """The digest tells of other promotions than the list that it opens."""
        rising = self._create_own_customer("Rising", (20, 400))
        falling = self._create_own_customer("Falling", (360, 6000), (10, 20))
        self._grade(as_of=self._days_ago(8))
        self._create_order(rising, 4000, date=1)
        self._grade()
        self.assertEqual(self._standing(rising).tier_id, self.silver)
        changes = self.env["customer.tier.change"].search(
            [("standing_id.company_id", "=", self.company.id), ("direction", "=", "up")]
        )
        self.assertEqual(self._value("kpi_customer_promoted"), len(changes))
        self.assertEqual(self._value("kpi_customer_demoted"), 0)
        self.assertEqual(self._standing(falling).tier_id, self.gold)

    def test_other_company(self):
        """The digest of one company counts what happened in another."""
        rising = self._create_own_customer("Rising", (20, 400))
        self._grade(as_of=self._days_ago(8))
        self._create_order(rising, 4000, date=1)
        self._grade()
        self.digest.company_id = self.company_b
        self.assertEqual(self._value("kpi_customer_promoted", self.env.user), 0)

    def test_who_may_not(self):
        """A digest that everybody gets tells somebody outside of Sales what customers do, or
        fails for everybody."""
        stranger = self._create_user("digest_stranger", "base.group_erp_manager")
        for name in ("kpi_customer_promoted", "kpi_reminder_orders"):
            with self.subTest(name), self.assertRaises(AccessError):
                self._value(name, stranger)
        told = self.digest._compute_kpis(self.company, stranger)
        self.assertFalse([kpi for kpi in told if kpi["kpi_name"].startswith("kpi_customer")])

    def test_links(self):
        """The link in the mail leads nowhere."""
        actions = self.digest._compute_kpis_actions(self.company, self.manager)
        for name in ("promoted", "demoted", "won_back"):
            action = actions[f"kpi_customer_{name}"]
            self.assertTrue(self.env.ref(action.split("?")[0]))
        self.assertTrue(self.env.ref(actions["kpi_reminder_orders"].split("?")[0]))
