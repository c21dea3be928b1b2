import sys
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

from freezegun import freeze_time

from odoo.addons.customer_tiering.grading import quiet
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestContactPolicy(GradingCase):
    """Who has to wait and why, and when the company and the customer are at work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["customer.reminder.rule"]
        cls.Rule.search([]).action_archive()
        cls.Policy = cls.env["customer.contact.policy"]
        cls.program = cls._create_program(domain=OWN, typical_interval_days=30)
        cls.rule = cls.Rule.create({"name": "Overdue", "reminds_at": "expected"})
        cls.partner = cls._create_customer(
            "Late", company_id=cls.company.id, user_id=cls.salesperson.id
        )
        for number in range(4):
            cls._create_order(cls.partner, 100, date=35 + 30 * number, team_id=False)

    def _reason(self):
        return self.Policy._waiting(self.company, self.partner).get(self.partner.id, "")

    def _reminded(self):
        self._grade()
        return bool(self.env["customer.reminder"].search([("partner_id", "=", self.partner.id)]))

    def test_nothing_in_the_way(self):
        self.assertTrue(self._reminded())
        self.assertEqual(self._reason(), "")

    def test_quotation(self):
        """The customer has a quotation and is asked whether it wants to order. Of two, one is
        the reason; an old one that nobody answered is none."""
        self._create_order(self.partner, 10, date=1, state="draft")
        order = self._create_order(self.partner, 10, date=1, state="sent")
        self.assertFalse(self._reminded())
        self.assertEqual(self._reason(), "quotation")
        for old in self.env["sale.order"].search([("partner_id", "=", self.partner.id)]):
            old.date_order -= timedelta(days=15 if old.state != "sale" else 0)
        self.assertTrue(self._reminded())
        self.assertEqual(order.state, "sent")

    def test_calls_need_not_wait(self):
        """As before the policy was there, where the company wants it so."""
        self.company.customer_contact_wait_calls = False
        self._create_order(self.partner, 10, date=1, state="draft")
        self.assertTrue(self._reminded())

    def test_order_just_came(self):
        """A sample was ordered yesterday; the rhythm does not count it, people do."""
        self._grade()
        self._create_order(self.partner, 0, date=1)
        self.assertEqual(self._reason(), "ordered")

    def test_overdue(self):
        """The company wants to talk about money first."""
        self._grade()
        self._standing(self.partner).sudo().overdue_amount = 10
        self.assertEqual(self._reason(), "")
        self.company.customer_contact_wait_overdue = True
        self.assertEqual(self._reason(), "overdue")

    def test_spoken_to(self):
        """A colleague was on the phone with them yesterday. What a reminder itself asked for is
        left to the rule's gap, and what another company did is none of ours."""
        self._grade()
        contact = self._create_customer("Contact", parent_id=self.partner.id)
        call = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": contact.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "user_id": self.salesperson.id,
            }
        )
        self.assertEqual(self._reason(), "")
        call.action_feedback()
        self.assertEqual(self._reason(), "spoke")
        call.customer_company_id = self.company_b
        self.assertEqual(self._reason(), "")
        call.customer_company_id = False
        with freeze_time(datetime.now() + timedelta(days=8)):
            self.assertEqual(self._reason(), "")
        call.unlink()
        self.partner.activity_ids.action_feedback()
        self.assertEqual(self._reason(), "")

    # Hours and days

    def test_zone(self):
        """Nearly no customer has a time zone: its country has one, and else we have."""
        self.company.partner_id.tz = "Europe/Brussels"
        contact = self._create_customer("Contact", parent_id=self.partner.id)
        self.partner.tz = False
        self.assertEqual(self.Policy._zone(contact, self.company), "Europe/Brussels")
        self.partner.country_id = self.env.ref("base.cn")
        self.assertEqual(self.Policy._zone(contact, self.company), "Asia/Shanghai")
        self.partner.tz = "Asia/Urumqi"
        self.assertEqual(self.Policy._zone(contact, self.company), "Asia/Urumqi")
        contact.tz = "Asia/Tokyo"
        self.assertEqual(self.Policy._zone(contact, self.company), "Asia/Tokyo")

    def test_bad_settings(self):
        """Hours that leave none, and caps of 0, are refused in words."""
        for vals in (
            {"customer_contact_from": 20, "customer_contact_until": 9},
            {"customer_contact_until": 25},
            {"customer_contact_from": -1},
            {"customer_contact_month_cap": 0},
            {"customer_contact_week_cap": -2},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.company.write(vals)
        settings = self.env["res.config.settings"].with_company(self.company).create({})
        settings.write({"customer_contact_from": 21, "customer_contact_until": 23})
        self.assertEqual(self.company.customer_contact_from, 21)

    def _leave(self, calendar, day, **vals):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Day",
                "calendar_id": calendar.id,
                "date_from": datetime.combine(day, datetime.min.time()),
                "date_to": datetime.combine(day, datetime.max.time()).replace(microsecond=0),
                **vals,
            }
        )

    def test_days_of_both_sides(self):
        """Mails come on the customer's national holiday, or when nobody of us is there to answer;
        or none comes on the Sunday on which everybody in China works."""
        calendar = self.env["resource.calendar"].create({"name": "Ours", "tz": "UTC"})
        self.company.resource_calendar_id = calendar
        china = self.env["resource.calendar"].create(
            {
                "name": "China",
                "tz": "UTC",
                "customer_country_id": self.env.ref("base.cn").id,
                "company_id": self.company.id,
            }
        )
        self.partner.write({"tz": "UTC", "country_id": self.env.ref("base.cn").id})
        today = date.today()
        monday = today + timedelta(days=7 - today.weekday())
        sunday = monday + timedelta(days=6)
        self._leave(calendar, monday)
        self._leave(china, monday + timedelta(days=1))
        self._leave(calendar, sunday, time_type="other")
        self._leave(china, sunday, time_type="other")
        resource = self.env["resource.resource"].create({"name": "Ann", "calendar_id": calendar.id})
        self._leave(calendar, monday + timedelta(days=2), resource_id=resource.id)
        self.env["customer.contact.freeze"].create(
            {
                "name": "Stock-taking",
                "company_id": self.company.id,
                "date_from": monday + timedelta(days=3),
                "date_to": monday + timedelta(days=4),
            }
        )
        situation = self.Policy._situations(self.company, self.partner)[self.partner]

        def allowed(number):
            noon = datetime.combine(monday + timedelta(days=number), datetime.min.time())
            noon += timedelta(hours=12)
            policy = self.Policy._rules_of(self.company)
            return quiet.next_allowed(noon, situation.zone, policy.window, situation.sides) == noon

        self.assertEqual(
            [allowed(number) for number in range(8)],
            [False, False, True, False, False, False, True, True],
        )

    def test_holidays_of_a_shared_calendar(self):
        """Working hours that several companies share are no company's own, and the holidays that
        a company keeps without naming any working hours were forgotten for them."""
        calendar = self.env["resource.calendar"].create(
            {"name": "Everybody's", "tz": "UTC", "company_id": False}
        )
        self.company.resource_calendar_id = calendar
        country = self.env["resource.calendar"].create(
            {
                "name": "China",
                "tz": "UTC",
                "customer_country_id": self.env.ref("base.cn").id,
                "company_id": False,
            }
        )
        monday = date.today() + timedelta(days=7 - date.today().weekday())
        nowhere = self.env["resource.calendar"]
        self._leave(nowhere, monday).company_id = self.company
        self._leave(nowhere, monday + timedelta(days=1)).company_id = self.company_b
        (ours,) = self.Policy._own_days(self.company)
        self.assertEqual(
            [ours.works(monday + timedelta(days=number)) for number in range(3)],
            [False, True, True],
        )
        (theirs,) = self.Policy._days_of_country(self.company, self.env.ref("base.cn"))
        self.assertTrue(theirs.works(monday), f"no holiday in {country.name}")
        self.company.resource_calendar_id = False
        (ours,) = self.Policy._own_days(self.company)
        self.assertEqual(
            [ours.works(monday + timedelta(days=number)) for number in range(3)],
            [False, True, True],
            "without working hours of its own it keeps no other company's holidays",
        )

    # The button that fills holidays

    def _fill(self, country="base.cn", **vals):
        wizard = self.env["customer.holiday.fill"].with_company(self.company)
        return wizard.create(
            {
                "company_id": self.company.id,
                "country_id": self.env.ref(country).id,
                "year_from": 2026,
                "year_to": 2026,
                **vals,
            }
        )

    def test_fill_without_the_package(self):
        """A traceback, where a package that nobody needs otherwise is not installed."""
        with patch.dict(sys.modules, {"holidays": None}), self.assertRaises(UserError) as caught:
            self._fill().action_fill()
        self.assertIn("pip install holidays", str(caught.exception))

    def test_fill(self):
        """Days off are filled in once, however often the button is pressed, and the days that
        make up for them are working days."""
        found = {date(2026, 10, 1): "National Day", date(2026, 10, 2): "National Day"}
        # The package knows what was worked in any year.
        worked = {date(2026, 9, 20), date(2001, 12, 29)}
        found = type("Holidays", (dict,), {"weekend_workdays": worked})(found)
        self.env["res.lang"]._activate_lang("zh_CN")
        asked = []

        def country_holidays(code, years, language):
            asked.append((code, language))
            return found

        package = SimpleNamespace(
            country_holidays=country_holidays,
            list_localized_countries=lambda: {"CN": ["en_US", "zh_CN"]},
        )
        calendar = self.env["resource.calendar"].create({"name": "Ours"})
        self.company.write(
            {"resource_calendar_id": calendar.id, "country_id": self.env.ref("base.cn").id}
        )
        wizard = self._fill()
        self.assertTrue(wizard.is_own)
        with patch.dict(sys.modules, {"holidays": package}):
            wizard.action_fill()
            wizard.with_context(lang="zh_CN").action_fill()
        self.assertEqual(asked, [("CN", None), ("CN", "zh_CN")], "names are not the reader's")
        china = self.env["resource.calendar"].search(
            [("customer_country_id", "=", self.env.ref("base.cn").id)]
        )
        self.assertEqual((len(china), china.tz), (1, "Asia/Shanghai"))
        for days in (china, calendar):
            leaves = self.env["resource.calendar.leaves"].search([("calendar_id", "=", days.id)])
            self.assertEqual(len(leaves), 3)
        with freeze_time("2026-09-01"):
            days = self.Policy._days(china, self.company)
        self.assertEqual(days.extra, {date(2026, 9, 20)})
        self.assertEqual(days.holidays, set(found))

    def test_unknown_country_and_years(self):
        """A country that the package does not know ends in a traceback, and so do odd years."""

        def refuse(code, years, language):
            raise NotImplementedError(code)

        package = SimpleNamespace(country_holidays=refuse, list_localized_countries=dict)
        with patch.dict(sys.modules, {"holidays": package}):
            with self.assertRaisesRegex(UserError, "does not know the holidays of"):
                self._fill().action_fill()
            for wrong in (2020, 3000):
                with self.assertRaisesRegex(UserError, "Enter years between 1990 and 2100"):
                    self._fill(year_to=wrong).action_fill()

    def test_form(self):
        """Whoever fills in the holidays of its own country wants them for itself, too."""
        self.company.country_id = self.env.ref("base.be")
        form = Form(self.env["customer.holiday.fill"].with_company(self.company))
        self.assertEqual(form.country_id, self.env.ref("base.be"))
        self.assertTrue(form.is_own)
        form.country_id = self.env.ref("base.cn")
        self.assertFalse(form.is_own)
