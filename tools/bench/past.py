"""How long orders of another system take from a file to graded customers, by the standard import
as the web client calls it: one call for every 2,000 rows, each in a transaction of its own.

``./dev bench past --rows 100000``; in a database of its own.
"""

import argparse
import csv
import io
import sys
import time
from datetime import date, timedelta
from random import Random

from . import database
from .measure import _environment, _measured, _peak_mib
from .table import render

ADDON = "customer_tiering_past_orders"
NAME = f"{database.PREFIX}_past"
# Seconds until everybody of 100,000 rows has a contact.
TARGET = 120
# What the web client imports in one call.
BATCH = 2000
CUSTOMERS_EACH = 5
LAST = date(2024, 12, 31)
HEADER = ("order_ref", "customer_id", "order_date", "amount")
# By what customers of the file are found; the last are not known at all.
WAYS = ("ref", "vat", "email", "name", None)


def main(arguments):
    options = _parse(arguments)
    base = f"{NAME}_base"
    if options.rebuild or not database.exists(base):
        database.create_base(base, ADDON)
    database.clone(base, NAME)
    try:
        with _environment(NAME) as env:
            _create_known(env, options.rows // CUSTOMERS_EACH)
            rows = _steps(env, _file(options.rows))
    finally:
        _let_go()
        database.drop(NAME)
    until_graded = sum(done["seconds"] for name, done in rows if name != "deleted again")
    print(f"{options.rows:,} rows of {options.rows // CUSTOMERS_EACH:,} customers")
    table = [
        (name, f"{done['seconds']:.1f}", f"{done['own']:.1f}", done["result"])
        for name, done in rows
    ]
    target = f"{TARGET} s at 100,000 rows"
    table.append(("together, before deleting", f"{until_graded:.1f}", "", f"wanted: {target}"))
    print(render(("step", "seconds", "of processor", "result"), table))
    print(f"Memory at most: {_peak_mib():,.0f} MiB")
    return int(options.rows >= 100_000 and until_graded > TARGET)


def _let_go():
    """End this process's own sessions, which would keep the database."""
    from odoo.sql_db import close_db

    close_db(NAME)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench past", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rebuild", action="store_true", help="make the database anew")
    return parser.parse_args(arguments)


def _key(number):
    """What the file calls a customer: of each five, one by each way."""
    way = WAYS[number % len(WAYS)]
    return {"email": f"buyer{number}@example.com", "name": f"Buyer {number}"}.get(
        way, f"{(way or 'new').upper()}{number}"
    )


def _create_known(env, customers):
    """Contacts of all customers but every fifth."""
    vals_list = []
    for number in range(customers):
        way = WAYS[number % len(WAYS)]
        if way:
            vals_list.append({"name": f"Buyer of {way} {number}", way: _key(number)})
    # Invented tax numbers are not looked up anywhere.
    env["res.partner"].with_context(no_vat_validation=True, tracking_disable=True).create(vals_list)
    env.cr.commit()


def _file(rows):
    """Orders of three years, as an old system writes them."""
    luck = Random(rows)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number in range(rows):
        day = LAST - timedelta(days=luck.randrange(1095))
        amount = f"{luck.lognormvariate(6, 1):.2f}"
        writer.writerow([f"P{number}", _key(number // CUSTOMERS_EACH), day, amount])
    return out.getvalue().encode()


def _steps(env, file):
    """Pairs of a step's name and what ``_measured`` found."""
    Past = env["customer.past.order"]
    return [
        (name, _timed(lambda work=work: {"result": work(env, Past, file)}))
        for name, work in (
            ("come in from the file", _come_in),
            ("contacts created of who was not found", _create_missing),
            ("programme chosen, everybody graded", _grade),
            ("deleted again", _delete),
        )
    ]


def _timed(work):
    """As measured, with the seconds that this process had of a processor, which is what others on
    the machine cannot take away."""
    began = time.process_time()
    done = _measured(work)
    return {**done, "own": time.process_time() - began}


def _come_in(env, Past, file):
    wizard = env["base_import.import"].create(
        {
            "res_model": Past._name,
            "file": file,
            "file_name": "orders.csv",
            "file_type": "text/csv",
        }
    )
    preview = wizard.parse_preview({"has_headers": True, "quoting": '"', "separator": ","})
    fields = [preview["matches"][column][0] for column in range(len(HEADER))]
    skip = 0
    while skip is not None:
        options = {**preview["options"], "has_headers": True, "limit": BATCH, "skip": skip}
        done = wizard.execute_import(list(fields), preview["headers"], options)
        if done["messages"]:
            sys.exit(str(done["messages"][:3]))
        env.cr.commit()
        env.invalidate_all()
        skip = done["nextrow"] or None
    found = Past.search_count([("match", "=", "found")])
    return f"{Past.search_count([]):,} rows, {found:,} with a contact"


def _create_missing(env, Past, _file):
    Past.action_create_customers()
    env.cr.commit()
    left = Past.search_count([("partner_id", "=", False)])
    return f"{left:,} rows without a contact"


def _grade(env, _past, _file):
    wizard = env["customer.tier.start"].create({"tz": "Europe/Brussels", "use_proposed": True})
    wizard.action_start()
    env.cr.commit()
    standings = env["customer.tier.standing"].search([("program_id", "!=", False)])
    return f"{len(standings):,} customers, tiers in use: {len(standings.tier_id)}"


def _delete(env, Past, _file):
    Past.search([]).unlink()
    env.cr.commit()
    waiting = env["customer.tier.stale"].search_count([])
    return f"{Past.search_count([]):,} rows left, {waiting:,} customers to be graded again"
