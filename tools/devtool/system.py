"""Packages of the operating system: found by what they bring, installed when root."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, is_root, run_step, say

CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Need:
    """Something a command needs from the operating system."""

    package: str
    is_there: Callable[[], bool]
    optional: bool = False


def os_release() -> dict[str, str]:
    """The fields of /etc/os-release, empty elsewhere."""
    try:
        text = Path("/etc/os-release").read_text()
    except OSError:
        return {}
    return {key: value.strip('"') for key, value in re.findall(r"^(\w+)=(.*)$", text, re.M)}


def postgres_folder() -> Path | None:
    """The newest installed PostgreSQL's folder of programs."""
    # Debian and Ubuntu keep initdb off PATH.
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda file: float(file.parent.parent.name),
    )
    if packaged:
        return packaged[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def client_program(name: str) -> str:
    """The path of psql, createdb or dropdb."""
    found = shutil.which(name)
    if not found and (folder := postgres_folder()):
        found = str(folder / name)
    if not found:
        raise Failure(f"{name} not found.", "Install PostgreSQL's client programs.")
    return found


def browser() -> str | None:
    """The browser that Odoo's test runner will take for tours."""
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


def memory() -> int:
    """Bytes that this machine has, or its container may use."""
    sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for limit in ("memory.max", "memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            sizes.append(int((CGROUP / limit).read_text()))
    return min(sizes)


def _has_venv() -> bool:
    # Debian splits ensurepip off; without it environments are made without pip.
    command = [_python(), "-c", "import ensurepip, venv"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _has_cjk_font() -> bool:
    return any(Path("/usr/share/fonts").rglob("NotoSansCJK*"))


@functools.cache
def _python() -> str:
    from .venv import base_python

    return base_python()


POSTGRES = Need("postgresql", lambda: postgres_folder() is not None)
POSTGRES_CLIENT = Need("postgresql-client", lambda: shutil.which("psql") is not None)
VENV = Need("python3-venv", _has_venv)
BROWSER = Need("chromium", lambda: browser() is not None)
# Without it Chinese text is shown as boxes in screenshots; nothing fails.
CJK_FONT = Need("fonts-noto-cjk", _has_cjk_font, optional=True)


def ensure(needs: list[Need]) -> None:
    """Install what is missing when root; otherwise say the line to type."""
    missing = [need for need in needs if not need.is_there()]
    if BROWSER in missing and os_release().get("ID") == "ubuntu":
        # Ubuntu's chromium package is a snap, which needs a running snapd.
        missing.remove(BROWSER)
        say("! No browser on PATH: browser tours will be skipped.")
        say("  Install Google Chrome or Chromium so that one is on PATH to run them.")
    if not is_root():
        missing = [need for need in missing if not need.optional]
    if not missing:
        return
    packages = [need.package for need in missing]
    line = f"apt-get update && apt-get install -y {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise Failure(f"Missing: {', '.join(packages)}.", "Install them with your system's tools.")
    if not is_root():
        raise Failure(
            f"Missing system packages: {', '.join(packages)}.",
            f"Type: sudo sh -c '{line}'   and run the same command again.",
        )
    apt_install(packages)


def apt_install(packages: list[str]) -> None:
    """Install system packages (root only), after reading fresh package lists."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run_step(
        f"System packages: {', '.join(packages)}",
        ["sh", "-c", 'apt-get update && apt-get install -y --no-install-recommends "$@"', "sh"]
        + packages,
        log="apt",
        env=environment,
    )
