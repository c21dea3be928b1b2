"""`./dev test`: the pure tests, then the addons' tests, with either of two runners."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import databases, odoo, setup
from .console import Failure, say
from .paths import ADDON, DEV, LOGS, ROOT, glue_addons, test_addons
from .venv import RUNTIME

PURE_TESTS = ROOT / "tests"
NO_TESTS_COLLECTED = 5


@dataclass
class Counts:
    """How many test methods passed, failed and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        line = f"{self.passed} passed, {self.failed} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


def run(runner: str, arguments: list[str], *, coverage: bool = False) -> int:
    """Run the tests, print the closing line, return the exit code."""
    paths = [Path(argument.split("::")[0]) for argument in arguments]
    paths = [path.resolve() for path in paths if path.suffix == ".py" or path.is_dir()]
    pure = not paths or any(path.is_relative_to(PURE_TESTS) for path in paths)
    of_addons = not paths or any(not path.is_relative_to(PURE_TESTS) for path in paths)
    if runner == "odoo" and arguments:
        raise Failure("Arguments are for pytest.", "Leave out --runner odoo, or the arguments.")
    if coverage:
        _forget_coverage()
    total = Counts()
    if pure and PURE_TESTS.is_dir():
        setup.for_tests() if of_addons else setup.for_pure_tests()
        total += _pytest("pure", [] if paths else [PURE_TESTS], arguments, coverage=coverage)
    if of_addons:
        setup.for_tests()
        for modules in _groups():
            total += _test_modules(runner, modules, paths, arguments, coverage)
    if coverage:
        _report_coverage()
    if total.passed + total.failed == 0:
        say("No test was run.")
    say(str(total))
    return 0 if total.passed and not total.failed else 1


def _groups() -> list[list[str]]:
    """The core addon alone, so that it cannot lean on the others; then these together; then
    the tests that need apps which neither of them does."""
    groups = [[ADDON], glue_addons(), [folder.name for folder in test_addons()]]
    return [modules for modules in groups if modules]


def _test_modules(
    runner: str, modules: list[str], paths: list[Path], arguments: list[str], coverage: bool
) -> Counts:
    folders = [ROOT / name / "tests" for name in modules if (ROOT / name / "tests").is_dir()]
    if paths and not any(path.is_relative_to(ROOT / m) for path in paths for m in modules):
        return Counts()
    if not folders:
        return Counts()
    # Tests of one group would not pass in the database of another.
    arguments = [a for a in arguments if not _is_elsewhere(a, modules)]
    with _test_database(modules) as database:
        if runner == "odoo":
            return _odoo_runner(database, modules)
        name = {ADDON: "addon", f"test_{ADDON}": "other apps"}.get(modules[0], "glue")
        options = ["-p", "odoo", "--odoo-http", f"--odoo-database={database}"]
        return _pytest(name, [] if paths else folders, arguments, options, coverage=coverage)


def _is_elsewhere(argument: str, modules: list[str]) -> bool:
    path = Path(argument.split("::")[0])
    if not path.exists() or argument.startswith("-"):
        return False
    return not any(path.resolve().is_relative_to(ROOT / name) for name in modules)


@contextmanager
def _test_database(modules: list[str]) -> Iterator[str]:
    """A database for one test run; its name lets several runs go on at once."""
    name = f"test_{modules[0]}_{os.getpid()}"
    databases.fresh(name, modules=modules)
    try:
        yield name
    finally:
        databases.drop(name)


def _pytest(
    name: str,
    folders: list[Path],
    arguments: list[str],
    odoo_options: list[str] | None = None,
    *,
    coverage: bool = False,
) -> Counts:
    say(f"- Tests with pytest: {name}")
    LOGS.mkdir(parents=True, exist_ok=True)
    results = LOGS / f"results-{name}.json"
    results.unlink(missing_ok=True)
    environment = odoo.environment() | {"DEV_TEST_RESULTS": str(results)}
    if odoo_options is None:
        # The plugin would want a database, and import Odoo.
        environment.pop("ODOO_RC")
        odoo_options = ["-p", "no:odoo"]
    else:
        odoo_options = odoo_options[2:]
    launcher = ["-m", "coverage", "run", "-m", "pytest"] if coverage else ["-m", "pytest"]
    plugins = ["-p", "tools.devtool.count_plugin", *odoo_options]
    done = subprocess.run(
        [RUNTIME.python, *launcher, *plugins, *map(str, folders), *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    counts = _read_results(results)
    if done.returncode not in (0, NO_TESTS_COLLECTED) and not counts.failed:
        # Pytest itself failed; the count must not hide it.
        counts.failed += 1
    return counts


def _read_results(file: Path) -> Counts:
    if not file.exists():
        return Counts()
    outcomes = list(json.loads(file.read_text()).values())
    return Counts(*(outcomes.count(kind) for kind in ("passed", "failed", "skipped")))


def _odoo_runner(database: str, modules: list[str]) -> Counts:
    say(f"- Tests with Odoo's runner: {', '.join(modules)}")
    tags = ",".join(f"/{name}" for name in modules)
    command = odoo.command(
        *("server", "-d", database, "-u", ",".join(modules), "--test-tags", tags),
        *("--http-port", str(odoo.free_port()), "--stop-after-init"),
    )
    log_file = LOGS / f"odoo-runner-{modules[0]}.log"
    with log_file.open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=odoo.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        lines = _follow(process, log)
    say(f"  The whole log is {log_file.relative_to(ROOT)}")
    counts = count_odoo_log(lines)
    if process.wait() and not counts.failed:
        counts.failed += 1
    return counts


def _follow(process: subprocess.Popen, log) -> list[str]:
    """Keep Odoo's log, showing the tests' names and whatever is no mere information."""
    lines = []
    for line in process.stdout:
        log.write(line)
        lines.append(line)
        if match := STARTED.search(line):
            say(f"  {match[1]}.{match[2]}")
        elif not re.match(r"\S+ \S+ \d+ (INFO|DEBUG|RUNBOT) ", line):
            print(line, end="", flush=True)
    return lines


STARTED = re.compile(r"odoo\.addons\.(\S+): Starting (\w+\.\w+) \.\.\.")
# A class whose set-up fails is reported by odoo.tests.suite.
BROKEN = re.compile(r"odoo\.(?:addons\.)?(\S+): (?:FAIL|ERROR): (.+)")
SKIPPED = re.compile(r"odoo\.addons\.(\S+): skipped (\w+\.\w+) :")
METHOD = re.compile(r"(?:Subtest )?(\w+\.\w+)")


def count_odoo_log(lines: list[str]) -> Counts:
    """Count test methods in the log of Odoo's runner.

    Its own summary counts each failed subtest and leaves skipped tests among the passed.
    """
    started, broken, skipped = set(), set(), set()
    for line in lines:
        if match := STARTED.search(line):
            started.add(match.groups())
        elif match := BROKEN.search(line):
            module, description = match.groups()
            method = METHOD.match(description)
            broken.add((module, method[1] if method else description))
        elif match := SKIPPED.search(line):
            skipped.add(match.groups())
    skipped -= broken
    return Counts(len(started - broken - skipped), len(broken), len(skipped))


def _forget_coverage() -> None:
    for file in DEV.glob(".coverage*"):
        file.unlink()


def _report_coverage() -> None:
    for action in (["combine", "--quiet"], ["report"]):
        subprocess.run([RUNTIME.python, "-m", "coverage", *action], cwd=ROOT, check=False)
