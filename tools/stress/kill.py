"""The grading process is killed, PostgreSQL crashes; what comes of it is what would have come of
it without."""

import os
import random
import time
from collections import Counter

import psycopg2

from tools.bench import database
from tools.devtool import databases

from . import compare, invariants
from .cluster import Cluster
from .data import prepare, report, say, value
from .grading import DUE, WAKE, Grader, asleep, left, left_of_each, pass_time, today
from .nights import pass_by

# Longest time from the beginning of work to a kill: some come before the first chunk is
# committed, most in the middle.
LONGEST_SECONDS = 4
# How long an undisturbed night may take before something is taken for stuck.
NIGHT_SECONDS = 120


def run(options):
    name = f"{options.prefix}_kill"
    shared = dict(os.environ)
    prepare(name, options)
    cluster = None
    try:
        cluster = Cluster(name)
        return _Experiment(cluster, name, options).run()
    finally:
        if cluster and not options.keep:
            cluster.remove()
        os.environ.clear()
        os.environ.update(shared)
        if not options.keep:
            databases.drop(name)


class _Experiment:
    def __init__(self, cluster, name, options):
        self.cluster, self.name, self.options = cluster, name, options
        self.random = random.Random(options.seed)
        self.grader = Grader(name, options.chunk)
        self.deadline = time.monotonic() + 60 * options.minutes
        self.night = -1
        self.counted = Counter()
        self.wrong = []

    def run(self):
        begun = today()
        undisturbed = f"{self.name}_undisturbed"
        database.clone(self.name, undisturbed)
        try:
            self._disturb()
        finally:
            if self.grader.runs():
                self.grader.kill()
        if not self.wrong:
            say(f"{self.night + 1} nights; the same ones undisturbed")
            self._repeat(undisturbed)
        if not self.wrong:
            self.wrong += compare.all_differences(self.name, undisturbed)
        if today() != begun:
            self.wrong.append("midnight passed, so the two cannot be compared: start again")
        return self._report()

    def _disturb(self):
        """Kill and crash at random moments of one night after the other."""
        kills = ("grader", "server")
        for number in range(self.options.kills):
            if time.monotonic() > self.deadline or self.wrong:
                break
            self._work()
            self._let_pass()
            self.counted["in the middle"] += left(self.name)
            self._kill(kills[number % 2])
            self.wrong += invariants.violations(self.name)
            self.counted["checks"] += len(invariants.RULES)
        if self.wrong:
            return
        self._work()
        if not self.grader.finish(time.monotonic() + NIGHT_SECONDS):
            self.wrong.append(f"the last night does not end, see {self.grader.log}")
        self.wrong += invariants.violations(self.name)

    def _work(self):
        """See to it that the grader runs and has something to do."""
        if not self.grader.runs():
            self.grader.start()
        if self.night < 0 or not left(self.name):
            self.night += 1
            pass_by(self.name, self.options.seed, self.night, DUE, WAKE)
        elif asleep(self.name):
            self.counted["hours passed"] += 1
            grading, _telling = left_of_each(self.name)
            late = pass_time(self.name)
            # Only what has something to do must come back.
            self.wrong += [text for text in late if grading or "tell" in text]

    def _let_pass(self):
        """Some random time, while a new night begins as soon as one is over."""
        end = time.monotonic() + self.random.uniform(0, LONGEST_SECONDS)
        while time.monotonic() < end:
            self._work()
            time.sleep(0.05)

    def _kill(self, what):
        say(f"{what} is killed in night {self.night + 1}, {self._where()}")
        self.counted[what] += 1
        if what == "grader":
            self.grader.kill()
            # Its sessions end, and their transactions with them, when the server notices.
            self._wait_for_sessions()
        else:
            self.cluster.crash()

    def _where(self):
        try:
            count = value(
                self.name,
                "SELECT max(last_partner_id) FROM customer_tier_run WHERE state = 'running'",
            )
            return f"run at customer {count}" if count is not None else "no run under way"
        except psycopg2.Error as error:
            return str(error)

    def _wait_for_sessions(self):
        statement = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        )
        while value(self.name, statement, [self.name]):
            time.sleep(0.02)

    def _repeat(self, undisturbed):
        """The same nights, one after the other, in peace."""
        grader = Grader(undisturbed, self.options.chunk)
        grader.start()
        try:
            for night in range(self.night + 1):
                pass_by(undisturbed, self.options.seed, night, DUE, WAKE)
                if not grader.finish(time.monotonic() + NIGHT_SECONDS):
                    self.wrong.append(f"undisturbed, night {night + 1} does not end: {grader.log}")
                    return
        finally:
            grader.kill()

    def _report(self):
        done = self.counted["grader"] + self.counted["server"]
        if done < self.options.kills and not self.wrong:
            self.wrong.append(f"only {done} of {self.options.kills} within the time")
        numbers = [
            ("grading process killed", self.counted["grader"]),
            ("PostgreSQL crashed", self.counted["server"]),
            ("of these in the middle of work", self.counted["in the middle"]),
            ("times a job had been put off", self.counted["hours passed"]),
            ("nights", self.night + 1),
            ("rules checked", self.counted["checks"]),
        ]
        for label, table in (
            ("customers", "standing"),
            ("lines of history", "change"),
            ("messages", "event"),
            ("runs", "run"),
        ):
            numbers.append((label, value(self.name, f"SELECT count(*) FROM customer_tier_{table}")))
        return report(("what", "number"), numbers, self.wrong)
