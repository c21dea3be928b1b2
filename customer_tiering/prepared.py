"""Statements that PostgreSQL plans once for a connection, and runs many times.

Grading one customer asks some ten long statements. Each finds a few rows by an index, and takes
PostgreSQL five times as long to plan as to run. Where ``SWIFT`` is on, they are planned for
whatever customer comes, and kept with the connection (PostgreSQL manual, “PREPARE”); elsewhere they
are run as ever. A pool that gives each transaction another connection does not keep them, so
whoever turns the switch on has to do the same without it where that fails.
"""

import hashlib
from datetime import date, datetime
from weakref import WeakKeyDictionary

from psycopg2 import Error
from psycopg2.errors import InvalidSqlStatementName

from .switches import SWIFT

# How many a connection keeps: those of some companies and programmes.
MOST = 200
# Types of parameters, written behind them. A text is of whatever type is looked for, as one in
# quotes is, and so is a list; any other value is written into the statement.
_TYPES = {str: "", list: "", bool: "::bool", date: "::date", datetime: "::timestamp"}
_INTEGERS = 2**31
_ARRAYS = {"int4": "int32", "float8": "float64", "timestamp": "datetime64[us]"}

# Names of the statements that a connection has, the oldest first.
_kept = WeakKeyDictionary()


def execute(env, query):
    """Run a statement.

    :param query: ``SQL``; where the switch is on, what changes from time to time are numbers,
        texts, days, moments and lists of them
    """
    if not SWIFT.is_on(env):
        env.cr.execute(query)
        return
    statement, values = _parts(env.cr, query)
    kept = _kept.setdefault(env.cr.connection, {})
    name = f"customer_tiering_{hashlib.sha256(statement.encode()).hexdigest()[:32]}"
    before = "SET LOCAL plan_cache_mode = force_generic_plan; "
    if name not in kept:
        if len(kept) >= MOST:
            oldest = next(iter(kept))
            del kept[oldest]
            before += f"DEALLOCATE {oldest}; "
        before += f"PREPARE {name} AS {statement}; "
    # One text, so that it goes to the server and back once.
    text = f"{before}EXECUTE {name}"
    if values:
        text = f"{text.replace('%', '%%')}({', '.join(['%s'] * len(values))})"
    try:
        env.cr.execute(text, values or None, log_exceptions=False)
    except InvalidSqlStatementName:
        kept.pop(name, None)
        raise
    except Error:
        # What is prepared stays so when the transaction is taken back.
        kept[name] = True
        raise
    kept[name] = True


def rows(env, query):
    """What a query finds, as a list of tuples."""
    execute(env, query)
    return env.cr.fetchall()


def read_columns(env, query, columns):
    """Result of a query as arrays, see ``binary_copy.read_columns``."""
    import numpy as np

    from . import binary_copy

    if not SWIFT.is_on(env):
        return binary_copy.read_columns(env.cr, query, columns)
    found = rows(env, query)
    values = zip(*found, strict=True) if found else [()] * len(columns)
    return {
        name: np.array(column, dtype=_ARRAYS[type_])
        for (name, type_), column in zip(columns.items(), values, strict=True)
    }


def _parts(cr, query):
    """The text of a statement with numbered parameters, and their values."""
    places, values = [], []
    for value in query.params:
        type_ = _type(value)
        if type_ is None:
            places.append(cr.mogrify("%s", [value]).decode(cr.connection.encoding))
        else:
            values.append(value)
            places.append(f"${len(values)}{type_}")
    return query.code % tuple(places), values


def _type(value):
    if type(value) is int:
        return "::int4" if abs(value) < _INTEGERS else "::int8"
    return _TYPES.get(type(value))
