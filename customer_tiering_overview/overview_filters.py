"""What is looked at on the page *Customer Overview*: the months, and domains on what is behind its
numbers."""

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.addons.customer_tiering.explain.timeline import format_month
from odoo.addons.customer_tiering.explain.words import series
from odoo.exceptions import UserError
from odoo.fields import Domain

# Lengths of a period in months that are over; 0 is the present month.
MONTHS = (0, 1, 3, 6, 12)
USUAL = 3
# Months in the charts at least.
SHOWN = 12


class Filters:
    """What a user has chosen.

    :param chosen: dict from the client
    :raise UserError: where it makes no sense
    """

    def __init__(self, env, chosen):
        if not isinstance(chosen, dict):
            raise UserError(env._("Choose a period."))
        self.env = env
        asked = chosen.get("months")
        self.months = USUAL if asked is None or asked is False else self.number(asked)
        if self.months not in MONTHS:
            raise UserError(env._("Choose a period of %s months.", series(env, map(str, MONTHS))))
        self.program_id = self.number(chosen.get("program_id"))
        self.user_id = self.number(chosen.get("user_id"))
        today = env["customer.tier.gather"]._today(env.company)
        self.present = today.replace(day=1)
        length = self.months or 1
        now = [self.back(n) for n in range(self.months, self.months - length, -1)]
        before = [month - relativedelta(months=length) for month in now]
        # The period, and the one before it.
        self.spans = now, before

    def number(self, value):
        """An id or a number of the client's, False for none."""
        if value in (None, False, ""):
            return False
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("“%s” is no number.", value)) from error

    def plain(self):
        return {"months": self.months, "program_id": self.program_id, "user_id": self.user_id}

    def back(self, months):
        return self.present - relativedelta(months=months)

    # Months

    @property
    def before_month(self):
        """The last month before the period."""
        return self.spans[1][-1]

    def bounds(self):
        return self.spans[0][0], self.spans[0][-1]

    def first_month(self):
        """The first month that anything on the page is about."""
        return min(self.spans[1][0], self.shown_months()[0])

    def shown_months(self):
        """Those of the charts, the present one last; months without anything, too."""
        number = max(self.months, SHOWN)
        return [self.back(n) for n in range(number, -1, -1)]

    def month_of(self, key):
        """The month that something is of, None for the whole period."""
        if not key.get("month"):
            return None
        try:
            return fields.Date.to_date(key["month"])
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("“%s” is no month.", key["month"])) from error

    def months_text(self, number):
        env = self.env
        if not number:
            return env._("This month so far")
        if number == 1:
            return env._("Last month")
        return env._("Last %s months", number)

    def label(self, month):
        """A month below a bar."""
        if month == self.present:
            return self.env._("This month")
        return format_month(self.env, month)

    def month_text(self, month):
        text = format_month(self.env, month)
        return self.env._("%s so far", text) if month == self.present else text

    def title(self):
        def text(span):
            ends = [self.month_text(month) for month in (span[0], span[-1])]
            return ends[0] if len(span) == 1 else " – ".join(ends)

        now, before = map(text, self.spans)
        return self.env._("%(now)s, beside %(before)s", now=now, before=before)

    # Domains

    def _own(self, company="company_id"):
        return Domain(company, "in", self.env.companies.ids)

    def _chosen(self, program, user):
        domain = Domain.TRUE
        if self.program_id:
            domain &= Domain(program, "=", self.program_id)
        if self.user_id:
            domain &= Domain(user, "=", self.user_id)
        return domain

    def snapshots(self, first, last=None):
        domain = self._own() & self._chosen("program_id", "user_id")
        domain &= Domain("month", ">=", first)
        return domain & Domain("month", "<=", last) if last else domain

    def standings(self):
        return self._own() & self._chosen("program_id", "partner_id.user_id")

    def days(self, key):
        """The first day of what is asked for, and that after its last one."""
        month = self.month_of(key)
        first, last = (month, month) if month else self.bounds()
        return first, last + relativedelta(months=1)

    def changes(self, key):
        first, end = self.days(key)
        domain = self._own("standing_id.company_id") & Domain("merged_from", "=", False)
        domain &= Domain("date", ">=", first) & Domain("date", "<", end)
        if self.program_id:
            of_program = Domain("to_tier_id.program_id", "=", self.program_id)
            left = Domain("from_tier_id.program_id", "=", self.program_id)
            domain &= of_program | (Domain("to_tier_id", "=", False) & left)
        if self.user_id:
            domain &= Domain("standing_id.partner_id.user_id", "=", self.user_id)
        return domain

    def reminders(self, first, end=None):
        domain = self._own() & Domain("arm", "!=", "control") & Domain("date", ">=", first)
        if end:
            domain &= Domain("date", "<", end)
        return domain & self._chosen("tier_id.program_id", "partner_id.user_id")
