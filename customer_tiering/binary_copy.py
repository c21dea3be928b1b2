"""Tables between PostgreSQL and numpy without a Python object per value.

Reading or writing 200,000 rows of numbers takes tens of milliseconds this way; through Python
tuples it would take longer than everything else that grading does. Only fixed-width types and no
NULL: callers write COALESCE, or NaN and 0 where a value is missing.
Format: PostgreSQL manual, "COPY", section "Binary Format".
"""

from io import BytesIO

import numpy as np

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
# Type name in SQL: big-endian numpy type with the same bytes. Timestamps count microseconds from
# the year 2000.
_TYPES = {"int4": ">i4", "float8": ">f8", "timestamp": ">i8"}
_YEAR_2000 = np.datetime64("2000-01-01", "us")


def _row_dtype(columns):
    layout = [("fields", ">i2")]
    for name, type_ in columns.items():
        layout += [(f"{name}:length", ">i4"), (name, _TYPES[type_])]
    return np.dtype(layout)


def read_columns(cr, query, columns):
    """Result of a query as native numpy arrays.

    :param query: ``SQL`` whose columns have exactly the types given and are never NULL
    :param columns: ordered dict name → ``int4`` | ``float8`` | ``timestamp``
    :return: dict name → array; timestamps as ``datetime64[us]``, in the zone they are stored in
    :raise ValueError: when the rows do not have the shape announced
    """
    buffer = BytesIO()
    statement = cr.mogrify(query).decode(cr.connection.encoding)
    cr.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT binary)", buffer)
    dtype = _row_dtype(columns)
    payload = buffer.getbuffer()[len(_SIGNATURE) : -len(_TRAILER)]
    if len(payload) % dtype.itemsize:
        raise ValueError(f"Not rows of {columns}: a NULL or another type is among them.")
    rows = np.frombuffer(payload, dtype)
    if len(rows) and (rows["fields"] != len(columns)).any():
        raise ValueError(f"Not rows of {columns}: another number of columns.")
    return {name: _native(rows[name], type_) for name, type_ in columns.items()}


def _native(values, type_):
    values = values.astype(values.dtype.newbyteorder("="))
    return _YEAR_2000 + values.astype("timedelta64[us]") if type_ == "timestamp" else values


def write_columns(cr, table, columns, values):
    """Append rows to a table.

    :param table: name of a table or temporary table (not user input)
    :param columns: ordered dict name → SQL type, all columns to fill
    :param values: mapping name → array; all of one length
    """
    dtype = _row_dtype(columns)
    empty = np.zeros(1, dtype)
    empty["fields"] = len(columns)
    for name in columns:
        empty[f"{name}:length"] = dtype[name].itemsize
    # Many rows are made faster of one than a column at a time.
    rows = np.repeat(empty, len(next(iter(values.values()))))
    for name in columns:
        rows[name] = values[name]
    names = ", ".join(f'"{name}"' for name in columns)
    buffer = BytesIO(b"".join((_SIGNATURE, rows.view(np.uint8).data, _TRAILER)))
    cr.copy_expert(f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)', buffer)
