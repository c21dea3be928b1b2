from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.addons.customer_tiering_reminder.tests.desk_common import DeskCase
from odoo.fields import Command


def _tuesday_noon():
    """By the clock of UTC: hours and working days are open."""
    today = fields.Date.today()
    return datetime.combine(today + timedelta(days=8 - today.weekday()), time(12))


class SenderCase(DeskCase):
    """A customer who is late, and a rule whose steps are sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Step = cls.env["customer.reminder.step"]
        cls.company.partner_id.tz = "UTC"
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Weekdays", "tz": "UTC"}
        )
        cls.buyer.write({"email": "buyer@example.com", "tz": "UTC"})
        cls.env["customer.reminder.step"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.noon = _tuesday_noon()
        clock = freeze_time(self.noon)
        self.clock = clock.start()
        self.addCleanup(clock.stop)

    def _steps_of_rule(self, *steps):
        """Give the rule its steps: channel and days, with more values."""
        commands = [Command.clear()]
        for number, (channel, days, *more) in enumerate(steps):
            vals = {"sequence": number, "channel": channel, "offset_days": days}
            vals["to"] = "salesperson" if channel == "activity" else "customer"
            commands.append(Command.create({**vals, **(more[0] if more else {})}))
        self.rule.step_ids = commands

    def _begin(self, *steps):
        """A reminder of today with these steps."""
        self._steps_of_rule(*steps)
        standing = self._standing(self.buyer)
        due = {standing: self.salesperson}
        return self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())

    def _send(self, **later):
        """Let the job come after some time."""
        self.env.flush_all()
        self.clock.tick(timedelta(**later))
        self.env.invalidate_all()
        while self.Step._send_slice():
            self.env.invalidate_all()
            # What waits is not due any more.
            if not self.Step._count_due():
                break
        self.env.invalidate_all()

    def _steps(self, reminder):
        return self.Step.search([("reminder_id", "=", reminder.id)], order="due_at, id")

    def _mails(self):
        """E-mails to customers that were written."""
        return self.env["mail.mail"].search([("recipient_ids", "child_of", self.buyer.ids)])
