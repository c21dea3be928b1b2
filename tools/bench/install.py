"""How long it takes to install the addon on what is there, and what of it is left untouched."""

import argparse
import subprocess
import time

from psycopg2 import sql

from . import cli, database
from .table import render

TARGET_SECONDS = 60
# Tables of others that the addon adds columns or indexes to, the largest of a database.
LARGE = ("sale_order", "sale_order_line", "res_partner", "account_move", "account_move_line")


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench install",
        description="Install the addon on a database with orders, and print how long that takes, "
        "its indexes on tables of others, and how many rows of these it wrote.",
    )
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--invoices", type=int, default=200_000)
    options = parser.parse_args(arguments)
    vars(options).update(grade=False, lines=True, rebuild=False)
    try:
        data = cli._prepare(options)
    except subprocess.CalledProcessError as error:
        cli._say(f"Stopped, see above: {' '.join(error.cmd)} ended with {error.returncode}")
        return 1
    scratch = f"{data}_install"
    try:
        database.clone(data, scratch)
        before, transaction = _state(scratch), _transaction(scratch)
        started = time.perf_counter()
        database.install(scratch, cli.ADDON)
        seconds = time.perf_counter() - started
        after = _state(scratch)
        written = {table: _written(scratch, table, transaction) for table in LARGE}
        print(f"{database.server()}: installed in {seconds:.0f} s (<= {TARGET_SECONDS} s)")
        print(_tables(before, after, written))
        print(_indexes(scratch, before, after))
    finally:
        database.drop(scratch)
    return 0 if seconds <= TARGET_SECONDS else 1


def _rows(name, query, parameters=()):
    with database.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


def _transaction(name):
    return _rows(name, "SELECT (txid_current() %% 4294967296)::text")[0][0]


def _state(name):
    """Of each large table the file that it is in, and its indexes as name → definition."""
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s"
    return {
        table: (
            _rows(name, "SELECT pg_relation_filenode(%s)", [table])[0][0],
            dict(_rows(name, indexes, [table])),
        )
        for table in LARGE
    }


def _written(name, table, transaction):
    """How many rows of a table were written since a transaction, and how many there are."""
    newer = sql.SQL(
        "SELECT count(*) FILTER (WHERE age(xmin) < age(%s::xid)), count(*) FROM {}"
    ).format(sql.Identifier(table))
    return _rows(name, newer, [transaction])[0]


def _tables(before, after, written):
    rows = [
        (
            table,
            f"{written[table][1]:,}",
            "no" if after[table][0] == before[table][0] else "yes",
            f"{written[table][0]:,}",
        )
        for table in LARGE
    ]
    return render(("table", "rows", "rewritten", "rows written"), rows)


def _indexes(name, before, after):
    """What the new indexes on these tables take, each made once more."""
    rows = []
    for table in LARGE:
        for index, definition in after[table][1].items():
            if index in before[table][1]:
                continue
            with database.connect(name) as connection, connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
                started = time.perf_counter()
                cursor.execute(definition)
                rows.append((index, f"{time.perf_counter() - started:.1f}"))
    return render(("index", "seconds"), rows)
