from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .history_common import HistoryCase

NOBODY = "[('name', '=', 'nobody')]"


@tagged("post_install", "-at_install")
class TestOverrideEnds(HistoryCase):
    """What is set by hand, from the side of those for whom it ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._create_customer("Buyer", company_id=cls.company.id)
        cls._create_order(cls.buyer, 1500, date=30)
        cls._grade()
        cls.standing = cls._standing(cls.buyer).with_user(cls.officer)

    def _promise(self, days=0, **vals):
        """Gold by hand until some days from now."""
        vals = {"manual_tier_id": self.gold.id, "manual_reason": "Fair", **vals}
        self.standing.write({"manual_until": self._days_ago(-days), **vals})

    def _grade_on(self, day):
        with freeze_time(f"{day} 12:00:00"):
            self._grade()
        self.env.invalidate_all()

    def test_day_after(self):
        """The last day is one of the promise, the day after is not; and nobody is named as the
        one who has set what is no longer set."""
        self._promise(days=3)
        self._grade_on(self._days_ago(-3))
        self.assertEqual(self.standing.tier_id, self.gold)
        self._grade_on(self._days_ago(-4))
        self.assertEqual(self.standing.tier_id, self.silver)
        self.assertFalse(self.standing.manual_user_id or self.standing.manual_on)

    def test_without_a_programme(self):
        """A customer whom no programme selects is in no grading; a promise to it never ended, and
        its prices stayed for good."""
        self.program.domain = NOBODY
        self._grade()
        self.assertFalse(self.standing.tier_id)
        self._promise(days=3)
        self.assertEqual(self.standing.tier_id, self.gold)
        self._grade_on(self._days_ago(-3))
        self.assertEqual(self.standing.tier_id, self.gold)
        self._grade_on(self._days_ago(-4))
        self.assertFalse(self.standing.tier_id or self.standing.manual_tier_id)
        self.assertEqual(self._rows(self.standing)[-1], ("out", "expiry", self.gold.browse()))
        rows = len(self.standing.change_ids)
        self._grade_on(self._days_ago(-5))
        self.assertEqual(len(self.standing.change_ids), rows, "told once")

    def test_leaving_the_programme(self):
        """A promise holds whatever the programme's filter becomes: taken away with the computed
        tier it came back as soon as somebody touched its reason."""
        self._promise(days=3)
        since = self.standing.tier_since
        self.program.domain = NOBODY
        run = self._grade()
        self.assertFalse(run.change_ids)
        self.assertFalse(self.standing.program_id or self.standing.computed_tier_id)
        self.assertEqual((self.standing.tier_id, self.standing.tier_since), (self.gold, since))
        self.assertEqual(self._grade().written_count, 0)
        self.standing.action_clear_override()
        self.assertFalse(self.standing.tier_id or self.standing.tier_since)

    def test_no_customer_any_more(self):
        """Whoever was archived, or became a contact of another customer, is none: lists would
        count the sales twice."""
        company = self._create_own_customer("Company", (5, 100))
        for leave, come_back in (
            ({"active": False}, {"active": True}),
            (
                {"parent_id": company.id, "is_company": False},
                {"parent_id": False, "is_company": True},
            ),
        ):
            with self.subTest(leave=leave):
                self._grade()
                self._promise(days=3)
                self.buyer.write(leave)
                self._grade()
                self.assertFalse(self.standing.tier_id)
                self.assertEqual(self.standing.manual_tier_id, self.gold)
                self.buyer.write(come_back)
                self._grade()
                self.assertEqual(self.standing.tier_id, self.gold)

    def test_unlocked(self):
        """The reason and last day of a lock that is gone explained the next one, and made a line
        of history when the day came."""
        self.standing.write(
            {"lock": "down", "manual_reason": "Court case", "manual_until": self._days_ago(-3)}
        )
        self.standing.lock = False
        self.assertFalse(self.standing.manual_until or self.standing.manual_reason)
        rows = self._rows(self.standing)
        self._grade_on(self._days_ago(-4))
        self.assertEqual(self._rows(self.standing), rows)

    def test_reason_about_nothing(self):
        """A reason without a tier or a lock would be dropped without a word."""
        for vals in ({"manual_reason": "Fair"}, {"manual_until": self._days_ago(-3)}):
            with self.assertRaisesRegex(ValidationError, "Choose a tier or a lock"):
                self.standing.write(vals)

    def test_last_day_long_over(self):
        """Before the night comes, what is over can be taken back without an error about its
        day."""
        self._promise(lock="both")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET manual_until = %s WHERE id = %s",
            [self._days_ago(1), self.standing.id],
        )
        self.env.invalidate_all()
        self.standing.action_clear_override()
        self.assertEqual(self.standing.tier_id, self.silver)
        self.assertFalse(self.standing.lock)

    def test_day_of_the_company(self):
        """An officer in Shanghai, where it is tomorrow already, dated changes of a company in
        Brussels after its own gradings."""
        self.officer.tz = "Asia/Shanghai"
        self.company.partner_id.tz = "Europe/Brussels"
        with freeze_time("2026-03-10 20:00:00"):
            today = fields.Date.to_date("2026-03-10")
            self.standing.write({"manual_tier_id": self.gold.id, "manual_reason": "Fair"})
            change = self.standing.change_ids.sorted("id")[-1]
            self.assertEqual((change.date, self.standing.tier_since), (today, today))
            with self.assertRaisesRegex(ValidationError, "03/09/2026 is over already"):
                self.standing.manual_until = today - timedelta(days=1)

    def test_differs(self):
        """The filter’s opposite, as a user builds it in the search bar."""
        other = self._create_own_customer("Other", (10, 100))
        self._grade()
        self._promise()
        mine = [("partner_id", "in", (self.buyer + other).ids)]
        for value, partner in ((True, self.buyer), (False, other)):
            for domain in ([("differs", "=", value)], [("differs", "!=", not value)]):
                self.assertEqual(self.standing.search(mine + domain).partner_id, partner)

    def test_many_cleared_at_once(self):
        """Those among the selected for whom nothing is set by hand are left alone."""
        other = self._create_own_customer("Other", (10, 100))
        self._grade()
        self._promise()
        both = self.standing + self._standing(other).with_user(self.officer)
        result = both.action_clear_override()
        self.assertEqual(result["params"]["message"], "The customer follows the rules again.")
        self.assertEqual(self.standing.tier_id, self.silver)
        self.assertEqual(len(self._standing(other).change_ids), 1)
