"""How long it takes to look again at who is dedicated to customers, after a night in which one in a
hundred came to another tier.

``./dev bench care``. Two rules give the customers of the upper tiers to a pool of five people by
turns; what is timed is what follows a finished grading, and contacts are not to be written by it.
"""

import argparse
import statistics
import subprocess
import time
from collections import Counter

from . import cli, database
from .measure import PROMISED, _environment
from .table import render

TARGET_SECONDS = 0.3
POOL = 5
NIGHTS = 5
# Of an imported database, contacts look as if somebody had just changed all of them.
OLD_CONTACTS = "UPDATE res_partner SET write_date = now() - interval '30 days'"
# A night's grading: one customer in a hundred goes from one tier to another.
MOVES = """
    WITH few AS (
        SELECT id, tier_id FROM customer_tier_standing
         WHERE company_id = %(company)s AND tier_id IS NOT NULL AND id %% 100 = %(night)s
    ), moved AS (
        UPDATE customer_tier_standing s
           SET tier_id = CASE WHEN few.tier_id = %(one)s THEN %(other)s ELSE %(one)s END
          FROM few WHERE s.id = few.id RETURNING s.id, few.tier_id AS left, s.tier_id AS entered
    )
    INSERT INTO customer_tier_change (
        standing_id, from_tier_id, to_tier_id, direction, date, reason)
    SELECT id, moved.left, entered, 'up', current_date, 'rule' FROM moved
"""
WRITTEN = "SELECT count(*) FROM res_partner WHERE xmin::text <> %s"


def main(arguments):
    from odoo.sql_db import close_db

    parser = argparse.ArgumentParser(
        prog="python -m tools.bench care",
        description="Have one customer in a hundred change tier, and time the rules for dedicated "
        "people.",
    )
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--invoices", type=int, default=200_000)
    options = parser.parse_args(arguments)
    vars(options).update(grade=True, lines=True, rebuild=False)
    try:
        data = cli._prepare(options)
        scratch = f"{data}_care"
        database.clone(data, scratch)
        cli._run(scratch, "first", PROMISED, "no")
    except subprocess.CalledProcessError as error:
        cli._say(f"Stopped, see above: {' '.join(error.cmd)} ended with {error.returncode}")
        return 1
    try:
        return _report(*_nights(scratch))
    finally:
        close_db(scratch)
        database.drop(scratch)


def _nights(name):
    """Rows of what each night came to, how many customers each of the pool has per rule, and how
    many contacts were written."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(OLD_CONTACTS)
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        before = cursor.fetchone()[0]
    rows = []
    with _environment(name) as env:
        company, tiers = env.company, _rules(env)
        Care = env["customer.tier.care"]
        Care._assign(company)
        env.cr.commit()
        # As the server does by itself between a day and its night.
        with database.connect(name, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        for night in range(NIGHTS):
            move = {"company": company.id, "night": night, "one": tiers[0].id, "other": tiers[1].id}
            env.cr.execute(MOVES, move)
            moved = env.cr.rowcount
            env.cr.commit()
            env.invalidate_all()
            started = time.perf_counter()
            changed = Care._assign_changed(company)
            env.cr.commit()
            rows.append((moved, changed, time.perf_counter() - started))
        loads = Care._read_group([], ["service_id", "user_id"], ["__count"])
        env.cr.execute(WRITTEN, [before])
        # People are contacts, too.
        written = env.cr.fetchone()[0] - POOL
        return rows, Counter({(s.name, u.name): number for s, u, number in loads}), written


def _rules(env):
    """One rule for each tier but the lowest; returns these tiers."""
    salesmen = env.ref("sales_team.group_sale_salesman")
    people = env["res.users"].with_context(no_reset_password=True)
    pool = people.create(
        [
            {
                "name": f"Dedicated {number}",
                "login": f"dedicated{number}",
                "group_ids": [(4, salesmen.id)],
            }
            for number in range(POOL)
        ]
    )
    program = env["customer.tier.program"].search([("company_id", "=", env.company.id)], limit=1)
    tiers = program.tier_ids[1:]
    env["customer.tier.service"].create(
        [
            {
                "name": tier.name,
                "program_id": program.id,
                "tier_ids": [(6, 0, tier.ids)],
                "way": "turns",
                "member_ids": [(0, 0, {"user_id": user.id}) for user in pool],
            }
            for tier in tiers
        ]
    )
    env.cr.commit()
    return tiers


def _report(rows, loads, written):
    seconds = statistics.median(spent for _moved, _changed, spent in rows)
    told = f"{seconds:.3f} s (<= {TARGET_SECONDS} s), {written} contacts written"
    print(f"{database.server()}: {told}")
    header = ("came to another tier", "assigned anew", "seconds")
    print(render(header, [(f"{m:,}", f"{c:,}", f"{spent:.3f}") for m, c, spent in rows]))
    lines = [(rule, who, f"{number:,}") for (rule, who), number in sorted(loads.items())]
    print(render(("rule", "person", "customers"), lines))
    return 0 if seconds <= TARGET_SECONDS and not written else 1
