from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PlaybookCase

WIN_BACK_LOGGER = "odoo.addons.customer_tiering_reminder.models.customer_order_awaited"


@tagged("post_install", "-at_install")
class TestPlanKept(PlaybookCase):
    """The log of plans tells what was done, not what would be today."""

    def test_other_plan_from_now_on(self):
        """With another plan on the playbook, customers seemed to have had that one, and the chatter
        said that it had ended."""
        self._enter("dormant")
        other = self._create_plan("Better", "salesperson")
        self.playbook.plan_id = other
        start = self._starts()
        self.assertEqual(start.plan_id, self.plan)
        self._enter("loyal")
        self.assertIn("“Plan”", self.buyer.message_ids[0].body)

    def test_other_plan_while_it_waits(self):
        """What has not begun begins with the plan of the day."""
        self._put("dormant", event=False)
        self.Start._enter(self._standing(self.buyer))
        other = self._create_plan("Better", "salesperson")
        self.playbook.plan_id = other
        self._work()
        self.assertEqual(self._starts().plan_id, other)
        self.assertEqual(self._activities().summary, "Better for salesperson")

    def test_plan_that_moves_to_a_company(self):
        """A plan that became one company's went on to be started by the others' playbooks."""
        with self.assertRaisesRegex(ValidationError, "belongs to"):
            self.plan.company_id = self.company_b


@tagged("post_install", "-at_install")
class TestWinBackKept(PlaybookCase):
    """Who came back, and who noted it."""

    def _follow_up(self, **vals):
        return self.env["customer.win.back"].create({"partner_id": self.buyer.id, **vals})

    def test_salesperson_of_a_new_one(self):
        """A form sends an empty field, too: what was entered by hand was nobody's."""
        with Form(self.env["customer.win.back"].with_user(self.salesperson)) as form:
            form.partner_id = self.buyer
        self.assertEqual(form.record.user_id, self.salesperson)

    def test_cancelled_order(self):
        """An order that is cancelled brought nobody back, and yet counted in the analysis."""
        record = self._follow_up()
        by_hand = self._follow_up(outcome="won_back")
        by_hand.unlink()
        order = self._order()
        self.assertEqual((record.outcome, record.order_id), ("won_back", order))
        order._action_cancel()
        self.env["customer.win.back"]._close_ordered(self.company)
        self.assertEqual((record.outcome, record.order_id), ("open", order.browse()))
        again = self._order()
        self.assertEqual((record.outcome, record.order_id), ("won_back", again))

    def test_retry_of_who_is_lost_for_good(self):
        """Who is lost for good is left in peace, also by a plan that failed before."""
        self._enter("lost")
        playbook = self._create_playbook("lost", self.plan)
        start = self.Start.create(
            {
                "standing_id": self._standing(self.buyer).id,
                "playbook_id": playbook.id,
                "stage": "lost",
                "state": "failed",
            }
        )
        self._follow_up(outcome="for_good")
        with self.assertRaisesRegex(UserError, "None of these can be tried again"):
            start.with_user(self.officer).action_retry()
        self.assertEqual(start.state, "failed")

    def test_won_back_by_hand(self):
        """What somebody noted without an order stays."""
        record = self._follow_up(outcome="won_back")
        self.env["customer.win.back"]._close_ordered(self.company)
        self.assertEqual(record.outcome, "won_back")

    def test_other_order_of_the_day(self):
        """Where another order came too, the customer is back all the same."""
        record = self._follow_up()
        first, second = self._order(), self._order()
        first._action_cancel()
        self.env["customer.win.back"]._close_ordered(self.company)
        self.assertEqual((record.outcome, record.order_id), ("won_back", second))

    def test_one_that_cannot_be_closed(self):
        """An automation that refuses a win-back stopped the order, and all gradings."""
        record = self._follow_up()
        original = type(record).write

        def refuse(records, vals):
            if vals.get("outcome") == "won_back":
                raise ValueError("Not this one")
            return original(records, vals)

        self.startPatcher(patch.object(self.env.registry["customer.win.back"], "write", refuse))
        with mute_logger(WIN_BACK_LOGGER):
            order = self._order()
        self.assertEqual((order.state, record.outcome), ("sale", "open"))
