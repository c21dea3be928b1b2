from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import notification
from odoo.exceptions import UserError


class CustomerHolidayFill(models.TransientModel):
    """Fills the public holidays of a country into working hours, so that nobody is written to on
    them."""

    _name = "customer.holiday.fill"
    _inherit = "customer.tier.input"
    _description = "Fill Public Holidays"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    country_id = fields.Many2one(
        "res.country", required=True, default=lambda self: self.env.company.country_id
    )
    year_from = fields.Integer(default=lambda self: fields.Date.context_today(self).year)
    year_to = fields.Integer(default=lambda self: fields.Date.context_today(self).year + 1)
    is_own = fields.Boolean(
        string="Days Off of Our Own, Too",
        compute="_compute_is_own",
        store=True,
        readonly=False,
        help="Fills them into the working hours of the company as well.",
    )

    @api.depends("country_id", "company_id")
    def _compute_is_own(self):
        for wizard in self:
            own = wizard.company_id in self.env.companies and wizard.company_id.country_id
            wizard.is_own = bool(own) and wizard.country_id == own

    def action_fill(self):
        """Write the holidays that are not there yet."""
        self.ensure_one()
        self.check_access("write")
        if self.company_id not in self.env.companies:
            raise UserError(
                self.env._("Switch to company %s to fill its holidays.", self.company_id.name)
            )
        if not 0 <= self.year_to - self.year_from <= 10 or not 1990 <= self.year_from <= 2100:
            raise UserError(
                self.env._("Enter years between 1990 and 2100, at most ten after the first.")
            )
        off, worked = self._holidays()
        # Whoever configures customer tiers need not manage working hours.
        calendars = self._calendar_of_country()
        if self.is_own:
            calendars |= self.company_id.sudo().resource_calendar_id
        count = sum(self._fill(calendar, off, worked) for calendar in calendars)
        return notification(
            self.env._(
                "Days of %(country)s filled in: %(count)s.",
                count=count,
                country=self.country_id.name,
            ),
            then={"type": "ir.actions.act_window_close"},
        )

    def _holidays(self):
        """:return: dict day → name of the days off, and of those worked in their place"""
        try:
            import holidays
        except ImportError as error:
            raise UserError(
                self.env._(
                    "The Python package “holidays” is not installed on the server, and only it "
                    "knows the public holidays. Have it installed (pip install holidays), or enter "
                    "the days as global time off of the working hours of the country."
                )
            ) from error
        years = range(self.year_from, self.year_to + 1)
        code, lang = self.country_id.code, self.env.lang or ""
        named = holidays.list_localized_countries().get(code, ())
        language = next((one for one in (lang, lang[:2]) if one in named), None)
        try:
            found = holidays.country_holidays(code, years=years, language=language)
        except NotImplementedError as error:
            raise UserError(
                self.env._(
                    "The package “holidays” does not know the holidays of %s. Enter them as global "
                    "time off of the working hours of the country.",
                    self.country_id.name,
                )
            ) from error
        # The package names those of other years as well.
        worked = {day for day in getattr(found, "weekend_workdays", ()) if day.year in years}
        name = self.env._("Worked in place of a holiday")
        return dict(found.items()), dict.fromkeys(worked, name)

    def _calendar_of_country(self):
        calendars = self.env["resource.calendar"].sudo()
        own = [
            ("customer_country_id", "=", self.country_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        zones = pytz.country_timezones.get(self.country_id.code or "") or ("UTC",)
        return calendars.search(own, limit=1) or calendars.create(
            {
                "name": self.env._("Public holidays: %s", self.country_id.name),
                "customer_country_id": self.country_id.id,
                "company_id": self.company_id.id,
                "tz": zones[0],
            }
        )

    def _fill(self, calendar, off, worked):
        """:return: how many days are new"""
        leaves = self.env["resource.calendar.leaves"].sudo()
        zone = pytz.timezone(calendar.tz or "UTC")
        own = leaves.search([("calendar_id", "=", calendar.id), ("resource_id", "=", False)])
        known = {self._day(leave.date_from, zone) for leave in own}
        vals = [
            {
                "name": name,
                "calendar_id": calendar.id,
                "company_id": calendar.company_id.id,
                "time_type": kind,
                "date_from": self._midnight(day, zone),
                "date_to": self._midnight(day + timedelta(days=1), zone) - timedelta(seconds=1),
            }
            for kind, days in (("leave", off), ("other", worked))
            for day, name in sorted(days.items())
            if day not in known
        ]
        leaves.create(vals)
        return len(vals)

    def _day(self, moment, zone):
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _midnight(self, day, zone):
        local = datetime.combine(day, time())
        return zone.localize(local, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)
