from odoo.addons.customer_tiering.tests.common import OWN
from odoo.addons.customer_tiering.tests.facts_common import FactsCase
from odoo.tests import tagged

from ..snapshot_reader import SnapshotReader


@tagged("post_install", "-at_install")
class TestSavedNet(FactsCase):
    def test_saved(self):
        """What tier prices saved counts on goods that were sent back."""
        self._create_program(domain=OWN)
        order = self._create_order(
            self._create_own_customer("Buyer"), date=20, lines=[{"product_uom_qty": 10}]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET customer_tier_discount = 20, customer_list_amount = 1250 "
            "WHERE id = %s",
            order.ids,
        )
        self.env.invalidate_all()
        invoice = self._invoice(order, 20)
        self._credit(invoice, 10, quantity=3)
        self.assertAlmostEqual(self._saved(5), 175)
        self.assertAlmostEqual(self._saved(11), 250, msg="nothing had come back by then")
        self._credit(invoice, 5, quantity=7)
        self.assertAlmostEqual(self._saved(0), 0)

    def _saved(self, until):
        days = (self._days_ago(30), self._days_ago(until))
        reader = SnapshotReader(self.env(su=True), self.company, *days, False, False)
        return reader.frame()["saved"].sum()
