"""`./dev upgrade`: does a database of an earlier commit survive ``-u customer_tiering`` alone?

A database is made by the code of that commit, with demo data and with what people do (a second
company, a credit approver, changed and deleted records). After the upgrade no record, right or
meaning of an XML id may be lost, and the registry must be that of a fresh database.
"""

import difflib
import json
import shutil
import subprocess
from pathlib import Path

from . import databases, odoo, setup
from .console import Failure, say
from .paths import ADDON, DEV, OCA, ODOO, ROOT
from .postgres import query

# The last commit of version 19.0.1.0.0, when everything was one addon.
BEFORE = "80026e590903"
# Shipped records that the script deletes; an upgrade must not bring them back.
DELETED = ("late_reason_bank", "playbook_loyal")
# Those that it switches off; an upgrade must not switch them on.
SWITCHED_OFF = ("ir_cron_week",)
FILL = Path(__file__).with_name("upgrade_fill.py")
# Of the tables of core: those that our records are in, or that give rights.
CORE_TABLES = (
    *("res_company", "res_partner", "res_users", "sale_order", "sale_order_line", "account_move"),
    *("account_move_line", "product_pricelist", "product_pricelist_item", "mail_activity"),
    *("mail_activity_plan", "mail_activity_plan_template", "mail_activity_type", "mail_message"),
    *("res_country_group", "res_partner_category", "mail_template", "res_groups_users_rel"),
    *("res_groups_implied_rel", "ir_model_access", "ir_rule", "ir_cron"),
)
# Columns that an upgrade is to change, each with its reason.
WANTED = {
    # The day is the last protected one by now.
    "customer_tier_standing": {"guaranteed_until"},
    # Learnt anew, as what it is learnt by has changed; what was learnt tells who comes back, too.
    "customer_tier_program": {"typical_interval_days", "rhythm"},
    # Categories are measured again when the job runs next.
    "res_company": {"customer_rhythm_passed_on", "customer_rhythm_last_partner_id"},
    # A typed discount is on top of the list that customers would have without their tier.
    "product_pricelist_item": {"base", "base_pricelist_id"},
    # What playbooks put on a contact is for salespeople of their company.
    "mail_activity": {"customer_company_id"},
    # Texts that nobody changed tell benefits as a list, and lead to the customer's own page.
    "mail_template": {"body_html"},
}
# Columns that are no more: of a wizard, and a date that is worked out when it is read.
GONE = {
    "customer_tier_start.enable_pricelists boolean",
    "customer_tier_standing.review_date date",
}
# Written by every upgrade, whatever it changes.
VOLATILE = {"write_date", "write_uid", "nextcall", "lastcall", "arch_prev", "failure_count"}


def run(commit: str) -> int:
    """Upgrade and compare; the exit code is 1 if something was lost."""
    setup.for_odoo()
    database, fresh = "upgrade_old", "upgrade_fresh"
    try:
        _make_old(commit or BEFORE, database)
        before = _snapshot(database)
        warnings = odoo.change_modules(
            "Upgrade", database, "-u", ADDON, "--with-demo", log="upgrade"
        )
        databases.remember_addons(database)
        after = _snapshot(database)
        databases.fresh(fresh, demo=True)
        found = [
            *warnings,
            *_lost_columns(before["columns"], after["columns"]),
            *_lost_rows(before["tables"], after["tables"]),
            *_lost_ids(before["ids"], after["ids"]),
            *_differences(_dump(fresh), _dump(database)),
        ]
    finally:
        for name in (database, fresh):
            databases.drop(name)
    for line in found:
        say(f"  ! {line}")
    empty = [name for name, rows in before["tables"].items() if not rows]
    say(f"Without rows, so only their columns are compared: {', '.join(empty)}")
    say(f"{len(before['tables'])} tables and {len(before['ids'])} XML ids compared")
    say(f"The upgrade {'loses nothing' if not found else f'has {len(found)} faults'}.")
    return 1 if found else 0


def _make_old(commit: str, database: str) -> None:
    """A database of the addons at a commit, with demo data and with what people did to it."""
    folder = DEV / "upgrade"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "ls-tree", "--name-only", commit],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = [name for name in listed.stdout.split() if name.startswith(ADDON)]
    packed = subprocess.run(
        ["git", "archive", commit, *names], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode or packed.returncode:
        raise Failure(
            f"There is no commit {commit} here.", "Fetch the whole history, or name another commit."
        )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    places = [folder, ODOO / "addons", OCA / "odoo" / "addons"]
    path = ",".join(str(place) for place in places if place.is_dir())
    databases.copy_of_base(database, demo=True)
    old = ("--addons-path", path)
    odoo.change_modules(
        f"Database of {commit}", database, "-i", ADDON, "--with-demo", *old, log="upgrade-old"
    )
    databases.check_installed(database, [ADDON])
    odoo.run_script(database, FILL.read_text(), *old)


def _snapshot(database: str) -> dict:
    """Rows of each table as text, by column; and XML ids: name → model and id of the record."""
    tables = query(
        database,
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
        "'public'::regnamespace AND relname ~ '^customer_' ORDER BY 1",
    ).split()
    rows = {name: _rows(database, name) for name in [*tables, *CORE_TABLES]}
    ids = query(
        database,
        "SELECT coalesce(json_object_agg(name, json_build_array(model, res_id)), '{}') "
        f"FROM ir_model_data WHERE module LIKE '{ADDON}%' AND model NOT LIKE 'ir.model%' "
        "AND model <> 'ir.ui.view'",
    )
    columns = query(
        database,
        "SELECT json_agg(table_name || '.' || column_name || ' ' || data_type) "
        "FROM information_schema.columns WHERE table_schema = 'public'",
    )
    return {"tables": rows, "ids": json.loads(ids), "columns": set(json.loads(columns))}


def _rows(database: str, table: str) -> list[dict]:
    text = query(database, f"SELECT coalesce(json_agg(t), '[]') FROM \"{table}\" t")
    return json.loads(text)


def _lost_columns(before: set, after: set) -> list[str]:
    return [f"column gone: {name}" for name in sorted(before - after - GONE)]


def _lost_rows(before: dict, after: dict) -> list[str]:
    found = []
    for table, rows in before.items():
        now = after.get(table, [])
        kept = (rows[0].keys() & now[0].keys() if rows and now else set()) - VOLATILE
        kept -= WANTED.get(table, set())
        was, are = (
            {json.dumps({key: row[key] for key in sorted(kept)}) for row in some}
            for some in (rows, now)
        )
        by_id = {row.get("id"): row for row in now}
        lost = sorted(line for line in was - are if not _is_translated(json.loads(line), by_id))
        found += [f"{table}: lost or changed: {line[:600]}" for line in lost[:3]]
        if len(lost) > 3:
            found.append(f"{table}: and {len(lost) - 3} more")
    return found


def _is_translated(row: dict, by_id: dict) -> bool:
    """Whether a row has changed in nothing but languages that its texts have got."""
    now = by_id.get(row.get("id"))
    return bool(now) and all(
        value == now[key]
        or (isinstance(value, dict) and "en_US" in value and value.items() <= now[key].items())
        for key, value in row.items()
    )


def _lost_ids(before: dict, after: dict) -> list[str]:
    return [
        f"XML id {name}: {meaning} became {after.get(name)}"
        for name, meaning in before.items()
        if after.get(name) != meaning
    ]


def _dump(database: str) -> list[str]:
    script = "from tools.devtool import registry_dump\nprint('\\n'.join(registry_dump.dump(env)))\n"
    return odoo.run_script(database, script).splitlines()


def _differences(fresh: list[str], upgraded: list[str]) -> list[str]:
    lines = difflib.unified_diff(fresh, upgraded, "fresh", "upgraded", lineterm="", n=0)
    return [
        line[:400]
        for line in lines
        if not line.startswith(("@@", "---", "+++"))
        and not (line.startswith("-xmlid") and line.split()[1].split(".")[1] in DELETED)
        and not (line[1:].startswith("record ") and line.split()[1].endswith(SWITCHED_OFF))
    ]
