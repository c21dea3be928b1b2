from odoo.addons.customer_tiering_early_access.tests.early_common import EarlyCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSuggestion(EarlyCase):
    """Suggestions beside products that only some tiers may order yet."""

    def _suggested(self, customer):
        found = self.env["customer.product.suggestion"]._of(customer, self.company)
        return self.env["product.product"].union(*(s.product for s in found))

    def test_has_to_wait(self):
        """A customer who was suggested the new kettle, also on the page without a log-in, ordered
        what only Gold may have yet; or Gold was not told of it."""
        best = self._create_own_customer("Best")
        self._set_tier(best, self.diamond)
        self._standing(best).sudo().program_id = self.program
        # New are goods, and customers of the better half of the tiers read of them.
        self.kettle.type = "consu"
        # Found by a search that nothing else of the database is in the way of.
        self.env["product.product"].search([("id", "!=", self.kettle.id)]).sale_ok = False
        self.assertIn(self.kettle, self._suggested(best))
        self.benefit.write({"from_tier_id": False, "tier_ids": [(6, 0, self.regular.ids)]})
        self.assertNotIn(self.kettle, self._suggested(best))
        self.early.date_public = self._days_ago(0)
        self.assertIn(self.kettle, self._suggested(best))

    def test_bought_already(self):
        """What a customer buys each month was not suggested, although the product is not new to
        it and may be ordered."""
        customer = self._create_own_customer("Regular buyer")
        self._set_tier(customer, self.gold)
        for days in (90, 60, 30):
            self._create_order(customer, date=days, lines=[{"product_id": self.kettle.id}])
        self.assertIn(self.kettle, self._suggested(customer))
        self._set_tier(customer, self.regular)
        self.assertNotIn(self.kettle, self._suggested(customer))
