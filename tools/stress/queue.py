"""Gradings by the workers of OCA queue_job against one without them (``./dev stress queue``).

A data set is copied twice. One copy is graded by the nightly job alone, the other by a real server
with two jobs at a time, of which one is killed and another loses its connection. Two nights, the
second with new orders; all columns of what gradings write must be the same in the end.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

from tools.bench import build, database
from tools.bench.table import render
from tools.devtool import databases, odoo
from tools.devtool.console import Failure
from tools.devtool.paths import LOGS

GLUE = "customer_tiering_queue_job"
# Each of them has at least these many jobs.
CHUNKS = 8
NIGHT_SECONDS = 900
# Moments and ids of rows, which differ between two gradings of the same customers.
APART = ["id", "run_id", "standing_id", "policy_id", "change_id", "proposal_id", "activity_id"]
APART += ["graded_at", "create_date", "write_date", "started_at", "finished_at", "duration"]
WRITTEN = {
    "customer_tier_standing": "NULL::int FROM customer_tier_standing t",
    "customer_tier_run": "NULL::int FROM customer_tier_run t",
    "customer_tier_run_error": "NULL::int FROM customer_tier_run_error t",
    "customer_reminder": "NULL::int FROM customer_reminder t",
    **{
        table: f"s.partner_id FROM {table} t JOIN customer_tier_standing s ON s.id = t.standing_id"
        for table in ("customer_tier_change", "customer_tier_event", "customer_tier_proposal")
    },
}
# Whoever holds the shared lock of a company is grading a chunk of it.
AT_WORK = """
    SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE d.datname = %s AND l.locktype = 'advisory' AND l.mode = 'ShareLock' AND l.granted
     LIMIT 1
"""


def main(arguments=None):
    # Ended politely from outside, it still cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["serve"]:
        return _serve(int(arguments[1]), arguments[2:])
    if arguments[:1] == ["night"]:
        return _night(arguments[1])
    options = _parse(arguments)
    alone, shared = f"{options.prefix}_alone", f"{options.prefix}_shared"
    try:
        _prepare(options, alone, shared)
        rows, differing = _compare_nights(options, alone, shared)
    except Failure as failure:
        print(failure)
        return 1
    finally:
        for name in () if options.keep else (alone, shared):
            databases.drop(name)
    print(render(("night", "jobs", "workers", "killed", "rows compared", "differ"), rows))
    return 1 if differing else 0


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev stress queue", description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--port", type=int, default=0, help="of the server; any free one without")
    parser.add_argument("--prefix", default="customer_tiering_queue", help="of databases")
    parser.add_argument("--keep", action="store_true", help="leave the databases afterwards")
    return parser.parse_args(arguments)


def _prepare(options, alone, shared):
    base = f"{options.prefix}_base"
    databases.fresh(base, modules=[GLUE])
    size = {"orders": 10 * options.customers, "invoices": options.customers, "lines": False}
    for name in (alone, shared):
        databases.drop(name)
    try:
        build.build(alone, base, SimpleNamespace(customers=options.customers, **size), _say)
    finally:
        databases.drop(base)
    odoo.run_script(
        alone,
        'env["customer.tier.program"]._create_preset("wholesale", env.company)\n'
        'env["ir.cron"].search([]).active = False\n'
        'env.ref("customer_tiering.ir_cron_grade").active = True\n'
        "env.cr.commit()\n",
    )
    database.clone(alone, shared)


def _compare_nights(options, alone, shared):
    """Lines of the table and the number of rows that differ."""
    rows, differing = [], 0
    for night in (1, 2):
        if night > 1:
            for name in (alone, shared):
                build.add_orders(name)
                _change(name, "UPDATE res_company SET customer_tier_graded_on = CURRENT_DATE - 1")
        _say(f"Night {night}: without jobs")
        subprocess.run([sys.executable, "-m", "tools.stress.queue", "night", alone], check=True)
        _say(f"Night {night}: with jobs")
        killed = _night_of_jobs(options, shared, night)
        number = sum(len(_written(alone, table)) for table in WRITTEN)
        found = [
            (table, *line)
            for table in WRITTEN
            for line in set(_written(alone, table)) ^ set(_written(shared, table))
        ]
        for line in found[:10]:
            _say(f"  differs: {line}")
        jobs = "SELECT COUNT(*), COUNT(DISTINCT worker_pid) FROM queue_job"
        counts = (*_rows(shared, jobs)[0], killed, number, len(found))
        rows.append((str(night), *map(str, counts)))
        differing += len(found)
    return rows, differing


def _night(name):
    """The nightly job in this process, which has no job runner."""
    import odoo
    from odoo.api import Environment
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-d", name, "--log-level=error", "--no-http"])
    with Registry(name).cursor() as cr:
        env = Environment(cr, odoo.SUPERUSER_ID, {})
        env.ref("customer_tiering.ir_cron_grade").method_direct_trigger()


def _night_of_jobs(options, name, night):
    """Let a server grade everybody; its workers are disturbed.

    :return: what was done to them
    """
    port = odoo.free_port(options.port)
    command = ["-d", name, "--db-filter", f"^{name}$", "--load", "base,web,queue_job"]
    command += ["--workers", "3", "--max-cron-threads", "1", "--http-port", str(port)]
    command += ["--limit-time-real", "600"]
    chunk = str(options.customers // CHUNKS)
    log = LOGS / f"stress-queue-{night}.log"
    before = _rows(name, "SELECT COUNT(*) FROM customer_tier_run WHERE state = 'done'")
    _change(name, "UPDATE ir_cron SET nextcall = now() at time zone 'utc' WHERE active")
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "tools.stress.queue", "serve", chunk, *command],
            env=os.environ | {"ODOO_QUEUE_JOB_CHANNELS": "root:2"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        return _disturb(name, server, before)
    finally:
        server.terminate()
        server.wait(60)


def _disturb(name, server, before):
    """Kill one worker at work, break the connection of another, wait for the end of the run."""
    deadline = time.monotonic() + NIGHT_SECONDS
    killed = []
    while _rows(name, "SELECT COUNT(*) FROM customer_tier_run WHERE state = 'done'") == before:
        if server.poll() is not None or time.monotonic() > deadline:
            raise Failure(f"The jobs did not end the run; see {LOGS}.")
        started = _rows(name, "SELECT worker_pid FROM queue_job WHERE state = 'started'")
        at_work = _rows(name, AT_WORK, [name])
        if at_work and len(killed) == 1:
            _rows(name, "SELECT pg_terminate_backend(%s)", [at_work[0][0]])
            killed.append("connection")
        elif at_work and started and not killed:
            os.kill(started[0][0], signal.SIGKILL)
            killed.append("worker")
        time.sleep(0.1)
    return " and ".join(killed) or "nobody"


def _serve(chunk, arguments):
    """Odoo with smaller chunks."""
    import odoo
    from odoo.cli.server import main as serve
    from odoo.service.server import PreforkServer

    odoo.tools.config.parse_config(arguments)
    # It would start this file anew, and nobody is there to chat.
    PreforkServer.long_polling_spawn = lambda _server: None
    from odoo.addons.customer_tiering.models import customer_tier_run

    customer_tier_run.CHUNK_SIZE = chunk
    serve(arguments)


def _written(name, table):
    statement = "SELECT (to_jsonb(t) - %s::text[])::text, " + WRITTEN[table]
    return _rows(name, statement, [APART])


def _rows(name, statement, parameters=None):
    with database.connect(name, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _change(name, statement):
    with database.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def _say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
