from unittest.mock import patch

from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command
from odoo.tests import tagged

from ..demo import win_back


@tagged("post_install", "-at_install")
class TestWinBackDemo(GradingCase):
    """What the demo data tell about customers who stayed away follows from their orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.stage.playbook"].search([]).action_archive()
        cls._create_program(domain=OWN)
        monthly = (520, 490, 460, 430)
        cls.gone, cls.back, cls.there = (
            cls._create_customer(name, company_id=cls.company.id)
            for name in ("Gone", "Back", "There")
        )
        for partner, days in (
            (cls.gone, monthly),
            (cls.back, (*monthly, 150, 120, 90, 60, 30)),
            (cls.there, (*monthly, *range(400, 0, -30))),
        ):
            for day in days:
                cls._create_order(partner, 100, date=day)
        for day in (425, 340, 200, 100, 0):
            cls._grade(as_of=cls._days_ago(day))
        with patch.object(win_back, "FOLLOWED_UP", 100):
            win_back.create_win_backs(cls.env, cls.company, cls._days_ago(0))
        cls.records = cls.env["customer.win.back"].search([("company_id", "=", cls.company.id)])

    def test_one_per_absence(self):
        """From dormant to lost nobody asks again, and those who order are not asked at all."""
        self.assertEqual(set(self.records.partner_id), {self.gone, self.back})
        self.assertEqual(len(self.records), 2)
        for record in self.records:
            with self.subTest(record.partner_id.name):
                self.assertEqual(record.stage, "dormant")
                self.assertTrue(record.reason_id)
                self.assertTrue(record.user_id)
                self.assertLess(record.date, self._days_ago(320))
                self.assertGreater(record.date, self._days_ago(340))

    def test_outcome(self):
        """An analysis in which won-back customers have no order is not believed."""
        gone, back = (
            self.records.filtered(lambda record, p=partner: record.partner_id == p)
            for partner in (self.gone, self.back)
        )
        self.assertEqual((back.outcome, back.order_id.partner_id), ("won_back", self.back))
        self.assertGreaterEqual(back.order_id.date_order.date(), self._days_ago(151))
        self.assertEqual(gone.outcome, "for_good")
        self.assertEqual(
            gone.reason_id, self.env.ref("customer_tiering_playbook.loss_reason_closed")
        )
        self.assertFalse(gone.order_id)

    def test_playbooks_of_the_past_year(self):
        """The lines of playbooks in the report of effects had nothing to show."""
        step = {"summary": "Call", "responsible_type": "on_demand", "delay_count": 0}
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Plan",
                "res_model": "res.partner",
                "company_id": False,
                "template_ids": [Command.create(step)],
            }
        )
        self.env["customer.stage.playbook"].create(
            {"stage": "dormant", "plan_id": plan.id, "control_share": 50}
        )
        groups = iter((0, assignment.BUCKETS - 1) * 9)
        with patch.object(assignment, "bucket", lambda *_args: next(groups)):
            win_back.note_past_playbooks(self.env, self.company, self._days_ago(0))
        starts = self.env["customer.stage.playbook.start"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(set(starts.partner_id), {self.gone, self.back})
        held, told = starts.sorted("id")
        self.assertEqual((held.arm, held.state, held.started_on), ("control", "held", False))
        self.assertEqual((told.arm, told.state, told.started_on), ("treated", "done", told.date))
        self.assertTrue(held.measured_on and told.measured_on)
        self.assertFalse(starts.activity_ids)
