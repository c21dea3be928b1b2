from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.explain.benefits import of_tier
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestEvent(GradingCase):
    """Events for some tiers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.golden = cls._create_own_customer(
            "Golden", (20, 21000), email="office@gold.example.com"
        )
        cls.mia = cls._create_customer("Mia", parent_id=cls.golden.id, email="mia@gold.example.com")
        cls.plain = cls._create_own_customer("Plain", (20, 100), email="plain@example.com")
        cls._grade()
        cls.gold = cls.program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        cls.host = cls._create_user("tiering_host", "base.group_user,event.group_event_manager")
        cls.event = cls._create_event(customer_tier_ids=[Command.set(cls.gold.ids)])

    @classmethod
    def _create_event(cls, **vals):
        begin = fields.Datetime.now() + timedelta(days=30)
        return cls.env["event.event"].create(
            {
                "name": "Dinner",
                "company_id": cls.company.id,
                "date_begin": begin,
                "date_end": begin + timedelta(hours=4),
                "date_tz": "UTC",
                **vals,
            }
        )

    def _register(self, partner=None, **vals):
        registrations = self.env["event.registration"].with_user(self.host)
        vals = {"event_id": self.event.id, "partner_id": partner and partner.id, **vals}
        return registrations.create(vals)

    def test_refused(self):
        """The dinner for Gold was full of others."""
        self.assertTrue(self._register(self.plain), "others may come unless somebody says no")
        self.event.customer_others = "refused"
        self._register(self.mia)
        with self.assertRaisesRegex(ValidationError, "is for invited customers"):
            self._register(self.plain)
        with self.assertRaisesRegex(ValidationError, "is for invited customers"):
            self._register(name="Stranger", email="nobody@example.com")
        # Who registers online without logging in.
        self._register(name="Mia", email="MIA@gold.example.com ")
        moved = self._register(self.mia)
        with self.assertRaisesRegex(ValidationError, "is for invited customers"):
            moved.partner_id = self.plain

    def test_later(self):
        """Who had registered and fell to Silver could not be checked in."""
        self.event.customer_others = "refused"
        registration = self._register(self.mia)
        self._standing(self.golden).sudo().tier_id = False
        registration.action_set_done()
        self.assertEqual(registration.state, "done")

    def test_pointed_out(self):
        """Nobody at the desk saw that somebody was not invited."""
        self.event.customer_others = "warned"
        self.assertIn("Plain", self._register(self.plain).customer_warning)
        self.assertFalse(self._register(self.mia).customer_warning)
        form = Form(self.env["event.registration"].with_user(self.host))
        form.event_id = self.event
        form.partner_id = self.plain
        self.assertIn("invited", form.customer_warning)

    def test_stage(self):
        """Dormant customers were to be won back, and everybody came."""
        self.event.write(
            {"customer_tier_ids": False, "customer_stage": "dormant", "customer_others": "refused"}
        )
        with self.assertRaises(ValidationError):
            self._register(self.mia)
        self._standing(self.golden).sudo().lifecycle_stage = "dormant"
        self._register(self.mia)

    def test_ticket_of_a_tier(self):
        """Seats kept for Gold were taken by others."""
        self.event.customer_tier_ids = False
        ticket = self.env["event.event.ticket"].create(
            {
                "name": "Gold table",
                "event_id": self.event.id,
                "seats_max": 1,
                "customer_tier_ids": self.gold.ids,
            }
        )
        # It takes back what was done, which the other one does not.
        with self.assertRaises(ValidationError):
            self._register(self.plain, event_ticket_id=ticket.id)
        self._register(self.mia, event_ticket_id=ticket.id)
        with self.assertRaisesRegex(ValidationError, "enough seats"):
            self._register(self.golden, event_ticket_id=ticket.id)
        self._register(self.plain)

    def test_tier_of_registrations(self):
        """The list of guests did not say who is who; or told tiers of another company."""
        ours, theirs = self._register(self.mia), self._register(self.plain)
        self.assertEqual(ours.customer_tier_id.name, "Gold")
        found = self.env["event.registration"].with_user(self.host)
        own = ("event_id", "=", self.event.id)
        self.assertEqual(found.search([own, ("customer_tier_id", "=", self.gold.id)]), ours)
        self.assertEqual(found.search([own, ("customer_tier_id", "!=", self.gold.id)]), theirs)
        self.assertEqual(found.search([own, ("customer_tier_id.name", "=", "Gold")]), ours)
        self.event.company_id = False
        elsewhere = ours.with_company(self.company_b).with_context(
            allowed_company_ids=self.company_b.ids
        )
        self.assertFalse(elsewhere.sudo().customer_tier_id)

    def test_invited(self):
        """A customer got an invitation for each of its contacts, or who is on the blacklist got
        one."""
        action = self.event.with_user(self.host).action_invite_customers()
        self.assertEqual(action["context"]["default_res_ids"], self.golden.ids)
        for days in (5, 6):
            self._create_order(self.mia, 10, date=days)
        action = self.event.with_user(self.host).action_invite_customers()
        self.assertEqual(action["context"]["default_res_ids"], self.mia.ids)
        composer = self.env["mail.compose.message"].with_user(self.host)
        composer = composer.with_context(**action["context"]).create({})
        composer.action_send_mail()
        mail = self.env["mail.mail"].search([("subject", "=", "Invitation: Dinner")])
        self.assertEqual(mail.recipient_ids | mail.partner_ids, self.mia)
        self.assertIn("Dinner", mail.body_html)
        self.env["mail.blacklist"].create({"email": self.mia.email})
        composer = self.env["mail.compose.message"].with_user(self.host)
        composer.with_context(**action["context"]).create({}).action_send_mail()
        mails = self.env["mail.mail"].search([("subject", "=", "Invitation: Dinner")])
        self.assertEqual((mails - mail).mapped("state"), ["cancel"])

    def test_nobody_to_invite(self):
        """The button opened an e-mail to nobody, or to all contacts."""
        self.event.customer_tier_ids = False
        with self.assertRaisesRegex(UserError, "Choose the tiers"):
            self.event.action_invite_customers()
        self.event.customer_tier_ids = self.program.tier_ids[-1]
        with self.assertRaisesRegex(UserError, "No customer with an e-mail"):
            self.event.action_invite_customers()
        with self.assertRaises(AccessError):
            self.event.with_user(self.salesperson).action_invite_customers()

    def test_other_company(self):
        """Tiers of another company were invited: nobody could come."""
        theirs = self._create_program(tiers=["Theirs"], company=self.company_b).tier_ids
        with self.assertRaisesRegex(ValidationError, "invite tiers of that company"):
            self.event.customer_tier_ids = theirs
        with self.assertRaisesRegex(ValidationError, "choose tiers of that company"):
            self.event.event_ticket_ids = [
                Command.create({"name": "x", "customer_tier_ids": theirs.ids})
            ]

    def test_as_benefit(self):
        """Customers read of a dinner without its date, or of the last one."""
        self.program.benefit_ids.unlink()
        benefit = self.env["customer.tier.benefit"].create(
            {
                "program_id": self.program.id,
                "name": "Dinner",
                "kind": "event",
                "from_tier_id": self.gold.id,
            }
        )
        self.assertEqual(of_tier(self.gold)[0].title, "Dinner")
        context = benefit.action_plan_event()["context"]
        self.assertIn(self.gold.id, context["default_customer_tier_ids"])
        with Form(self.env["event.event"].with_context(**context)) as form:
            form.date_begin = fields.Datetime.now() + timedelta(days=30)
            form.date_end = fields.Datetime.now() + timedelta(days=31)
        self.assertEqual((form.save().seats_max, form.save().name), (40, "Dinner"))
        form.save().unlink()
        self.env.ref("customer_tiering_event.event_type_thanks").unlink()
        self.assertNotIn("default_event_type_id", benefit.action_plan_event()["context"])
        event = self._create_event(
            customer_benefit_id=benefit.id,
            customer_tier_ids=[Command.set(context["default_customer_tier_ids"])],
        )
        day = self.env["ir.qweb.field.date"].value_to_html(event.date_begin.date(), {})
        self.assertEqual(of_tier(self.gold)[0].title, f"Dinner: {day}")
        event.write(
            {
                "date_begin": fields.Datetime.now() - timedelta(days=3),
                "date_end": fields.Datetime.now() - timedelta(days=2),
            }
        )
        self.assertEqual(of_tier(self.gold)[0].title, "Dinner")

    def test_one_query_for_all(self):
        """A list of guests asked for the tier of each of them."""
        registrations = self._register(self.mia) | self._register(self.plain)

        def read(records):
            self.env.invalidate_all()
            records.mapped("event_id.company_id.name")
            records.sudo().mapped("partner_id.commercial_partner_id.name")
            before = self.env.cr.sql_log_count
            records.mapped("customer_tier_id.name")
            return self.env.cr.sql_log_count - before

        read(registrations)
        few = read(registrations[:1])
        self.assertLessEqual(read(registrations), few)
