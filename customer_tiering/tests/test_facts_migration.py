from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged

from .common import OWN, GradingCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-facts.py"


@tagged("post_install", "-at_install")
class TestFactsMigration(GradingCase):
    """Rows of who is not graded, as earlier versions left them."""

    def test_put_away(self):
        """After the update archived customers were still the first in the list, until somebody
        touched them."""
        program = self._create_program(domain=OWN)
        gone, tiered, kept = (
            self._create_own_customer(name, (30, 6000)) for name in ("Gone", "Tiered", "Kept")
        )
        self._grade()
        (gone | tiered).action_archive()
        self.env["customer.tier.stale"].search([]).unlink()
        gold = program.tier_ids[2]
        standing = self._standing(gone)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET program_id = NULL, tier_id = NULL, "
            "manual_tier_id = %s WHERE id = %s",
            [gold.id, standing.id],
        )
        self.env.invalidate_all()
        before = self._standing(kept).read()
        script = load_script(str(SCRIPT), "post-facts")
        for _twice in range(2):
            script.put_away_who_is_not_graded(self.env)
        self.assertEqual((standing.amount, standing.order_count), (0, 0))
        self.assertFalse(standing.last_order_date)
        self.assertEqual(standing.manual_tier_id, gold, "what was set by hand stays")
        self.assertTrue(standing.change_ids)
        self.assertEqual(self._standing(kept).read(), before)
        self.assertEqual(self.env["customer.tier.stale"].search([]).partner_id, tiered)
        self._grade()
        self.assertFalse(self._standing(tiered).amount)
