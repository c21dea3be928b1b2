"""Where Odoo comes from: ODOO_SRC, an importable one, or the Debian package unpacked.

However it is found, `.dev/odoo` ends up as a folder that holds the package `odoo`.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .console import Failure, is_root, only_one, run_step, say
from .paths import ODOO, ODOO_SERIES, cache_dir
from .system import apt_install, os_release

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGE = "odoo-19"
# The package's fonts and some of its scripts are links into these.
LINKED_PACKAGES = (
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    # Newer suites carry version 6, with which the web client shows no icons.
    "fonts-font-awesome/bookworm",
)
SITE = Path("usr/lib/python3/dist-packages")
OTHER_WAY = (
    "Set ODOO_SRC to a folder with Odoo 19's source, or DEBIAN_MIRROR to a Debian mirror's "
    "address, and run the same command again."
)


def ensure() -> None:
    """Make `.dev/odoo` hold Odoo 19."""
    chosen = os.environ.get("ODOO_SRC")
    if not chosen and series_of(ODOO):
        return
    if chosen:
        source = Path(chosen).expanduser().resolve()
        if series_of(source) != ODOO_SERIES:
            raise Failure(f"ODOO_SRC={chosen} holds no Odoo {ODOO_SERIES}.", "Correct ODOO_SRC.")
    else:
        source = _importable() or fetched()
    _link(source)


def series_of(folder: Path) -> str | None:
    """The series ("19.0") of the Odoo in ``folder``, without importing it."""
    try:
        text = (folder / "odoo" / "release.py").read_text()
    except OSError:
        return None
    match = re.search(r"^version_info = \((\d+), (\d+)", text, re.M)
    return f"{match[1]}.{match[2]}" if match else None


def _importable() -> Path | None:
    """The folder of an Odoo 19 which the Python that runs this can import."""
    # Not from the working directory, where another folder may bear the name.
    command = [sys.executable, "-P"] if sys.version_info >= (3, 11) else [sys.executable]
    program = "import odoo.release as r; print(r.__file__)"
    done = subprocess.run(
        [*command, "-c", program], capture_output=True, text=True, cwd="/", check=False
    )
    if done.returncode:
        return None
    folder = Path(done.stdout.strip()).parents[1]
    return folder if series_of(folder) == ODOO_SERIES else None


def _link(source: Path) -> None:
    """Let `.dev/odoo` hold the package, and the addons where they lie beside it."""
    if ODOO.is_symlink():
        ODOO.unlink()
    ODOO.mkdir(parents=True, exist_ok=True)
    wanted = {"odoo": source / "odoo"}
    # A checkout keeps its addons beside the package, an installed Odoo inside it.
    if not (source / "odoo/addons/sale_management").is_dir():
        wanted["addons"] = source / "addons"
    for name in ("odoo", "addons"):
        (ODOO / name).unlink(missing_ok=True)
        if name in wanted:
            (ODOO / name).symlink_to(wanted[name])


def fetched() -> Path:
    """The unpacked Debian package in the cache folder, downloaded the first time."""
    prefix = cache_dir() / PACKAGE
    with only_one(PACKAGE, cache_dir()):
        if not prefix.is_dir():
            _fetch(prefix)
    return prefix / SITE


def _fetch(prefix: Path) -> None:
    for program in ("apt-get", "dpkg"):
        if not shutil.which(program):
            raise Failure(f"Odoo cannot be fetched here: no {program}.", OTHER_WAY)
    work = prefix.with_name(f"{PACKAGE}.part")
    shutil.rmtree(work, ignore_errors=True)
    downloads = work / "deb"
    downloads.mkdir(parents=True)
    options = _apt_options(work / "apt", mirror())
    run_step(
        "Package lists of Debian's development suite",
        # Left alone, apt calls a mirror that does not answer a mere warning.
        ["apt-get", *options, "-o", "APT::Update::Error-Mode=any", "update"],
        log="odoo-apt-update",
        advice=OTHER_WAY,
    )
    run_step(
        "Odoo 19 (125 MB)",
        ["apt-get", *options, "download", PACKAGE, *LINKED_PACKAGES],
        log="odoo-download",
        advice=OTHER_WAY,
        cwd=downloads,
    )
    tree = work / "tree"
    unpack = 'for deb in "$0"/*.deb; do dpkg -x "$deb" "$1" || exit 1; done'
    run_step("Unpack Odoo", ["sh", "-c", unpack, downloads, tree], log="odoo-unpack")
    _mend(tree)
    tree.rename(prefix)
    shutil.rmtree(work)


def mirror() -> str:
    """The Debian mirror: DEBIAN_MIRROR, or the one this machine's apt uses."""
    if chosen := os.environ.get("DEBIAN_MIRROR"):
        return chosen
    system = os_release()
    if system.get("ID") != "debian":
        raise Failure("This machine's apt knows no Debian mirror.", OTHER_WAY)
    fields = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(LABEL)"
    done = subprocess.run(
        ["apt-get", "indextargets", "--format", fields, "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    )
    suites = {system.get("VERSION_CODENAME"), "stable", "testing", "unstable", "sid"}
    targets = [line.split("|") for line in done.stdout.splitlines()]
    found = [
        (label != "Debian", address)
        for address, suite, component, label in targets
        if suite in suites and component == "main"
    ]
    if not found:
        raise Failure("This machine's apt knows no Debian mirror.", OTHER_WAY)
    # Other repositories may name their suites alike. Before the first `apt-get update` the
    # label is unknown; then the first one listed is taken.
    return min(found, key=lambda pair: pair[0])[1]


def _apt_options(state: Path, address: str) -> list[str]:
    """Options that give apt a state of its own, so that the machine's stays untouched."""
    if not KEYRING.exists():
        if not is_root():
            raise Failure(
                "The key of Debian's archive is missing.",
                "Type: sudo apt-get install debian-archive-keyring",
            )
        apt_install(["debian-archive-keyring"])
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True)
    sources = state / "sources.list"
    sources.write_text(
        "".join(
            f"deb [signed-by={KEYRING}] {address} {suite} main\n" for suite in ("sid", "bookworm")
        )
    )
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": state / "cache",
        "APT::Sandbox::User": "",
        # A frozen mirror's lists are past their date; their signature is still checked.
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Languages": "none",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _mend(tree: Path) -> None:
    """Make the unpacked packages work outside of the system's root folder."""
    for link in tree.rglob("*"):
        if not link.is_symlink():
            continue
        target = os.readlink(link)
        if target.startswith("/") and os.path.lexists(tree / target[1:]):
            link.unlink()
            link.symlink_to(os.path.relpath(tree / target[1:], link.parent))
    # Left out by Debian but named in the web client's bundle: its absence is an error in
    # the browser's console, which fails every tour.
    script = tree / SITE / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.touch()
    if series_of(tree / SITE) != ODOO_SERIES:
        raise Failure(f"The fetched package holds no Odoo {ODOO_SERIES}.", OTHER_WAY)


def odoo_key() -> str:
    """What tells one Odoo from another, for databases made with it."""
    source = (ODOO / "odoo").resolve()
    return f"{source} {(source / 'release.py').stat().st_mtime_ns}"


def describe() -> None:
    """Say which Odoo is used."""
    say(f"Odoo {series_of(ODOO)} from {(ODOO / 'odoo').resolve().parent}")
