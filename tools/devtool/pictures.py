"""`./dev pictures`: the handbook's pictures, taken from the running product with demo data."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

from . import databases, odoo, server, setup, system
from .console import Failure, say
from .paths import ADDON, ROOT
from .venv import RUNTIME

DATABASE = "pictures"
FOLDER = ROOT / f"{ADDON}_start" / "static" / "handbook" / "pictures"
SERVICES = "odoo.__WOWL_DEBUG__.root.env.services"
# Opens the dialog of the bands of an indicator by amount, as its button does.
OPEN_BANDS = f"""(async () => {{
    const {{ orm, action }} = {SERVICES};
    const [one] = await orm.searchRead("customer.tier.indicator",
        [["metric_id.code", "=", "amount"], ["scale", "!=", "linear"]], ["id"], {{ limit: 1 }});
    const opened = await orm.call(
        "customer.tier.indicator", "action_open_distribution", [[one.id]]);
    await action.doAction({{ ...opened, views: [[false, "form"]] }});
}})()"""
# Name, address, a selector that is there when the page is, height; what is done then, and a
# selector that is there afterwards.
SHOTS = [
    ("start", "/odoo/customer-tiering-start", ".o_customer_tier_steps .o_kanban_record", 820),
    ("grading", "/odoo/customer-grading?view_type=list", ".o_data_row", 560),
    (
        *("bands", "/odoo/customer-grading?view_type=list", ".o_data_row", 720),
        *(OPEN_BANDS, ".modal .o_form_view .o_data_row"),
    ),
]
GRADE = server.GRADE
LANGUAGES = {"en_US": "", "zh_CN": "_zh"}
WIDTH = 1100
READY = 120

SPEAK = """
env["res.lang"]._activate_lang("{lang}")
env["ir.module.module"].search([("state", "=", "installed")])._update_translations(["{lang}"])
env.ref("base.user_admin").lang = "{lang}"
env.cr.commit()
"""


def run() -> int:
    """Take all pictures again; they are written where the handbook looks for them."""
    setup.for_tests()
    FOLDER.mkdir(parents=True, exist_ok=True)
    databases.fresh(DATABASE, demo=True)
    odoo.run_script(DATABASE, GRADE)
    try:
        for lang, suffix in LANGUAGES.items():
            say(f"- Pictures in {lang}")
            odoo.run_script(DATABASE, SPEAK.format(lang=lang))
            _take(suffix)
    finally:
        databases.drop(DATABASE)
    return 0


def _take(suffix: str) -> None:
    shots = [
        {
            "file": str(FOLDER / f"{name}{suffix}.png"),
            "url": url,
            "width": WIDTH,
            "height": height,
            "wait": wait,
            "done": done,
        }
        for name, url, wait, height, *done in SHOTS
    ]
    try:
        with served(DATABASE) as base:
            subprocess.run(
                [
                    RUNTIME.python,
                    *("-m", "tools.devtool.camera", base, DATABASE, "admin", system.browser()),
                ],
                input=json.dumps(shots),
                text=True,
                cwd=ROOT,
                check=True,
            )
    except subprocess.CalledProcessError:
        raise Failure("A picture could not be taken.", "What the browser said is above.") from None


@contextlib.contextmanager
def served(database: str):
    """The address of a server of the database, which ends with the block."""
    port = odoo.free_port()
    process = subprocess.Popen(
        odoo.command(
            *("server", "-d", database, "--http-port", str(port), "--max-cron-threads", "0")
        ),
        cwd=ROOT,
        env=odoo.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base)
        yield base
    finally:
        process.terminate()
        process.wait()


def _wait_for(base: str) -> None:
    for _ in range(READY):
        try:
            urllib.request.urlopen(f"{base}/web/login", timeout=READY).close()
        except urllib.error.URLError:
            time.sleep(1)
        else:
            return
    sys.exit("Odoo does not answer.")
