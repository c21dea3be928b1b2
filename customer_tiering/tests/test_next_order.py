"""When the next order is expected and late, in words."""

from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools import format_date

from ..explain import next_order
from .common import OWN, GradingCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.8.0" / "post-rhythm.py"


@tagged("post_install", "-at_install")
class TestNextOrder(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)

    def _regulars(self, number, since, amount=100):
        """Customers who ordered every 30 days, last so many days ago."""
        vals = {"user_id": self.salesperson.id}
        orders = [(since + 30 * n, amount) for n in range(9)]
        return [
            self._create_own_customer(f"Every month {since} {n}", *orders, **vals)
            for n in range(number)
        ]

    def test_words_of_a_customer(self):
        """“Usually” was said of the middle; what is meant is said, and what it rests on."""
        self._regulars(6, since=10)
        (partner,) = self._regulars(1, since=32)
        once = self._create_own_customer("Once", (5, 100))
        never = self._create_own_customer("Never", customer_rank=1)
        self._grade()
        day = format_date(self.env, self._days_ago(2))
        standing = self._standing(partner)
        self.assertEqual(standing.next_order_text, f"Expected {day} · late from {day}")
        self.assertIn("its own 8 intervals of 30 days alone count", standing.next_order_reason)
        self.assertEqual(partner.customer_next_order_reason, standing.next_order_reason)
        self.assertIn("between ", self._standing(once).next_order_text)
        self.assertIn("Has ordered on one day", self._standing(once).next_order_reason)
        self.assertFalse(self._standing(never).next_order_text)
        self.assertFalse(self._standing(never).next_order_reason)
        late = self.env["res.partner"].search(
            [("customer_next_order_late", "<=", "today"), ("id", "in", (partner | once).ids)]
        )
        self.assertEqual(late, partner)

    def test_words_of_the_programme(self):
        """Whoever sets up a programme sees what was learnt, and from how much."""
        self.assertFalse(self.program.rhythm_text)
        self._regulars(7, since=10)
        self._grade()
        text = self.program.rhythm_text
        self.assertIn("Half of your customers order again within 30 days", text)
        self.assertIn("from 56 intervals, and 7 that were not over yet", text)
        self.assertEqual(self.program.typical_interval_days, 30)
        self.assertIn("come back within 365 days, half of them within 30.", text)
        # Who types the middle says which day that is.
        self.program.typical_interval_days = 60
        self.assertNotIn("come back", self.program.rhythm_text)

    def test_words_of_who_comes_back(self):
        """“Half have ordered again by”, said of all, of a day by which half of those have who come
        back."""
        for number in range(60):
            ages = (900, 850, 750, 550) if number < 40 else (900,)
            self._create_own_customer(f"Buyer {number}", *((age - 4 * number, 10) for age in ages))
        once = self._create_own_customer("Once", (5, 100))
        self._grade()
        standing, known = self._standing(once), self.program.rhythm
        expected, late = standing.next_order_date, standing.next_order_late
        self.assertAlmostEqual((expected - standing.last_order_date).days, known["soon"], delta=1)
        self.assertLess(known["soon"], known["typical"])
        words = next_order.sentence(standing)
        day = format_date(self.env, expected)
        self.assertIn(f"such customers who come back have ordered again by {day}", words)
        self.assertIn(f"of 100 of all by {format_date(self.env, late)}", words)

    def test_learnt_before_it_was_kept(self):
        """After an upgrade programmes went on by the day on which half of all have ordered again,
        under words that speak of those who come back; or what was frozen was learnt anew."""
        self._regulars(7, since=10)
        self._grade()
        known = self.program.rhythm
        fields = ("within", "again", "soon")
        before = {name: value for name, value in known.items() if name not in fields}
        before["curves"] = [
            {name: value for name, value in curve.items() if name != "back"}
            for curve in known["curves"]
        ]
        self.program.rhythm = before
        self.env.flush_all()
        for _once_more in range(2):
            load_script(str(SCRIPT), "post-rhythm").migrate(self.env.cr, "19.0.1.7.0")
            self.env.invalidate_all()
            after = self.program.rhythm
            self.assertEqual(after["curves"], known["curves"])
            self.assertEqual(after["within"], known["within"])
        self.assertNotIn("come back", self.program.rhythm_text)

    def test_words_where_most_never_come_back(self):
        """“Half of your customers order again within 235 days”, in a shop where a fifth ever do."""
        for number in range(60):
            days = [(900 - 5 * number, 10)]
            if number < 12:
                days.append((900 - 5 * number - 100, 10))
            self._create_own_customer(f"Buyer {number}", *days)
        once = self._create_own_customer("Once", (5, 100))
        self._grade()
        text = self.program.rhythm_text
        part = round(100 * self.program.rhythm["half"])
        self.assertLess(part, 25)
        self.assertIn(f"Of 100 of your customers, {part} order again within 100 days", text)
        reason = f"{part} of 100 of whom order again within 100 days"
        self.assertIn(reason, self._standing(once).next_order_reason)
        # Whoever types the middle says that half come back.
        self.program.typical_interval_days = 90
        self.env.invalidate_all()
        self.assertIn("half of whom order again within 90", self._standing(once).next_order_reason)
        self.program.rhythm = {**self.program.rhythm, "half": 0.5, "most": 0.7}
        text = self.program.rhythm_text
        self.assertIn("within 90 days, 70 of 100 within", text)

    def test_frozen_until_learnt_anew(self):
        """What is expected of one customer moved because others ordered."""
        (partner, *_others) = self._regulars(7, since=10)
        self._grade()
        before, known = self._standing(partner).next_order_date, self.program.rhythm
        fast = [(10 + 3 * n, 10) for n in range(80)]
        for number in range(4):
            self._create_own_customer(f"Fast {number}", *fast)
        self._grade()
        self.assertEqual(self.program.rhythm, known)
        self.assertEqual(self._standing(partner).next_order_date, before)
        self.program.action_learn_rhythm()
        self.assertNotEqual(self.program.rhythm, known)
        self.assertLess(self.program.typical_interval_days, 10)

    def test_a_typed_interval_stays(self):
        """Who types how often customers order is not overruled by a grading."""
        self.program.typical_interval_days = 60
        self._regulars(7, since=10)
        once = self._create_own_customer("Once", (5, 100))
        self._grade()
        self.program.action_learn_rhythm()
        self.assertEqual(self.program.typical_interval_days, 60)
        standing = self._standing(once)
        self.assertAlmostEqual(
            (standing.next_order_date - standing.last_order_date).days, 60, delta=2
        )
