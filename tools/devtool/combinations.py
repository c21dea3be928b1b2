"""`./dev combinations`: the core alone, with each part that can be left out, and with all of them.

In each database everybody is graded and every menu of ours is opened; then the parts are
uninstalled one by one, which must leave grades, history, customers and orders as they were, and
last the core, which must leave nothing of itself.
"""

import json

from . import databases, odoo, setup
from .console import say
from .paths import ADDON
from .postgres import query

PARTS = ["customer_tiering_credit_control", "customer_tiering_playbook"]
COMBINATIONS = {
    "core alone": [],
    "with credit control": PARTS[:1],
    "with playbooks": PARTS[1:],
    "with both": PARTS,
}
KEPT = (
    *("customer_tier_standing", "customer_tier_change", "customer_tier", "customer_tier_program"),
    *("res_partner", "sale_order", "sale_order_line", "account_move", "account_move_line"),
)
# Written by the uninstallation itself.
VOLATILE = ("write_date", "write_uid")
OPEN = """
import json
from odoo.tools.safe_eval import safe_eval
company = env.ref("base.main_company")
env["customer.tier.run"].create({"company_id": company.id}).action_run()
env.cr.commit()
seller = env["res.users"].create({
    "name": "Seller", "login": "seller",
    "group_ids": [(6, 0, env.ref("sales_team.group_sale_salesman_all_leads").ids)],
})
data = env["ir.model.data"].search(
    [("module", "like", "customer_tiering%"), ("model", "=", "ir.ui.menu")]
)
opened, wrong = 0, []
for user in (env.ref("base.user_admin"), seller):
    seen = env(user=user.id)
    visible = seen["ir.ui.menu"]._visible_menu_ids()
    for menu in seen["ir.ui.menu"].browse(data.mapped("res_id")):
        if menu.id not in visible or not menu.action:
            continue
        action = seen[menu.sudo().action._name].browse(menu.sudo().action.id)
        try:
            with env.cr.savepoint():
                if action._name == "ir.actions.server":
                    said = action.run()
                else:
                    said = action._get_action_dict()
                context = said.get("context") or {}
                if isinstance(context, str):
                    context = safe_eval(context, {"uid": user.id, "active_id": False})
                model = seen[said["res_model"]].with_context(**context)
                views = said.get("views") or [(False, "form")]
                got = model.get_views([(view and int(view), kind) for view, kind in views])
                assert got["views"]
                if said.get("target") != "new":
                    model.web_search_read([], {"display_name": {}}, limit=10)
            opened += 1
        except Exception as error:
            wrong.append(f"{menu.complete_name} as {user.login}: {error!r}")
print("OPENED " + json.dumps({"opened": opened, "wrong": wrong}))
"""
UNINSTALL = """
env["ir.module.module"].search([("name", "=", {name!r})]).button_immediate_uninstall()
"""


def run() -> int:
    """Try all combinations; the exit code is 1 if something is wrong with one."""
    setup.for_odoo()
    found = []
    for title, parts in COMBINATIONS.items():
        database = "combination"
        try:
            modules = [ADDON, *parts]
            databases.fresh(database, demo=True, modules=modules, ours=modules)
            wrong = [*_open(database), *_uninstall(database, parts)]
        finally:
            databases.drop(database)
        say(f"{title}: {len(wrong)} wrong" if wrong else f"{title}: fine")
        found += [f"{title}: {line}" for line in wrong]
    for line in found:
        say(f"  ! {line[:400]}")
    return 1 if found else 0


def _open(database: str) -> list[str]:
    said = odoo.run_script(database, OPEN)
    result = json.loads(said.split("OPENED ", 1)[1].splitlines()[0])
    say(f"  {result['opened']} menus opened")
    return result["wrong"]


def _uninstall(database: str, parts: list[str]) -> list[str]:
    wrong = []
    before = _checksums(database)
    for part in parts:
        odoo.run_script(database, UNINSTALL.format(name=part))
        after = _checksums(database)
        wrong += [
            f"{table} is another one without {part}"
            for table in KEPT
            if after[table] != before[table]
        ]
        wrong += _left(database, part)
    odoo.run_script(database, UNINSTALL.format(name=ADDON))
    return wrong + _left(database, ADDON)


def _checksums(database: str) -> dict[str, str]:
    """The rows of each table in one number, by the columns that core and the core addon have."""
    sums = {}
    for table in KEPT:
        less = " - ".join(f"'{name}'" for name in VOLATILE)
        sums[table] = query(
            database,
            f"SELECT count(*) || ' ' || coalesce(sum(hashtext((to_jsonb(t) - {less})::text)), 0) "
            f'FROM "{table}" t',
        )
    return sums


def _left(database: str, addon: str) -> list[str]:
    ids = query(database, f"SELECT count(*) FROM ir_model_data WHERE module = '{addon}'")
    state = query(database, f"SELECT state FROM ir_module_module WHERE name = '{addon}'")
    left = [f"{ids} XML ids of {addon} are left"] if ids != "0" else []
    if state != "uninstalled":
        left.append(f"{addon} is {state}")
    if addon == ADDON:
        tables = query(
            database,
            "SELECT string_agg(relname, ', ') FROM pg_class WHERE relkind = 'r' "
            "AND relname ~ '^customer_'",
        )
        left += [f"tables are left: {tables}"] if tables else []
    return left
