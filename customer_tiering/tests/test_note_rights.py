from pathlib import Path

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import HttpCase, tagged

from .event_common import TODAY, EventCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-notes.py"
# What only the fields on the contact tell, to who may read them.
TOLD = ("Silver", "Amount bought", "2,100", "1,000")


@tagged("post_install", "-at_install")
@freeze_time(f"{TODAY} 12:00:00")
class TestNoteRights(HttpCase, EventCase):
    """Whoever reads a contact reads its messages and activities; whoever may know of its grading
    reads those about it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.internal = cls._create_user("notes_internal", "base.group_user")
        cls._create_rules("up", activity_days=3)
        with freeze_time("2025-03-09 12:00:00"):
            cls._grade()
        cls.buyer.company_id = False
        cls.program.domain = str([("id", "=", cls.buyer.id)])
        cls._create_order(cls.buyer, 2000, date="2025-03-05", company=cls.company)
        cls._grade()

    def setUp(self):
        super().setUp()
        self._run_cron()
        self.event = self._events(self.buyer)

    def _texts(self, user):
        """All that a user reads on the contact, in the ways of the web client."""
        # Another request.
        self.env.invalidate_all()
        env = self.env(user=user.id, context={"allowed_company_ids": user.company_ids.ids})
        partner = env["res.partner"].browse(self.buyer.id)
        messages = env["mail.message"].search(
            [("model", "=", "res.partner"), ("res_id", "=", partner.id)]
        )
        activities = partner.activity_ids | env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
        )
        said = [*messages.mapped("body"), *(partner.message_ids & messages).mapped("body")]
        for activity in activities:
            said += [activity.summary or "", activity.note or ""]
        return " ".join(map(str, said))

    def _assert_untold(self, user):
        text = self._texts(user)
        for word in TOLD:
            self.assertNotIn(word, text, user.login)

    def test_note_without_figures(self):
        """A payment figure, or what a customer bought, was written where it is read, mailed and
        quoted without anybody being asked for rights."""
        for text in (self.event.note_id.body, self.event.activity_id.note):
            self.assertIn("Silver because of Amount bought in a year.", text)
            self.assertNotRegex(text.split("href")[0], r"\d")
            self.assertIn(f"/{self.event.standing_id.id}", text)

    def test_salesperson_reads_them(self):
        """Nobody reads them, so that nothing was tried here."""
        text = self._texts(self.salesperson)
        self.assertIn("Promoted from Low to Silver", text)
        self.assertIn("Silver because of Amount bought in a year.", text)

    def test_colleague_without_sales(self):
        """Who is refused the tier on the contact read it in a note."""
        with self.assertRaises(AccessError):
            _ = self.buyer.with_user(self.internal).customer_tier_id
        self._assert_untold(self.internal)

    def test_other_company(self):
        """A contact that companies share told one company the tiers of the other."""
        self.assertTrue(self.buyer.with_user(self.salesperson_b).has_access("read"))
        self._assert_untold(self.salesperson_b)
        self.salesperson_b.company_ids = [Command.link(self.company.id)]
        self.assertIn("Promoted from Low to Silver", self._texts(self.salesperson_b))

    def test_read_by_its_number(self):
        """What is not found was read by its id."""
        for user in (self.internal, self.salesperson_b):
            for record in (self.event.note_id, self.event.activity_id):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    record.with_user(user).read(["display_name"])

    def test_done_activity(self):
        """The message that an activity is done quotes it, to everybody."""
        self.event.activity_id.with_user(self.salesperson).action_feedback(feedback="Called")
        self.assertIn("Promoted from Low to Silver", self._texts(self.salesperson))
        self._assert_untold(self.internal)
        self._assert_untold(self.salesperson_b)

    def test_who_is_asked_reads_it(self):
        """Somebody without Sales was asked to do something and could not read what."""
        self.event.activity_id.user_id = self.internal
        self.assertIn("promoted from Low to Silver", self._texts(self.internal))

    def test_searched_through_the_contact(self):
        """Who reads a contact found it by the words of the notes and activities on it, so that the
        tier was guessed word by word; a customer in the portal guessed its own."""
        portal = self._create_user("notes_portal", "base.group_portal")
        portal.partner_id.parent_id = self.buyer
        activity = self.event.activity_id
        of_messages = [("message_ids.body", "ilike", "Silver"), ("message_ids", "like", "Silver")]
        of_activities = [
            ("activity_ids.note", "ilike", "Silver"),
            ("activity_ids.summary", "ilike", "Silver"),
            ("activity_summary", "ilike", "Silver"),
            ("activity_type_id", "=", activity.activity_type_id.id),
            ("activity_user_id", "=", activity.user_id.id),
        ]
        for user in (self.internal, self.salesperson_b, self.salesperson, portal):
            asked = of_messages if user == portal else of_messages + of_activities
            for condition in asked:
                with self.subTest(user=user.login, condition=condition):
                    domain = [("id", "=", self.buyer.id), condition]
                    found = self.env["res.partner"].with_user(user).search(domain)
                    self.assertEqual(bool(found), user == self.salesperson)

    def test_next_activity(self):
        """The contact told the summary and the kind of an activity that its reader may not read."""
        names = ["activity_summary", "activity_type_id", "activity_type_icon", "activity_user_id"]
        for user in (self.internal, self.salesperson_b, self.salesperson):
            self.env.invalidate_all()
            told = self.buyer.with_user(user).read(names)[0]
            for name in names:
                with self.subTest(user=user.login, name=name):
                    self.assertEqual(bool(told[name]), user == self.salesperson)

    def test_followers(self):
        """Followers got by e-mail what they may not read."""
        colleagues = self.salesperson | self.internal | self.salesperson_b
        self.buyer.message_subscribe(colleagues.partner_id.ids)
        self._create_order(self.buyer, 9000, date="2025-03-06", company=self.company)
        self._grade()
        self._run_cron()
        note = self._events(self.buyer)[-1].note_id
        self.assertIn("Gold", note.body)
        self.assertEqual(note.notified_partner_ids, self.salesperson.partner_id)

    def test_form_of_who_may_not_know(self):
        """The contact cannot be opened any more by who may not read one of its activities."""
        self.internal.password = "notes_internal"
        self.authenticate("notes_internal", "notes_internal")
        asked = {
            "fetch_params": [
                ["mail.thread", {
                    "thread_model": "res.partner",
                    "thread_id": self.buyer.id,
                    "request_list": ["activities", "followers", "attachments"],
                }]
            ]
        }  # fmt: skip
        found = self.make_jsonrpc_request("/mail/data", asked)
        self.assertIn("mail.thread", found)
        self.assertNotIn("Silver", str(found))
        told = self.make_jsonrpc_request(
            "/mail/thread/messages", {"thread_model": "res.partner", "thread_id": self.buyer.id}
        )
        self.assertIn("messages", told)
        self.assertNotIn("Silver", str(told))
        spec = {"display_name": {}, "activity_ids": {"fields": {"summary": {}}}}
        partner = self.buyer.with_user(self.internal)
        self.assertFalse(partner.web_read({**spec, "activity_state": {}})[0]["activity_ids"])

    def test_notes_of_before(self):
        """Notes with amounts that were written before stay readable for everybody."""
        told = self.event.note_id | self.event.note_id.copy()
        self.event.activity_id.customer_company_id = False
        told.customer_company_id = False
        self.env.flush_all()
        load_script(str(SCRIPT), "post-notes").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(told.mapped("customer_company_id"), self.company)
        self.assertEqual(self.event.activity_id.customer_company_id, self.company)
        self._assert_untold(self.internal)
