"""Gives parts of an addon to addons of their own, in migration scripts that run before its update.

Whatever is theirs is handed over before the addon that had it is updated, which would else delete
it as no longer shipped. They are loaded by the same run, as addons that are updated and not
installed: what people changed or deleted of shipped records stays as it is.
"""

# Told to who runs the update, before anything is there that could translate it.
# pylint: disable=translation-required

import inspect
import logging
from dataclasses import dataclass, field

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.migration import MigrationManager
from odoo.modules.module import Manifest

_logger = logging.getLogger(__name__)

CORE = "customer_tiering"
# The version with which new addons begin; their own migrations build upon it.
FIRST_VERSION = "19.0.1.0.0"
# Users are partners: fields of these are fields of theirs too.
HEIRS = {"res.partner": ("res.partner", "res.users")}
# What Odoo writes before the name of a model in the XML ids that it makes by itself, and before
# access rights.
KINDS = "access_|constraint_|field_|model_|model_inherit__|selection__"


@dataclass(frozen=True)
class Seam:
    """What goes from one addon to a new one."""

    addon: str
    # With all whose XML id begins with the name of the model: rights, views, actions, menus.
    models: tuple[str, ...] = ()
    # Of models that stay.
    fields: dict[str, str] = field(default_factory=dict)
    # Further XML ids, as regular expressions.
    records: str = ""
    # Names of constraints in the database, of models that stay.
    constraints: str = ""
    # The app without which the addon is not to be had.
    beside: str = ""
    source: str = CORE
    # From which its own migrations go on.
    version: str = FIRST_VERSION

    def pattern(self) -> str:
        """A regular expression for the names of the XML ids that move."""
        own = "|".join(model.replace(".", "_") for model in self.models)
        extended = "|".join(
            f"{heir.replace('.', '_')}__({'|'.join(names.split())})"
            for model, names in self.fields.items()
            for heir in HEIRS.get(model, (model,))
        )
        parts = [
            rf"({KINDS})?({own})(_.*)?" if own else "",
            rf"(field_|selection__)({extended})(__.*)?" if extended else "",
            *(rf"constraint_{name}" for name in self.constraints.split()),
            *self.records.split(),
        ]
        return f"^({'|'.join(filter(None, parts))})$"

    def keys(self) -> list[str]:
        """Names of the constraints of models that stay, and of the foreign keys of their fields, if
        there are any."""
        return [
            *self.constraints.split(),
            *(
                f"{model.replace('.', '_')}_{name}_fkey"
                for model, names in self.fields.items()
                for name in names.split()
            ),
        ]


def move(cr, seam):
    """Give the new addon what is its own, and have it loaded by this run."""
    moving = names_of(cr, seam)
    if not moving:
        return
    if Manifest.for_addon(seam.addon, display_warning=False) is None:
        # Nor is there a way to go on without it: shipped plans and playbooks were made use of.
        raise UserError(
            f"Part of {seam.source} is now the addon {seam.addon}, whose folder is not on the "
            "addons path: what people recorded there would be deleted. Put the folder "
            f"{seam.addon} beside {CORE} and update again. Who does not want it uninstalls it "
            "afterwards."
        )
    _raise_if_installed(cr, seam)
    _logger.info("%s XML ids go from %s to %s", len(moving), seam.source, seam.addon)
    cr.execute(
        """
        UPDATE ir_module_module AS new
           SET state = 'to upgrade', latest_version = %s, demo = source.demo
          FROM ir_module_module AS source
         WHERE source.name = %s AND new.name = %s
     RETURNING new.demo
        """,
        [seam.version, seam.source, seam.addon],
    )
    _update_instead(seam, cr.fetchone()[0])
    _update_dependents(cr, seam)
    hand_over(cr, seam, moving)


def _raise_if_installed(cr, seam):
    """Installing it would make everything a second time. Where addons that are there depend on it,
    Odoo has marked it to be installed; this run can still be told otherwise."""
    cr.execute("SELECT state FROM ir_module_module WHERE name = %s", [seam.addon])
    state = cr.fetchone()
    if state == ("uninstalled",) or state == ("to install",) and _node(seam.addon):
        return
    raise UserError(
        f"{seam.addon} is not to be installed by hand beside what {seam.source} still holds of it. "
        f"Update {CORE} alone (-u {CORE}): that brings {seam.addon} along. Where an addon of yours "
        "depends on it, leave its folder out this time and put it back for another -u."
    )


def _manager():
    """What runs this migration script; None outside of an update. The loader has read the states
    of the addons that it goes through before any script ran, and does not read them again."""
    frame = inspect.currentframe()
    while frame:
        owner = frame.f_locals.get("self")
        if isinstance(owner, MigrationManager):
            return owner
        frame = frame.f_back
    return None


def _node(addon):
    """What the loader knows of an addon that is to come in this run, or None."""
    manager = _manager()
    return manager.graph[addon] if manager and addon in manager.graph else None


def _update_instead(seam, demo):
    """Where the loader has the addon among those to be installed, have it updated."""
    node = _node(seam.addon)
    if node:
        node.state = node.load_state = "to upgrade"
        node.installed_version = node.load_version = seam.version
        node.demo = demo
        # Its own scripts belong to the run, too.
        _manager()._get_files()


def _update_dependents(cr, seam):
    """Have those updated, too, that depend on the new addon by now: they depended on the one that
    had its part, whose update would have updated them."""
    cr.execute(
        """
        WITH RECURSIVE below AS (
            SELECT m.id, m.name
              FROM ir_module_module_dependency d
              JOIN ir_module_module m ON m.id = d.module_id
             WHERE d.name = %s
             UNION
            SELECT m.id, m.name
              FROM below b
              JOIN ir_module_module_dependency d ON d.name = b.name
              JOIN ir_module_module m ON m.id = d.module_id)
        UPDATE ir_module_module
           SET state = 'to upgrade'
         WHERE id IN (SELECT id FROM below) AND state = 'installed'
     RETURNING name
        """,
        [seam.addon],
    )
    nodes = [node for (name,) in cr.fetchall() if (node := _node(name))]
    for node in nodes:
        node.state = node.load_state = "to upgrade"
    if nodes:
        _manager()._get_files()


def names_of(cr, seam):
    """The names of the XML ids of the addon that belong to the new one."""
    cr.execute(
        "SELECT name FROM ir_model_data WHERE module = %s AND name ~ %s",
        [seam.source, seam.pattern()],
    )
    return [name for (name,) in cr.fetchall()]


def hand_over(cr, seam, names):
    """Change the owner of XML ids, constraints and relation tables, and what names the XML ids."""
    if not names:
        return
    values = {
        "source": seam.source,
        "addon": seam.addon,
        "names": names,
        "models": list(seam.models),
        "keys": seam.keys(),
    }
    cr.execute(
        """
        UPDATE ir_model_data
           SET module = %(addon)s
         WHERE module = %(source)s AND name = ANY(%(names)s)
        """,
        values,
    )
    for table in ("ir_model_constraint", "ir_model_relation"):
        cr.execute(
            f"""
            UPDATE {table}
               SET module = (SELECT id FROM ir_module_module WHERE name = %(addon)s)
             WHERE module = (SELECT id FROM ir_module_module WHERE name = %(source)s)
               AND (model IN (SELECT id FROM ir_model WHERE model = ANY(%(models)s))
                    OR name = ANY(%(keys)s))
            """,
            values,
        )
    rename_in_texts(cr, seam, names)


def rename_in_texts(cr, seam, names):
    """Follow the XML ids in views, rules and server actions that people wrote."""
    names = [name for name in names if not name.startswith(("field_", "selection__", "access_"))]
    old = rf"\m{seam.source}\.({'|'.join(names)})\M"
    for table, column, kind in (
        ("ir_ui_view", "arch_db", "jsonb"),
        ("ir_rule", "domain_force", "text"),
        ("ir_act_server", "code", "text"),
    ):
        cr.execute(
            f"""
            UPDATE {table}
               SET {column} = regexp_replace({column}::text, %(old)s, %(new)s, 'g')::{kind}
             WHERE {column}::text ~ %(old)s
            """,
            {"old": old, "new": rf"{seam.addon}.\1"},
        )


def refresh(cr):
    """Forget what was read before."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.invalidate_all()
    env.registry.clear_all_caches()
