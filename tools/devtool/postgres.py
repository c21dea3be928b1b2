"""The PostgreSQL server: the one PGHOST or PGPORT names, else a private cluster in `.dev/pg`."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from .console import Failure, is_root, only_one, run_step
from .paths import DEV, clone_key
from .system import client_program, memory, postgres_folder

LINK = DEV / "pg"
# PostgreSQL refuses to run as root, and Odoo refuses the database user "postgres".
ROOT_STAND_IN = "postgres"
DATABASE_USER = "odoo"
# The longest address of a socket that the kernel takes, less the file's name.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
SETTINGS = """
# A socket beside the data, which only the owner reaches, needs no free port.
listen_addresses = ''
unix_socket_directories = '.'
# Databases here can be made again: speed matters more than surviving a power cut.
fsync = off
synchronous_commit = off
full_page_writes = off
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
random_page_cost = 1.1
jit = off
# Containers often have a tiny /dev/shm.
dynamic_shared_memory_type = mmap
"""
# PostgreSQL's manual proposes a quarter of the memory. With less than the tables that are read
# again and again, cost grows faster than data; more than this serves no database of this project.
BUFFERS_SHARE = 4
MOST_BUFFERS = 2 * 1024**3


def is_private() -> bool:
    """Whether the project's own cluster is used."""
    return not (os.environ.get("PGHOST") or os.environ.get("PGPORT"))


def data_folder() -> Path:
    """The private cluster's data, which also holds its socket."""
    # The link's target: the server's user may not reach the link itself.
    return LINK.resolve() / "data"


def environment() -> dict[str, str]:
    """This process's environment with the PG* variables that lead to the server."""
    if not is_private():
        return dict(os.environ)
    named = {"PGHOST": str(data_folder()), "PGPORT": "5432", "PGUSER": DATABASE_USER}
    inherited = {
        key: value
        for key, value in os.environ.items()
        if key not in {"PGPASSWORD", "PGDATABASE", "PGSERVICE", "PGSSLMODE"}
    }
    return inherited | named


def ensure() -> None:
    """A server that answers."""
    if not is_private():
        _check_named_server()
        return
    with only_one("pg"):
        if not (data_folder() / "PG_VERSION").exists():
            _create()
        if not is_running():
            _start()


def is_running() -> bool:
    """Whether the private cluster's server runs."""
    if not (data_folder() / "postmaster.pid").exists():
        return False
    return _as_owner("pg_ctl", "-D", data_folder(), "status").returncode == 0


def stop() -> bool:
    """Stop the private cluster; returns whether it was running."""
    if not is_private() or not is_running():
        return False
    done = _as_owner("pg_ctl", "-D", data_folder(), "-m", "fast", "-w", "stop")
    if done.returncode:
        raise Failure("PostgreSQL did not stop.", f"See {LINK / 'log'}.")
    return True


def query(database: str, sql: str) -> str:
    """The plain text answer to one query."""
    done = subprocess.run(
        [client_program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(f"PostgreSQL: {done.stderr.strip()}")
    return done.stdout.strip()


def _check_named_server() -> None:
    try:
        rights = query("postgres", "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
    except Failure as failure:
        raise Failure(
            f"The PostgreSQL server which PGHOST and PGPORT name does not answer.\n{failure}",
            "Correct PGHOST, PGPORT, PGUSER, PGPASSWORD, or unset them for a private server.",
        ) from None
    if rights != "t":
        raise Failure("The database user may not create databases.", "ALTER ROLE ... CREATEDB")


def _create() -> None:
    _place()
    if data_folder().exists():
        # Left by a clone since removed: its databases' files went with it.
        stop()
        shutil.rmtree(data_folder())
    run_step(
        "Private PostgreSQL cluster",
        [
            programs() / "initdb",
            *("-D", data_folder(), "-U", DATABASE_USER, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        ],
        log="initdb",
        **_run_options(),
    )
    with (data_folder() / "postgresql.conf").open("a") as file:
        file.write(SETTINGS)


def _place() -> None:
    """Make `.dev/pg`, as a link elsewhere where the server could not reach or use it."""
    owner = pwd.getpwnam(ROOT_STAND_IN) if is_root() else pwd.getpwuid(os.getuid())
    folder = LINK
    too_long = len(str(data_folder())) > LONGEST_SOCKET_FOLDER
    if too_long or not _reachable(DEV):
        folder = Path("/var/tmp") / f"customer-tiering-{clone_key()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in (owner.pw_uid, os.getuid()):
        raise Failure(f"{folder} belongs to someone else.", "Remove it, or set PGHOST.")
    if is_root():
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    if folder != LINK:
        LINK.unlink(missing_ok=True)
        LINK.symlink_to(folder)


def _reachable(folder: Path) -> bool:
    test = subprocess.run(["test", "-x", folder], check=False, **owner_options())
    return test.returncode == 0


def _start() -> None:
    buffers = min(memory() // BUFFERS_SHARE, MOST_BUFFERS) // 1024**2
    done = _as_owner(
        *("pg_ctl", "-D", data_folder(), "-w", "-t", "60"),
        *("-l", LINK.resolve() / "log", "-o", f"-c shared_buffers={buffers}MB", "start"),
    )
    if done.returncode:
        log = (LINK / "log").read_text() if (LINK / "log").exists() else done.stderr
        raise Failure(
            "PostgreSQL did not start.\n" + "\n".join(log.splitlines()[-15:]),
            f"To begin anew, remove {LINK.resolve()} and {LINK}, and run the command again.",
        )


def programs() -> Path:
    """The folder of programs of the version that the cluster was made with."""
    newest = postgres_folder()
    version_file = data_folder() / "PG_VERSION"
    if version_file.exists():
        version = version_file.read_text().strip()
        same = Path(f"/usr/lib/postgresql/{version}/bin")
        if same.is_dir():
            return same
    if newest is None:
        raise Failure("PostgreSQL's programs are not installed.", "Install postgresql.")
    return newest


def owner_options() -> dict:
    """Options that run a program as the cluster's owner."""
    if not is_root():
        return {}
    account = pwd.getpwnam(ROOT_STAND_IN)
    version_file = data_folder() / "PG_VERSION"
    if version_file.exists():
        account = pwd.getpwuid(version_file.stat().st_uid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run_options() -> dict:
    # The working directory may be closed to the owner, who is warned about it.
    return {"cwd": "/", **owner_options()}


def _as_owner(program: str, *arguments: str | Path) -> subprocess.CompletedProcess:
    # A started server keeps these streams: pipes would never close.
    with (DEV / "pg_ctl.log").open("w+") as output:
        done = subprocess.run(
            [str(programs() / program), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            **_run_options(),
        )
        output.seek(0)
        done.stderr = output.read()
    return done


def remove() -> None:
    """Remove the private cluster with its databases."""
    stop()
    shutil.rmtree(LINK.resolve(), ignore_errors=True)
    LINK.unlink(missing_ok=True)
