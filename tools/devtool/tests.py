"""`./dev test`: the pure tests, then the addons' tests, with either of two runners."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from . import databases, odoo, setup
from .console import Failure, say
from .paths import ADDON, DEV, LOGS, ROOT, addons, others, test_addons, with_needed
from .venv import RUNTIME

PURE_TESTS = ROOT / "tests"
NO_TESTS_COLLECTED = 5
HEARTBEAT = 60
# Each process takes some seconds to begin.
WORTH_DIVIDING = 20


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


@dataclass(frozen=True)
class Part:
    """Tests that are run by one process."""

    name: str
    # What pytest is given; the modules are known already.
    arguments: tuple[str, ...]
    # The addons tested; none of them for the pure tests.
    modules: tuple[str, ...] = ()
    # Of this repository's addons, those that Odoo sees; None is all.
    ours: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Options:
    """How tests are run, whichever they are."""

    runner: str = "pytest"
    coverage: bool = False
    long: bool = False


def run(arguments: list[str], options: Options, *, together: bool = False, jobs: int = 0) -> int:
    """Run the tests, print the closing line, return the exit code.

    :param together: the core addon's tests beside all others instead of alone
    :param jobs: processes at the same time; 0 means what the machine has, 2 at most
    """
    if options.runner == "odoo" and arguments:
        raise Failure("Arguments are for pytest.", "Leave out --runner odoo, or the arguments.")
    parts = _chosen(arguments) if arguments else _all(together)
    if any(part.modules for part in parts):
        setup.for_tests()
    else:
        setup.for_pure_tests()
    if options.coverage:
        _forget_coverage()
    jobs = jobs or min(2, os.cpu_count() or 1)
    if arguments or jobs == 1 or options.runner == "odoo":
        total = sum((_run(part, options) for part in parts), Counts())
    else:
        total = _side_by_side(_divided(parts, jobs), options, jobs)
    if options.coverage:
        _report_coverage()
    if total.passed + total.failed == 0:
        say("No test was run.")
    say(str(total))
    return 0 if total.passed and not total.failed else 1


def _all(together: bool) -> list[Part]:
    """The core addon alone, so that it cannot lean on the others; then these in a database with
    everything, tests that need apps of other makers included."""
    parts = [Part("pure", (str(PURE_TESTS),))]
    if together:
        return [*parts, _of_addons("everything", [ADDON, *others()])]
    parts.append(_of_addons("core", [ADDON], (ADDON,)))
    return [*parts, _of_addons("others", others())] if others() else parts


def _of_addons(name: str, modules: list[str], ours: tuple[str, ...] | None = None) -> Part:
    folders = [ROOT / module / "tests" for module in modules]
    arguments = tuple(str(folder) for folder in folders if folder.is_dir())
    return Part(name, arguments, tuple(modules), ours)


def _chosen(arguments: list[str]) -> list[Part]:
    """What the arguments name. Addons beside the core one get a database with what they need of
    ours and nothing else, which shows that they can do without the rest."""
    named = {a: Path(a.split("::")[0]).resolve() for a in arguments if not a.startswith("-")}
    named = {a: path for a, path in named.items() if path.suffix == ".py" or path.is_dir()}
    if not named:
        return [replace(part, arguments=(*part.arguments, *arguments)) for part in _all(False)]
    folders = [*addons(), *test_addons()]
    touched = [f.name for f in folders if any(p.is_relative_to(f) for p in named.values())]
    parts = [Part("pure", (), ())] if _within(named, [PURE_TESTS]) else []
    parts += [Part("core", (), (ADDON,), (ADDON,))] if ADDON in touched else []
    if beside := tuple(name for name in touched if name != ADDON):
        parts.append(Part("others", (), beside, tuple(with_needed(beside))))
    # Tests of one part would not pass in the database of another.
    return [replace(part, arguments=tuple(_for_part(part, arguments, named))) for part in parts]


def _for_part(part: Part, arguments: list[str], named: dict[str, Path]) -> list[str]:
    folders = [ROOT / name for name in part.modules] or [PURE_TESTS]
    theirs = _within(named, folders)
    return [argument for argument in arguments if argument not in named or argument in theirs]


def _within(named: dict[str, Path], folders: list[Path]) -> set[str]:
    return {a for a, path in named.items() if any(path.is_relative_to(f) for f in folders)}


def _divided(parts: list[Part], jobs: int) -> list[Part]:
    """The parts, the longest first, those of many test files divided among the processes."""
    divided = []
    for part in parts:
        files = [file for folder in part.arguments for file in Path(folder).glob("test_*.py")]
        count = jobs if part.modules and len(files) >= WORTH_DIVIDING else 1
        shares: list[list[Path]] = [[] for _ in range(count)]
        for file in sorted(files, key=lambda file: -file.stat().st_size):
            min(shares, key=lambda share: sum(f.stat().st_size for f in share)).append(file)
        for number, share in enumerate(shares, start=1):
            name = f"{part.name} {number} of {count}"
            small = replace(part, name=name, arguments=tuple(map(str, sorted(share))))
            divided.append(small if count > 1 else part)
    return sorted(divided, key=lambda part: not part.modules)


def _side_by_side(parts: list[Part], options: Options, jobs: int) -> Counts:
    """Run several parts at a time; what each printed is shown when it has ended."""
    LOGS.mkdir(parents=True, exist_ok=True)
    total, started = Counts(), time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(_logged, part, options): part for part in parts}
        while running:
            done, _ = wait(running, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
            for future in done:
                part = running.pop(future)
                counts = future.result()
                say(_log_file(part).read_text(errors="replace").rstrip())
                say(f"- {part.name}: {counts}")
                total += counts
            if not done:
                names = ", ".join(part.name for part in running.values())
                say(f"  ... {time.monotonic() - started:.0f} s, not yet done: {names}")
    return total


def _log_file(part: Part) -> Path:
    return LOGS / f"test-{part.name.replace(' ', '-')}.log"


def _logged(part: Part, options: Options) -> Counts:
    with _log_file(part).open("w") as output:
        return _run(part, options, output)


def _run(part: Part, options: Options, output: IO | None = None) -> Counts:
    if not part.arguments:
        return Counts()
    if not part.modules:
        if options.runner == "odoo":
            options = replace(options, runner="pytest")
        # The plugin would want a database, and import Odoo.
        profile = ["--hypothesis-profile=long"] if options.long else []
        return _pytest(part, ["-p", "no:odoo", *profile], options, output)
    with _test_database(part) as database:
        if options.runner == "odoo":
            return _odoo_runner(database, part)
        return _pytest(part, ["--odoo-http", f"--odoo-database={database}"], options, output)


@contextmanager
def _test_database(part: Part) -> Iterator[str]:
    """A database for one test run; its name lets several runs go on at once."""
    name = f"test_{part.name.replace(' ', '_')}_{os.getpid()}"
    # All others bring the core addon along.
    modules = [module for module in part.modules if module != ADDON] or [ADDON]
    databases.fresh(name, modules=modules, ours=part.ours)
    try:
        yield name
    finally:
        databases.drop(name)


def _pytest(part: Part, more: list[str], options: Options, output: IO | None) -> Counts:
    if output is None:
        say(f"- Tests with pytest: {part.name}")
    LOGS.mkdir(parents=True, exist_ok=True)
    results = LOGS / f"results-{part.name.replace(' ', '-')}.json"
    results.unlink(missing_ok=True)
    environment = odoo.environment(part.ours) | {"DEV_TEST_RESULTS": str(results)}
    if not part.modules:
        environment.pop("ODOO_RC")
    launcher = ["-m", "coverage", "run", "-m", "pytest"] if options.coverage else ["-m", "pytest"]
    done = subprocess.run(
        [RUNTIME.python, *launcher, "-p", "tools.devtool.count_plugin", *more, *part.arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
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


def _odoo_runner(database: str, part: Part) -> Counts:
    say(f"- Tests with Odoo's runner: {part.name}")
    tags = ",".join(f"/{name}" for name in part.modules)
    command = odoo.command(
        *("server", "-d", database, "-u", ",".join(part.modules), "--test-tags", tags),
        *("--http-port", str(odoo.free_port()), "--stop-after-init"),
    )
    log_file = LOGS / f"odoo-runner-{part.name}.log"
    with log_file.open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=odoo.environment(part.ours),
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
