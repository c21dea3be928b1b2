from pathlib import Path

from odoo.addons.customer_tiering.tests.common import GradingCase
from odoo.modules.module import load_script
from odoo.tests import tagged

MIGRATIONS = Path(__file__).parents[1] / "migrations"
SCRIPT = MIGRATIONS / "19.0.1.1.0" / "post-company.py"
FILTERS = MIGRATIONS / "19.0.1.2.0" / "post-filters.py"


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

    def test_filters_of_before(self):
        """After the update, tiers of before had no ready filter, and ready filters stayed English;
        or the update broke where somebody had deleted one of them."""
        program = self._create_program()
        filters = self.env["mailing.filter"].search([])
        filters.filtered("customer_tier_id").unlink()
        filters = filters.exists()
        filters.customer_audience = False
        self.env.ref("customer_tiering_mass_mailing.mailing_filter_lost").unlink()
        self.env.flush_all()
        load_script(str(FILTERS), "post-filters").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        ready = self.env.ref("customer_tiering_mass_mailing.mailing_filter_new")
        self.assertEqual(ready.customer_audience, "new")
        of_tiers = self.env["mailing.filter"].search([("customer_tier_id", "!=", False)])
        self.assertEqual(of_tiers.customer_tier_id & program.tier_ids, program.tier_ids)
