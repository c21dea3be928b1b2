"""Databases of the benchmark: a base with the addon, a data set per size, a clone per run.

The server is the one that the PG* environment variables name.
"""

import contextlib
import subprocess
import sys

import psycopg2
from psycopg2 import sql

PREFIX = "customer_tiering_bench"
MAINTENANCE_DATABASE = "postgres"
NAMED_STRATEGIES_SINCE = 150000


@contextlib.contextmanager
def connect(name, autocommit=False):
    """Connection to database ``name``; committed at the end unless the block raises."""
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = autocommit
    try:
        yield connection
        if not autocommit:
            connection.commit()
    finally:
        connection.close()


def exists(name):
    with connect(MAINTENANCE_DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def server():
    """What the server is, in one line."""
    with connect(MAINTENANCE_DATABASE) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers')"
        )
        return "PostgreSQL {}, shared_buffers {}".format(*cursor.fetchone())


def drop(name):
    with (
        connect(MAINTENANCE_DATABASE, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def rename(old, new):
    with (
        connect(MAINTENANCE_DATABASE, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))


def clone(template, name):
    """Replace database ``name`` by a copy of ``template``."""
    drop(name)
    with (
        connect(MAINTENANCE_DATABASE, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        statement = "CREATE DATABASE {} TEMPLATE {}"
        if connection.server_version >= NAMED_STRATEGIES_SINCE:
            # The default strategy logs every page: minutes instead of seconds at this size.
            statement += " STRATEGY FILE_COPY"
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))


def create_base(name, module):
    """Fresh Odoo database with ``module`` installed, without demo data."""
    drop(name)
    _odoo("-d", name, "-i", module)


def install(name, module):
    """Install ``module`` in a database that is there."""
    _odoo("-d", name, "-i", module)


def upgrade(name, module):
    """Bring a kept database to the present state of ``module``."""
    _odoo("-d", name, "-u", module)


def _odoo(*arguments):
    subprocess.run(
        [sys.executable, "-m", "odoo", *arguments]
        + ["--stop-after-init", "--no-http", "--log-level=error"],
        check=True,
    )
