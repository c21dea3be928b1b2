from odoo.exceptions import AccessError, UserError
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
        partner = self.buyer
        self._put("dormant", event=False)
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

    def test_win_backs_out_of_nothing(self):
        """A salesperson made win-backs of customers who had never stayed away, with the tier, the
        order, the outcome and the day that it liked, under a colleague's name, by RPC."""
        WinBack = self.env["customer.win.back"].with_user(self.salesperson)
        self._put("mature", event=False)
        with self.assertRaisesRegex(UserError, "neither dormant nor lost"), self.env.cr.savepoint():
            WinBack.create({"partner_id": self.buyer.id})
        order = self._create_order(self.buyer, 5, date=1)
        self._put("dormant", event=False)
        forged = {
            "stage": "lost",
            "tier_id": self.env["customer.tier"].search([], order="id desc", limit=1).id,
            "order_id": order.id,
            "date": "1999-01-01",
            "user_id": self.officer.id,
        }
        defaults = {f"default_{name}": value for name, value in forged.items()}
        for make in (
            lambda: WinBack.create({"partner_id": self.buyer.id, **forged}),
            lambda: WinBack.with_context(**defaults).create({"partner_id": self.buyer.id}),
            lambda: WinBack.with_context(**defaults, default_partner_id=self.buyer.id).create({}),
        ):
            found = make()
            self.assertRecordValues(
                found,
                [
                    {
                        "stage": "dormant",
                        "tier_id": self._standing(self.buyer).tier_id.id,
                        "order_id": False,
                        "date": self._days_ago(0),
                        "user_id": self.salesperson.id,
                        "outcome": "open",
                    }
                ],
            )
            for name, value in forged.items():
                with self.subTest(name), self.assertRaises(AccessError):
                    found.write({name: value})
            with self.assertRaisesRegex(UserError, "by itself"), self.env.cr.savepoint():
                found.outcome = "won_back"
        with self.assertRaisesRegex(UserError, "by itself"), self.env.cr.savepoint():
            WinBack.create({"partner_id": self.buyer.id, "outcome": "won_back"})
        with self.assertRaisesRegex(UserError, "by itself"), self.env.cr.savepoint():
            WinBack.with_context(default_outcome="won_back").create({"partner_id": self.buyer.id})

    def test_reminders_of_a_colleague(self):
        """A salesperson gave up a colleague's customer, and the colleague's reminder was gone."""
        colleague = self._create_user("colleague", "sales_team.group_sale_salesman")
        self._put("dormant", event=False)
        rule = self.env["customer.reminder.rule"].create({"name": "Rule"})
        reminder = self.env["customer.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": self.buyer.id,
                "company_id": self.company.id,
                "date": self._days_ago(1),
                "activity_id": self.buyer.activity_schedule("mail.mail_activity_data_todo").id,
            }
        )
        WinBack = self.env["customer.win.back"].with_user(colleague)
        price = self.env.ref("customer_tiering_playbook.loss_reason_price")
        with self.assertRaisesRegex(UserError, "looks after"), self.env.cr.savepoint():
            WinBack.create({"partner_id": self.buyer.id, "outcome": "for_good"})
        found = WinBack.create({"partner_id": self.buyer.id, "note": "Heard at the fair"})
        with self.assertRaisesRegex(UserError, "looks after"), self.env.cr.savepoint():
            found.outcome = "for_good"
        wizard = self.env["customer.win.back.ask"].with_user(colleague)
        wizard = wizard.create(
            {"partner_ids": self.buyer.ids, "outcome": "for_good", "reason_id": price.id}
        )
        with self.assertRaisesRegex(UserError, "looks after"), self.env.cr.savepoint():
            wizard.action_apply()
        self.assertEqual(reminder.state, "open")
        found.with_user(self.salesperson).outcome = "for_good"
        self.assertEqual(reminder.state, "cancel")

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
