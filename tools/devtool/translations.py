"""The translation template and the translations of the addons.

The comparing itself is in po_files, which runs in the lint tools' environment.
"""

import subprocess
import tempfile
from pathlib import Path

from . import databases, odoo, setup
from .console import say
from .paths import ADDON, ROOT, addons, others
from .venv import LINT

DATABASE = "translations"
EXPORT = """
from odoo.tools.translate import trans_export
for name, file in {files}.items():
    with open(file, "wb") as pot:
        trans_export(False, [name], pot, "po", env)
"""


def write() -> int:
    """`./dev pot`: write the templates anew and merge them into the translations."""
    setup.for_lint()
    with tempfile.TemporaryDirectory() as folder:
        for addon, exported in _export(Path(folder)).items():
            found = _po_files("write", exported, ROOT / addon / "i18n")
            say(found or f"{addon}: nothing to translate")
    return 0


def stale() -> str:
    """What `./dev pot` would change in the templates, judged by their terms."""
    with tempfile.TemporaryDirectory() as folder:
        found = [
            _po_files("stale", exported, ROOT / addon / "i18n")
            for addon, exported in _export(Path(folder)).items()
        ]
    return "\n".join(filter(None, found))


def incomplete() -> str:
    """What the translations leave untranslated, fuzzy, or translate in vain."""
    found = [_po_files("incomplete", folder / "i18n") for folder in addons()]
    return "\n".join(filter(None, found))


def _export(folder: Path) -> dict[str, Path]:
    """Each addon's terms, as Odoo finds them in a database with all of them."""
    setup.for_all_addons()
    exported = {addon.name: folder / f"{addon.name}.pot" for addon in addons()}
    # The same modules as for the tests, whose database need not be made twice.
    databases.fresh(DATABASE, modules=others() or [ADDON])
    script = EXPORT.format(files={name: str(pot) for name, pot in exported.items()})
    say("- Terms of the addons")
    try:
        odoo.run_script(DATABASE, script)
    finally:
        databases.drop(DATABASE)
    return exported


def _po_files(action: str, *paths: Path) -> str:
    done = subprocess.run(
        [LINT.python, "-m", "tools.devtool.po_files", action, *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).strip()
