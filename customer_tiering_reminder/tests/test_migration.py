import re
from dataclasses import replace
from pathlib import Path

from odoo.exceptions import UserError
from odoo.modules.migration import MigrationManager
from odoo.modules.module import load_script
from odoo.modules.module_graph import ModuleGraph
from odoo.tests import TransactionCase, tagged

CORE = Path(__file__).parents[2] / "customer_tiering"
SCRIPT = CORE / "migrations" / "19.0.1.5.0" / "pre-migration.py"
# What Odoo makes in each addon for models that it extends.
EXTENDED = re.compile(r"model_(?!resource)\w+|field_\w+__(id|display_name)")


@tagged("post_install", "-at_install")
class TestMigration(TransactionCase):
    """The script that gives reminders to this addon; ``./dev upgrade`` runs the whole of it on
    databases of before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = load_script(str(SCRIPT), "pre-migration")
        Module = cls.env["ir.module.module"]
        known = Module.search([("state", "=", "installed")]).mapped("name")
        others = Module.search([("state", "=", "uninstalled")])
        # In the place of this addon: one that is known, not installed, and could be.
        cls.addon = next(m for m in others if set(m.dependencies_id.mapped("name")) <= set(known))
        cls.known = known
        cls.seam = replace(cls.script.REMINDER, addon=cls.addon.name, version="19.0.1.2.0")
        cls.kind = cls.env["mail.activity.type"].create({"name": "Before"})
        cls.env["ir.model.data"].create(
            {
                "module": "customer_tiering",
                "name": "mail_activity_type_reorder",
                "model": "mail.activity.type",
                "res_id": cls.kind.id,
                "noupdate": True,
            }
        )

    def _manager(self):
        graph = ModuleGraph(self.cr, mode="update")
        graph.extend([*self.known, self.addon.name])
        return MigrationManager(self.cr, graph)

    def _move(self):
        self.env.flush_all()
        self.script.move(self.cr, self.seam)
        self.env.invalidate_all()

    def test_everything_moves(self):
        """A record whose name was forgotten was made a second time, and the old one deleted."""
        data = self.env["ir.model.data"].search([("module", "=", "customer_tiering_reminder")])
        # Its own view of the settings, beside that of the core addon.
        own = {"res_config_settings_view_form", "customer_reminder_menu"}
        names = {name for name in data.mapped("name") if not EXTENDED.fullmatch(name)}
        # A model that was new in that version, and the choices that others have of it.
        new = re.compile(
            r".*_customer_order_measured(_.*)?|selection__(?!customer_reminder).*__arm__\w+"
        )
        names = {name for name in names if not new.fullmatch(name)}
        pattern = self.script.REMINDER.pattern()
        self.assertFalse({name for name in names - own if not re.match(pattern, name)})

    def test_nothing_else_moves(self):
        """What stays in the core addon looks much alike."""
        data = self.env["ir.model.data"].search([("module", "=", "customer_tiering")])
        moved = {"mail_activity_type_reorder"}
        for seam in (self.script.REMINDER, self.script.PAIRS):
            found = {name for name in data.mapped("name") if re.match(seam.pattern(), name)}
            self.assertFalse(found - moved)

    def test_addon_that_others_need(self):
        """Addons that are there depend on the new one, so Odoo had marked it to be installed:
        that wrote over what people had changed, and brought back what they had deleted."""
        self.addon.state = "to install"
        self.env.flush_all()
        manager = self._manager()
        node = manager.graph[self.addon.name]
        self.assertEqual(node.state, "to install")

        def run(self, move):
            move()

        run(manager, self._move)
        self.assertEqual(
            (self.addon.state, self.addon.latest_version), ("to upgrade", "19.0.1.2.0")
        )
        self.assertEqual((node.state, node.load_state), ("to upgrade", "to upgrade"))
        self.assertEqual((node.installed_version, node.load_version), ("19.0.1.2.0",) * 2)
        self.assertIn(self.addon.name, manager.migrations)
        self.assertEqual(self.env.ref(f"{self.addon.name}.mail_activity_type_reorder"), self.kind)

    def test_what_depends_on_it_is_updated(self):
        """Playbooks of before depended on the core addon; since they depend on reminders, which
        came with the update, the update left them as they were: new views and fields of theirs
        were missing."""
        own = self.env["ir.module.module"]._get("customer_tiering_reminder")
        self.env["ir.module.module.dependency"].create(
            {"module_id": own.id, "name": self.addon.name}
        )
        manager = self._manager()

        def run(self, move):
            move()

        run(manager, self._move)
        self.assertEqual(own.state, "to upgrade")
        self.assertEqual(manager.graph[own.name].load_state, "to upgrade")

    def test_addon_installed_by_hand(self):
        """Where nothing can be told to the loader, the addon would make everything anew."""
        self.addon.state = "to install"
        with self.assertRaisesRegex(UserError, "not to be installed by hand"):
            self._move()
