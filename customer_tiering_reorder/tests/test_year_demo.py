from odoo.addons.customer_tiering.tests.common import GradingCase
from odoo.tests import tagged

from ..demo import year


@tagged("post_install", "-at_install")
class TestYearDemo(GradingCase):
    """The simulated year of the demo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        name = "customer_tiering_reorder.tag_simulated"
        if not cls.env.ref(name, raise_if_not_found=False):
            tag = {"xml_id": name, "values": {"name": "Simulated"}, "noupdate": True}
            cls.env["res.partner.category"]._load_records([tag])
        cls._create_program(tiers=["Low", "High"])

    def test_known_effect(self):
        """Whoever looks at the demo sees empty reports, or an effect that is none; and what is
        simulated cannot be told from customers, or not be deleted."""
        rule = year.simulate(self.env, self.company, "Simulated", year.WORKS)
        self.env.flush_all()
        self.assertFalse(rule.active)
        own = [("company_id", "=", self.company.id), ("rule_id", "=", rule.id)]
        row = self.env["customer.reminder.effect"].search(own)
        self.assertEqual(row.verdict, "more")
        truth = 100 * (year.WORKS.rates["treated"] - year.WORKS.rates["control"])
        self.assertTrue(row.difference_from < truth < row.difference_to)
        self.assertFalse(row.warning)
        report = self.env["customer.reminder.report"]
        sums = report._read_group(
            own, [], ["case_count:sum", "confirmed_count:sum", "opened_count:sum", "margin:sum"]
        )[0]
        self.assertEqual(sums[0], year.CUSTOMERS * year.COUNT)
        self.assertTrue(all(sums))
        self.assertFalse(report.search([*own, ("arm", "=", "control"), ("sent_count", ">", 0)]))
        partners = year.customers(self.env)
        self.assertEqual(len(partners), year.CUSTOMERS)
        self.assertFalse(any(partners.mapped("active")))
        rule.unlink()
        partners.unlink()
        self.assertFalse(self.env["customer.reminder"].search([("rule_id", "=", rule.id)]))
