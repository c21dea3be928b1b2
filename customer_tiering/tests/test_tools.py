from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import attempt, notification, open_dialog, savepoint_each, sentences
from .common import TieringCommon

TOOLS_LOGGER = "odoo.addons.customer_tiering.tools"


@tagged("post_install", "-at_install")
class TestTools(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create([{"name": f"P{n}"} for n in range(3)])

    def _rename(self, partners):
        if self.partners[1] in partners:
            partners.name = "Broken"
            self.env.cr.execute("SELECT 1 / 0")
        partners.ref = "done"
        return len(partners)

    def test_each_alone_where_all_fail(self):
        """One failing customer cost all others theirs, or left half of what was done for it."""
        failed = []
        with mute_logger(TOOLS_LOGGER, "odoo.sql_db"):
            results = savepoint_each(
                self.partners, self._rename, lambda one, error: failed.append((one, error))
            )
        self.assertEqual(results, [1, 1])
        self.assertEqual(self.partners.mapped("ref"), ["done", False, "done"])
        self.assertEqual(self.partners[1].name, "P1")
        self.assertEqual([one for one, _error in failed], [self.partners[1]])

    def test_together_where_nothing_fails(self):
        partners = self.partners[0] + self.partners[2]
        self.assertEqual(savepoint_each(partners, self._rename, self.fail), [2])

    def test_conflict_is_for_the_caller(self):
        """Caught, a conflict with another transaction was noted as a problem of the customer,
        instead of being tried again."""

        def conflict(_records):
            raise SerializationFailure()

        with self.assertRaises(SerializationFailure):
            savepoint_each(self.partners, conflict, self.fail)
        with self.assertRaises(SerializationFailure):
            attempt(self.env, lambda: conflict(None), self.fail)

    def test_actions(self):
        """A toast goes on by itself; a window of a new record has no id."""
        toast = notification("Done", sticky=True)["params"]
        self.assertEqual((toast["type"], toast["sticky"]), ("success", True))
        self.assertEqual(toast["next"]["tag"], "soft_reload")
        window = open_dialog(self.env["res.partner"], "New", default_name="Nobody")
        self.assertEqual((window["res_id"], window["target"]), (False, "new"))
        self.assertEqual(window["context"], {"default_name": "Nobody"})
        self.assertNotIn("context", open_dialog(self.partners[0], "Known"))

    def test_sentences(self):
        """In Chinese a gap was left after each full stop, as if a word were missing there."""
        for parts, told in (
            (("Frozen.", "Again on Monday."), "Frozen. Again on Monday."),
            (
                ("手动设置，尚未固定。", "按当前数据重新划分。"),
                "手动设置，尚未固定。按当前数据重新划分。",
            ),
            (("已替换！", "", None, "“Coffee” 已停售。"), "已替换！“Coffee” 已停售。"),
            ((), ""),
        ):
            with self.subTest(told=told):
                self.assertEqual(sentences(parts), told)
