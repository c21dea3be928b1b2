"""Who is dedicated to a customer, in what other addons show."""

from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering_service.tests.common import ServiceCase
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestDedicated(HttpCase, ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_own_customer("Dedicated Buyer", (10, 5000))
        cls._grade()
        cls.person = cls.env["customer.tier.care"]._of_customers(cls.customer, cls.company).user_id
        cls.other = (cls.people - cls.person)[:1]

    def _rows(self, user, **wanted):
        self.env.flush_all()
        rows = self.env["customer.agenda"].with_user(user).search([])
        return rows.filtered(lambda row: all(row[name] == value for name, value in wanted.items()))

    def _promote(self):
        """History says that the customer rose today."""
        standing = self._standing(self.customer)
        return (
            self.env["customer.tier.change"]
            ._by_system()
            .create(
                {
                    "standing_id": standing.id,
                    "date": self._days_ago(0),
                    "direction": "up",
                    "from_tier_id": self.silver.id,
                    "to_tier_id": standing.tier_id.id,
                    "reason": "rule",
                }
            )
        )

    def test_news_in_the_list_of_the_day(self):
        """Who looks after a customer by a rule read nowhere that it had risen; nobody else did,
        either."""
        self.assertIn(self.person, self.people)
        self._promote()
        self.assertTrue(self._rows(self.person, partner_id=self.customer, kind="promoted"))
        self.assertFalse(self._rows(self.other, partner_id=self.customer))
        self.customer.user_id = self.other
        self.assertFalse(self._rows(self.person, partner_id=self.customer))
        self.assertTrue(self._rows(self.other, partner_id=self.customer, kind="promoted"))

    def test_notice_and_approval(self):
        """A notice, or a change that waits for approval, was on nobody's list."""
        standing = self._standing(self.customer).sudo()
        standing.write({"noticed_on": self._days_ago(1), "target_tier_id": self.silver.id})
        self.env["customer.tier.proposal"].create(
            {
                "standing_id": standing.id,
                "company_id": self.company.id,
                "program_id": self.program.id,
                "from_tier_id": standing.tier_id.id,
                "to_tier_id": self.silver.id,
                "direction": "down",
                "date": self._days_ago(0),
            }
        )
        for kind in ("notice", "proposal"):
            self.assertTrue(self._rows(self.person, partner_id=self.customer, kind=kind), kind)
            self.assertFalse(self._rows(self.other, partner_id=self.customer, kind=kind), kind)

    def test_who_has_left(self):
        """The customer's own salesperson has left: its news were for nobody, although somebody is
        dedicated to it by now."""
        self.customer.user_id = self.other
        self._grade()
        self.other.action_archive()
        self._grade()
        person = self._care(self.customer).user_id
        self.assertTrue(person)
        self._promote()
        self.assertTrue(self._rows(person, partner_id=self.customer, kind="promoted"))

    def test_week(self):
        """The e-mail on Mondays left out the customers to whom somebody is dedicated."""
        due = fields.Date.today() + timedelta(days=1)
        standing = self._standing(self.customer).sudo()
        standing.write({"next_order_date": due, "next_order_late": due + timedelta(days=9)})
        figures = self.env["customer.week"]._figures(self.person | self.other)
        self.assertEqual(figures[self.person.id]["due"], 1)
        self.assertFalse(figures[self.other.id]["due"])
        self.customer.user_id = self.other
        figures = self.env["customer.week"]._figures(self.person | self.other)
        self.assertEqual(figures[self.other.id]["due"], 1)
        self.assertFalse(figures[self.person.id]["due"])

    def test_contact_on_the_page(self):
        """The customer's page named nobody, or the salesperson instead of the service contact; in
        a browser, beside a website."""
        self.rule.service_user_id = self.helper
        self.helper.write({"name": "Li Na", "email": "li.na@example.com", "phone": "+32 2 1"})
        self.program.write({"portal_shown": True, "portal_contact": True})
        self.env["customer.tier.benefit"].create(
            {"program_id": self.program.id, "name": "Personal contact", "kind": "contact"}
        )
        self._assign()
        contact = self._create_customer("Page Reader", parent_id=self.customer.id)
        login = "tiering_page_reader"
        user = self._create_user(login, "base.group_portal", partner_id=contact.id)
        user.password = login
        self.start_tour("/my", "customer_tiering_dedicated_contact", login=login)
        self.helper.action_archive()
        page = self.env["customer.tier.page"].with_user(user)._pages(user)[0]
        self.assertEqual(page["contact"]["name"], self._care(self.customer).user_id.name)


@tagged("post_install", "-at_install")
class TestWhoHasLeft(ServiceCase):
    """What was to be done for customers whose dedicated people left."""

    def test_open_reminders_go_along(self):
        """The customer has somebody else by now, and the reminder waited for who has left."""
        [gold] = self._create_golds(1)
        self._assign()
        gone = self._care(gold).user_id
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", gold.id)])
        of = self.env["customer.tier.responsible"]._of
        self.assertEqual(of(standing, self.company)[standing], gone)
        rule = self.env["customer.reminder.rule"].create(
            {"name": "Reminder", "company_id": self.company.id}
        )
        vals = {"rule_id": rule.id, "partner_id": gold.id, "company_id": self.company.id}
        reminder = self.env["customer.reminder"].create({**vals, "date": self._days_ago(0)})
        activity = gold.activity_schedule(
            "mail.mail_activity_data_todo", user_id=gone.id, automated=True
        )
        reminder.sudo().write({"activity_id": activity.id, "user_id": gone.id})
        gone.action_archive()
        self.env.invalidate_all()
        self.assertTrue(self._care(gold).user_id)
        self.assertEqual(activity.user_id, self._care(gold).user_id)
