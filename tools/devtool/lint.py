"""`./dev lint` and `./dev format`. Every check prints one line; what it found comes below."""

import os
import subprocess
from collections.abc import Callable

from . import container, handbook, house, setup, translations, xml_format
from .console import Failure, say
from .paths import ROOT, addons, test_addons
from .venv import LINT

# A check returns what it found wrong, or "" when all is well, or None when it was left out.
Check = Callable[[], str | None]


def run(*, fast: bool = False) -> int:
    """Run all checks; the exit code is 1 if any found something."""
    setup.for_lint()
    checks: dict[str, Check] = {
        "ruff": lambda: _tool("ruff", "check", "."),
        "ruff format": lambda: _tool("ruff", "format", "--check", "."),
        "pylint-odoo": lambda: _tool("pylint", *_addon_folders()),
        "oca-checks-odoo-module": lambda: _tool("oca-checks-odoo-module", *_addon_folders()),
        "oca-checks-po": _oca_checks_po,
        "imports": lambda: _tool("lint-imports", "--no-cache", "--no-logo"),
        "models have files of their names": house.misnamed_models,
        "models' files are readable": house.long_models,
        "models say what they are": house.unexplained_models,
        "own views are not extended": house.own_views_extended,
        "core names no sibling": house.siblings_named,
        "tests are listed": house.unlisted_tests,
        "attacks are tried on every addon": house.untried_doors,
        "Dockerfile": container.wrong_dockerfile,
        "pages of the handbook are fresh": handbook.stale,
        "XML and JS format": lambda: xml_format.unformatted(_addon_folders()),
        "translations": translations.incomplete,
    }
    if not fast:
        checks["translation template is fresh"] = translations.stale
    failed = [name for name, check in checks.items() if not _report(name, check)]
    say(f"{len(checks) - len(failed)} checks passed, {len(failed)} failed")
    return 1 if failed else 0


def format_files() -> int:
    """Put code and views into the wished format."""
    setup.for_lint()
    for arguments in (["check", "--fix", "--exit-zero", "--quiet", "."], ["format", "."]):
        subprocess.run([LINT.program("ruff"), *arguments], cwd=ROOT, check=False)
    # XML's first line, numbers in data.
    _tool("oca-checks-odoo-module", "--fix", "--disable=prefer-readme-rst", *_addon_folders())
    return xml_format.write(_addon_folders())


def _report(name: str, check: Check) -> bool:
    try:
        found = check()
    except Failure as failure:
        found = f"{failure}\n{failure.advice}"
    if found is None:
        say(f"{name}: left out")
        return True
    say(f"{name}: {'FAILED' if found else 'ok'}")
    if found:
        say("".join(f"    {line}\n" for line in found.strip().splitlines()))
    return not found


def _tool(program: str, *arguments: str) -> str:
    # The linters import what they check; their own environment comes first on the path.
    path = f"{LINT.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [LINT.program(program), *arguments],
        cwd=ROOT,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return (done.stdout + done.stderr).strip() or f"exit {done.returncode}"


def _addon_folders() -> list[str]:
    return [folder.name for folder in [*addons(), *test_addons()]]


def _oca_checks_po() -> str | None:
    files = [str(file) for folder in addons() for file in sorted(folder.glob("i18n/*.po*"))]
    return _tool("oca-checks-po", *files) if files else None
