"""Times of the page that reminders lead to beside core's ``/my``, over HTTP, in a copy of a
database with customers; and what becomes of the same button pressed several times at once."""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from . import database
from .table import render

SCRATCH = f"{database.PREFIX}_pages"
# The page answers so many a minute of one address.
TIMES, AT_ONCE = 10, 4
TARGET_MS, TIER_TARGET_MS = 250, 60
PASSWORD = "bench pages"
# The customer with most orders and one of its people, who may log in; products of its page.
PREPARE = f"""
import json
from odoo import Command
env["res.lang"].search([("code", "=", "en_US")]).active = True
env.cr.execute(
    "SELECT s.id FROM customer_tier_standing s WHERE s.tier_id IS NOT NULL "
    "ORDER BY s.order_count DESC NULLS LAST, s.id LIMIT 1")
standing = env["customer.tier.standing"].browse(env.cr.fetchone())
company = standing.company_id
env["customer.product.affinity"]._refresh(company)
person = env["res.partner"].create(
    {{"name": "Bench Reader", "parent_id": standing.partner_id.id, "email": "bench@example.com"}})
env["res.users"].with_context(no_reset_password=True).create({{
    "login": "bench_reader", "password": "{PASSWORD}", "partner_id": person.id,
    "group_ids": [Command.set([env.ref("base.group_portal").id])],
    "company_id": company.id, "company_ids": [Command.set(company.ids)]}})
standing.program_id.portal_shown = True
env["customer.tier.metric"]._mark_portal_safe()
rule = env["customer.reminder.rule"].create({{"name": "Bench"}})
env["customer.reminder"].search([("partner_id", "=", standing.partner_id.id)]).unlink()
reminder = env["customer.reminder"].create({{
    "rule_id": rule.id, "partner_id": standing.partner_id.id, "company_id": company.id,
    "date": "2020-01-01"}})
suggested = standing.partner_id._customer_suggestions(company)
told = {{"path": "/o/" + reminder._reorder_token(person), "reminder": reminder.id,
        "wanted": {{f"q{{s.product.id}}": s.quantity for s in suggested if s.ticked}}}}
env.cr.commit()
print("TOLD", json.dumps(told))
"""


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench pages",
        description="Times of the reorder page and of asking for a quotation, beside core's /my.",
    )
    parser.add_argument("database", help="a database with graded customers, which is copied")
    options = parser.parse_args(arguments)
    database.clone(options.database, SCRATCH)
    try:
        return _measure()
    finally:
        database.drop(SCRATCH)


def _measure():
    told = _prepare()
    port = _free_port()
    command = [sys.executable, "-m", "odoo", "server", "-d", SCRATCH, "--max-cron-threads", "0"]
    command += ["--http-interface", "127.0.0.1", "--http-port", str(port), "--log-level", "error"]
    server = subprocess.Popen(command)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        return _report(address, told)
    finally:
        server.terminate()
        server.wait()


def _prepare():
    command = [sys.executable, "-m", "odoo", "shell", "-d", SCRATCH, "--no-http"]
    command += ["--log-level", "error"]
    done = subprocess.run(command, input=PREPARE, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        if line.startswith("TOLD "):
            return json.loads(line.removeprefix("TOLD "))
    sys.exit(f"Nothing could be prepared in {SCRATCH}:\n{done.stderr[-2000:]}")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(address):
    for _second in range(120):
        try:
            # The first one waits until the models are loaded.
            if _session().get(f"{address}/web/login", timeout=60).ok:
                return
        except requests.RequestException:
            time.sleep(1)
    sys.exit("The server does not answer.")


def _session():
    session = requests.Session()
    # A proxy of the machine must not take the requests.
    session.trust_env = False
    return session


def _report(address, told):
    reader, stranger = _session(), _session()
    login = {"db": SCRATCH, "login": "bench_reader", "password": PASSWORD}
    answer = reader.post(f"{address}/web/session/authenticate", json={"params": login}).json()
    if not answer.get("result", {}).get("uid"):
        sys.exit(f"The portal user cannot log in: {answer}")
    page = address + told["path"]
    rows = [
        _timed("core's /my, logged in", lambda: reader.get(f"{address}/my")),
        _timed("reorder page", lambda: stranger.get(page)),
        _timed("the customer's own page", lambda: reader.get(f"{address}/my/tier")),
    ]
    data = {"action": "order", **told["wanted"]}

    def press(_number):
        started = time.perf_counter()
        response = _session().post(page, data=data, allow_redirects=False)
        return response.status_code, 1000 * (time.perf_counter() - started)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pressed = list(pool.map(press, range(AT_ONCE)))
    taken = [milliseconds for _code, milliseconds in pressed]
    # The first makes the quotation, the others wait for it.
    rows.append((f"{AT_ONCE} at once, fastest", "", f"{min(taken):.0f}", str(AT_ONCE)))
    rows.append((f"{AT_ONCE} at once, slowest", "", f"{max(taken):.0f}", str(AT_ONCE)))
    again = [_timed("asking again", lambda: stranger.post(page, data=data, allow_redirects=False))]
    print(render(("page", "first ms", "median ms", "requests"), rows + again))
    made = _quotations(told["reminder"])
    good = made == 1 and all(code == 303 for code, _ms in pressed)
    good = good and float(rows[1][2]) <= TARGET_MS
    print(
        f"{AT_ONCE} at once made {made} quotation(s), answers {[code for code, _ms in pressed]}; "
        f"the page within {TARGET_MS} ms: {'good' if good else 'NOT good'}"
    )
    quick = float(rows[2][2]) <= TIER_TARGET_MS + float(rows[0][2])
    print(
        f"the own page within {TIER_TARGET_MS} ms more than core's /my: "
        f"{'good' if quick else 'NOT good'}"
    )
    good = good and quick
    return 0 if good else 1


def _timed(label, call):
    times = []
    for _number in range(TIMES):
        started = time.perf_counter()
        response = call()
        times.append(1000 * (time.perf_counter() - started))
        if response.status_code >= 400:
            sys.exit(f"{label}: the server answered {response.status_code}")
    return label, f"{times[0]:.0f}", f"{statistics.median(times[1:]):.0f}", str(TIMES)


def _quotations(reminder):
    with database.connect(SCRATCH) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM sale_order WHERE customer_reminder_id = %s", [reminder]
        )
        return cursor.fetchone()[0]
