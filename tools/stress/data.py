"""Databases to grade in: the benchmark's customers with a programme, and people who log in."""

import subprocess
import sys
import time
from argparse import Namespace

from tools.bench import build, database
from tools.bench.table import render
from tools.devtool import databases
from tools.devtool.paths import LOGS

ORDERS_EACH = 10
INVOICES_EACH = 1


def prepare(name, options, people=0):
    """Make database ``name``: customers with orders and paid invoices, nobody graded yet.

    :param people: how many users to make beside the administrator, see ``setting_up``
    """
    base = f"{options.prefix}_base"
    data = f"{options.prefix}_{options.customers}"
    say(f"Building {name}")
    databases.fresh(base)
    size = Namespace(
        customers=options.customers,
        orders=ORDERS_EACH * options.customers,
        invoices=INVOICES_EACH * options.customers,
        lines=True,
    )
    database.drop(data)
    build.build(data, base, size, say)
    databases.drop(name)
    database.rename(data, name)
    databases.drop(base)
    subprocess.run([sys.executable, "-m", "tools.stress.setting_up", name, str(people)], check=True)


def rows(name, statement, parameters=None):
    """What a query on database ``name`` returns."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def value(name, statement, parameters=None):
    return rows(name, statement, parameters)[0][0]


def change(name, *statements):
    """Run statements in one transaction of database ``name``."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def log_file(name):
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"stress-{name}.log"


def report(header, counted, violations):
    """Print the table and what is wrong; exit status."""
    print(render(header, [tuple(map(str, row)) for row in counted]))
    for text in violations:
        print(f"WRONG: {text}")
    print("Something is wrong, see above." if violations else "Nothing is wrong.")
    return 1 if violations else 0


def say(text):
    """One line for the person, with the time."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
