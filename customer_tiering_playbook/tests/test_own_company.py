import importlib.util

from odoo.exceptions import AccessError
from odoo.modules.module import get_module_path
from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestOwnCompany(PlaybookCase):
    """Whatever playbooks leave on a contact is for salespeople of their company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = cls.todo.copy({"name": "Calls again", "chaining_type": "trigger"})
        kind.triggered_next_type_id = cls.todo
        cls.plan.template_ids[0].activity_type_id = kind
        cls.reader = cls._create_user("tiering_reader", "base.group_user")

    def _told(self):
        about = [("model", "=", "res.partner"), ("res_id", "=", self.buyer.id)]
        messages = self.env["mail.message"].search(about)
        todos = [("res_model", "=", "res.partner"), ("res_id", "=", self.buyer.id)]
        activities = self.env["mail.activity"].with_context(active_test=False).search(todos)
        return messages, activities

    def test_everything_on_the_contact(self):
        """Users without Sales, and of other companies, read on contacts which stage a customer was
        in, what is to be done about it, and what came of it."""
        old = self._told()
        company = self.buyer.company_id
        steps = {
            "entered": lambda: self._enter("dormant"),
            "done, another follows": lambda: (
                self._starts().activity_ids[0].action_feedback(feedback="No answer")
            ),
            "left": lambda: self._enter("lost"),
        }
        for name, step in steps.items():
            step()
            self.env.flush_all()
            for before, now in zip(old, self._told(), strict=True):
                with self.subTest(name, model=now._name):
                    made = now - before
                    self.assertEqual(made.customer_company_id, company)
                    self.assertFalse(made.filtered(lambda one: not one.customer_company_id))
        messages, _activities = self._told()
        self.env.invalidate_all()
        made = (messages - old[0]).with_user(self.reader)
        with self.assertRaises(AccessError):
            made.read(["body"])

    def test_activities_of_before(self):
        """After updating, activities of plans under way stayed where everybody read them."""
        self._enter("dormant")
        activities = self._starts().activity_ids
        self.env.flush_all()
        activities.sudo().customer_company_id = False
        self.env.flush_all()
        path = get_module_path("customer_tiering_playbook")
        path = f"{path}/migrations/19.0.1.1.0/post-notes.py"
        spec = importlib.util.spec_from_file_location("post_notes", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(activities.customer_company_id, self.buyer.company_id)
