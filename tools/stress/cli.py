"""Command line of the stress tests: what each does, how large and how long."""

import argparse
import signal
import subprocess
import sys

from tools.devtool.console import Failure

from . import contact_year, kill, queue, sender, users
from .data import say


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["queue"]:
        return queue.main(arguments[1:])
    # Ended politely from outside, it still cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = _parse(arguments)
    try:
        return options.action(options)
    except Failure as failure:
        say(f"{failure}\n{failure.advice}")
    except subprocess.CalledProcessError as error:
        say(f"Stopped, see above: {' '.join(map(str, error.cmd))} ended with {error.returncode}")
    return 1


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./dev stress",
        description="Prints a table of what was counted; ends with 1 when anything went wrong. "
        "Also “queue”: grading by the jobs of queue_job, whose workers are killed.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    text = "people work over RPC while the jobs grade without a pause"
    people = commands.add_parser("users", help=text, description=text)
    people.set_defaults(action=users.run)
    people.add_argument("--clients", type=int, default=8, help="people at work at the same time")
    people.add_argument("--minutes", type=float, default=5, help="how long they work")
    people.add_argument("--customers", type=int, default=20_000)
    people.add_argument("--chunk", type=int, default=2_000, help="customers graded at once")
    people.add_argument("--port", type=int, default=0, help="of the server; any free one without")
    text = "the grading process is killed and PostgreSQL crashes at random moments"
    crash = commands.add_parser("kill", help=text, description=text)
    crash.set_defaults(action=kill.run)
    crash.add_argument("--kills", type=int, default=30, help="every second one is PostgreSQL's")
    crash.add_argument("--minutes", type=float, default=20, help="end earlier than that")
    crash.add_argument("--customers", type=int, default=5_000)
    crash.add_argument("--chunk", type=int, default=250, help="customers graded at once")
    text = "a year of messages by rules that overlap, and how many came when they must not"
    contact = commands.add_parser("contact", help=text, description=text)
    contact.set_defaults(action=contact_year.run)
    contact.add_argument("--customers", type=int, default=2_000)
    contact.add_argument("--days", type=int, default=365)
    contact.add_argument("--rules", type=int, default=5)
    contact.add_argument("--seed", type=int, default=20)
    text = "the job that sends reminders is killed, two of them at a time"
    sending = commands.add_parser("sender", help=text, description=text)
    sending.set_defaults(action=sender.run)
    sending.add_argument("--kills", type=int, default=30)
    sending.add_argument("--customers", type=int, default=3_000)
    for command in (people, crash, sending):
        command.add_argument("--seed", type=int, default=19)
        command.add_argument("--prefix", default="customer_tiering_stress", help="of databases")
        command.add_argument("--keep", action="store_true", help="leave the databases afterwards")
    return parser.parse_args(arguments)
