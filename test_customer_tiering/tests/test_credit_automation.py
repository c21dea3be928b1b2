from odoo.addons.customer_tiering_credit_control.tests.common import ApprovalCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCreditAutomation(ApprovalCase):
    """Administrators react to special approvals with rules of their own."""

    def _automate(self, decision):
        field = self.env["ir.model.fields"]._get("customer.credit.approval", "decision")
        automation = self.env["base.automation"].create(
            {
                "name": f"On {decision}",
                "model_id": field.model_id.id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [Command.set(field.ids)],
                "filter_pre_domain": repr([("decision", "!=", decision)]),
                "filter_domain": repr([("decision", "=", decision)]),
            }
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "base_automation_id": automation.id,
                "model_id": automation.model_id.id,
                "state": "code",
                "code": "for approval in records:\n"
                f"    approval.partner_id.write({{'ref': '{decision} ' + str(approval.amount)}})",
            }
        )
        automation.action_server_ids = [Command.link(action.id)]

    def test_approved_and_refused(self):
        """A rule on the decision never ran, or ran at the request already: what an approver decides
        is written by the system, past what automations see."""
        self._automate("approved")
        self._automate("refused")
        request = self._request(amount=5)
        self.assertFalse(self.customer.ref)
        request.with_user(self.approver).write({"reason": "Very large order"})
        self.assertFalse(self.customer.ref)
        self._approve(request)
        self.assertEqual(self.customer.ref, "approved 5.0")
        request.with_user(self.approver).action_refuse()
        self.env.invalidate_all()
        self.assertEqual(self.customer.ref, "refused 5.0")

    def test_nothing_is_changed_by_it(self):
        """A rule that writes the approval itself got the right of the system with it."""
        self._automate("approved")
        action = self.env["ir.actions.server"].search([("name", "=", "Mark")])
        action.code = "records.write({'amount': 999999})"
        request = self._request(amount=5)
        with self.assertRaisesRegex(Exception, "until it is decided on"), self.env.cr.savepoint():
            self._approve(request)
        self.env.invalidate_all()
        self.assertEqual((request.amount, request.decision), (5, "requested"))
