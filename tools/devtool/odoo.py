"""Odoo's configuration file and command line."""

import contextlib
import socket
import subprocess
from collections.abc import Collection
from pathlib import Path

from . import postgres
from .console import Failure, run_step, say
from .paths import ADDON_SETS, DATA_DIR, OCA, ODOO, ODOO_CONF, ROOT, digest
from .venv import RUNTIME

ON_THIS_MACHINE = "127.0.0.1,localhost"


def write_configuration(ours: Collection[str] | None = None) -> Path:
    """Write `.dev/odoo.conf`, or another for an Odoo that sees only ``ours`` of these addons.

    What Odoo does not see cannot install itself beside what is installed.
    """
    folder = ROOT if ours is None else _linked(ours)
    file = ODOO_CONF if ours is None else folder.with_suffix(".conf")
    # Odoo takes no folder without addons.
    addons_path = [] if ours == () else [str(folder)]
    if (ODOO / "addons").is_dir():
        addons_path.append(str(ODOO / "addons"))
    if (OCA / "odoo" / "addons").is_dir():
        addons_path.append(str(OCA / "odoo" / "addons"))
    lines = {
        "addons_path": ",".join(addons_path),
        "data_dir": str(DATA_DIR),
        "http_interface": "127.0.0.1",
        "list_db": "True",
        "max_cron_threads": "1",
        # Odoo 19 itself uses what newer Werkzeug versions call deprecated, hundreds of times.
        "log_handler": ":INFO,py.warnings:ERROR",
    }
    if postgres.is_private():
        # So that the file also works where the PG* variables are not set.
        server = postgres.environment()
        lines |= {"db_host": server["PGHOST"], "db_port": "5432", "db_user": server["PGUSER"]}
    text = "[options]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
    if not file.exists() or file.read_text() != text:
        file.write_text(text)
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    return file


def _linked(names: Collection[str]) -> Path:
    """A folder with links to these addons, one for each set of them."""
    folder = ADDON_SETS / (names[0] if len(names) == 1 else digest(*sorted(names)))
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        with contextlib.suppress(FileExistsError):
            (folder / name).symlink_to(ROOT / name)
    return folder


def environment(ours: Collection[str] | None = None) -> dict[str, str]:
    """The environment for Odoo and everything that imports it.

    :param ours: of this repository's addons, those that Odoo sees; all if None
    """
    return postgres.environment() | {
        "ODOO_RC": str(ODOO_CONF if ours is None else write_configuration(ours)),
        # A proxy of the machine must not take the tests' requests to the test server.
        "NO_PROXY": ON_THIS_MACHINE,
        "no_proxy": ON_THIS_MACHINE,
        # Set, it makes Odoo's shell run a file of the person's in every script.
        "PYTHONSTARTUP": "",
    }


def command(*arguments: str | Path) -> list[str]:
    """The command line of Odoo with ``arguments``."""
    return [str(RUNTIME.python), "-m", "odoo", *map(str, arguments)]


def free_port(wished: int = 0) -> int:
    """``wished`` if no one listens there, else any free port."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("no free port")


def change_modules(
    title: str,
    database: str,
    *arguments: str,
    log: str,
    ours: Collection[str] | None = None,
) -> list[str]:
    """Install or update modules, show what Odoo warns about and return it."""
    # "--no-http" alone would still fail where another Odoo holds its usual port.
    quiet = ["--no-http", "--http-port", str(free_port()), "--log-level", "info"]
    log_file = run_step(
        title,
        command("server", "-d", database, *arguments, "--stop-after-init", *quiet),
        log=log,
        cwd=ROOT,
        env=environment(ours),
    )
    warnings = [
        line
        for line in log_file.read_text(errors="replace").splitlines()
        if " WARNING " in line or " ERROR " in line or " CRITICAL " in line
    ]
    for line in warnings[:10]:
        say(f"  ! {line[:300]}")
    return warnings


def run_script(
    database: str, script: str, *arguments: str, ours: Collection[str] | None = None
) -> str:
    """What a script prints in Odoo's shell; it must commit by itself."""
    done = subprocess.run(
        command("shell", "-d", database, "--no-http", "--log-level", "warn", *arguments),
        input=script,
        cwd=ROOT,
        env=environment(ours),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(f"A script failed in Odoo's shell.\n{done.stderr[-2000:]}")
    return done.stdout
