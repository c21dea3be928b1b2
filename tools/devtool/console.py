"""What the command says while it works."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from .paths import DEV, LOGS

HEARTBEAT_SECONDS = 20


class Failure(Exception):
    """A step failed. ``advice`` says what a person can do next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def say(message: str) -> None:
    """One line for the person, at once and in order with what other programs print."""
    print(message, flush=True)


def run_step(
    title: str, command: Sequence[str | Path], *, log: str, advice: str = "", **options
) -> Path:
    """Run ``command`` with its output in a log file, showing that time passes.

    Returns the log file. Raises Failure with the end of the log.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log_file = LOGS / f"{log}.log"
    with log_file.open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **options,
        )
        try:
            _wait_showing_time(process, title, started)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        advice = advice or f"The whole log is {log_file}. The same command repeats the step."
        tail = "\n".join(log_file.read_text(errors="replace").splitlines()[-25:])
        raise Failure(f"{title}: failed (exit {process.returncode}).\n{tail}", advice)
    return log_file


def _wait_showing_time(process: subprocess.Popen, title: str, started: float) -> None:
    on_terminal = sys.stdout.isatty()
    if not on_terminal:
        say(f"- {title} ...")
    next_heartbeat = started + HEARTBEAT_SECONDS
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1 if on_terminal else 5)
        elapsed = time.monotonic() - started
        if process.returncode is not None:
            break
        if on_terminal:
            print(f"\r- {title} ... {elapsed:.0f} s", end="", flush=True)
        elif time.monotonic() > next_heartbeat:
            say(f"  ... {elapsed:.0f} s")
            next_heartbeat += HEARTBEAT_SECONDS
    beginning = f"\r- {title}: " if on_terminal else "  "
    say(f"{beginning}{'failed' if process.returncode else 'done'}, {elapsed:.0f} s")


@contextlib.contextmanager
def only_one(name: str, folder: Path = DEV) -> Iterator[None]:
    """Let two commands at the same time wait for each other instead of colliding."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_root() -> bool:
    """Whether system packages can be installed without asking."""
    return os.geteuid() == 0
