"""`./dev wheels`: the addons as wheels, in `dist/`; and whether Odoo finds and installs them from
an environment of its own that knows no addons path."""

import ast
import os
import shutil

from . import databases, odoo, setup
from .console import Failure, run_step, say
from .paths import ADDON, DEV, ROOT, addons
from .postgres import query
from .venv import LINT, RUNTIME, base_python

FOLDER = ROOT / "dist"
TRIED = DEV / "wheels"
DATABASE = "wheels"


def run(*, only_build: bool = False) -> int:
    """Build all wheels; then install them as a person would, and see Odoo take them."""
    setup.for_lint()
    _build()
    if only_build:
        return 0
    setup.for_odoo()
    python = _installed()
    databases.copy_of_base(DATABASE, demo=False)
    try:
        found = _found_by_odoo(python)
    finally:
        databases.drop(DATABASE)
    say(f"Odoo found {len(found)} addons in wheels, and installed {sum(found.values())} of them:")
    say("  " + ", ".join(name for name, there in found.items() if there))
    return 0


def _build() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    # Without isolation, so that the build tool of the checks is taken and nothing is fetched.
    how = ["--no-deps", "--no-build-isolation", "--wheel-dir", FOLDER]
    run_step(
        f"{len(addons())} wheels",
        [LINT.python, "-m", "pip", "wheel", "--disable-pip-version-check", *how, *addons()],
        log="wheels",
        cwd=ROOT,
        env=_with_tools_of_lint(),
    )
    built = sorted(file.name for file in FOLDER.glob("*.whl"))
    if len(built) != len(addons()):
        raise Failure(f"{len(built)} wheels of {len(addons())} addons: {', '.join(built)}")


def _with_tools_of_lint() -> dict:
    path = f"{LINT.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path}


def _installed():
    """The Python of an environment with Odoo and the wheels, and nothing of this folder."""
    shutil.rmtree(TRIED, ignore_errors=True)
    run_step("An environment of its own", [base_python(), "-m", "venv", TRIED], log="wheels-venv")
    python = TRIED / "bin" / "python"
    libraries = next((RUNTIME.folder / "lib").glob("python3*/site-packages"))
    site = next((TRIED / "lib").glob("python3*/site-packages"))
    # Odoo and its libraries as they are there; a path file among them is heeded, too.
    (site / "odoo.pth").write_text(f"import site; site.addsitedir({str(libraries)!r})\n")
    run_step(
        "The wheels installed",
        [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-index"]
        + sorted(FOLDER.glob("*.whl")),
        log="wheels-pip",
    )
    return python


def _found_by_odoo(python) -> dict[str, bool]:
    """Addon → whether it is installed, for all; fails where one that should be is not."""
    arguments = ["server", "-d", DATABASE, "-i", ADDON, "--stop-after-init", "--no-http"]
    run_step(
        f"Odoo installs {ADDON} and what belongs beside it",
        [python, "-m", "odoo", *arguments, "--http-port", str(odoo.free_port())],
        log="wheels-odoo",
        # Elsewhere than here, where nothing would be found but in the wheels.
        cwd=TRIED,
        env=odoo.environment(ours=()) | {"PYTHONPATH": ""},
    )
    states = dict(
        row.split(":")
        for row in query(DATABASE, "SELECT name || ':' || state FROM ir_module_module").split()
    )
    if missing := [folder.name for folder in addons() if folder.name not in states]:
        raise Failure(f"Odoo does not find {', '.join(missing)}.", "See .dev/log/wheels-odoo.log.")
    there = {name for name, state in states.items() if state == "installed"}
    if left := {folder.name for folder in addons() if _belongs(folder, there)} - there:
        raise Failure(f"Not installed: {', '.join(sorted(left))}.")
    return {folder.name: folder.name in there for folder in addons()}


def _belongs(folder, there) -> bool:
    """Whether an addon installs itself beside the modules that are there."""
    manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
    return bool(manifest.get("auto_install")) and there.issuperset(manifest["depends"])
