"""The two Python environments: Odoo's with the tests, and the lint tools'."""

import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, run_step
from .paths import DEV, OCA, ODOO, ROOT, TOOLS, digest

NEWEST_PYTHON = (3, 13)


@dataclass(frozen=True)
class Environment:
    """A virtual environment filled from requirement files, redone when they change."""

    name: str
    requirements: tuple[str, ...]
    path_file: bool = False

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return DEV / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def program(self, name: str) -> Path:
        """A program installed in it."""
        return self.folder / "bin" / name

    @property
    def key(self) -> str:
        """Tells it from one of other requirements, of another Python or in another place."""
        files = [TOOLS / name for name in self.requirements]
        # Scripts and links inside hold the full path of the folder.
        # One Python has several names, and commands are run by this one or by that.
        python = os.path.realpath(base_python())
        return digest(str(ROOT), python, *(file.read_bytes() for file in files))

    def ensure(self) -> None:
        """Make it what the requirement files say; nothing to do the second time."""
        key, stamp = self.key, self.folder / ".stamp"
        if stamp.exists() and stamp.read_text() == key:
            return
        if not _same_python(self.python):
            shutil.rmtree(self.folder, ignore_errors=True)
            run_step(
                f"Python environment {self.name}",
                [base_python(), "-m", "venv", self.folder],
                log=f"venv-{self.name}",
                advice="Install python3-venv (Debian, Ubuntu) and run the same command again.",
            )
        arguments = [part for name in self.requirements for part in ("-r", TOOLS / name)]
        run_step(
            f"Python packages of {self.name} (about a minute)",
            [self.python, "-m", "pip", "install", "--disable-pip-version-check", *arguments],
            log=f"pip-{self.name}",
        )
        if self.path_file:
            self._put_odoo_on_path()
        stamp.write_text(key)

    def _put_odoo_on_path(self) -> None:
        site = next((self.folder / "lib").glob("python3*/site-packages"))
        (site / "odoo-19.pth").write_text(f"{ODOO}\n")


RUNTIME = Environment("venv", ("requirements-odoo.txt", "requirements-dev.txt"), path_file=True)
LINT = Environment("lint", ("requirements-lint.txt",))


def ensure_oca_addons() -> None:
    """Put the addons of other makers into a folder of their own, for the tests only.

    Not among the Python packages, where every database could see them; and without what they
    depend on, because pip does not know of the Odoo that is there.
    """
    requirements = TOOLS / "requirements-oca.txt"
    stamp = OCA / ".stamp"
    key = digest(requirements.read_bytes())
    if stamp.exists() and stamp.read_text() == key:
        return
    shutil.rmtree(OCA, ignore_errors=True)
    run_step(
        "Addons of the OCA for the tests",
        [
            *(RUNTIME.python, "-m", "pip", "install", "--disable-pip-version-check"),
            # Without --upgrade, pip leaves a folder alone that is there already.
            *("--upgrade", "--no-deps", "--target", OCA, "-r", requirements),
        ],
        log="pip-oca",
    )
    stamp.write_text(key)


@functools.cache
def base_python() -> str:
    """A Python that Odoo's pinned packages support: this one, or an older one on PATH."""
    if sys.version_info[:2] <= NEWEST_PYTHON:
        # Inside another virtual environment, its base outlives it.
        return getattr(sys, "_base_executable", None) or sys.executable
    for minor in range(NEWEST_PYTHON[1], 9, -1):
        if found := shutil.which(f"python3.{minor}"):
            return found
    raise Failure(
        f"Odoo {ODOO.name} packages are pinned up to Python 3.{NEWEST_PYTHON[1]}.",
        "Put a python3.10 to python3.13 on PATH.",
    )


def _same_python(python: Path) -> bool:
    """Whether an existing environment runs and has the wished Python version."""
    question = "import sys; print(sys.version_info[:2])"
    answers = set()
    for program in (base_python(), str(python)):
        try:
            done = subprocess.run([program, "-c", question], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return False
        answers.add(done.stdout)
    return len(answers) == 1
