from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import OWN, CronCase


@tagged("post_install", "-at_install")
class TestNight(CronCase):
    """Everybody is graded while the company sleeps, wherever it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.company.customer_tier_nightly = True
        cls.partner = cls.company.partner_id

    def _nights(self):
        """When the job is woken."""
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        return triggers.mapped("call_at")

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def test_next_night(self):
        """02:00 by the server's clock is the middle of the morning in Shanghai: salespeople saw
        tiers change while they were quoting."""
        for zone, night in (
            ("Asia/Shanghai", datetime(2025, 3, 10, 18)),
            ("America/Los_Angeles", datetime(2025, 3, 11, 9)),
            (False, datetime(2025, 3, 11, 2)),
        ):
            with self.subTest(zone), freeze_time("2025-03-10 12:00:00"):
                self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)]).unlink()
                self.partner.tz = zone
                self._run_cron()
                # Besides it comes back after an hour, should it be interrupted.
                self.assertEqual(max(self._nights()), night)
                self._run_cron()
                self.assertEqual(self._nights().count(night), 1, "woken twice")

    def test_graded_in_the_night(self):
        """The run of that night is the one of the company's day."""
        self.partner.tz = "Asia/Shanghai"
        with freeze_time("2025-03-10 12:00:00"):
            self._run_cron()
        with freeze_time("2025-03-10 18:00:00"):
            self._run_cron()
        self.assertEqual(str(self.company.customer_tier_graded_on), "2025-03-11")

    def test_clock_goes_forward(self):
        """There is no 02:00 in the night in which the clock is put forward."""
        self.partner.tz = "Europe/Brussels"
        with freeze_time("2025-03-29 12:00:00"):
            self._run_cron()
            self.assertIn(datetime(2025, 3, 30, 1), self._nights())

    def test_company_that_does_not_grade_at_night(self):
        """Who grades by hand is not woken for."""
        self.company.customer_tier_nightly = False
        with freeze_time("2025-03-10 12:00:00"):
            self._run_cron()
            now = datetime(2025, 3, 10, 12)
            self.assertFalse([at for at in self._nights() if at > now + timedelta(hours=2)])

    def test_start_asks_for_the_zone(self):
        """A company in China was graded by the days of London, because nobody had asked."""
        self.program.action_archive()
        # From a country, one could be proposed.
        self.partner.write({"tz": False, "country_id": False})
        self.manager.tz = False
        Start = self.env["customer.tier.start"].with_user(self.manager)
        wizard = Start.create({"preset": "wholesale"})
        self.assertTrue(wizard.asks_tz)
        with self.assertRaisesRegex(UserError, "time zone"):
            wizard.action_start()
        with self.assertRaisesRegex(AssertionError, "tz"), Form(Start) as form:
            form.tz = False
        wizard.tz = "Asia/Shanghai"
        wizard.action_start()
        self.assertEqual(self.partner.tz, "Asia/Shanghai")
        again = Start.create({"preset": "vip"})
        self.assertFalse(again.asks_tz)
        again.tz = "Europe/Brussels"
        again.action_start()
        self.assertEqual(self.partner.tz, "Asia/Shanghai", "what is there already stays")

    def test_start_proposes_the_users_zone(self):
        """Nearly always the company is where its user is."""
        self.partner.tz = False
        self.manager.tz = "Asia/Shanghai"
        wizard = self.env["customer.tier.start"].with_user(self.manager).create({})
        self.assertEqual(wizard.tz, "Asia/Shanghai")

    def test_start_proposes_the_countrys_zone(self):
        """An administrator of a company in China, whose own zone nobody had set, was stopped by an
        empty list of six hundred zones."""
        self.partner.write({"tz": False, "country_id": self.env.ref("base.cn").id})
        self.manager.tz = False
        Start = self.env["customer.tier.start"].with_user(self.manager)
        self.assertEqual(Start.with_context(tz=False).create({}).tz, "Asia/Shanghai")
        self.partner.country_id = False
        self.assertFalse(Start.with_context(tz=False).create({}).tz)
