from odoo.tests import tagged
from odoo.tools import convert_file

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestUpgrade(TieringCommon):
    """The addon is upgraded over what people changed."""

    def _upgrade(self, name):
        path = f"data/{name}_data.xml"
        convert_file(self.env, "customer_tiering", path, {}, mode="update", noupdate=False)
        self.env.invalidate_all()

    def _assert_gone(self, *names):
        for name in names:
            xml_id = f"customer_tiering.{name}"
            with self.subTest(name):
                self.assertFalse(self.env.ref(xml_id, raise_if_not_found=False))

    def test_metric_with_a_code_of_the_addon(self):
        """Whoever deleted a metric of the addon and made one with its code, as the start of a
        programme advises, could not upgrade any more."""
        self.env.ref("customer_tiering.metric_quantity").unlink()
        own = self.env["customer.tier.metric"].create(
            {"name": "Quantity of Ours", "code": "quantity", "kind": "manual", "active": False}
        )
        for _upgrade in range(2):
            self._upgrade("customer_tier_metric")
            self.assertEqual(self._metric("quantity"), own)
            self.assertEqual((own.name, own.kind), ("Quantity of Ours", "manual"))

    def test_deleted_metric(self):
        """Presets are made of the metrics of the addon, so a deleted one is there again."""
        self.env.ref("customer_tiering.metric_quantity").unlink()
        self._upgrade("customer_tier_metric")
        self.assertEqual(self._metric("quantity").kind, "order")

    def test_deleted_question(self):
        """A question that was deleted was asked again, and the questions of a deleted metric kept
        by hand came back with it."""
        questions = self.env.ref("customer_tiering.metric_prospects").question_ids
        self.env["customer.tier.answer"].search([("question_id", "in", questions.ids)]).unlink()
        questions[0].unlink()
        self._upgrade("customer_tier_question")
        self.assertFalse(questions[0].exists())
        self.assertTrue(questions[1].exists())

    def test_deleted_reason(self):
        """Reasons that nobody is to choose any more could be chosen again."""
        self.env.ref("customer_tiering.late_reason_bank").unlink()
        self._upgrade("customer_late_reason")
        self._assert_gone("late_reason_bank")
