from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestHandover(PlaybookCase):
    """Whoever leaves the company takes no customer along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.successor = cls._create_user("tiering_successor", "sales_team.group_sale_salesman")
        cls.company.customer_tier_fallback_user_id = cls.successor

    def _leave(self, user):
        user.action_archive()
        self.env.invalidate_all()

    def test_plan_goes_on(self):
        """With the user the core deletes the activities: the plan was called done, and nobody did
        anything about the customer."""
        self._enter("dormant")
        mine = self._activities().filtered(lambda a: a.user_id == self.salesperson)
        self.assertTrue(mine)
        self._leave(self.salesperson)
        self.assertEqual(len(self._activities()), 2)
        self.assertEqual(mine.exists().user_id, self.successor)
        self._work()
        self.assertEqual(self._starts().mapped("state"), ["open"])
        self.assertEqual(self._starts().user_id, self.successor)

    def test_archived_by_a_program(self):
        """Whatever archives users without the button left the activities with whoever left."""
        self._enter("dormant")
        self.salesperson.write({"active": False})
        self.assertEqual(self._activities().user_id, self.successor | self.leader)

    def test_activities_given_to_somebody_else(self):
        """A plan whose activities were all given away stayed among those of who gave them, and
        filled that person's day."""
        self._enter("dormant")
        mine = self._activities().filtered(lambda a: a.user_id == self.salesperson)
        theirs = self._activities() - mine
        theirs.user_id = self.successor
        self.assertEqual(self._starts().user_id, self.salesperson, "still has some of it to do")
        mine.with_user(self.salesperson).user_id = self.successor
        self.env.invalidate_all()
        self.assertEqual(self._starts().user_id, self.successor)

    def test_portal_user(self):
        """Somebody who is a customer by now had a plan under way."""
        self._enter("dormant")
        self.salesperson.group_ids = self.env.ref("base.group_portal")
        self.env.invalidate_all()
        self.assertNotIn(self.salesperson, self._activities().user_id)
        self.assertEqual(self._starts().user_id, self.successor)
