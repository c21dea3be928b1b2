from odoo.addons.customer_tiering.hooks import give_up_activity_types
from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.fields import Command
from odoo.tests import tagged

REORDER = "customer_tiering_reminder.mail_activity_type_reorder"


@tagged("post_install", "-at_install")
class TestUninstall(TieringCommon):
    def test_types_of_activities_that_people_use(self):
        """Somebody had made a rule, a plan or an automation with a type of activities of ours, and
        uninstalling ended in errors and left the type behind. What people made stays."""
        kind = self.env.ref(REORDER)
        todo = self.env.ref("mail.mail_activity_data_todo")
        partner = self._create_customer()
        activities = partner.activity_schedule(REORDER) | partner.activity_schedule(REORDER)
        activities[0].action_done()
        rule = self.env["customer.reminder.rule"].create({"name": "R", "activity_type_id": kind.id})
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Plan",
                "res_model": "res.partner",
                "template_ids": [Command.create({"activity_type_id": kind.id, "summary": "Call"})],
            }
        )
        before = self.env["mail.activity.type"].create(
            {"name": "Before", "chaining_type": "trigger", "triggered_next_type_id": kind.id}
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Schedule",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "next_activity",
                "activity_type_id": kind.id,
            }
        )
        give_up_activity_types(self.env, REORDER, "customer_tiering.no_such_type")
        kind.unlink()
        self.env.flush_all()
        self.assertFalse(activities.exists())
        self.assertEqual(rule.activity_type_id, todo)
        self.assertEqual(plan.template_ids.activity_type_id, todo)
        self.assertEqual(before.triggered_next_type_id, todo)
        self.assertEqual(action.activity_type_id, todo)
