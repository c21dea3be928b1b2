from odoo.addons.customer_tiering.tests.common import OWN
from odoo.addons.customer_tiering.tests.facts_common import FactsCase
from odoo.tests import tagged

from .. import order_prices
from ..company_findings import CompanyFindings


@tagged("post_install", "-at_install")
class TestMoneyNet(FactsCase):
    """What came back was neither sold nor sold at a discount."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.env["customer.tier.gather"]._today(cls.company)

    def _money(self, partner, program):
        return order_prices.money(program.sudo(), self.today).loc[partner.id]

    def test_cost_of_discounts(self):
        """Seven of ten pieces were kept, and the discount is said to cost as much as on ten, beside
        the margin of seven."""
        program = self._create_program(domain=OWN)
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, date=20, lines=[{"product_uom_qty": 10}])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET customer_tier_discount = 20, customer_list_amount = 1250 "
            "WHERE id = %s",
            order.ids,
        )
        self.env.invalidate_all()
        before = self._money(buyer, program)
        self.assertEqual((before["bought"], before["listed"]), (1000, 1250))
        invoice = self._invoice(order, 20)
        self._credit(invoice, 10, quantity=3)
        kept = self._money(buyer, program)
        self.assertAlmostEqual(kept["bought"], 700)
        self.assertAlmostEqual(kept["listed"], 875)
        self.assertAlmostEqual(kept["margin"], 700)
        self._credit(invoice, 5, quantity=7)
        for name in ("bought", "listed", "guessed", "own", "margin"):
            self.assertAlmostEqual(self._money(buyer, program)[name], 0)

    def _uncovered(self):
        self.env.invalidate_all()
        findings = CompanyFindings(self.env, self.company, self.today)
        found = [one.values for one in findings.all() if one.code == "uncovered"]
        return found, findings.uncovered_ids()

    def test_customers_in_no_tier(self):
        """Somebody who sent everything back, or who works here, makes a programme look too narrow;
        or who kept half of it counts with all."""
        domain = "[('company_id', '!=', False), ('name', 'not like', 'Left out')]"
        self._create_program(tiers=["Bronze"], domain=domain)
        self._create_own_customer("Somebody", (3, 800))
        other = self._create_own_customer("Left out")
        colleague = self.salesperson.partner_id
        self._create_order(colleague, 5000, date=4)
        order = self._create_order(other, date=20, lines=[{"product_uom_qty": 4}])
        self._grade()
        self.assertEqual(self._uncovered(), ([(400 / 1200, 1)], other.ids))
        invoice = self._invoice(order, 20)
        self._credit(invoice, 10, quantity=2)
        self.assertEqual(self._uncovered(), ([(0.2, 1)], other.ids))
        self._credit(invoice, 5, quantity=2)
        self.assertEqual(self._uncovered(), ([], []))
