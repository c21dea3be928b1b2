from pathlib import Path

from odoo.modules.module import load_script
from odoo.tests import tagged

from .desk_common import DeskCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-notes.py"


@tagged("post_install", "-at_install")
class TestNoteRights(DeskCase):
    """Whoever reads a contact reads its activities; whoever may know of its grading reads those
    about it."""

    def test_reminder(self):
        """When a customer buys was told to who is refused it, and to other companies."""
        internal = self._create_user("notes_internal", "base.group_user")
        self.buyer.company_id = False
        activity = self._remind().activity_id
        self.assertEqual(activity.customer_company_id, self.company)
        Activity = self.env["mail.activity"]
        for user, read in (
            (self.salesperson, True),
            (internal, False),
            (self.salesperson_b, False),
        ):
            found = Activity.with_user(user).search([("id", "=", activity.id)])
            self.assertEqual(bool(found), read, user.login)

    def test_reminders_of_before(self):
        """Reminders from before stayed readable for everybody."""
        activity = self._remind().activity_id
        activity.customer_company_id = False
        self.env.flush_all()
        load_script(str(SCRIPT), "post-notes").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(activity.customer_company_id, self.company)
