"""Databases with the addon, copied from cached templates.

A base template holds Odoo's sales application; one template for each set of addons is copied
from it and made again whenever the files of these addons change. A database is a copy of the
latter. Odoo installs by itself what it sees and what belongs beside that which is installed; a
set can be narrowed to a few addons of this repository.
"""

import os
import shutil
import subprocess
from collections.abc import Collection

from . import odoo
from .console import Failure, only_one
from .odoo_source import odoo_key
from .paths import ADDON, DATA_DIR, DEV, addons, addons_digest, clone_key, digest
from .postgres import environment, query
from .system import client_program
from .venv import RUNTIME

BASE_MODULE = "sale_management"


def exists(name: str) -> bool:
    """Whether there is a database of this name."""
    return query("postgres", f"SELECT 1 FROM pg_database WHERE datname = {_quoted(name)}") == "1"


def fresh(
    name: str,
    *,
    demo: bool = False,
    modules: Collection[str] = (ADDON,),
    ours: Collection[str] | None = None,
) -> None:
    """A new database with ``modules`` and what installs itself beside them.

    One of the same name is dropped.

    :param ours: of this repository's addons, those that Odoo sees; all if None
    """
    if not addons():
        raise Failure(f"There is no addon here: no {ADDON}*/__manifest__.py.")
    # One template per set of modules, each replaced when the addons change.
    kind = digest(*modules, "" if ours is None else ",".join(sorted(ours)))[:6]
    with only_one(f"databases-{kind}"):
        template = _addon_template(kind, modules, ours, demo)
        drop(name)
        _copy(template, name)
        remember_addons(name)


def copy_of_base(name: str, *, demo: bool) -> None:
    """A new database with Odoo's sales application alone; one of the same name is dropped."""
    with only_one("databases"):
        template = _base_template(demo)
        drop(name)
        _copy(template, name)


def drop(name: str) -> None:
    """Drop the database with its files, if it is there."""
    _run_client("dropdb", "--if-exists", "--force", name)
    shutil.rmtree(DATA_DIR / "filestore" / name, ignore_errors=True)


def remember_addons(name: str) -> None:
    """Note on the database which state of the addons it has."""
    query("postgres", f'COMMENT ON DATABASE "{name}" IS {_quoted(_addons_state())}')


def has_current_addons(name: str) -> bool:
    """Whether the addons' files are as they were when the database was last updated."""
    note = query(
        "postgres",
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
        f"WHERE datname = {_quoted(name)}",
    )
    return note == _addons_state()


def check_installed(name: str, modules: list[str]) -> None:
    """Odoo only warns about a module it cannot find or install."""
    wanted = ", ".join(map(_quoted, modules))
    found = query(
        name,
        f"SELECT name FROM ir_module_module WHERE state = 'installed' AND name IN ({wanted})",
    ).split()
    if missing := sorted(set(modules) - set(found)):
        raise Failure(f"Not installed: {', '.join(missing)}.", "See the logs in .dev/log.")


def _addons_state() -> str:
    return f"{ADDON} {digest(odoo_key(), addons_digest())}"


def _base_template(demo: bool) -> str:
    name = f"{_prefix('base', demo)}{digest(odoo_key(), RUNTIME.key)}"
    with only_one("databases-base"):
        if not exists(name):
            _drop_older("base", demo)
            _build(name, "template0", [BASE_MODULE], (), demo)
    return name


def _addon_template(
    kind: str, modules: Collection[str], ours: Collection[str] | None, demo: bool
) -> str:
    base = _base_template(demo)
    name = f"{_prefix(kind, demo)}{digest(base, addons_digest(ours))}"
    if not exists(name):
        _drop_older(kind, demo)
        _build(name, base, modules, ours, demo)
    return name


def _prefix(kind: str, demo: bool) -> str:
    # With the clone's key: clones may share a server.
    return f"ct_{clone_key()[:6]}_{kind}_{'demo' if demo else 'bare'}_"


def _drop_older(kind: str, demo: bool) -> None:
    pattern = _quoted(_prefix(kind, demo).replace("_", r"\_") + "%")
    for name in query(
        "postgres", f"SELECT datname FROM pg_database WHERE datname LIKE {pattern}"
    ).split():
        drop(name)


def _build(
    name: str,
    source: str,
    modules: Collection[str],
    ours: Collection[str] | None,
    demo: bool,
) -> None:
    """Make a template under a name of its own, so that one half made is never taken."""
    half_made = f"{name}_new"
    drop(half_made)
    _copy(source, half_made)
    label = "with demo data" if demo else "without demo data"
    odoo.change_modules(
        f"Database template {label}: {', '.join(modules)}",
        half_made,
        *("-i", ",".join(modules)),
        *(["--with-demo"] if demo else []),
        log=f"template-{'-'.join(modules)[:60]}",
        ours=ours,
    )
    check_installed(half_made, modules)
    query("postgres", f'ALTER DATABASE "{half_made}" RENAME TO "{name}"')
    files = DATA_DIR / "filestore"
    if (files / half_made).exists():
        shutil.rmtree(files / name, ignore_errors=True)
        (files / half_made).rename(files / name)


def _copy(source: str, name: str) -> None:
    # Odoo itself creates databases with this collation.
    plain = ["--encoding=UTF8", "--lc-collate=C"] if source == "template0" else []
    _run_client("createdb", "--template", source, *plain, name)
    files = DATA_DIR / "filestore"
    if (files / source).exists():
        shutil.rmtree(files / name, ignore_errors=True)
        # Odoo never changes a stored file, it only adds and removes: links are safe.
        shutil.copytree(files / source, files / name, copy_function=os.link)


def _run_client(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [client_program(program), *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(f"{program}: {done.stderr.strip()}", f"{DEV / 'pg' / 'log'} may say more.")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
