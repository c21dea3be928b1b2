"""`./dev suite`: the test suites of Odoo's own modules, with the addon and without it.

Both databases hold the same modules and no demo data. Each module's suite is run by Odoo's own
runner in two passes: the module is updated, so that its tests run at the moments meant for them;
then its “at install” tests run again with every module loaded, because at install those of the
addon are not. Some tests fail in this build of Odoo by themselves: only a difference counts.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from . import databases, odoo, setup
from .console import Failure, say
from .odoo_source import odoo_key
from .paths import ADDON, DEV, LOGS, ROOT, digest
from .suite_known import KNOWN
from .tests import BROKEN, METHOD, SKIPPED, STARTED

# Small ones first: what differs shows early.
MODULES = ["loyalty", "sale_loyalty", "sale_management", "product", "sale", "account"]
RESULTS = DEV / "suite"
LIMIT = 90
PASSES = ("update", "loaded")
HEARTBEAT = 60
LAUNCHER = "tools.devtool.at_install_last"
# Beyond this, repeating them one by one takes longer than it tells.
REPEAT_AT_MOST = 40
NOT_RUN = ["not run", ""]

Outcomes = dict[str, list[str]]


@dataclass
class Clock:
    """The time that the whole command may take."""

    end: float

    @property
    def left(self) -> float:
        """Seconds."""
        return self.end - time.monotonic()


@dataclass(frozen=True)
class Side:
    """A run of one module's suite, with the addon or without it."""

    module: str
    modules: tuple[str, ...]
    tags: str
    with_addon: bool

    @property
    def label(self) -> str:
        """For people and for names of files."""
        return "with" if self.with_addon else "without"

    @property
    def installed(self) -> list[str]:
        """What its database holds."""
        return [*self.modules, ADDON] if self.with_addon else list(self.modules)

    @property
    def file(self) -> Path:
        """Where its results are kept."""
        key = digest(odoo_key(), ",".join(self.modules), self.tags)
        return RESULTS / f"{self.module}-{self.label}-{key}.json"


def run(modules: list[str], *, tags: str = "", limit: float = LIMIT, again: bool = False) -> int:
    """Compare the suites of ``modules``, print what differs; 1 if something does.

    :param tags: what narrows each suite down, as in Odoo's own: ``:Class``, ``:Class.test``
    :param limit: minutes for the whole command
    :param again: run the side without the addon although its results are kept
    """
    wanted = [module for module in MODULES if module in modules] or []
    wanted += [module for module in modules if module not in MODULES]
    wanted = wanted or MODULES
    installed = tuple([*MODULES, *(module for module in wanted if module not in MODULES)])
    setup.for_tests()
    clock = Clock(time.monotonic() + 60 * limit)
    count, unreached = 0, []
    for module in wanted:
        sides = [Side(module, installed, tags, with_addon) for with_addon in (False, True)]
        complete = [_results(side, clock, again=again) for side in sides]
        if not all(complete):
            unreached.append(module)
        without, with_addon = map(_kept, sides)
        if without and with_addon:
            count += _compare(sides, without, with_addon, clock, partly=not all(complete))
    if unreached:
        say(
            f"Not reached within {limit:g} minutes, wholly or in part: {', '.join(unreached)}. "
            f"Give more with --limit, or name fewer modules; what is complete is kept."
        )
    say(f"{count} tests differ.")
    return 1 if count or unreached else 0


def _results(side: Side, clock: Clock, *, again: bool) -> bool:
    """Make sure of the results of a side; whether they are complete."""
    if not side.with_addon and not again and side.file.exists():
        kept = json.loads(side.file.read_text())
        if kept["complete"]:
            say(f"- {side.module} without the addon: kept from {kept['day']} (--again repeats it)")
            return True
    if clock.left <= 0:
        side.file.unlink(missing_ok=True)
        return False
    outcomes, complete = _run_side(side, PASSES, f"/{side.module}", clock)
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = {"day": time.strftime("%Y-%m-%d"), "complete": complete, "tests": outcomes}
    side.file.write_text(json.dumps(kept, indent=1))
    return complete


def _kept(side: Side) -> Outcomes:
    return json.loads(side.file.read_text())["tests"] if side.file.exists() else {}


def _run_side(
    side: Side, passes: Iterable[str], selected: str, clock: Clock
) -> tuple[Outcomes, bool]:
    """The outcome of each test by name, and whether all of them were reached."""
    name = f"suite_{side.label}_{os.getpid()}"
    databases.fresh(name, modules=side.installed)
    tags = ",".join(
        f"{tag}{part}" for tag in selected.split(",") for part in (side.tags or "").split(",")
    )
    outcomes = {}
    try:
        for kind in passes:
            lines, complete = _run_pass(side, kind, name, tags, clock)
            suffix = " [everything loaded]" if kind == "loaded" else ""
            outcomes |= {
                test + suffix: outcome
                for test, outcome in read_outcomes(lines, complete=complete).items()
            }
            if not complete:
                return outcomes, False
    finally:
        databases.drop(name)
    return outcomes, True


def _run_pass(
    side: Side, kind: str, database: str, tags: str, clock: Clock
) -> tuple[list[str], bool]:
    if clock.left <= 0:
        return [], False
    say(f"- {side.module} {side.label} the addon, {kind}: {tags[:100]}")
    arguments = [
        *("server", "-d", database, "--test-tags", tags, "--stop-after-init"),
        *("--http-port", str(odoo.free_port()), "--max-cron-threads", "0"),
    ]
    command = odoo.command(*arguments, *(["-u", side.module] if kind == "update" else []))
    if kind == "loaded":
        command[2] = LAUNCHER
    log_file = LOGS / f"suite-{side.module}-{side.label}-{kind}.log"
    with log_file.open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=odoo.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # With the browsers that its tests start.
            start_new_session=True,
        )
        complete = _wait(process, log_file, clock)
    lines = log_file.read_text(errors="replace").splitlines()
    started = sum(bool(STARTED.search(line)) for line in lines)
    say(f"  {started} tests, the log is {log_file.relative_to(ROOT)}")
    if complete and not any("odoo.tests.result: " in line for line in lines):
        tail = "\n".join(lines[-15:])
        raise Failure(f"Odoo did not come to its tests.\n{tail}", f"See {log_file}.")
    return lines, complete


def _wait(process: subprocess.Popen, log_file: Path, clock: Clock) -> bool:
    """Wait for the end, or end it with its children when the time is up."""
    next_heartbeat = time.monotonic() + HEARTBEAT
    try:
        while process.poll() is None and clock.left > 0:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            if time.monotonic() > next_heartbeat:
                next_heartbeat += HEARTBEAT
                started = len(STARTED.findall(log_file.read_text(errors="replace")))
                say(f"  ... {started} tests, {clock.left / 60:.0f} minutes left")
        return process.poll() is not None
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ [A-Z]+ ")
SET_UP = re.compile(r"\w+ \(odoo\.addons\.(\w+(?:\.\w+)*)\.(\w+)\)")


def read_outcomes(lines: list[str], *, complete: bool = True) -> Outcomes:
    """How each test ended by ``module.tests.file: Class.method``: a word, and why.

    A failed set-up of a class stands under ``Class``. In a log that was cut off, the last test
    has no outcome.
    """
    outcomes: Outcomes = {}
    last = None
    for number, line in enumerate(lines):
        if match := STARTED.search(line):
            last = f"{match[1]}: {match[2]}"
            outcomes.setdefault(last, ["passed", ""])
        elif match := BROKEN.search(line):
            outcomes[_broken_test(match)] = ["failed", _reason(lines[number + 1 :])]
        elif match := SKIPPED.search(line):
            test = f"{match[1]}: {match[2]}"
            if outcomes.get(test, NOT_RUN)[0] != "failed":
                outcomes[test] = ["skipped", line[match.end() :].strip()]
    if not complete and last and outcomes[last][0] == "passed":
        del outcomes[last]
    return outcomes


def _broken_test(match: re.Match) -> str:
    file, description = match.groups()
    if of_class := SET_UP.match(description):
        return f"{of_class[1]}: {of_class[2]}"
    method = METHOD.match(description)
    return f"{file}: {method[1] if method else description}"


def _reason(lines: list[str]) -> str:
    """The line that names the error, of the last traceback in a record of the log."""
    reason, in_traceback = "", False
    for line in lines:
        if LOG_LINE.match(line):
            break
        if line.startswith("Traceback "):
            in_traceback = True
        elif in_traceback and line and not line[0].isspace():
            reason, in_traceback = line, False
    return reason


def _compare(
    sides: list[Side], without: Outcomes, with_addon: Outcomes, clock: Clock, *, partly: bool
) -> int:
    """Print the totals of a module and each difference; how many of them count."""
    module = sides[0].module
    for side, outcomes in zip(sides, (without, with_addon), strict=True):
        say(f"  {module} {side.label}: {_totals(outcomes)}")
    different = differing(without, with_addon, partly=partly)
    unsteady: set[str] = set()
    if 0 < len(different) <= REPEAT_AT_MOST and clock.left > 0:
        again = [_repeated(side, different, clock) for side in sides]
        if all(again):
            unsteady = different - differing(*again)
    counted = 0
    for test in sorted(different):
        before, after = without.get(test, NOT_RUN), with_addon.get(test, NOT_RUN)
        line = f"  {test}: {before[0]} without, {after[0]} with. {after[1] or before[1]}"
        if reason := KNOWN.get(test.removesuffix(" [everything loaded]")):
            line += f" (known: {reason})"
        elif test in unsteady:
            line += " (not when repeated)"
        else:
            counted += 1
        say(line)
    return counted


def differing(without: Outcomes, with_addon: Outcomes, *, partly: bool = False) -> set[str]:
    """The tests that ended otherwise; ``partly`` leaves out those that one side never reached."""
    tests = without.keys() & with_addon.keys() if partly else without.keys() | with_addon.keys()
    return {t for t in tests if without.get(t, NOT_RUN)[0] != with_addon.get(t, NOT_RUN)[0]}


def _repeated(side: Side, tests: set[str], clock: Clock) -> Outcomes:
    """The outcomes of these tests once more; empty if the time is up."""
    passes = [k for k in PASSES if any(("[every" in test) == (k == "loaded") for test in tests)]
    methods = {test.split(": ")[1].removesuffix(" [everything loaded]") for test in tests}
    selected = ",".join(f"/{side.module}:{method}" for method in sorted(methods))
    plain = Side(side.module, side.modules, "", side.with_addon)
    outcomes, complete = _run_side(plain, passes, selected, clock)
    return outcomes if complete else {}


def _totals(outcomes: Outcomes) -> str:
    kinds = [kind for kind, _reason in outcomes.values()]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("passed", "failed", "skipped"))
