"""`./dev screens`: every screen that menus of the addons lead to, as pictures at three widths in
both languages, and what can be measured of them: errors, what is wider than the page, cut labels,
more than one primary button. For who changes a view, to look at all of them again."""

import json
import subprocess
from pathlib import Path

from . import databases, odoo, pictures, setup, system
from .console import say
from .paths import ADDON, DEV, ROOT, addons
from .venv import RUNTIME

DATABASE = "screens"
FOLDER = DEV / "screens"
WIDTHS = {480: 900, 1366: 820, 1920: 1000}
READY = (
    ".o_list_view .o_list_table, .o_kanban_renderer, .o_form_view .o_form_sheet, .o_pivot, "
    ".o_graph_view, .o_view_nocontent, .o_tier_overview, .o_form_renderer"
)
# What the menus of our addons open: lines of title, address.
LIST = f"""
import json
found = []
menus = env["ir.ui.menu"].search([("action", "!=", False)])
ids = menus.get_external_id()
for menu in menus:
    if not ids[menu.id].startswith("{ADDON}"):
        continue
    action, title = menu.action, menu.complete_name
    address = action.path or f"action-{{action.id}}"
    if action._name != "ir.actions.act_window":
        found.append((title, f"/odoo/{{address}}"))
        continue
    kinds = [kind for kind in action.view_mode.split(",") if kind != "form"]
    for kind in kinds:
        found.append((f"{{title}} ({{kind}})", f"/odoo/{{address}}?view_type={{kind}}"))
    Model = env[action.res_model]
    has_form = "form" in action.view_mode
    one = has_form and Model._auto and not Model._transient and Model.search([], limit=1)
    if one:
        found.append((f"{{title}} (form)", f"/odoo/{{address}}/{{one.id}}"))
standing = env["customer.tier.standing"].search(
    [("tier_id", "!=", False)], order="amount DESC", limit=1)
customer = standing.partner_id
found.append(("Contact", f"/odoo/res.partner/{{customer.id}}"))
found.append(("Contacts (list)", "/odoo/customers?view_type=list"))
order = env["sale.order"].search(
    [("partner_id", "=", customer.id), ("state", "in", ("draft", "sent"))], limit=1)
order = order or env["sale.order"].search([("partner_id", "=", customer.id)], limit=1)
found.append(("Quotation", f"/odoo/orders/{{order.id}}"))
found.append(("Settings", "/odoo/settings#sale_management"))
print("FOUND", json.dumps(found))
"""


def run(folder: str = "", only: str = "") -> int:
    """Take the pictures; lines of what was measured go to ``found.txt`` beside them."""
    setup.for_all_addons()
    setup.for_tests()
    target = Path(folder).resolve() if folder else FOLDER
    target.mkdir(parents=True, exist_ok=True)
    if not databases.exists(DATABASE):
        everything = [folder.name for folder in addons()]
        databases.fresh(DATABASE, demo=True, modules=everything)
        odoo.run_script(DATABASE, pictures.GRADE)
    lines = []
    for lang, suffix in pictures.LANGUAGES.items():
        say(f"- Screens in {lang}")
        odoo.run_script(DATABASE, pictures.SPEAK.format(lang=lang))
        lines += _take(target, suffix or "_en", only)
    (target / "found.txt").write_text("".join(f"{line}\n" for line in lines))
    say(f"{len(lines)} remarks in {target / 'found.txt'}")
    return 0


def _take(target: Path, suffix: str, only: str) -> list[str]:
    answer = odoo.run_script(DATABASE, LIST)
    screens = json.loads(answer.split("FOUND ")[1].splitlines()[0])
    shots = [
        {
            "file": str(target / f"{number:03}_{width}{suffix}.png"),
            "title": f"{title} {width}{suffix}",
            "url": url,
            "width": width,
            "height": height,
            "wait": READY,
            "done": [],
        }
        for number, (title, url) in enumerate(screens)
        for width, height in WIDTHS.items()
        if only in title
    ]
    with pictures.served(DATABASE) as base:
        done = subprocess.run(
            [
                RUNTIME.python,
                *("-m", "tools.devtool.camera", base, DATABASE, "admin", system.browser()),
                "--measure",
            ],
            input=json.dumps(shots),
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=True,
        )
    return done.stdout.splitlines()
