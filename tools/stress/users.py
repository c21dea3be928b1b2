"""People work over RPC while everybody is graded again and again. Nobody may notice, and in the
end everybody must be where a grading in peace would have put them."""

import json
import re
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict

import requests

from tools.bench import database
from tools.devtool import databases, odoo
from tools.devtool.console import Failure

from . import compare, invariants, limits
from .data import change, log_file, prepare, report, rows, say, value
from .grading import WAKE, Grader, next_night, today
from .people import WELL_KNOWN, Person

WORKERS = 4
START_SECONDS = 120
QUIET_SECONDS = 600
# Customers that were entered twice.
DOUBLES = 200
# How much more than today each customer with a limit may owe.
ROOM = 5_000
# Orders mark customers at once; the whole table is graded again as soon as it has been.
LOOK_SECONDS = 0.5
GRADED_ANEW = """
    DELETE FROM customer_tier_event; DELETE FROM customer_reminder;
    DELETE FROM customer_tier_change; DELETE FROM customer_tier_proposal;
    DELETE FROM customer_tier_standing;
    UPDATE res_company SET customer_tier_graded_on = NULL
"""
BY_HAND = """
    SELECT s.partner_id FROM customer_tier_standing s
     WHERE s.manual_tier_id IS NOT NULL OR EXISTS (
        SELECT FROM customer_tier_change c WHERE c.standing_id = s.id AND c.reason = 'manual')
"""
# In the server's log. Each try that conflicted was made again, and nobody heard of it.
RETRIED = re.compile(
    r"(?:SERIALIZATION_FAILURE|LOCK_NOT_AVAILABLE|DEADLOCK_DETECTED), \d tries left"
)
QUERY = re.compile(r"bad query: (.*?)\nERROR: (.*)", re.DOTALL)
OUR_TABLES = re.compile(r"\bcustomer_(?:tier|reminder|win_back|stage|credit|late|loss|order)_?\w*")


def run(options):
    name = f"{options.prefix}_users"
    prepare(name, options, people=options.clients)
    clean = f"{name}_clean"
    try:
        return _Experiment(name, options).run(clean)
    finally:
        if not options.keep:
            databases.drop(name)
            databases.drop(clean)


class _Experiment:
    def __init__(self, name, options):
        self.name, self.options = name, options
        self.grader = Grader(name, options.chunk)
        self.log = log_file(f"{name}-server")
        self.wrong, self.requests = [], []
        self.gradings = self.compared = 0
        self.graded_after = None

    def run(self, clean):
        begun = today()
        self._limits(str(ROOM))
        server = self._serve()
        try:
            self._work()
        finally:
            _end(server)
        self.gradings = value(
            self.name, "SELECT count(*) FROM customer_tier_run WHERE state = 'done'"
        )
        self._settle()
        if self.grader.runs():
            self.grader.kill()
        if not self.wrong:
            self._compare(clean)
        if today() != begun:
            self.wrong.append("midnight passed, so the two cannot be compared: start again")
        return self._report()

    def _serve(self):
        port = odoo.free_port(self.options.port)
        self.address = f"http://127.0.0.1:{port}"
        command = odoo.command(
            *("server", "-d", self.name, "--http-port", port, "--gevent-port", odoo.free_port()),
            *("--workers", WORKERS, "--max-cron-threads", 0, "--limit-time-real", 600),
        )
        with self.log.open("w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        session = requests.Session()
        session.trust_env = False
        while True:
            try:
                session.get(self.address + "/web/login", timeout=START_SECONDS)
                return server
            except requests.RequestException:
                if time.monotonic() > deadline or server.poll() is not None:
                    _end(server)
                    raise Failure("The server did not start.", f"See {self.log}.") from None
                time.sleep(0.5)

    def _work(self):
        """People and jobs side by side."""
        until = time.monotonic() + 60 * self.options.minutes
        things = {
            kind: [id_ for (id_,) in rows(self.name, statement)]
            for kind, statement in (
                (
                    "customers",
                    "SELECT id FROM res_partner WHERE name LIKE 'Customer %' ORDER BY id",
                ),
                ("products", "SELECT id FROM product_product WHERE active ORDER BY id LIMIT 20"),
                ("tiers", "SELECT id FROM customer_tier WHERE active ORDER BY sequence, id"),
                ("programs", "SELECT id FROM customer_tier_program WHERE active ORDER BY id"),
            )
        }
        # Nobody but who merges them works with these.
        customers = things["customers"]
        things["doubles"] = customers[-DOUBLES:]
        things["limited"] = customers[WELL_KNOWN : WELL_KNOWN + limits.COUNT]
        things["customers"] = [
            *customers[:WELL_KNOWN],
            *customers[WELL_KNOWN + limits.COUNT : -DOUBLES],
        ]
        count = self.options.clients
        people = [
            Person(n, count, self.address, self.name, things, until, self.options.seed)
            for n in range(count)
        ]
        say(f"{count} people at work for {self.options.minutes:g} minutes")
        self.grader.start()
        change(self.name, WAKE)
        for person in people:
            person.start()
        while any(person.is_alive() for person in people):
            if not self.grader.runs():
                self.wrong.append(f"the grading process died, see {self.grader.log}")
                break
            graded_on = value(self.name, "SELECT min(customer_tier_graded_on) FROM res_company")
            if graded_on and self.graded_after is None:
                self.graded_after = value(self.name, "SELECT max(id) FROM customer_tier_change")
            if graded_on == today():
                next_night(self.name)
            time.sleep(LOOK_SECONDS)
        for person in people:
            person.join()
            self.requests += person.done

    def _settle(self):
        """Let the queue run empty, and grade everybody twice."""
        say("In peace")
        for night in range(2):
            if not self.grader.finish(time.monotonic() + QUIET_SECONDS):
                self.wrong.append(f"the jobs do not end, see {self.grader.log}")
                return
            if not night:
                next_night(self.name)
        self.wrong += invariants.violations(self.name, self.graded_after or 0)
        over = json.loads(self._limits())
        self.wrong += [f"{name} is over the limit by {by}" for name, by in over.items()]

    def _limits(self, *arguments):
        """What ``tools.stress.limits`` does to the database; nothing where nobody looks at them."""
        if not value(self.name, "SELECT to_regclass('customer_credit_approval') IS NOT NULL"):
            return "{}"
        command = [sys.executable, "-m", "tools.stress.limits", self.name, *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout or "{}"

    def _compare(self, clean):
        """Nothing changes in a grading alone, and one from nothing leads to the same."""
        database.clone(self.name, clean)
        self._grade_alone()
        change(clean, GRADED_ANEW, WAKE)
        grader = Grader(clean, self.options.customers * 2)
        grader.start()
        try:
            if not grader.finish(time.monotonic() + QUIET_SECONDS):
                self.wrong.append(f"the clean grading does not end, see {grader.log}")
                return
        finally:
            grader.kill()
        by_hand = [id_ for (id_,) in rows(self.name, BY_HAND)]
        free = f"program_id IS NOT NULL AND NOT partner_id = ANY(ARRAY{by_hand}::int[])"
        self.compared = value(
            self.name, f"SELECT count(*) FROM customer_tier_standing WHERE {free}"
        )
        self.wrong += compare.standing_differences(
            self.name, clean, leave_out=compare.OF_HISTORY, condition=free
        )

    def _grade_alone(self):
        self.grader.start()
        next_night(self.name)
        if not self.grader.finish(time.monotonic() + QUIET_SECONDS):
            self.wrong.append(f"the grading alone does not end, see {self.grader.log}")
        self.grader.kill()
        written = value(
            self.name, "SELECT written_count FROM customer_tier_run ORDER BY id DESC LIMIT 1"
        )
        if written:
            self.wrong.append(f"a grading alone still changed {written} customers")

    def _report(self):
        by_task = defaultdict(list)
        for request in self.requests:
            by_task[request.what].append(request)
        table = [_line(what, done) for what, done in sorted(by_task.items())]
        table.append(_line("all", self.requests))
        if not self.requests:
            self.wrong.append("nobody did anything")
        for (kind, detail), number in Counter(
            (request.kind, request.detail)
            for request in self.requests
            if request.kind not in ("done", "told")
        ).most_common(10):
            text = f"{number} requests failed ({kind}): {detail}"
            # What Odoo itself refuses is not our business, but worth a look.
            say(text) if kind == "other" else self.wrong.append(text)
        self._say_conflicts()
        header = ("request", "number", "told to wait", "failed", "median s", "95 % s", "longest s")
        return report(header, table, self.wrong)

    def _say_conflicts(self):
        retried, ours = _conflicts(self.log.read_text(errors="replace"))
        _none, in_jobs = _conflicts(self.grader.log.read_text(errors="replace"))
        say(f"Meanwhile {self.gradings} gradings of everybody")
        say(f"Server: {retried} tries made again, {len(ours)} statements on our tables failed")
        say(f"Jobs: {len(in_jobs)} statements on our tables failed")
        for text, number in Counter(ours + in_jobs).most_common(8):
            say(f"  {number} x {text}")
        say(f"{self.compared} standings compared with a grading from nothing")


def _line(what, requests_done):
    kinds = Counter(request.kind for request in requests_done)
    seconds = sorted(request.seconds for request in requests_done) or [0]
    failed = len(requests_done) - kinds["done"] - kinds["told"]
    late = seconds[int(0.95 * (len(seconds) - 1))]
    middle = statistics.median(seconds)
    times = (f"{number:.2f}" for number in (middle, late, seconds[-1]))
    return (what, len(requests_done), kinds["told"], failed, *times)


def _conflicts(log):
    """How many tries a log says were made again, and which queries on our tables failed."""
    ours = []
    for part in re.split(r"\n(?=\d{4}-\d\d-\d\d )", log):
        found = QUERY.search(part)
        if found and (table := OUR_TABLES.search(found[1] + found[2])):
            words = " ".join(found[1].replace("b'", "").split()[:3])
            ours.append(f"{table[0]}: {found[2].splitlines()[0]} ({words} …)")
    return len(RETRIED.findall(log)), ours


def _end(process):
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
