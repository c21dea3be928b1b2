from odoo.addons.customer_tiering_credit_control.tests.common import ApprovalCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAgenda(ApprovalCase):
    """Credit questions in *My Customers Today*."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"
        cls.order = cls._create_order(cls.contact, 1500, state="draft", user_id=cls.salesperson.id)

    def _rows(self, kind, user=None):
        agenda = self.env["customer.agenda"].with_user(user or self.salesperson)
        return agenda.search([("kind", "=", kind), ("partner_id", "=", self.customer.id)])

    def _ask(self):
        return (
            self.env["customer.credit.approval"]
            .with_user(self.salesperson)
            .create(
                {
                    "partner_id": self.customer.id,
                    "order_id": self.order.id,
                    "amount": 500,
                    "date_until": self._days_ago(-30),
                    "reason": "Large order",
                }
            )
        )

    def test_from_the_question_to_the_answer(self):
        """The quotation waits, as nobody asked; the request waits, as nobody decides; and then the
        order, as nobody knows of the answer."""
        row = self._rows("credit_ask")
        self.assertEqual((row.stake, row.step), (500, "request"))
        self.assertIn(self.order.name, row.headline)
        self.assertEqual(row.action_do()["res_model"], "customer.credit.approval")
        approval = self._ask()
        self.assertFalse(self._rows("credit_ask"))
        self.assertFalse(self._rows("credit_decide"), "not for whoever asked")
        row = self._rows("credit_decide", self.approver)
        self.assertEqual((row.user_id, row.stake), (self.approver, 500))
        self.assertEqual(row.action_do()["res_id"], approval.id)
        approval.with_user(self.approver).action_approve()
        self.assertFalse(self._rows("credit_decide", self.approver))
        row = self._rows("credit_answer")
        self.assertEqual(row.action_do()["res_id"], self.order.id)
        self.assertIn(self.order.name, row.headline)
        self.order.with_user(self.salesperson).action_confirm()
        self.assertFalse(self._rows("credit_answer"))

    def test_company_that_does_not_ask(self):
        """Where the limit is only told, the list asks for approvals that nobody needs."""
        self.company.customer_credit_check = "none"
        self.assertFalse(self._rows("credit_ask"))

    def test_colleagues_quotations(self):
        """A salesperson is told how much the customers of others lack."""
        other = self._create_user("tiering_other", "sales_team.group_sale_salesman")
        self.assertFalse(self._rows("credit_ask", other))
