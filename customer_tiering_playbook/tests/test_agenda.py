from odoo.addons.customer_tiering.tests.query_common import Statements
from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestAgenda(Statements, PlaybookCase):
    """Win-backs and playbooks in *My Customers Today*."""

    def _rows(self, *kinds, user=None):
        rows = self.env["customer.agenda"].with_user(user or self.buyer.user_id)
        return rows.search([("kind", "in", kinds), ("partner_id", "=", self.buyer.id)])

    def setUp(self):
        super().setUp()
        self.buyer.user_id = self.salesperson

    def test_due_steps_of_a_plan(self):
        """Steps of a plan are only in the systray; those of next week are in today's list."""
        self._enter("dormant")
        start = self.Start.search([("partner_id", "=", self.buyer.id), ("state", "=", "open")])
        self.assertFalse(self._rows("playbook"), "due in three days")
        mine = start.activity_ids.filtered(lambda a: a.user_id == self.salesperson)[:1]
        mine.date_deadline = self._days_ago(0)
        row = self._rows("playbook")
        self.assertEqual(row.headline, mine.summary)
        row.action_do()
        self.assertFalse(mine.active)
        self.assertFalse(self._rows("playbook"))

    def test_language_of_the_reader(self):
        """The leader reads in Chinese, and the steps of a plan are in the language of whoever was
        to do them."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self._enter("dormant")
        start = self.Start.search([("partner_id", "=", self.buyer.id), ("state", "=", "open")])
        mine = start.activity_ids.filtered(lambda a: a.user_id == self.salesperson)[:1]
        mine.date_deadline = self._days_ago(0)
        templates = start.plan_id.template_ids
        template = templates.filtered(lambda one: one.summary == mine.summary)[:1]
        template.with_context(lang="zh_CN").summary = "打电话问原因"
        row = self._rows("playbook").with_context(lang="zh_CN")
        self.assertEqual(row.headline, "打电话问原因")
        # Another language afterwards left the old words, here and in the systray.
        self.salesperson.lang = "zh_CN"
        self.assertEqual(mine.summary, "打电话问原因")
        mine.summary = "Ask for Ann"
        self.salesperson.lang = "en_US"
        self.env.invalidate_all()
        self.assertEqual(row.headline, "Ask for Ann")

    def test_queries_of_another_language(self):
        """The list asked for the plan of each step that is in another language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self._enter("dormant")
        asked = self.env["customer.agenda"].with_context(lang="zh_CN")
        counts = []
        for plans in (1, 4):
            starts = self.Start.search([("state", "=", "open")])
            for number in range(plans):
                copied = starts[:1].plan_id.copy({"name": f"{plans} {number}"})
                start = starts[:1].copy({"plan_id": copied.id, "state": "left"})
                start.activity_ids = starts[:1].activity_ids.copy()
                starts |= start
            activities = self.env["mail.activity"].sudo().browse(starts.activity_ids.ids)
            asked._headlines("playbook", activities)
            counts.append(self._statements(lambda a=activities: asked._headlines("playbook", a)))
        self.assertEqual(*map(sorted, counts))

    def test_question_opens_the_window(self):
        """The answer goes into a feedback box, where nobody can count it."""
        self._enter("dormant")
        start = self.Start.search([("partner_id", "=", self.buyer.id), ("state", "=", "open")])
        asked = start.activity_ids.filtered(lambda a: a.user_id == self.salesperson)[:1]
        kind = self.env.ref("customer_tiering_playbook.mail_activity_type_win_back")
        asked.write({"activity_type_id": kind.id, "date_deadline": self._days_ago(0)})
        row = self._rows("question")
        self.assertEqual(row.step, "ask")
        win_back = self.env["customer.win.back"].create({"partner_id": self.buyer.id})
        win_back.date = self._days_ago(20)
        self.assertFalse(self._rows("win_back"), "the same question twice")
        action = row.action_do()
        self.assertEqual(action["res_model"], "customer.win.back.ask")
        reason = self.env.ref("customer_tiering_playbook.loss_reason_price")
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.with_user(self.salesperson).write({"reason_id": reason.id, "note": "Too dear"})
        wizard.with_user(self.salesperson).action_apply()
        self.assertFalse(self._rows("question", "win_back"))

    def test_open_win_backs_come_back(self):
        """Who was followed up is called every morning, or never again."""
        self._put("dormant", event=False)
        win_back = self.env["customer.win.back"].create({"partner_id": self.buyer.id})
        self.assertFalse(self._rows("win_back"), "followed up today")
        win_back.date = self._days_ago(20)
        row = self._rows("win_back")
        self.assertEqual(row.user_id, self.salesperson)
        self.assertEqual(row.action_do()["res_id"], win_back.id)
        win_back.with_user(self.salesperson).note = "Calls back"
        self.assertFalse(self._rows("win_back"), "somebody has just spoken to them")
        self.env["customer.agenda.done"].search([]).date = self._days_ago(14)
        win_back.date = self._days_ago(28)
        self.assertTrue(self._rows("win_back"), "four weeks: again")
        win_back.with_user(self.salesperson).outcome = "not_now"
        self.assertFalse(self._rows("win_back"))
