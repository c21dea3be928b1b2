from pathlib import Path

from odoo import fields
from odoo.modules.module import load_script
from odoo.tests import tagged

from .correction_common import CorrectionCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-corrections.py"


@tagged("post_install", "-at_install")
class TestCorrectionMigration(CorrectionCase):
    """A database of before."""

    def _migrate(self):
        self.env.flush_all()
        load_script(str(SCRIPT), "post-corrections").migrate(self.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_guarantee_shows_its_last_day(self):
        """Upgraded, all customers were told a day too many, until they moved."""
        standing = self._standing(self.buyer)
        promised = standing.guaranteed_until
        self.assertEqual(promised, fields.Date.to_date("2026-02-28"))
        # As it was stored before.
        self.cr.execute(
            "UPDATE customer_tier_standing SET guaranteed_until = '2026-03-01' WHERE id = %s",
            [standing.id],
        )
        self._migrate()
        self.assertEqual(standing.guaranteed_until, promised)
        self.assertEqual(self._night("2025-03-02").written_count, 0)

    def test_programmes_have_graded_before(self):
        """After the upgrade, new customers rose past the return window as if the programme had
        never graded; one that never did keeps its first grading."""
        new = self._create_ladder(company=self.company_b)
        self.program.first_graded_on = False
        self._migrate()
        self.assertEqual(self.program.first_graded_on, self.company.customer_tier_graded_on)
        self.assertFalse(new.first_graded_on)
