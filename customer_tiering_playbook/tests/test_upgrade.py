from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.tests import tagged
from odoo.tools import convert_file


@tagged("post_install", "-at_install")
class TestUpgrade(TieringCommon):
    """The addon is upgraded over what people changed."""

    def _upgrade(self, name):
        path = f"data/{name}_data.xml"
        convert_file(self.env, "customer_tiering_playbook", path, {}, mode="update", noupdate=False)
        self.env.invalidate_all()

    def _assert_gone(self, *names):
        for name in names:
            xml_id = f"customer_tiering_playbook.{name}"
            with self.subTest(name):
                self.assertFalse(self.env.ref(xml_id, raise_if_not_found=False))

    def test_deleted_playbook(self):
        """A deleted playbook, or a step of its plan, came back with the next upgrade and gave
        customers activities."""
        self.env.ref("customer_tiering_playbook.playbook_new").unlink()
        self.env.ref("customer_tiering_playbook.plan_mature_1").unlink()
        self._upgrade("customer_stage_playbook")
        self._assert_gone("playbook_new", "plan_mature_1")

    def test_deleted_reason(self):
        """Reasons that nobody is to choose any more could be chosen again."""
        self.env.ref("customer_tiering_playbook.loss_reason_price").unlink()
        self._upgrade("customer_loss_reason")
        self._assert_gone("loss_reason_price")
