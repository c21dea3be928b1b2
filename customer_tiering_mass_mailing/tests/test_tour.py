from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestTour(HttpCase, GradingCase):
    """Somebody from marketing in a real browser."""

    def test_mailing_to_a_tier(self):
        """The button on a tier led to a mailing to everybody, or to an error for who has no rights
        on sales and may not save what it chose."""
        program = self._create_program(domain=OWN)
        golden = self._create_own_customer("Golden", (20, 21000), email="g@example.com")
        self._create_customer("Mia", parent_id=golden.id, email="mia@example.com")
        self._create_own_customer("Plain", (20, 100), email="plain@example.com")
        self._grade()
        gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        groups = "customer_tiering.group_manager,mass_mailing.group_mass_mailing_user"
        marketer = self._create_user("tiering_marketer", groups)
        self.start_tour(
            f"/odoo/customer.tier/{gold.id}", "customer_tiering_mailing", login=marketer.login
        )
        mailing = self.env["mailing.mailing"].search([("subject", "=", "Tour news for Gold")])
        self.assertEqual(mailing.with_company(self.company)._get_recipients(), golden.ids)
        mailing.body_html = "<p>News</p>"
        mailing.with_company(self.company).action_send_mail()
        self.assertEqual(mailing.mailing_trace_ids.mapped("res_id"), golden.ids)
