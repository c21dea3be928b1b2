from odoo.tests import tagged

from .follow_up_common import FollowUpCase


@tagged("post_install", "-at_install")
class TestHandover(FollowUpCase):
    """Whoever leaves the company takes no customer along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.successor = cls._create_user("tiering_successor", "sales_team.group_sale_salesman")
        cls.company.customer_tier_fallback_user_id = cls.successor

    def _leave(self, user):
        user.action_archive()
        self.env.invalidate_all()

    def test_leader_of_an_archived_team(self):
        """Nobody sells in a team any more, and customers without a salesperson are still its
        leader's."""
        Responsible = self.env["customer.tier.responsible"]
        self._create_order(self.buyer, 10, date=100, team_id=self.team.id)
        self.buyer.user_id = False
        standing = self._standing(self.buyer)
        both = Responsible._of, Responsible._leaders_of
        self.assertEqual({of(standing, self.company)[standing] for of in both}, {self.leader})
        self.team.active = False
        self.assertEqual({of(standing, self.company)[standing] for of in both}, {self.successor})

    def test_message_goes_on(self):
        """What a demotion asks for was deleted with whoever was to do it."""
        self.program.event_rule_ids.unlink()
        rule = self.env["customer.tier.event.rule"].create(
            {"program_id": self.program.id, "kind": "down", "activity_type_id": self.todo.id}
        )
        standing = self._standing(self.buyer)
        event = self.env["customer.tier.event"].create(
            {
                "standing_id": standing.id,
                "company_id": self.company.id,
                "program_id": self.program.id,
                "kind": "down",
                "from_tier_id": self.program.tier_ids[-1].id,
                "to_tier_id": standing.tier_id.id,
                "date": self._days_ago(0),
            }
        )
        self.assertTrue(rule)
        self._tell()
        self.assertEqual(event.activity_id.user_id, self.salesperson)
        self._leave(self.salesperson)
        self.assertTrue(event.activity_id.user_id.active)

    def test_question_goes_on(self):
        """Proposals and messages that wait for a decision waited for nobody."""
        run = self._grade()
        question = run.activity_schedule(
            "mail.mail_activity_data_todo", summary="Decide", user_id=self.salesperson.id
        )
        self._leave(self.salesperson)
        self.assertEqual(question.exists().user_id, self.successor)

    def test_archived_administrator(self):
        """An administrator's account that is archived for safety got what nobody sees then."""
        self.company.customer_tier_fallback_user_id = False
        self.env.ref("base.user_admin").active = False
        fallback = self.env["customer.tier.responsible"]._fallback(self.company)
        self.assertTrue(fallback.active)
        self.assertIn(self.company, fallback.company_ids)
        self.assertTrue(fallback.has_group("customer_tiering.group_manager"))

    def test_nobody_able(self):
        """Where nobody works in the company, the administrator is still somebody."""
        company = self._create_company(name="Empty Company")
        company.user_ids.company_ids -= company
        fallback = self.env["customer.tier.responsible"]._fallback(company)
        self.assertEqual(len(fallback), 1)
