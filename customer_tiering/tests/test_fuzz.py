import os
from collections import Counter
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import CHUNK_SIZE, OWN
from .fuzz_common import FuzzCase, Typist

# How many programmes to try, and where to begin: a long search is
# ``CUSTOMER_TIERING_FUZZ=500:1 ./dev test customer_tiering/tests/test_fuzz.py``.
COUNT, _colon, SEED = os.environ.get("CUSTOMER_TIERING_FUZZ", "2:2").partition(":")
# What stands in a standing besides what grading found out.
APART = {"id", "graded_at", "policy_id", "create_uid", "create_date", "write_uid", "write_date"}


@tagged("post_install", "-at_install")
class TestFuzz(FuzzCase):
    def _customer_standings(self):
        """Everything that is stored about the customers, and the lines of their history."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(s), p.digest FROM customer_tier_standing s "
            "LEFT JOIN customer_tier_policy p ON p.id = s.policy_id "
            "WHERE s.company_id = %s ORDER BY s.partner_id",
            (self.company.id,),
        )
        rows = [
            ({k: v for k, v in row.items() if k not in APART}, digest)
            for row, digest in self.env.cr.fetchall()
        ]
        self.env.cr.execute(
            "SELECT s.partner_id, c.direction, c.from_tier_id, c.to_tier_id, c.from_stage, "
            "c.to_stage, c.date, c.reason, c.score FROM customer_tier_change c "
            "JOIN customer_tier_standing s ON s.id = c.standing_id "
            "WHERE s.company_id = %s ORDER BY 1, 7, 2, 3, 4, 5, 6",
            (self.company.id,),
        )
        return rows, self.env.cr.fetchall()

    def _graded(self, as_of, chunk=None):
        with patch(CHUNK_SIZE, chunk or 20000):
            run = self._grade(as_of=as_of)
        self.assertEqual(run.state, "done")
        self.assertFalse(run.error_ids.mapped("message"))
        return run

    def _check_numbers(self, program):
        standings = self.env["customer.tier.standing"].search(
            [("company_id", "=", self.company.id)]
        )
        for standing in standings:
            self.assertTrue(0 <= standing.score <= 100)
            self.assertTrue(0 <= (standing.credit_score or 0) <= 100)
            self.assertLessEqual(standing.computed_tier_id, program.tier_ids)

    def _check_screens(self, program):
        """What people open afterwards."""
        for user in (self.salesperson, self.manager):
            standings = self.env["customer.tier.standing"].with_user(user)
            domain = [("company_id", "=", self.company.id)]
            standings.search(domain).read()
            self.partners.with_user(user).read(
                [n for n in self.partners._fields if n.startswith("customer_")]
            )
        program.with_user(self.manager).read()

    def test_any_programme_on_any_history(self):
        """Whatever is accepted as a programme grades everybody without an error, to the same
        result in chunks of any size, and changes nobody when it is done again."""
        outcome = Counter()
        for seed in range(int(SEED or 1), int(SEED or 1) + int(COUNT)):
            with self.subTest(seed=seed), self._undone():
                typist = Typist(self, seed)
                self._scatter_orders(typist.random)
                program = self._type_program(typist)
                outcome[bool(program)] += 1
                if program:
                    self._try(program, typist)
        self.assertGreater(outcome[True], int(COUNT) // 3, outcome)

    def _try(self, program, typist):
        day = typist.random.choice([0, 0, 1, 31])
        if typist.random.random() < 0.5:
            self._graded(self._days_ago(day + typist.random.choice([1, 30, 200, 366])))
        as_of = self._days_ago(day)
        results = []
        for chunk in (1, 7, None):
            with self._undone():
                self._graded(as_of, chunk)
                results.append(self._customer_standings())
                self._check_numbers(program)
        self.assertEqual(results[0], results[2])
        self.assertEqual(results[1], results[2])
        self._graded(as_of)
        for _again in range(2):
            run = self._graded(as_of)
            # First, as it says what is different.
            self.assertEqual(self._customer_standings(), results[2])
            self.assertEqual(run.written_count, 0)
        self._check_screens(program)

    def test_longest_periods(self):
        """One period too long, and grading stores a date that no calendar has: nobody could open
        a list with that customer any more. The longest that are accepted are all graded, and
        longer ones are refused when they are typed."""
        longest = {
            "hold_months": 1200,
            "typical_interval_days": 3650,
            "stage_dormant_days": 36499,
            "stage_lost_days": 36500,
            "stage_mature_ratio": 99.99,
            "stage_lost_ratio": 100,
        }
        program = self._create_program(
            domain=OWN, notice_days=2**31 - 1, promotion_days=2**31 - 1, misses=2**31 - 1, **longest
        )
        entry = {"name": "All", "tier_id": program.tier_ids[0].id, "tag_id": self.tag.id}
        program.entry_rule_ids = [Command.clear(), Command.create(entry | {"follow_up_days": 3650})]
        self._graded(self._days_ago(0))
        self._check_screens(program)
        for name, value in longest.items():
            with self.subTest(name):
                self.assertIsNone(self._accepted(lambda n=name, v=value: program.write({n: v + 1})))
        rule = program.entry_rule_ids
        self.assertIsNone(self._accepted(lambda: rule.write({"follow_up_days": 3651})))
