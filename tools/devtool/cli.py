"""The commands of `./dev` and their arguments."""

import argparse
import os
import subprocess
import sys

from . import (
    beside,
    combinations,
    databases,
    handbook,
    lint,
    odoo,
    pictures,
    postgres,
    screens,
    server,
    setup,
    suite,
    tests,
    translations,
    upgrade,
    wheels,
)
from .console import Failure, say
from .odoo_source import describe
from .paths import ADDON, ROOT, with_needed
from .system import client_program
from .venv import RUNTIME

OVERVIEW = """\
One command for the addon's set-up, server, tests and checks.

Everything it makes lies in .dev/, downloads in the user's cache folder. Variables it heeds:
ODOO_SRC (a folder with Odoo 19), PGHOST, PGPORT, ... (a PostgreSQL server of yours),
DEBIAN_MIRROR (where to fetch Odoo from), XDG_CACHE_HOME.
"""

BEFORE_A_RELEASE = """\
before a release, beside what .ci/run does (lint and test):
  test --runner odoo    with Odoo's own runner, which must count the same
  test --together       the core addon's tests in the database with everything
  test --long tests     a long search for what breaks the rules' properties
  suite, suite --beside the suites of Odoo's own apps; installed beside others
  upgrade               a database of an earlier commit, upgraded and compared
  combinations          the addons alone and together: graded, opened, uninstalled
  bench, stress         how long gradings take; among people at work and crashes
"""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    os.umask(0o022)
    parser = _parser()
    arguments = arguments or ["help"]
    passed_on = []
    if "--" in arguments:
        border = arguments.index("--")
        arguments, passed_on = arguments[:border], arguments[border + 1 :]
    options, rest = parser.parse_known_args(arguments)
    options.rest = rest + passed_on
    if options.rest and not options.takes_more:
        parser.error(f"unknown arguments: {' '.join(options.rest)}")
    try:
        return options.action(options) or 0
    except Failure as failure:
        say(f"\n{failure}")
        if failure.advice:
            say(f"\nWhat to do: {failure.advice}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted; the same command takes up where it stopped.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev",
        description=OVERVIEW,
        epilog=BEFORE_A_RELEASE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name, action, text, *, takes_more=False, **more):
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False, **more)
        command.set_defaults(action=action, takes_more=takes_more)
        return command

    add("run", _run, "serve Odoo with demo data; more arguments go to Odoo", takes_more=True)
    _add_test(add)
    text = "Odoo's own suites, with the addon and without it: what differs"
    neighbours = add("suite", _suite, text)
    neighbours.add_argument("modules", metavar="MODULE", nargs="*", help="instead of all")
    neighbours.add_argument("--tags", default="", help="narrow down, such as :TestClass.test_it")
    neighbours.add_argument("--limit", type=float, metavar="MINUTES", help="for all of it")
    neighbours.add_argument("--again", action="store_true", help="also without the addon")
    neighbours.add_argument(
        "--beside", action="store_true", help="install beside other apps instead, both orders"
    )
    text = "the core addon alone, with each sibling, with all: graded, opened, uninstalled"
    add("combinations", _combinations, text).add_argument("names", metavar="NAME", nargs="*")
    add("lint", _lint, "check code, views, imports and translations").add_argument(
        "--fast", action="store_true", help="leave out what needs a database"
    )
    add("format", _format, "format code and views in place")
    add("pot", _pot, "write the translation template and merge it into the translations")
    add("dashboards", _dashboards, "make the files of the dashboards of their description")
    new = add("db", _db, "a fresh database with the addon, within seconds")
    new.add_argument("name")
    new.add_argument("--demo", action="store_true", help="with demo data")
    text = "more modules, separated by commas"
    new.add_argument("--with", dest="more", default="", metavar="MODULES", help=text)
    text = "none of our other addons, which else install themselves; but those of --with"
    new.add_argument("--core", action="store_true", help=text)
    new.add_argument("--drop", action="store_true", help="only drop it")
    shell = add("shell", _shell, "Odoo's shell; reads a script on standard input")
    shell.add_argument("name", metavar="DB")
    text = "what a database's registry holds of ours, as text to compare before and after"
    add("dump", _dump, text).add_argument("name", metavar="DB")
    _add_handbook(add)
    add(
        "upgrade",
        _upgrade,
        "make a database by an earlier commit, upgrade it, and tell what was lost",
    ).add_argument("commit", metavar="COMMIT", nargs="?", default="")
    psql = add("psql", _psql, "PostgreSQL's prompt; more arguments go to psql", takes_more=True)
    psql.add_argument("name", metavar="DB", nargs="?", default=server.DATABASE)
    # Without a help of its own, so that -h also goes through.
    text = "measure; arguments go to tools/bench"
    add("bench", _bench, text, takes_more=True, add_help=False)
    text = "grade among people at work or crashes; arguments go to tools/stress"
    add("stress", _stress, text, takes_more=True, add_help=False)
    add("setup", _setup, "prepare everything the other commands need")
    add("stop", _stop, "stop the server and the private PostgreSQL cluster")
    add("help", lambda _: parser.print_help(), "this text")
    return parser


def _add_test(add) -> None:
    test = add("test", _test, "run all tests; more arguments go to pytest", takes_more=True)
    test.add_argument("--runner", choices=["pytest", "odoo"], default="pytest")
    test.add_argument("--coverage", action="store_true", help="measure what pytest covers")
    test.add_argument("--long", action="store_true", help="search long for what breaks properties")
    text = "the core addon's tests in the database with everything too"
    test.add_argument("--together", action="store_true", help=text)
    text = "processes at the same time (2 where the machine has them)"
    test.add_argument("--jobs", type=int, default=0, metavar="N", help=text)


def _add_handbook(add) -> None:
    """Commands on what people read and look at, and on what they are given."""
    add("handbook", lambda _: handbook.write(), "make the handbook's pages for the web client")
    text = "the addons as wheels in dist/, and whether Odoo takes them"
    packed = add("wheels", lambda options: wheels.run(only_build=options.only_build), text)
    packed.add_argument("--only-build", action="store_true", help="do not try them")
    add("pictures", lambda _: pictures.run(), "take the handbook's pictures again")
    text = "pictures of all screens at three widths in both languages, to look at"
    shown = add("screens", lambda options: screens.run(options.folder, options.only), text)
    shown.add_argument("folder", metavar="FOLDER", nargs="?", default="")
    shown.add_argument("--only", default="", metavar="WORDS", help="screens whose menu has them")


def _run(options) -> int:
    return server.run(options.rest)


def _test(options) -> int:
    how = tests.Options(options.runner, coverage=options.coverage, long=options.long)
    return tests.run(options.rest, how, together=options.together, jobs=options.jobs)


def _suite(options) -> int:
    if options.beside:
        return beside.run(limit=options.limit or beside.LIMIT)
    limit = options.limit or suite.LIMIT
    return suite.run(options.modules, tags=options.tags, limit=limit, again=options.again)


def _combinations(options) -> int:
    return combinations.run(options.names)


def _lint(options) -> int:
    return lint.run(fast=options.fast)


def _format(_options) -> int:
    return lint.format_files()


def _pot(_options) -> int:
    return translations.write()


def _dashboards(_options) -> None:
    # Of the addon itself, which needs no Odoo for it.
    from customer_tiering_dashboard import build

    say("\n".join(build.write()))


def _setup(_options) -> None:
    setup.for_tests()
    setup.for_lint()
    describe()
    say("Ready.")


def _db(options) -> None:
    more = [name for name in options.more.split(",") if name]
    # What is asked for may be of other makers.
    setup.for_all_addons() if more else setup.for_odoo()
    if options.drop:
        databases.drop(options.name)
        say(f"Dropped {options.name}.")
        return
    ours = with_needed([ADDON, *more]) if options.core else None
    databases.fresh(options.name, demo=options.demo, modules=[ADDON, *more], ours=ours)
    say(f"Database {options.name} is ready: ./dev shell {options.name}")


def _shell(options) -> int:
    setup.for_odoo()
    command = odoo.command("shell", "-d", options.name, "--no-http", "--log-level", "warn")
    return subprocess.run(command, cwd=ROOT, env=odoo.environment(), check=False).returncode


def _dump(options) -> None:
    setup.for_odoo()
    script = "from tools.devtool import registry_dump\nprint('\\n'.join(registry_dump.dump(env)))\n"
    print(odoo.run_script(options.name, script), end="")


def _upgrade(options) -> int:
    return upgrade.run(options.commit)


def _psql(options) -> int:
    postgres.ensure()
    command = [client_program("psql"), options.name, *options.rest]
    return subprocess.run(command, env=postgres.environment(), check=False).returncode


def _bench(options) -> int:
    setup.for_odoo()
    command = [RUNTIME.python, "-m", "tools.bench", *options.rest]
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=odoo.environment(), check=False).returncode


def _stress(options) -> int:
    # Grading by jobs needs the addon of other makers that runs them.
    setup.for_all_addons() if options.rest[:1] == ["queue"] else setup.for_odoo()
    command = [RUNTIME.python, "-m", "tools.stress", *options.rest]
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=odoo.environment(), check=False).returncode


def _stop(_options) -> None:
    if server.stop():
        say("Asked the server to stop.")
    if postgres.stop():
        say("Stopped PostgreSQL.")
