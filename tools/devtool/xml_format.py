"""Views and scripts: formatted by prettier where npm is installed."""

import shutil
import subprocess

from .console import Failure, run_step, say
from .paths import DEV, ROOT, TOOLS, digest

PACKAGES = ("prettier@3.6.2", "@prettier/plugin-xml@3.4.2")
FOLDER = DEV / "prettier"
CONFIGURATION = TOOLS / "prettier.json"


def unformatted(folders: list[str]) -> str | None:
    """The files which `./dev format` would change; None where prettier cannot be had."""
    if not _installed():
        return None
    done = _prettier("--check", folders)
    if done.returncode == 0:
        return ""
    return f"{done.stdout}{done.stderr}./dev format puts it right."


def write(folders: list[str]) -> int:
    """Format the files in place."""
    if not _installed():
        say("XML and JS format: left out, prettier cannot be had.")
        return 0
    done = _prettier("--write", folders)
    say(f"{done.stdout}{done.stderr}".strip())
    return done.returncode


def _installed() -> bool:
    """Install prettier once. Not to have it is no failure: formatting is not correctness."""
    stamp = FOLDER / ".stamp"
    key = digest(*PACKAGES)
    if stamp.exists() and stamp.read_text() == key:
        return True
    if not shutil.which("npm"):
        say("! npm is not installed: XML and JS format is not checked.")
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Without a file of its own here, npm would look for a project in the folders above.
    (FOLDER / "package.json").write_text('{"private": true}\n')
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    try:
        run_step("Prettier", ["npm", "install", *quiet, *PACKAGES], log="npm", cwd=FOLDER)
    except Failure:
        say("! npm could not install prettier: XML and JS format is not checked.")
        return False
    stamp.write_text(key)
    return True


def _prettier(action: str, folders: list[str]) -> subprocess.CompletedProcess:
    modules = FOLDER / "node_modules"
    files = [
        str(file.relative_to(ROOT))
        for folder in folders
        for kind in ("*.xml", "*.js")
        for file in sorted((ROOT / folder).rglob(kind))
        if "lib" not in file.relative_to(ROOT).parts
    ]
    if not files:
        return subprocess.CompletedProcess([], 0, "", "")
    plugin = modules / "@prettier/plugin-xml/src/plugin.js"
    return subprocess.run(
        [
            *(str(modules / ".bin/prettier"), "--config", str(CONFIGURATION)),
            *("--plugin", str(plugin), "--log-level", "warn", action, *files),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
