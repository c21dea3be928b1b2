from odoo.tests import tagged

from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestPeopleLeave(SenderCase):
    """The customer's people and the company's come and go between the plan and the message."""

    def _with_ann(self):
        """A reminder that is planned for the contact who orders."""
        self.ann = self._create_customer("Ann", parent_id=self.buyer.id, email="ann@example.com")
        self._create_order(self.ann, 10, date=60)
        self._grade()
        reminder = self._begin(("email", 2))
        self.assertEqual(self._steps(reminder).partner_id, self.ann)
        return reminder

    def _assert_sent_to(self, reminder, contact):
        self._send(days=2)
        step = self._steps(reminder)
        self.assertEqual(
            (step.mapped("state"), step.mapped("skip_reason")),
            (["sent"], [False]),
            step.mapped("channel"),
        )
        self.assertEqual(step.partner_id, contact)
        self.assertEqual(step.mail_id.recipient_ids, contact)

    # Of the customer

    def test_contact_who_works_for_another_customer(self):
        """Somebody has changed to another company, and is written what the old one usually buys,
        with a link that says no more than that it is wrong."""
        reminder = self._with_ann()
        self.ann.parent_id = self._create_customer("Elsewhere", company_id=self.company.id)
        self._assert_sent_to(reminder, self.buyer)

    def test_contact_who_left(self):
        """One person of the customer is archived, and the customer as a whole was called so and
        heard nothing."""
        reminder = self._with_ann()
        self.ann.active = False
        self._assert_sent_to(reminder, self.buyer)

    def test_deleted_contact(self):
        """Who deletes a contact deletes what was planned for it, and what it was sent: nothing
        comes any more, and the caps forget the messages of before."""
        bob = self._create_customer("Bob", parent_id=self.buyer.id, email="bob@example.com")
        reminder = self._begin(("email", 0), ("email", 10))
        self._steps(reminder).partner_id = bob
        self._send()
        bob.unlink()
        steps = self._steps(reminder)
        self.assertEqual(steps.mapped("state"), ["sent", "planned"])
        self.assertEqual(steps.partner_id, self.buyer)
        self._send(days=10)
        self.assertEqual(steps.mapped("state"), ["sent", "sent"])

    def test_written_to_before_it_joined(self):
        """A customer was written to, became a contact of another one, and got the other's message
        within the week."""
        reminder = self._begin(("email", 0))
        self._send()
        reminder._dismiss()
        owner = self._create_buyer("Owner")
        self.buyer.write({"parent_id": owner.id, "is_company": False})
        sent = self.env["customer.contact.policy"]._sent(self.company, owner)
        self.assertEqual(len(sent.get(owner.id, ())), 1)

    def test_deleted_customer(self):
        """A customer cannot be deleted because it was to be reminded."""
        reminder = self._begin(("email", 1))
        other = self._create_customer("Other", email="other@example.com")
        reminder.partner_id = other
        self._steps(reminder).partner_id = other
        other.unlink()
        self.assertFalse(reminder.exists())

    # Of the company

    def test_salesperson_who_left(self):
        """A customer gets a mail from somebody who does not work here any more: where nothing is
        on a desk, nobody had handed the reminder over."""
        reminder = self._begin(("email", 0))
        self.buyer.user_id = False
        self.company.customer_tier_fallback_user_id = self.leader
        self.salesperson.action_archive()
        self.assertEqual(reminder.user_id, self.leader)
        self._send()
        self.assertIn(self.leader.name, self._mails().body_html)
        self.assertNotIn(self.salesperson.name, self._mails().body_html)

    def test_customer_of_somebody_else(self):
        """The customer was given to a colleague, and the mail is signed by the one before."""
        self.leader.email = "leader@example.com"
        reminder = self._begin(("email", 0))
        self.buyer.user_id = self.leader
        self._send()
        self.assertEqual(reminder.user_id, self.leader)
        self.assertIn("leader@example.com", self._mails().email_from)

    def test_leader_who_left(self):
        """The leader left, and what had been escalated went back to the salesperson, who has not
        done it."""
        reminder = self._begin(("activity", 0), ("activity", 7, {"to": "leader"}))
        self._send(days=7)
        task = self._steps(reminder)[1].activity_id
        self.assertEqual(task.user_id, self.leader)
        successor = self._create_user("tiering_successor", "sales_team.group_sale_manager")
        self.leader.crm_team_ids.sudo().user_id = successor
        self.env["crm.team"].search([("user_id", "=", self.leader.id)]).user_id = successor
        self.leader.action_archive()
        self.assertEqual(task.user_id, successor)
        self.assertEqual(reminder.activity_id.user_id, self.salesperson)

    # Addresses

    def test_same_address(self):
        """Who wants no more reminders gets the next by the company's record, or a duplicate, of
        the same address."""
        twin = self._create_customer("Twin", email="Buyer@example.com")
        self.env["customer.contact.preference"]._stop(twin)
        reminder = self._begin(("email", 0))
        self._send()
        step = self._steps(reminder)
        self.assertEqual((step.state, step.skip_reason), ("skipped", "opted_out"))

    def test_one_of_two_addresses(self):
        """A contact has two addresses, mails go to both, and whoever wanted none at the second one
        got them all the same."""
        twin = self._create_customer("Twin", email="ann@example.com")
        for said in ("opted_out", "blacklisted"):
            with self.subTest(said):
                self.buyer.email = f"Buyer <{said}@example.com>, Ann@example.com"
                if said == "opted_out":
                    self.env["customer.contact.preference"]._stop(twin)
                else:
                    self.env["customer.contact.preference"].search([]).unlink()
                    self.env["mail.blacklist"]._add("ann@example.com")
                reminder = self._begin(("email", 0))
                self._send()
                step = self._steps(reminder)
                self.assertEqual((step.state, step.skip_reason), ("skipped", said))
                reminder._dismiss()

    def test_second_address_of_who_said_so(self):
        """Who had two addresses wanted no more at either, and got them at the second one, which
        another contact has."""
        twin = self._create_customer("Twin", email="ann@example.com, Bob <BUYER@example.com>")
        self.env["customer.contact.preference"]._stop(twin)
        skipped = "opted_out"
        for email, reason in (
            ("buyer@example.com", skipped),
            ("cy@example.com; Buyer@Example.com", skipped),
            ("old_buyer@example.com", False),
            ("uyer@example.com", False),
        ):
            with self.subTest(email):
                self.buyer.email = email
                reminder = self._begin(("email", 0))
                self.assertEqual(self._steps(reminder)._unwanted() or False, reason)
                reminder._dismiss()

    def test_said_again_by_the_link(self):
        """A salesperson had noted that a customer wants none; then the customer said so by the
        link, and a duplicate of the same address was written to all the same."""
        twin = self._create_customer("Twin", email="buyer@example.com")
        Preference = self.env["customer.contact.preference"]
        Preference.create({"partner_id": twin.id, "no_reminders": True})
        reminder = self._begin(("email", 0))
        self.assertFalse(self._steps(reminder)._unwanted())
        Preference._stop(twin)
        self.assertEqual(self._steps(reminder)._unwanted(), "opted_out")
