"""Fills a database with customers, confirmed orders and their paid invoices by seeded SQL.

The same size gives the same customers and amounts; dates count back from the day of the build.
"""

import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import database

SQL_FOLDER = Path(__file__).parent / "sql"
SEED = 0.19
PRODUCTS = 50
FILLED_TABLES = (
    "res_partner",
    "sale_order",
    "sale_order_line",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
)


def build(name, base, options, log):
    """Create database ``name`` from ``base``; ``log`` receives the seconds of each step.

    :param options: numbers of ``customers``, ``orders`` and ``invoices``, and whether orders have
        ``lines``
    """
    unfinished = name + "_unfinished"
    database.clone(base, unfinished)
    size = {
        "customers": options.customers,
        "orders": options.orders,
        "invoices": options.invoices,
        "products": PRODUCTS,
    }
    steps = ["products", "customers", "orders"]
    steps += ["lines"] if options.lines else []
    steps += ["invoices"] if options.invoices else []
    with database.connect(unfinished) as connection, connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET synchronous_commit = off")
        _skip_foreign_key_checks(connection, cursor)
        definitions = _drop_indexes(cursor)
        for step in steps:
            _timed(log, step, lambda step=step: _run(cursor, step, **size))
        _timed(log, "indexes", lambda: [cursor.execute(definition) for definition in definitions])
    with database.connect(unfinished, autocommit=True) as connection, connection.cursor() as cursor:
        _timed(log, "vacuum analyze", lambda: cursor.execute("VACUUM ANALYZE"))
    database.rename(unfinished, name)


def add_orders(name):
    """One more order for one customer in a hundred of database ``name``."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        _run(cursor, "more_orders")


def leave_out(name, part):
    """Take a part out of the data of database ``name``, see the files ``without_<part>.sql``."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        _run(cursor, f"without_{part}")


def _run(cursor, step, **parameters):
    statement = (SQL_FOLDER / f"{step}.sql").read_text(encoding="utf-8")
    cursor.execute(statement, {"seed": SEED, **parameters})


def _timed(log, step, action):
    started = time.perf_counter()
    action()
    log(f"  {step}: {time.perf_counter() - started:.1f} s")


def _skip_foreign_key_checks(connection, cursor):
    """Without superuser rights the rows are checked one by one: slower, same data."""
    connection.commit()
    try:
        cursor.execute("SET session_replication_role = replica")
    except psycopg2.errors.InsufficientPrivilege:
        connection.rollback()


def _drop_indexes(cursor):
    """Drop the indexes of the filled tables that back no constraint; return the statements that
    make them again, with their comments: by these an upgrade sees whether one has changed."""
    cursor.execute(
        """
        SELECT c.relname,
               pg_get_indexdef(c.oid)
               || COALESCE(format('; COMMENT ON INDEX %%I IS %%L',
                                  c.relname, obj_description(c.oid, 'pg_class')), '')
          FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
         WHERE i.indrelid = ANY(%s::regclass[])
           AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = c.oid)
         ORDER BY c.relname
        """,
        [list(FILLED_TABLES)],
    )
    indexes = cursor.fetchall()
    for index, _definition in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    return [definition for _index, definition in indexes]
