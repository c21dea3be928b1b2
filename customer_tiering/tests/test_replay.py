from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CHUNK_SIZE
from .history_common import HistoryCase


@tagged("post_install", "-at_install")
class TestReplay(HistoryCase):
    """A past time replayed in a simulation."""

    def _day(self, text):
        return fields.Date.to_date(text)

    def _buyer(self, name, *orders):
        partner = self._create_own_customer(name)
        for day, amount in orders:
            self._create_order(partner, amount, date=day)
        return partner

    def _replay(self, start="2023-01-01", end="2024-06-30", every="month"):
        return self._grade(
            as_of=self._day(end),
            simulation=True,
            replay_from=self._day(start),
            replay_every=every,
        )

    def test_counts(self):
        """Silver from 1 February 2023 (1,200 in January), low again on 1 February 2024, silver
        on 1 March: one reversal; and the standings know nothing of it."""
        self._buyer("Flapping", ("2022-12-15", 100), ("2023-01-15", 1100), ("2024-02-10", 1000))
        self._buyer("Late", ("2024-03-10", 9000))
        run = self._replay()
        self.assertEqual(
            run.replay,
            {
                "2023-01": {"first": 1},
                "2023-02": {"up": 1},
                "2024-02": {"down": 1},
                "2024-03": {"up": 1},
                "2024-04": {"first": 1},
            },
        )
        self.assertEqual(run.reversal_count, 1)
        self.assertEqual((run.first_count, run.up_count, run.down_count), (2, 2, 1))
        self.assertEqual(run.customer_count, 2)
        self.assertFalse(run.matrix or run.change_ids or run.error_ids)
        self.assertFalse(
            self.env["customer.tier.standing"].search([("company_id", "=", self.company.id)])
        )
        self.assertIn("Replay from 01/01/2023 to 06/30/2024", run.name)

    def test_policy_is_followed(self):
        """The same history with a hold of twelve months has no reversal."""
        self._buyer("Flapping", ("2022-12-15", 100), ("2023-01-15", 1100), ("2024-02-10", 1000))
        self.program.write({"hold_months": 13, "review_every": "month"})
        run = self._replay()
        self.assertEqual(run.replay, {"2023-01": {"first": 1}, "2023-02": {"up": 1}})
        self.assertEqual(run.reversal_count, 0)

    def test_standings_do_not_matter(self):
        """It starts from nothing, whatever tier customers are in by now, or were given by hand."""
        buyer = self._buyer("Buyer", ("2022-12-15", 100), ("2023-01-15", 1100))
        before = self._replay().replay
        self._grade()
        self._standing(buyer).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        changes = self._standing(buyer).change_ids
        self.assertEqual(self._replay().replay, before)
        self.assertEqual(self._standing(buyer).change_ids, changes)

    def test_agrees_with_gradings(self):
        """What is replayed is what gradings on those days would have stored."""
        buyer = self._buyer(
            "Buyer", ("2022-12-15", 100), ("2023-01-15", 1100), ("2024-02-10", 5000)
        )
        self.program.write({"review_every": "month", "one_level": True})
        run = self._replay()
        for day in run._replay_days():
            self._grade(as_of=day)
        stored = self._tier_changes(buyer)
        replayed = {
            (month, reason)
            for month, counts in run.replay.items()
            for reason, number in counts.items()
            if number
        }
        self.assertEqual({(f"{c.date:%Y-%m}", c.direction) for c in stored}, replayed)
        self.assertEqual(sum(sum(c.values()) for c in run.replay.values()), len(stored))

    def test_chunks_and_queries(self):
        """Chunks add up, and the facts are read once however many days are replayed."""
        for number in range(7):
            self._buyer(
                f"Buyer {number}", ("2022-12-15", 200 * number), ("2023-05-15", 300 * number)
            )
        whole = self._replay()
        with patch(CHUNK_SIZE, 3):
            parts = self._replay()
        self.assertEqual(whole.replay, parts.replay)
        self.assertEqual(whole.reversal_count, parts.reversal_count)
        gather = type(self.env["customer.tier.gather"])
        with patch.object(gather, "_orders", autospec=True, side_effect=gather._orders) as orders:
            self._replay("2024-01-01", every="day")
        self.assertLessEqual(orders.call_count, 2)

    def test_table(self):
        """Every month with a grading has a row, quiet ones too."""
        self._buyer("Buyer", ("2022-12-15", 100), ("2023-01-15", 1100))
        table = self._replay(end="2023-04-15").replay_table
        self.assertEqual(str(table).count("<tr"), 1 + 4 + 1)
        self.assertFalse(self._grade(simulation=True).replay_table)

    def test_bad_input(self):
        """Each refusal says what to do instead."""
        for vals, message in (
            ({"simulation": False}, "Tick Simulation"),
            ({"replay_every": False}, "how often"),
            ({"replay_from": "2024-07-01"}, "start earlier"),
            ({"replay_from": "2020-01-01", "replay_every": "day"}, "400 are the most"),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                self.env["customer.tier.run"].create(
                    {
                        "company_id": self.company.id,
                        "as_of": "2024-06-30",
                        "simulation": True,
                        "replay_from": "2023-01-01",
                        "replay_every": "month",
                        **vals,
                    }
                )

    def test_officer_may(self):
        """Officers simulate, so they replay; what came of it they do not write."""
        Run = self.env["customer.tier.run"].with_user(self.officer)
        run = Run.create(
            {
                "as_of": "2024-06-30",
                "simulation": True,
                "replay_from": "2023-01-01",
                "company_id": self.company.id,
            }
        )
        run.action_run()
        self.assertEqual(run.state, "done")
