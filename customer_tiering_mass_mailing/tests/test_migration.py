from pathlib import Path

from odoo.addons.customer_tiering.tests.common import GradingCase
from odoo.modules.module import load_script
from odoo.tests import tagged

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0" / "post-company.py"


@tagged("post_install", "-at_install")
class TestMigration(GradingCase):
    def test_company_of_who_is_responsible(self):
        """After the update, mailings of the second company were sent to the first one's tiers."""
        theirs = self._create_user(
            "tiering_marketer_b",
            "base.group_user,mass_mailing.group_mass_mailing_user",
            company_id=self.company_b.id,
        )
        mailing = self.env["mailing.mailing"].create({"subject": "News", "user_id": theirs.id})
        mailing.customer_company_id = self.company
        self.env.flush_all()
        load_script(str(SCRIPT), "post-company").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(mailing.customer_company_id, self.company_b)
