from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .common import GradingCase


@tagged("post_install", "-at_install")
class TestNextLook(GradingCase):
    """The day from which time alone could make a difference, kept with the grading."""

    def _look(self, partner):
        standing = self._standing(partner)
        return standing.next_look, standing.next_look_cause

    def test_order_leaves_the_window(self):
        """A night would have graded everybody to find that no order left its twelve months."""
        buyer = self._create_own_customer("Buyer", (300, 500), (10, 200))
        self._create_measuring_program("amount")
        self._grade()
        day = self._days_ago(300) + relativedelta(months=12)
        self.assertEqual(self._look(buyer), (day, "leaves"))
        self.assertIn("An order leaves the period", self._standing(buyer).next_look_text)

    def test_order_dated_later(self):
        """An order of next week was not known before its day, on which nobody looked."""
        buyer = self._create_own_customer("Buyer", (10, 200), (-7, 900))
        self._create_measuring_program("amount")
        self._grade()
        self.assertEqual(self._standing(buyer).amount, 200)
        self.assertEqual(self._look(buyer), (self._days_ago(-7), "later"))

    def test_only_ordered_later(self):
        """Whoever has nothing but an order of next week would have been a customer at once."""
        buyer = self._create_own_customer("Buyer", (-7, 900))
        buyer.customer_rank = 0
        self._create_measuring_program("amount")
        self._grade()
        self.assertFalse(self._standing(buyer))

    def test_days_on_a_line(self):
        """Points of a line fall every day, and would have stood still."""
        buyer = self._create_own_customer("Buyer", (10, 200))
        self._create_measuring_program("recency_days")
        self._grade()
        self.assertEqual(self._look(buyer), (False, "line"))
        self.assertIn("count every day", self._standing(buyer).next_look_text)

    def test_same_again(self):
        """Grading again the same day would have written everybody because of the day."""
        buyer = self._create_own_customer("Buyer", (300, 500))
        self._create_measuring_program("amount")
        self._grade()
        look = self._look(buyer)
        self.assertEqual(self._grade().written_count, 0)
        self.assertEqual(self._look(buyer), look)

    def test_decided_by_hand(self):
        """A tier set by hand until tomorrow would have lasted until an order left the window."""
        buyer = self._create_own_customer("Buyer", (300, 500))
        program = self._create_measuring_program("amount")
        self._grade()
        standing = self._standing(buyer)
        standing.write(
            {
                "manual_tier_id": program.tier_ids.id,
                "manual_until": self._days_ago(-1),
                "manual_reason": "Asked for",
            }
        )
        self.assertEqual(self._look(buyer), (False, False))
        self._grade()
        self.assertEqual(self._look(buyer), (self._days_ago(-2), "hand"))
