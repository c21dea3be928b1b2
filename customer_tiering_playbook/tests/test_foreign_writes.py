from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestForeignWrites(PlaybookCase):
    """What the system does for somebody on a record's word must not reach further than they do."""

    def test_activities_of_others(self):
        """An officer puts somebody else's activity into a plan by RPC; when the plan ends, the
        system deletes it."""
        self._enter("dormant")
        start = self._starts()
        foreign = self.buyer.activity_schedule("mail.mail_activity_data_todo", summary="Not yours")
        with self.assertRaises(AccessError):
            start.with_user(self.officer).write({"activity_ids": [Command.link(foreign.id)]})
        self._enter("loyal")
        self.assertTrue(foreign.exists())

    def test_reminders_of_another_company(self):
        """A salesperson gives a win-back to a company of which they are not, by RPC, and the system
        dismisses that company's reminders."""
        partner = self._create_customer()
        rule = self.env["customer.reminder.rule"].create({"name": "Rule"})
        reminder = self.env["customer.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": partner.id,
                "company_id": self.company_b.id,
                "date": self._days_ago(1),
                "activity_id": partner.activity_schedule("mail.mail_activity_data_todo").id,
            }
        )
        WinBack = self.env["customer.win.back"].with_user(self.salesperson)
        found = WinBack.create({"partner_id": partner.id, "company_id": self.company.id})
        with self.assertRaises(AccessError):
            found.write({"company_id": self.company_b.id, "outcome": "for_good"})
        self.env.invalidate_all()
        self.assertEqual(reminder.state, "open")

    def test_answer_in_the_company_of_the_plan(self):
        """Whoever works in two companies marks the question of one done while looking at the
        other, and what was found out is lost."""
        self.plan.template_ids[0].activity_type_id = self.env.ref(
            "customer_tiering_playbook.mail_activity_type_win_back"
        )
        self._enter("dormant")
        both = self.company | self.company_b
        self.salesperson.company_ids = both
        asked = self._starts().activity_ids.sorted("id")[0].with_user(self.salesperson)
        asked.with_context(allowed_company_ids=(self.company_b | self.company).ids).action_feedback(
            feedback="Too dear"
        )
        found = self.env["customer.win.back"].search([("partner_id", "=", self.buyer.id)])
        self.assertEqual((found.note, found.company_id), ("Too dear", self.company))

    def test_question_of_another_company(self):
        """A customer whom two companies have lost is followed up in one of them, and the question
        of the other is closed as if it had been asked there."""
        self.plan.template_ids[0].activity_type_id = self.env.ref(
            "customer_tiering_playbook.mail_activity_type_win_back"
        )
        self._enter("dormant")
        theirs = self._starts().activity_ids.sorted("id")[0]
        self.buyer.company_id = False
        wizard = (
            self.env["customer.win.back.ask"]
            .with_company(self.company_b)
            .create({"reason_id": self.env.ref("customer_tiering_playbook.loss_reason_price").id})
        )
        wizard._close_questions(self.buyer)
        self.assertTrue(theirs.active)
        wizard.with_company(self.company)._close_questions(self.buyer)
        self.assertFalse(theirs.active)
