from freezegun import freeze_time

from odoo.tests import tagged

from .event_common import TODAY, EventCase


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestSender(EventCase):
    """Whose name e-mails to customers bear."""

    def _mail_of_promotion(self):
        self.company.partner_id.email = "house@example.com"
        self.salesperson.email = "seller@example.com"
        with freeze_time("2025-03-03 12:00:00"):
            self._grade()
        self._create_rules("up")
        self._promote(self.buyer)
        self._grade()
        self._run_cron()
        mail = self._mails(self.buyer)
        self.assertEqual(len(mail), 1)
        return mail

    def test_salesperson(self):
        """Customers know their salesperson, not the company's mailbox."""
        mail = self._mail_of_promotion()
        self.assertIn("seller@example.com", mail.email_from)
        self.assertIn(self.salesperson.name, mail.body_html)

    def test_salesperson_who_left(self):
        """Customers were written to in the name of somebody who had left, who got the answers."""
        self.salesperson.active = False
        mail = self._mail_of_promotion()
        self.assertIn("house@example.com", mail.email_from)
        self.assertNotIn(self.salesperson.name, mail.body_html)

    def test_salesperson_of_another_company(self):
        """A customer of two companies was told of the tier in one by a salesperson of the other."""
        self.buyer.user_id = self.salesperson_b
        mail = self._mail_of_promotion()
        self.assertIn("house@example.com", mail.email_from)
        self.assertNotIn(self.salesperson_b.name, mail.body_html)
