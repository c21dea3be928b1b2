from unittest.mock import patch

from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestWeek(GradingCase):
    """The e-mail that salespeople get on Mondays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].search([]).customer_week_mailed = cls._days_ago(0)
        cls.program = cls._create_program(
            tiers=["Regular", {"name": "Gold", "conditions": [("amount", ">=", 1000)]}],
            domain=OWN,
        )
        cls.gold = cls.program.tier_ids[1]
        cls.salesperson.write({"customer_week_mailed": False, "email": "seller@example.com"})
        cls.Week = cls.env["customer.week"]

    def _create(self, name, amount, user=None, **dates):
        user = user or self.salesperson
        partner = self._create_own_customer(name, (10, amount), user_id=user.id)
        self._grade()
        if dates:
            self._standing(partner).sudo().write(dates)
        return partner

    def _dates(self, partner, **dates):
        self._standing(partner).sudo().write(dates)

    def _send(self):
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering_reminder.ir_cron_week").method_direct_trigger()
        self.env.invalidate_all()
        return self.env["mail.mail"].search([]) - before

    def test_figures_of_one_fail(self):
        """The figures of one user cannot be found, and nobody gets the week's e-mail."""
        self._customers()
        self.officer.write({"customer_week_mailed": False, "email": "officer@example.com"})
        real = type(self.Week)._figures

        def figures(week, users):
            if self.officer in users:
                raise ValueError("no figures")
            return real(week, users)

        model = "odoo.addons.customer_tiering"
        with (
            patch.object(type(self.Week), "_figures", figures),
            mute_logger(f"{model}.models.customer_week", f"{model}.tools"),
        ):
            mails = self._send()
        self.assertEqual(len(mails), 1, "the salesperson gets its own")

    def _customers(self):
        due, late, near, fell, other = (
            self._create_own_customer(name, (10, amount), user_id=user.id)
            for name, amount, user in (
                ("Due", 10, self.salesperson),
                ("Late", 10, self.salesperson),
                ("Near", 950, self.salesperson),
                ("Fell", 10, self.salesperson),
                ("Other", 950, self.officer),
            )
        )
        self._grade()
        everybody = due | late | near | fell | other
        for partner in everybody:
            self._dates(partner, next_order_date=False, next_order_late=False)
        self._dates(due, next_order_date=self._days_ago(-3), next_order_late=self._days_ago(-9))
        self._dates(late, next_order_date=self._days_ago(9), next_order_late=self._days_ago(2))
        self.env["customer.tier.change"]._by_system().create(
            {
                "standing_id": self._standing(fell).id,
                "date": self._days_ago(1),
                "direction": "down",
                "from_tier_id": self.gold.id,
                "to_tier_id": self.program.tier_ids[0].id,
                "reason": "rule",
            }
        )
        return everybody

    def test_what_it_says(self):
        """The mail counts customers of colleagues, or leaves out those who matter."""
        self._customers()
        figures = self.Week._figures(self.salesperson)[self.salesperson.id]
        self.assertEqual(
            self.Week._lines(self.salesperson, figures),
            ["1 due this week", "1 late", "1 within 10 % of Gold", "1 fell to Regular"],
        )
        mail = self._send()
        self.assertEqual(mail.recipient_ids, self.salesperson.partner_id)
        self.assertEqual(mail.subject, "Your customers this week: 1 due this week")
        for text in ("1 late", "1 within 10 % of Gold", "/odoo/my-customers-today"):
            self.assertIn(text, mail.body_html)

    def test_held_back_are_not_counted(self):
        """“1 late” sends a salesperson to look for, and call, somebody who is held back so that
        the effect can be measured."""
        partners = self._customers()
        rule = self.env["customer.reminder.rule"].create({"name": "Late"})
        due, late = (self._standing(partner) for partner in partners[:2])
        vals = {"rule_id": rule.id, "company_id": self.company.id, "date": self._days_ago(0)}
        cases = self.env["customer.reminder"].create(
            [{**vals, "partner_id": s.partner_id.id, "arm": "control"} for s in (due, late)]
        )
        figures = self.Week._figures(self.salesperson)[self.salesperson.id]
        self.assertFalse(figures["due"] or figures["late"])
        cases[0].arm = "treated"
        cases[1].state = "cancel"
        figures = self.Week._figures(self.salesperson)[self.salesperson.id]
        self.assertEqual((figures["due"], figures["late"]), (1, 1))

    def test_once_a_week(self):
        """A job that is started again writes to everybody again."""
        self._customers()
        self.assertEqual(len(self._send()), 1)
        self.assertFalse(self._send())
        self.salesperson.customer_week_mailed = self._days_ago(8)
        self.assertEqual(len(self._send()), 1)

    def test_quiet_when_empty_or_off(self):
        """Somebody gets “0 due, 0 late” every week, or what was switched off."""
        self.assertFalse(self._send())
        self._customers()
        self.salesperson.write({"customer_week_mailed": False, "customer_week_mail": False})
        self.assertFalse(self._send())

    def test_own_switch(self):
        """Only an administrator can stop the mails, or anybody those of others."""
        self.salesperson.with_user(self.salesperson).customer_week_mail = False
        self.assertFalse(self.salesperson.customer_week_mail)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.officer.with_user(self.salesperson).customer_week_mail = False
        with self.assertRaises(AccessError):
            self.salesperson.with_user(self.salesperson).customer_week_mailed = False

    def test_company_that_the_user_left(self):
        """Figures of a company are sent to who does not work there any more."""
        self._customers()
        self.salesperson.write(
            {
                "company_id": self.company_b.id,
                "company_ids": [Command.set(self.company_b.ids)],
            }
        )
        self.assertFalse(self.Week._figures(self.salesperson)[self.salesperson.id])

    def test_in_the_language_of_the_reader(self):
        """A Chinese salesperson gets English lines in a Chinese mail."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.salesperson.lang = "fr_FR"
        seen = []
        self.patch(
            type(self.Week),
            "_tier_line",
            lambda _self, env, kind, words: seen.append(env.lang) or "line",
        )
        self.Week._lines(self.salesperson, self.Week._figures(self.salesperson)[0])
        self._customers()
        self._send()
        self.assertEqual(set(seen), {"fr_FR"})

    def test_figures_equal_the_lists(self):
        """The mail says three are late, and the list shows five."""
        self._customers()
        mine = self.env["customer.tier.standing"].with_user(self.salesperson)
        mine = mine.search([("user_id", "=", self.salesperson.id)])
        late = [("next_order_late", "<=", "today"), ("next_order_late", ">", "today -60d")]
        figures = self.Week._figures(self.salesperson)[self.salesperson.id]
        self.assertEqual(figures["late"], len(mine.filtered_domain(late)))
