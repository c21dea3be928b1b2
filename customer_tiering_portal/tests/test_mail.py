from unittest.mock import patch

from odoo.tests import tagged

from .common import PageCase


@tagged("post_install", "-at_install")
class TestMail(PageCase):
    """E-mails lead to the page."""

    def _event(self, customer):
        return self.env["customer.tier.event"].create(
            {
                "standing_id": self._standing(customer).id,
                "company_id": self.company.id,
                "program_id": self.program.id,
                "kind": "up",
                "to_tier_id": self.silver.id,
                "date": self._days_ago(0),
            }
        )

    def _body(self, event):
        template = self.env.ref("customer_tiering.mail_template_promotion")
        return template._render_field("body_html", event.ids)[event.id]

    def test_link(self):
        """The e-mail had no link, or one to a page that is not shown."""
        event = self._event(self.customer)
        body = self._body(event)
        self.assertIn('/my/tier"', body)
        self.assertIn("Discount: 5 %", body)
        self.program.portal_shown = False
        self.assertNotIn("/my/tier", self._body(event))

    def test_link_in_every_e_mail_about_a_tier(self):
        """Who was given notice, or fell, read nowhere what leads back."""
        event = self._event(self.customer)
        templates = self.env["mail.template"].search(
            [("model_id.model", "=", "customer.tier.event")]
        )
        # Core's templates of this model; what a company adds is its own.
        ours = templates.filtered(
            lambda template: (template.get_external_id()[template.id]).startswith(
                "customer_tiering."
            )
        )
        self.assertGreaterEqual(len(ours), 2)
        for template in ours:
            with self.subTest(template.name):
                body = template._render_field("body_html", event.ids)[event.id]
                self.assertIn('/my/tier"', body)

    def test_who_has_no_account(self):
        """The link asked for a password that the customer never had; or contacts were written by
        the job that sends the e-mails."""
        buyer = self._create_own_customer("No Account", (5, 6000))
        self._grade()
        event = self._event(buyer)
        # A website has a setting of its own.
        users = type(self.env["res.users"])
        with patch.object(users, "_get_signup_invitation_scope", lambda self: "b2b"):
            self.assertTrue(event._customer_page_url().endswith("/my/tier"))
        with patch.object(users, "_get_signup_invitation_scope", lambda self: "b2c"):
            url = event._customer_page_url()
        self.assertIn("/web/signup?", url)
        self.assertIn("redirect=%2Fmy%2Ftier", url)
        token = url.split("token=")[1].split("&")[0]
        self.assertEqual(self.env["res.partner"]._signup_retrieve_partner(token), buyer)
        self.assertFalse(buyer.signup_type)
