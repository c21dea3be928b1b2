from dataclasses import replace
from pathlib import Path

from odoo.exceptions import UserError
from odoo.modules.module import load_script
from odoo.tests import TransactionCase, tagged

from ..new_addons import install

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0" / "pre-migration.py"
FORM = "customer_tiering.customer_tier_standing_view_form"


@tagged("post_install", "-at_install")
class TestMigration(TransactionCase):
    """The parts of the script that gives credit control and playbooks to their addons.

    ``./dev upgrade`` runs the whole of it on a database of before.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = load_script(str(SCRIPT), "pre-migration")
        # In the place of the new addon: one that is known and not installed.
        cls.addon = cls.env["ir.module.module"].search([("state", "=", "uninstalled")], limit=1)
        cls.seam = replace(cls.script.CREDIT, addon=cls.addon.name)

    def _named(self, name, record):
        self.env["ir.model.data"].create(
            {
                "module": "customer_tiering",
                "name": name,
                "model": record._name,
                "res_id": record.id,
                "noupdate": True,
            }
        )
        return record

    def _group(self):
        """What a database of before has."""
        return self._named("group_credit", self.env["res.groups"].create({"name": "Approver"}))

    def _extension(self, base, arch="<sheet position='inside'/>"):
        return self.env["ir.ui.view"].create(
            {"name": "Extension", "model": base.model, "inherit_id": base.id, "arch": arch}
        )

    def _run(self, function, *arguments):
        self.env.flush_all()
        result = function(self.cr, *arguments)
        self.env.invalidate_all()
        return result

    def _rows(self):
        texts = []
        for table in ("ir_model_data", "ir_ui_view", "ir_module_module", "ir_model_constraint"):
            self.cr.execute(f"SELECT t::text FROM {table} AS t ORDER BY id")
            texts += self.cr.fetchall()
        return texts

    def test_nothing_to_move(self):
        """Run once more, or on what the core has today, it took records away from the core, and
        asked for addons that somebody uninstalled."""
        self.env.flush_all()
        before = self._rows()
        self._run(self.script.migrate, "19.0.1.0.0")
        self.assertEqual(self._rows(), before)

    def test_new_addons(self):
        """What is new came without what it needs, or never."""
        there, missing = "customer_tiering", "no_such_app"
        for needed, state in (
            ((), "to install"),
            ((there,), "to install"),
            ((missing,), "uninstalled"),
        ):
            self.addon.state = "uninstalled"
            self._run(install, {self.addon.name: needed})
            self.assertEqual(self.addon.state, state, needed)
        self._run(install, {there: ()})
        core = self.env["ir.module.module"].search([("name", "=", there)])
        self.assertNotEqual(core.state, "to install")

    def test_view_below_folded_views(self):
        """A view that people made below one that is no more kept it from being deleted, and the
        update failed."""
        base = self.env.ref(FORM)
        folded = self._named("customer_tier_standing_view_form_stage", self._extension(base))
        again = self._named("customer_tier_standing_view_form_entry", self._extension(folded))
        own = self._extension(again, "<sheet position='inside'><div class='own'/></sheet>")
        names = self.script.FOLDED_VIEWS.split()
        for _again in range(2):
            self._run(self.script.delete_views, names)
            self.assertFalse((folded | again).exists())
            self.assertEqual(own.inherit_id, base)
            self.assertIn('class="own"', base.get_combined_arch())
        known = self.env["ir.model.data"].search([("name", "in", names)])
        self.assertFalse(known.filtered(lambda data: data.module == "customer_tiering"))

    def test_view_from_before_the_page(self):
        """A view of playbooks that looks for fields which the contact's form has no more kept
        every other view of the form from being loaded."""
        arch = "<sheet position='inside'><field name='{}'/></sheet>"
        form = self.env.ref("base.view_partner_form")
        view = self._extension(form, arch.format("customer_tier_id"))
        self._named("res_partner_view_form_playbook", view)
        self.assertEqual(self._run(self.script.views_of_before), [])
        view.arch = arch.format("customer_tier_since")
        found = self._run(self.script.views_of_before)
        self.assertEqual(found, ["res_partner_view_form_playbook"])

    def test_move(self):
        """The new addon was installed anew, which wrote over shipped records that people changed
        and brought those back that they had deleted."""
        group = self._group()
        self._run(self.script.move, self.seam)
        self.assertEqual(self.env.ref(f"{self.addon.name}.group_credit"), group)
        self.assertFalse(self.env.ref("customer_tiering.group_credit", raise_if_not_found=False))
        core = self.env["ir.module.module"]._get("customer_tiering")
        self.assertEqual(
            (self.addon.state, self.addon.latest_version, self.addon.demo),
            ("to upgrade", "19.0.1.0.0", core.demo),
        )

    def test_own_views_and_code(self):
        """A field that people show to approvers alone was shown to nobody, and their code failed,
        as the group's XML id had moved."""
        self._group()
        arch = "<sheet position='inside'><div groups='customer_tiering.group_{}'/></sheet>"
        views = [self._extension(self.env.ref(FORM), arch.format(n)) for n in ("credit", "user")]
        code = "env.ref('customer_tiering.group_credit'); env.ref('customer_tiering.group_credits')"
        model = self.env.ref("base.model_res_partner")
        action = self.env["ir.actions.server"].create(
            {"name": "Own", "model_id": model.id, "state": "code", "code": code}
        )
        self._run(self.script.move, self.seam)
        self.assertIn(f"{self.addon.name}.group_credit", views[0].arch)
        self.assertIn("customer_tiering.group_user", views[1].arch)
        self.assertEqual(
            action.code,
            f"env.ref('{self.addon.name}.group_credit'); env.ref('customer_tiering.group_credits')",
        )

    def test_addon_missing(self):
        """Without the folder of the new addon, the update deleted its tables."""
        self._group()
        seam = replace(self.seam, addon="customer_tiering_nowhere")
        with self.assertRaisesRegex(UserError, "Put the folder customer_tiering_nowhere beside"):
            self._run(self.script.move, seam)

    def test_addon_installed_beside(self):
        """Installed by the same command, the new addon made its groups and menus once more."""
        self._group()
        self.addon.state = "to install"
        with self.assertRaisesRegex(UserError, "not to be installed by hand"):
            self._run(self.script.move, self.seam)

    def test_what_moves(self):
        """A record whose name was forgotten was made a second time and the old one deleted; the
        names of scores and reminders, which stay, look much alike."""
        credit, playbook = self.script.CREDIT.pattern(), self.script.PLAYBOOK.pattern()
        theirs = {
            credit: """
                group_credit access_customer_credit_rule_manager
                customer_credit_approval_view_form field_customer_credit_rule__amount
                field_customer_tier_standing__credit_limit_text
                field_res_users__customer_credit_left field_sale_order__customer_credit_asks
                selection__res_company__customer_credit_check__block
            """,
            playbook: """
                access_mail_activity_plan_template_tiering_manager ir_cron_playbook
                constraint_customer_stage_playbook_start_day_idx customer_win_back_ask_view_form
                field_mail_activity_plan__name model_mail_activity_plan plan_new_1 playbook_new
            """,
        }
        for pattern, names in theirs.items():
            for name in names.split():
                with self.subTest(name):
                    self.assertRegex(name, pattern)
        for name in (
            "field_res_partner__customer_credit_score",
            "field_customer_tier_standing__credit_score",
            "mail_activity_type_reorder",
            "customer_tier_standing_view_form",
        ):
            with self.subTest(name):
                self.assertNotRegex(name, f"{credit}|{playbook}")
