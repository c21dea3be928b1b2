from ast import literal_eval
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestMailing(GradingCase):
    """Mailings that are prepared before a member day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.marketer = cls._create_user(
            "tiering_marketer", "base.group_user,mass_mailing.group_mass_mailing_user"
        )
        cls.golden = cls._create_own_customer("Golden", (20, 21000), email="g@example.com")
        cls._create_customer("Mia", parent_id=cls.golden.id, email="mia@example.com")
        cls.plain = cls._create_own_customer("Plain", (20, 100), email="plain@example.com")
        cls._grade()
        cls.gold = cls.program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        cls.today = cls.env["customer.tier.day"]._today(cls.company)

    def _day(self, **vals):
        return self.env["customer.tier.day"].create(
            {
                "name": "Member day",
                "company_id": self.company.id,
                "tier_ids": self.gold.ids,
                "mailing_wanted": True,
                "mailing_user_id": self.marketer.id,
                **vals,
            }
        )

    def _run(self, day):
        self.env["customer.tier.day"]._cron_follow()
        return day.mailing_ids

    def test_prepared_once(self):
        """Nobody thought of the mailing, or there was one more each night."""
        coming = self.today + timedelta(days=5)
        day = self._day(recurrence="yearly", date=coming, mailing_days=4)
        self.assertFalse(self._run(day), "too early")
        day.mailing_days = 5
        mailing = self._run(day)
        self.assertEqual((mailing.state, mailing.user_id), ("draft", self.marketer))
        self.assertEqual(mailing._get_recipients(), self.golden.ids)
        self.assertEqual(mailing.activity_ids.user_id, self.marketer)
        self.assertEqual(mailing.activity_ids.date_deadline, coming - timedelta(days=1))
        self.assertEqual(self._run(day), mailing)
        mailing.active = False
        self.assertFalse(self._run(day), "what was thrown away comes again")

    def test_on_the_day_itself(self):
        """On the evening of the day a mailing for it was prepared."""
        self.assertFalse(self._run(self._day(recurrence="yearly", date=self.today)))

    def test_anniversaries(self):
        """Each anniversary made a mailing of its own, or who has it in another month was in it."""
        with freeze_time("2026-05-28 12:00:00"):
            june, july = date(2024, 6, 17), date(2024, 7, 1)
            for customer, first in ((self.golden, june), (self.plain, july)):
                order = self.env["sale.order"].search([("partner_id", "=", customer.id)])
                order.date_order = fields.Datetime.to_datetime(first)
            day = self._day(recurrence="first_order", tier_ids=False)
            mailing = self._run(day)
            self.assertEqual(mailing.customer_day_date, date(2026, 6, 1))
            self.assertEqual(mailing._get_recipients(), self.golden.ids)
            standings = self._standing(self.golden) | self._standing(self.plain)
            standings.sudo().tier_since = june
            standings[0].sudo().tier_since = date(2026, 6, 3)
            day = self._day(recurrence="tier_since", tier_ids=False)
            self.assertEqual(self._run(day)._get_recipients(), standings[1].partner_id.ids)

    def test_nobody(self):
        """A mailing without recipients was prepared, or to everybody."""
        with freeze_time(self.today + relativedelta(day=28)):
            self.assertFalse(self._run(self._day(recurrence="first_order", tier_ids=self.gold.ids)))

    def test_domain_can_be_edited(self):
        """The recipients could not be shown in the mailing's form."""
        mailing = self._run(self._day(recurrence="yearly", date=self.today + timedelta(days=2)))
        self.assertTrue(literal_eval(mailing.mailing_domain))


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_loyalty_mass_mailing"
    computed = {}
    silent = {}
