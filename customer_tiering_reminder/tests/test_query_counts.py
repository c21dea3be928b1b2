from odoo.addons.customer_tiering.tests.query_common import QueryCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestQueryCounts(QueryCase):
    def test_confirming_an_order(self):
        """Whoever confirms an order waits for one look at whether a reminder ends with it."""
        orders = iter([self._quote(self.graded[0]) for _number in range(2)])
        self._statements(lambda: next(orders).action_confirm())
        tables = self._statements(lambda: next(orders).action_confirm())
        self.assertEqual(tables.count("customer_reminder"), 1)
