import random

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CreditCase

TABLES = 20


@tagged("post_install", "-at_install")
class TestFuzz(CreditCase):
    def _rule(self, rng):
        return {
            "tier_id": rng.choice([False, *self.program.tier_ids.ids]),
            "credit_band": rng.choice([False, "low", "medium", "high", "unknown"]),
            "limit_kind": rng.choice(["amount", "months", "none", "unlimited"]),
            "amount": rng.choice([-1, 0, 1, 1000, 33.33, 1e12]),
            "months": rng.choice([-1, 0, 0.1, 1, 12]),
            "rounding": rng.choice([-1, 0, 0.01, 100]),
            "payment_term_id": rng.choice([False, self.net30.id]),
        }

    def _accepts(self, *rules):
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._set_rules(*rules)
        except (UserError, IntegrityError):
            self.env.invalidate_all()
            return False
        return True

    def test_any_credit_table(self):
        """Whatever is accepted as a credit table proposes a limit to everybody without an error,
        to the same customers on screens and in the filter; and applied, it is left alone."""
        rng = random.Random(15)
        graded = self.env["customer.tier.standing"].union(
            *(
                self._create_graded(
                    tier=rng.choice([None, *self.program.tier_ids]),
                    band=rng.choice([None, "low", "medium", "high", "unknown"]),
                    amount=rng.choice([-50, 0, 0.01, 100, 33.33, 5e8, 1e12]),
                )
                for _number in range(20)
            )
        )
        accepted = 0
        for number in range(TABLES):
            with self.subTest(number):
                if not self._accepts(*(self._rule(rng) for _place in range(rng.randint(1, 3)))):
                    continue
                accepted += 1
                self.assertGreaterEqual(min(graded.mapped("proposed_credit_limit")), 0)
                for user in (self.salesperson, self.manager):
                    graded.with_user(user).read()
                    self.program.with_user(user).read()
                differing = graded.filtered("credit_differs")
                found = graded.search([("id", "in", graded.ids), ("credit_differs", "=", True)])
                self.assertEqual(found, differing)
                if differing:
                    self._apply(differing)
                self.assertFalse(graded.filtered("credit_differs"))
        self.assertGreater(accepted, TABLES // 3)
