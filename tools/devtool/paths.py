"""Where things lie, and the hashes that tell whether they changed."""

import ast
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / ".dev"
LOGS = DEV / "log"
ODOO = DEV / "odoo"
ODOO_CONF = DEV / "odoo.conf"
ADDON_SETS = DEV / "addons"
OCA = DEV / "oca"
DATA_DIR = DEV / "data"
TOOLS = ROOT / "tools"
ADDON = "customer_tiering"
ODOO_SERIES = "19.0"


def cache_dir() -> Path:
    """The folder for downloads, shared by all clones of the project."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "customer-tiering"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = DEV / "cache"
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def addons() -> list[Path]:
    """The addons of this repository, the core one first."""
    return sorted(manifest.parent for manifest in ROOT.glob(f"{ADDON}*/__manifest__.py"))


def test_addons() -> list[Path]:
    """The addons that hold nothing but tests, with apps that the others do not need."""
    return sorted(manifest.parent for manifest in ROOT.glob(f"test_{ADDON}*/__manifest__.py"))


def others() -> list[str]:
    """The names of the addons beside the core one; a database with them has everything."""
    return [folder.name for folder in [*addons(), *test_addons()] if folder.name != ADDON]


def with_needed(names: Iterable[str]) -> list[str]:
    """``names`` of addons of this repository, and those of it that they depend on."""
    ours = {folder.name: folder for folder in [*addons(), *test_addons()]}
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name in ours and name not in found:
            found.add(name)
            manifest = ast.literal_eval((ours[name] / "__manifest__.py").read_text())
            waiting += manifest["depends"]
    return sorted(found)


def digest(*parts: str | bytes) -> str:
    """A short hash of all ``parts``."""
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(part.encode() if isinstance(part, str) else part)
        hasher.update(b"\0")
    return hasher.hexdigest()[:12]


def digest_files(files: Iterable[Path]) -> str:
    """A short hash of the names and contents of ``files``."""
    parts = []
    for file in sorted(files):
        parts += [file.relative_to(ROOT).as_posix(), file.read_bytes()]
    return digest(*parts)


def addons_digest(names: Iterable[str] | None = None) -> str:
    """A hash of everything that makes a database with all addons, or those named, what it is.

    Tests and static files are left out: they are read from disk and never stored.
    """
    skipped = {"tests", "static", "__pycache__"}
    return digest_files(
        file
        for folder in [*addons(), *test_addons()]
        if names is None or folder.name in names
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix in {".py", ".xml", ".csv", ".po", ".sql"}
        and not skipped.intersection(file.relative_to(folder).parts)
    )


def clone_key() -> str:
    """Tells this clone from another one on the same machine."""
    return digest(str(ROOT))
