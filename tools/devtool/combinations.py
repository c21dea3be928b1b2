"""`./dev combinations`: the core addon alone, with each of its large siblings, with everything.

In each of these databases everybody is graded and every menu of ours is opened. Then the siblings
are uninstalled one by one: grades, history and orders must stay as they were. At last the core
addon is uninstalled, and nothing of ours may be left. Alone, the core addon has to stay small.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path

from . import databases, odoo, setup
from .console import Failure, run_step, say
from .paths import ADDON, LOGS, ROOT
from .postgres import query

CREDIT, PLAYBOOK = f"{ADDON}_credit_control", f"{ADDON}_playbook"
REMINDER, PAIRS = f"{ADDON}_reminder", f"{ADDON}_ahp"
# What is installed beside the core addon, and what Odoo sees of ours; all if None. Then everything
# that installs itself is there.
COMBINATIONS: dict[str, tuple[list[str], list[str] | None]] = {
    "core": ([], [ADDON]),
    "credit control": ([CREDIT], [ADDON, CREDIT]),
    "pairs": ([PAIRS], [ADDON, PAIRS]),
    "reminders": ([REMINDER], [ADDON, REMINDER]),
    "playbooks": ([PLAYBOOK, REMINDER], [ADDON, PLAYBOOK, REMINDER]),
    "everything": ([PAIRS, CREDIT, PLAYBOOK, REMINDER], None),
}
# What somebody who wants only tiers gets at most.
MOST = {
    "models": 62,
    "fields on contacts": 22,
    "menus": 21,
    "overrides of confirming for credit": 0,
}
KEPT = (
    *("customer_tier_standing", "customer_tier_change"),
    *("sale_order", "sale_order_line", "res_partner"),
)
# What an uninstallation could leave behind, by what tells its records from others.
LEFT = {
    "tables and columns": "SELECT table_name || '.' || column_name "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "selection values": "SELECT f.model || '.' || f.name || ' ' || s.value "
    "FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id",
    "views": "SELECT model || ' ' || name FROM ir_ui_view WHERE model IS NOT NULL",
    "templates": "SELECT key FROM ir_ui_view WHERE type = 'qweb'",
    "menus": "SELECT name->>'en_US' FROM ir_ui_menu",
    "actions": "SELECT type || ' ' || (name->>'en_US') FROM ir_actions",
    "rights": "SELECT name FROM ir_model_access",
    "rules": "SELECT name FROM ir_rule",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "jobs": "SELECT cron_name FROM ir_cron",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key ~ 'customer'",
    "templates of e-mails": "SELECT name->>'en_US' FROM mail_template",
    "types of activities": "SELECT name->>'en_US' FROM mail_activity_type",
    "subtypes of messages": "SELECT name->>'en_US' FROM mail_message_subtype",
    "assets": "SELECT path FROM ir_asset",
}
XML_IDS = f"SELECT module || '.' || name FROM ir_model_data WHERE module LIKE '{ADDON}%'"
# What people made themselves stays theirs.
BY_HAND = "By hand"
CHECK = Path(__file__).with_name("combinations_check.py")
ANSWER = "COMBINATION "


# An addon's group is taken from its users, which writes them and their contacts.
WRITTEN = {"write_date", "write_uid"}


def run(names: list[str]) -> int:
    """Try the combinations named, or all, and print a table; 1 if anything went wrong."""
    if unknown := [name for name in names if name not in COMBINATIONS]:
        raise Failure(f"No combination {unknown[0]}.", f"There are {', '.join(COMBINATIONS)}.")
    setup.for_odoo()
    tried = {name: _Combination(name) for name in names or COMBINATIONS}
    for combination in tried.values():
        combination.try_out()
    wrong = [f"{name}: {fault}" for name, one in tried.items() for fault in one.wrong]
    for line in wrong:
        say(f"  ! {line}")
    for line in _table(tried.values()):
        say(line)
    say(f"{len(tried)} combinations, {len(wrong)} faults.")
    return 1 if wrong else 0


def _table(combinations) -> list[str]:
    """The combinations in columns, what was found out in lines."""
    combinations = list(combinations)
    titles = list(dict.fromkeys(title for one in combinations for title in one.facts))
    lines = [["", *(one.name for one in combinations)]]
    lines += [[title, *(str(one.facts.get(title, "")) for one in combinations)] for title in titles]
    lines.append(["faults", *(str(len(one.wrong)) for one in combinations)])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


class _Combination:
    """A database with some of our addons, and what became of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.siblings, self.ours = COMBINATIONS[name]
        self.key = name.replace(" ", "_")
        self.database = f"combination_{self.key}"
        self.facts: dict[str, object] = {}
        self.wrong: list[str] = []

    def try_out(self) -> None:
        say(f"\n{self.name}")
        before, base = f"{self.database}_before", {}
        databases.copy_of_base(before, demo=True)
        try:
            base = self._names(before)
        finally:
            databases.drop(before)
        databases.fresh(self.database, demo=True, modules=[ADDON, *self.siblings], ours=self.ours)
        try:
            self.facts["addons"] = len(self._installed())
            self._check("everybody is graded, menus are opened", first=True)
            if self.ours == [ADDON]:
                self._measure()
            for sibling in self.siblings:
                self._uninstall_sibling(sibling)
            self._uninstall_core(base)
        finally:
            databases.drop(self.database)

    def _check(self, title: str, *, first: bool = False) -> None:
        say(f"- {title}")
        script = f"FIRST = {first}\n{CHECK.read_text()}"
        printed = odoo.run_script(self.database, script, ours=self.ours)
        answers = [line for line in printed.splitlines() if line.startswith(ANSWER)]
        if not answers:
            raise Failure(f"The check in Odoo's shell did not end.\n{printed[-2000:]}")
        answer = json.loads(answers[-1].removeprefix(ANSWER))
        self._size = answer["facts"].pop("size")
        for fact, value in answer["facts"].items():
            self.facts.setdefault(fact, value)
        self.wrong += [f"{title}: {fault}" for fault in answer["wrong"]]

    def _measure(self) -> None:
        for what, most in MOST.items():
            self.facts[f"{what} (at most {most})"] = self._size[what]
            if self._size[what] > most:
                self.wrong.append(f"{self._size[what]} {what}, more than {most}")

    def _uninstall_sibling(self, sibling: str) -> None:
        columns, before = self._columns_of(sibling), self._rows()
        self._uninstall(sibling)
        after = self._rows()
        for table in KEPT:
            self._compare(sibling, table, before[table], after[table], columns)
        self._check(f"without {sibling} menus are opened")

    def _compare(self, sibling: str, table: str, before, after, columns: set[str]) -> None:
        """Rows as they were, but for the columns of the addon that has gone."""
        was, now = (set(rows[0]) if rows else set() for rows in (before, after))
        for name in sorted(was ^ now):
            if f"{table}.{name}" not in columns:
                self.wrong.append(f"without {sibling}: column {table}.{name} came or went")
        sums = [_checksum(rows, (was & now) - WRITTEN) for rows in (before, after)]
        title = f"{table} without {sibling.removeprefix(ADDON + '_')}"
        self.facts[title] = f"{len(after)} rows, {sums[1][:8]}"
        if sums[0] != sums[1]:
            changed = [row for row in before if row not in after]
            ids = ", ".join(str(row["id"]) for row in changed[:5])
            self.facts[title] = "changed"
            self.wrong.append(f"{title}: {len(before)} rows became {len(after)}; such as {ids}")

    def _uninstall_core(self, base: dict[str, Counter]) -> None:
        rows = {table: self._count(table) for table in KEPT if not table.startswith("customer_")}
        self._uninstall(ADDON)
        for table, count in rows.items():
            if self._count(table) != count:
                self.wrong.append(f"without us: {count} rows of {table} became other ones")
        left = {what: sorted((names - base[what]).elements())
                for what, names in self._names(self.database).items()}  # fmt: skip
        left["XML ids"] = self._query(XML_IDS)
        # Odoo keeps one for each addon that it sees.
        left["XML ids"] = [n for n in left["XML ids"] if not n.startswith("base.module_")]
        left = {what: [n for n in names if BY_HAND not in n] for what, names in left.items()}
        for what, names in left.items():
            if names:
                self.wrong.append(f"left behind: {len(names)} {what}: {', '.join(names[:8])}")
        for what, names in base.items():
            if gone := sorted((names - self._names(self.database)[what]).elements()):
                self.wrong.append(f"gone with us: {len(gone)} {what}: {', '.join(gone[:8])}")
        self.facts["left behind"] = sum(map(len, left.values()))

    def _uninstall(self, addon: str) -> None:
        log_file = run_step(
            f"Uninstall {addon}",
            odoo.command("module", "uninstall", "-d", self.database, addon),
            log=f"{self.database}-without-{addon}",
            cwd=ROOT,
            env=odoo.environment(self.ours),
        )
        for line in log_file.read_text(errors="replace").splitlines():
            if " ERROR " in line or " CRITICAL " in line:
                self.wrong.append(f"uninstalling {addon}: {line[:300]}")
        if addon in self._installed():
            self.wrong.append(f"{addon} is still installed, see {log_file.relative_to(LOGS)}")

    def _installed(self) -> list[str]:
        return self._query(
            "SELECT name FROM ir_module_module WHERE state = 'installed' "
            f"AND name LIKE '{ADDON}%' ORDER BY name"
        )

    def _columns_of(self, addon: str) -> set[str]:
        """The columns that no other addon has a part in."""
        return set(
            self._query(
                "SELECT replace(f.model, '.', '_') || '.' || f.name FROM ir_model_fields f "
                "JOIN ir_model_data d ON d.model = 'ir.model.fields' AND d.res_id = f.id "
                f"GROUP BY f.id HAVING bool_and(d.module = '{addon}' OR d.module IN "
                f"(SELECT m.name FROM ir_module_module m JOIN ir_module_module_dependency p "
                f"ON p.module_id = m.id WHERE p.name = '{addon}'))"
            )
        )

    def _rows(self) -> dict[str, list[dict]]:
        return {
            table: json.loads(
                query(
                    self.database,
                    f"SELECT coalesce(json_agg(t ORDER BY id), '[]') FROM {table} t",
                )
            )
            for table in KEPT
        }

    def _count(self, table: str) -> str:
        # Demo customers stay, with their orders.
        return query(self.database, f"SELECT count(*) || ' ' || coalesce(sum(id), 0) FROM {table}")

    def _names(self, database: str) -> dict[str, Counter]:
        return {
            what: Counter(query(database, statement).splitlines())
            for what, statement in LEFT.items()
        }

    def _query(self, statement: str) -> list[str]:
        return query(self.database, statement).splitlines()


def _checksum(rows: list[dict], columns: set[str]) -> str:
    kept = [{name: row[name] for name in sorted(columns)} for row in rows]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()
