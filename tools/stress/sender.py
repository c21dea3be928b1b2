"""The job that sends reminders is killed at random moments: nothing is sent twice, nothing is lost
(``./dev stress sender``)."""

import os
import random
import signal
import time

from tools.devtool import databases

from .data import report, say, value

ADDON = "customer_tiering_reorder"
# Longest time from the beginning of a job to its end by force: some of them before the first slice
# is committed, most after it.
LONGEST_SECONDS = 7
# So many jobs at a time.
JOBS = 2


def run(options):
    """:return: exit status"""
    name = f"{options.prefix}_sender"
    databases.fresh(name, modules=[ADDON])
    try:
        _in_child(lambda: _fill(name, options.customers))
        _load(name)
        return _Experiment(name, options).run()
    finally:
        if not options.keep:
            databases.drop(name)


def _in_child(do):
    """Do something in a process of its own, so that this one holds no connection."""
    child = os.fork()
    if not child:
        status = 1
        try:
            do()
            status = 0
        finally:
            os._exit(status)
    _pid, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("a part of it failed, see above")


def _load(name):
    """Have everything in memory that a job needs: they are killed while they send, not while they
    start. Processes must not share connections."""
    from .odoo_process import load

    load(name, "error")
    import odoo

    odoo.sql_db.close_all()


def _fill(name, customers):
    """Customers with one reminder each, of which every third has two messages that are due."""
    from .odoo_process import environment

    with environment(name) as env:
        company = env.company
        # Whenever it is tried, it is a working day, and the day has no quiet hours.
        company.write({"customer_contact_from": 0, "customer_contact_until": 24})
        attendances = [
            (0, 0, {"name": "All day", "dayofweek": str(day), "hour_from": 0, "hour_to": 24})
            for day in range(7)
        ]
        company.resource_calendar_id.attendance_ids.unlink()
        company.resource_calendar_id.attendance_ids = attendances
        company.write({"customer_contact_week_cap": 2, "customer_contact_month_cap": 2})
        rule = env["customer.reminder.rule"].create(
            {
                "name": "Stress",
                "step_ids": [
                    (0, 0, {"channel": "email", "to": "customer"}),
                    (0, 0, {"channel": "email", "to": "customer", "sequence": 20}),
                ],
            }
        )
        env["ir.cron"].search([]).active = False
        partners = env["res.partner"].create(
            [{"name": f"C{n}", "email": f"c{n}@example.com"} for n in range(customers)]
        )
        reminders = env["customer.reminder"].create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "date": env["customer.tier.gather"]._today(company),
                }
                for partner in partners
            ]
        )
        steps = env["customer.reminder.step"]._plan(rule, reminders)
        steps.filtered(lambda s: s.step_id == rule.step_ids[1] and s.partner_id.id % 3).unlink()
        env.cr.commit()


def _send(name, seed):
    """What the job does, without its clock."""
    from .odoo_process import environment

    random.seed(seed)
    with environment(name) as env:
        steps = env["customer.reminder.step"]
        while steps._count_due():
            if not steps._send_slice():
                time.sleep(0.05)
            env.cr.commit()


class _Experiment:
    def __init__(self, name, options):
        self.name, self.options = name, options
        self.random = random.Random(options.seed)
        self.kills = self.midway = 0

    def run(self):
        total = value(self.name, "SELECT count(*) FROM customer_reminder_step")
        begun = time.monotonic()
        while self.kills < self.options.kills and self._left():
            self._disturb()
        early = self.kills < self.options.kills
        _in_child(lambda: _send(self.name, 0))
        return self._report(total, early, time.monotonic() - begun)

    def _left(self):
        return value(
            self.name, "SELECT count(*) FROM customer_reminder_step WHERE state = 'planned'"
        )

    def _disturb(self):
        before = self._left()
        children = [self._start(number) for number in range(JOBS)]
        time.sleep(self.random.uniform(0.4, LONGEST_SECONDS))
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            self.kills += 1
        self.midway += before != self._left()

    def _start(self, number):
        child = os.fork()
        if not child:
            try:
                _send(self.name, number)
            finally:
                os._exit(0)
        return child

    def _report(self, total, early, seconds):
        mails = "SELECT count(*) FROM mail_mail_res_partner_rel"
        doubled = """SELECT count(*) FROM (
            SELECT s.partner_id FROM customer_reminder_step s
             GROUP BY s.partner_id
            HAVING count(*) <> (SELECT count(*) FROM mail_mail_res_partner_rel m
                                 WHERE m.res_partner_id = s.partner_id)) d"""
        state = "SELECT count(*) FROM customer_reminder_step WHERE state {} 'sent'"
        numbers = [
            ("messages due", total),
            ("jobs killed", self.kills),
            ("rounds in which something had been sent", self.midway),
            ("sent", value(self.name, state.format("="))),
            ("not sent", value(self.name, state.format("<>"))),
            ("e-mails written", value(self.name, mails)),
            ("customers with too many or too few", value(self.name, doubled)),
            ("seconds", round(seconds)),
        ]
        found = dict(numbers)
        wrong = [] if found["e-mails written"] == total else ["not as many e-mails as were due"]
        wrong += ["somebody got two or none"] if found["customers with too many or too few"] else []
        wrong += ["some were not sent"] if found["not sent"] else []
        wrong += ["all was sent before so many kills: take more customers"] if early else []
        say("The jobs ended by force, two at a time; the last one in peace")
        return report(("what", "number"), numbers, wrong)
