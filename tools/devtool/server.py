"""`./dev run`: a running Odoo with graded demo customers."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from . import databases, odoo, setup
from .console import say
from .odoo_source import describe
from .paths import ADDON, DEV, ROOT

DATABASE = "tiering"
USUAL_PORT = 8069
PID_FILE = DEV / "run.pid"
READY = "Registry loaded in"
# Seconds until a server that was asked to has ended.
PATIENCE = 20

# Demo data may bring graded customers along; then there is nothing to do.
GRADE = """
Standing = env["customer.tier.standing"]
if not Standing.search_count([]):
    for company in env["res.company"].search([]):
        env["customer.tier.run"].create({"company_id": company.id}).action_run()
    env.cr.commit()
print("graded:", Standing.search_count([]))
"""


def run(arguments: list[str]) -> int:
    """Prepare what is missing, serve until interrupted. ``arguments`` go to Odoo."""
    setup.for_odoo()
    describe()
    _prepare_database()
    port = odoo.free_port(USUAL_PORT)
    return _serve(port, arguments)


def _prepare_database() -> None:
    if not databases.exists(DATABASE):
        databases.fresh(DATABASE, demo=True)
        say("- Grade the demo customers")
        say(f"  {odoo.run_script(DATABASE, GRADE).strip()}")
    elif not databases.has_current_addons(DATABASE):
        odoo.change_modules("Update the addon", DATABASE, "-u", ADDON, log="update")
        databases.remember_addons(DATABASE)


def _serve(port: int, arguments: list[str]) -> int:
    colours = {"ODOO_PY_COLORS": "1"} if sys.stdout.isatty() else {}
    process = subprocess.Popen(
        odoo.command("server", "-d", DATABASE, "--http-port", str(port), *arguments),
        cwd=ROOT,
        env=odoo.environment() | colours,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    PID_FILE.write_text(str(process.pid))
    # Ended politely from outside, the server must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        _show_log(process, port)
    except KeyboardInterrupt:
        # The terminal has sent it to Odoo too, which takes a moment to end.
        with contextlib.suppress(KeyboardInterrupt):
            _show_log(process, port)
        return 0
    finally:
        if process.poll() is None:
            process.terminate()
        PID_FILE.unlink(missing_ok=True)
    return process.wait()


def _show_log(process: subprocess.Popen, port: int) -> None:
    """Pass Odoo's log on, and say where it is as soon as it can be used."""
    welcomed = False
    for line in process.stdout:
        print(line, end="", flush=True)
        # Before this, a request would meet a registry half loaded.
        if READY in line and not welcomed:
            welcomed = True
            threading.Thread(target=_welcome, args=(port,), daemon=True).start()


def _welcome(port: int) -> None:
    # Asked once here, the page is quick for the person.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError):
        opener.open(f"http://127.0.0.1:{port}/web/login", timeout=60).close()
    say("")
    say(f"  Odoo is at   http://localhost:{port}/odoo")
    say("  Log in with  admin / admin")
    say("  Ctrl-C stops it. PostgreSQL goes on for the next command; ./dev stop ends it.")
    say("")


def stop() -> bool:
    """Stop a server started by `./dev run` and wait for its end; returns whether there was one."""
    try:
        pid = int(PID_FILE.read_text())
        # The number may have gone to another program since.
        if str(DEV) not in Path(f"/proc/{pid}/cmdline").read_text():
            return False
        os.kill(pid, signal.SIGTERM)
    except (OSError, ValueError):
        return False
    # PostgreSQL may be stopped next; a server that still asks it something would complain.
    for _ in range(10 * PATIENCE):
        if _has_ended(pid):
            break
        time.sleep(0.1)
    return True


def _has_ended(pid: int) -> bool:
    try:
        # After the program's name in brackets comes its state.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
