from odoo.fields import Command
from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestPlaybookForecast(PlaybookCase):
    """The dialog that asks whether to start playbooks counts before anything happens."""

    def setUp(self):
        super().setUp()
        self.run = self.env["customer.tier.run"].search(
            [("company_id", "=", self.company.id)], limit=1
        )

    def _events(self):
        return self.env["customer.tier.event"].search([("company_id", "=", self.company.id)])

    def _grade_untold(self):
        self._grade()
        self._events().unlink()

    def _counts(self):
        counts = self.run._forecast_playbooks()
        self.assertTrue(all(isinstance(number, int) for number in counts.values()))
        return dict(counts)

    def test_counts(self):
        """Numbers that do not come true would have somebody start hundreds of plans for ten."""
        lost = self._create_playbook("lost", self._create_plan("Lost", "salesperson"))
        gold = self._create_playbook(
            "dormant",
            self._create_plan("Gold", "salesperson"),
            sequence=1,
            tier_ids=[Command.set(self.program.tier_ids[2].ids)],
        )
        other = self._create_program(company=self.company_b)
        self._create_playbook(
            "dormant", self._create_plan("Other", "salesperson"), sequence=0, program_id=other.id
        )
        rich, poor, gone, busy, given_up, archived, safe = (
            self._create_buyer(name, 20000 if name == "Rich" else 50)
            for name in ("Rich", "Poor", "Gone", "Busy", "Given up", "Archived", "Safe")
        )
        self._grade_untold()
        self._enter("dormant", busy)
        lapsed = self.buyer + rich + poor + given_up + archived
        self._put("dormant", *lapsed, event=False)
        self._put("lost", gone, event=False)
        self._put("mature", safe, event=False)
        WinBack = self.env["customer.win.back"].with_company(self.company)
        WinBack.create({"partner_id": given_up.id, "outcome": "for_good"})
        WinBack.create({"partner_id": poor.id, "outcome": "not_now"})
        archived.action_archive()
        self.assertEqual(self._counts(), {gold: 1, self.playbook: 2, lost: 1})

        expected = self._counts()
        self._events().unlink()
        self.run._enqueue_stages()
        events = self._events()
        self.assertEqual(dict(events._forecast_playbooks()), expected)
        known = self.Start.search([])
        self._work()
        begun = (self.Start.search([]) - known).grouped("playbook_id")
        self.assertEqual({playbook: len(starts) for playbook, starts in begun.items()}, expected)

    def test_queries(self):
        """A loop over all customers kept the dialog from opening in a large company."""
        self._put("dormant", event=False)
        self._counts()
        few, expected = self._queries()
        self.assertEqual(expected, {self.playbook: 1})
        more = [self._create_buyer(f"Buyer {number}") for number in range(30)]
        self._grade_untold()
        self._put("dormant", self.buyer, *more, event=False)
        many, counted = self._queries()
        self.assertEqual(counted, {self.playbook: 31})
        self.assertEqual(many, few)
        self.assertLessEqual(many, 2)

    def _queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        counts = self._counts()
        return self.env.cr.sql_log_count - before, counts
