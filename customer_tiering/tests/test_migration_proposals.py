from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged

from .history_common import ApprovalCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-proposal-amount.py"


@tagged("post_install", "-at_install")
class TestMigrationProposals(ApprovalCase):
    def test_amount_of_open_proposals(self):
        """What waited for a decision when the database was upgraded showed an amount of zero."""
        self._review()
        proposals = self._proposals()
        amounts = proposals.mapped("amount")
        self.assertTrue(any(amounts))
        self.env.flush_all()
        self.env.cr.execute("UPDATE customer_tier_proposal SET amount = NULL")
        script = load_script(str(SCRIPT), "post-proposal-amount")
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(proposals.mapped("amount"), amounts)
