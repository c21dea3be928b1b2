from ast import literal_eval
from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestInvitation(GradingCase):
    """Events that are announced by a mailing."""

    def test_audience(self):
        """The invitation to Gold's dinner went to all contacts, or again to who had registered."""
        program = self._create_program(domain=OWN)
        one = self._create_own_customer("One", (20, 21000), email="one@example.com")
        self._create_customer("Mia", parent_id=one.id, email="mia@example.com")
        two = self._create_own_customer("Two", (20, 22000), email="two@example.com")
        self._create_own_customer("Plain", (20, 100), email="plain@example.com")
        self._grade()
        gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        event = self.env["event.event"].create(
            {
                "name": "Dinner",
                "company_id": self.company.id,
                "date_begin": fields.Datetime.now() + timedelta(days=9),
                "date_end": fields.Datetime.now() + timedelta(days=10),
                "customer_tier_ids": gold.ids,
            }
        )
        host = self._create_user(
            "tiering_host",
            "base.group_user,event.group_event_manager,mass_mailing.group_mass_mailing_user",
        )

        def recipients():
            context = event.with_user(host).action_invite_contacts()["context"]
            mailings = self.env["mailing.mailing"].with_user(host).with_context(**context)
            mailing = mailings.create({"mailing_type": "mail", "subject": "Dinner"})
            self.assertEqual(literal_eval(mailing.mailing_domain)[0], "&")
            self.assertEqual(mailing.customer_company_id, self.company)
            return self.env["res.partner"].browse(mailing._get_recipients())

        self.assertEqual(recipients(), one | two)
        self.env["event.registration"].create({"event_id": event.id, "partner_id": two.id})
        self.assertEqual(recipients(), one)
        event.customer_stage = "dormant"
        self.assertFalse(recipients())
        event.write({"customer_stage": False, "customer_tier_ids": False})
        action = event.with_user(host).action_invite_contacts()
        self.assertNotIn("default_mailing_domain", action["context"])


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_event_mass_mailing"
    computed = {}
    silent = {}
