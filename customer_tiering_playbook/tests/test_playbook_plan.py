from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import WORK_LOGGER, PlaybookCase


@tagged("post_install", "-at_install")
class TestEmptiedPlan(PlaybookCase):
    def test_plan_keeps_an_activity(self):
        """The last activity was deleted from a plan, and from then on customers who entered the
        stage were failures in a list that nobody opens."""
        with self.assertRaisesRegex(ValidationError, "has no activities"):
            self.plan.template_ids = [Command.clear()]
        steps = [Command.delete(step.id) for step in self.plan.template_ids]
        new = {"summary": "New", "activity_type_id": self.todo.id, "responsible_type": "on_demand"}
        self.plan.template_ids = [*steps, Command.create(new)]
        self.assertEqual(self.plan.template_ids.summary, "New")

    def test_emptied_all_the_same(self):
        """What other ways emptied says what to do, and goes on once that is done."""
        self.plan.template_ids.unlink()
        with mute_logger(WORK_LOGGER):
            self._enter("dormant")
        start = self._starts()
        self.assertEqual(start.state, "failed")
        self.assertIn("Add some to it", start.error)
