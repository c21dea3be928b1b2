"""The process that grades, seen from outside: start it, wait until it has nothing left to do."""

import datetime
import subprocess
import sys
import time

from .data import change, log_file, rows

# Wakes the job as an order does; its own row is locked while it works.
WAKE = """
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data
     WHERE module = 'customer_tiering' AND name = 'ir_cron_grade'
"""
# Everybody is due again, as on the morning after.
DUE = """
    UPDATE res_company SET customer_tier_graded_on = customer_tier_graded_on - 1
     WHERE customer_tier_graded_on IS NOT NULL
"""
# Our jobs that will not begin within the next seconds, and when they will.
ASLEEP = """
    SELECT d.name, extract(epoch FROM least(j.nextcall, t.call_at) - now() AT TIME ZONE 'UTC')
      FROM ir_model_data d
      JOIN ir_cron j ON j.id = d.res_id,
           LATERAL (SELECT min(call_at) AS call_at FROM ir_cron_trigger WHERE cron_id = j.id) t
     WHERE d.module = 'customer_tiering' AND d.name IN ('ir_cron_grade', 'ir_cron_tell')
"""
LEFT = """
    SELECT (SELECT count(*) FROM customer_tier_stale),
           (SELECT count(*) FROM customer_tier_run WHERE state = 'running'),
           (SELECT count(*) FROM customer_tier_event WHERE state = 'new'),
           (SELECT count(*) FROM res_company c JOIN customer_tier_program p ON p.company_id = c.id
             WHERE c.customer_tier_graded_on IS NULL OR c.customer_tier_graded_on < %s)
"""


class Grader:
    """A process of ``grader`` on database ``name``."""

    def __init__(self, name, chunk):
        self.name, self.chunk = name, chunk
        self.log = log_file(f"{name}-grader")
        self.log.unlink(missing_ok=True)
        self.process = None

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.stress.grader", self.name, str(self.chunk)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if self.process.stdout.readline().strip() != "READY":
            self.kill()
            raise RuntimeError(f"The grading process did not start, see {self.log}")

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """End it like a crash of the machine would."""
        self.process.kill()
        self.process.wait()

    def finish(self, deadline):
        """Wait until nothing is left to do; jobs that were put off are not waited for.

        :return: whether that was before ``deadline``, a moment of ``time.monotonic``
        """
        while left(self.name):
            if time.monotonic() > deadline or not self.runs():
                return False
            if asleep(self.name):
                pass_time(self.name)
            time.sleep(0.2)
        return True


def left(name):
    """Whether there is anything to grade or to tell."""
    return any(rows(name, LEFT, [today()])[0])


def pass_time(name):
    """Let the hours pass that a job waits.

    :return: texts about jobs that would not have come back within an hour
    """
    wrong = []
    for job, seconds in rows(name, ASLEEP):
        if seconds > 3600:
            wrong.append(f"{job} would come back in {seconds / 3600:.1f} hours only")
    change(name, WAKE, WAKE.replace("ir_cron_grade", "ir_cron_tell"))
    return wrong


def asleep(name):
    """Whether there is something to do that no job would begin with now."""
    grading, telling = left_of_each(name)
    soon = {job: seconds <= 0 for job, seconds in rows(name, ASLEEP)}
    return grading and not soon["ir_cron_grade"] or telling and not soon["ir_cron_tell"]


def left_of_each(name):
    """How much is left to grade and how much to tell."""
    stale, running, events, due = rows(name, LEFT, [today()])[0]
    return stale + running + due, 0 if running else events


def today():
    """The companies' day; theirs is UTC."""
    return datetime.datetime.now(datetime.timezone.utc).date()


def next_night(name, *statements):
    """Have everybody graded again, after ``statements`` in the same transaction."""
    change(name, *statements, DUE, WAKE)
