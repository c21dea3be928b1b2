"""The translation template and the translations of the addons.

The comparing itself is in po_files, which runs in the lint tools' environment.
"""

import subprocess
import tempfile
from pathlib import Path

from . import databases, odoo, setup
from .console import run_step, say
from .paths import ROOT, addons
from .venv import LINT

DATABASE = "translations"


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
    names = [addon.name for addon in addons()]
    databases.fresh(DATABASE, modules=names)
    exported = {name: folder / f"{name}.pot" for name in names}
    try:
        for name, pot in exported.items():
            run_step(
                f"Terms of {name}",
                odoo.command("i18n", "export", "-d", DATABASE, "-o", pot, name),
                log="i18n-export",
                cwd=ROOT,
                env=odoo.environment(),
            )
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
