from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import quiet
from odoo.fields import Domain
from odoo.tools import SQL

from ..agenda_source import QUOTATION_DAYS

# An order younger than that needs no message; and for so long after a talk nobody writes.
ORDERED_DAYS, SPOKE_DAYS = 3, 7
# Holidays known so far ahead are looked at.
AHEAD = timedelta(days=quiet.DAYS_LOOKED_AT)
REASONS = [
    ("quotation", "A quotation is open"),
    ("ordered", "An order just came"),
    ("overdue", "Money is overdue"),
    ("spoke", "Somebody spoke to them"),
    ("playbook", "A playbook runs"),
    ("customer", "The customer asked for later"),
]


class CustomerContactPolicy(models.AbstractModel):
    """When customers may be approached: what has to be over before, in which hours and on which
    days, and how often, over all rules and channels."""

    _name = "customer.contact.policy"
    _description = "Contact Policy"

    # What has to be over before

    @api.model
    def _waiting_reasons(self, company):
        """Hook: what keeps customers from being approached for now.

        :return: list of (key of ``customer.reminder.snooze_reason``, ``SQL`` condition on standing
            ``s``); the first that holds is told
        """
        now = fields.Datetime.now()
        reasons = [
            ("quotation", self._has_order(("draft", "sent"), now - timedelta(QUOTATION_DAYS))),
            ("ordered", self._has_order(("sale",), now - timedelta(ORDERED_DAYS))),
            ("spoke", self._spoken_to(company, now.date() - timedelta(SPOKE_DAYS))),
        ]
        if company.sudo().customer_contact_wait_overdue:
            reasons.insert(2, ("overdue", SQL("s.overdue_amount > 0")))
        return reasons

    @api.model
    def _has_order(self, states, since):
        return SQL(
            """EXISTS (
                SELECT FROM sale_order o JOIN res_partner c ON c.id = o.partner_id
                 WHERE c.commercial_partner_id = s.partner_id AND o.company_id = s.company_id
                   AND o.state = ANY(%s) AND o.date_order > %s)""",
            list(states),
            since,
        )

    @api.model
    def _spoken_to(self, company, since):
        """Somebody has done something about the customer; after what a reminder asked for, the
        rule's own gap says how long there is peace. The company is no column: so PostgreSQL can
        ask once for many customers."""
        return SQL(
            """EXISTS (
                SELECT FROM mail_activity a JOIN res_partner c ON c.id = a.res_id
                 WHERE a.res_model = 'res.partner' AND c.commercial_partner_id = s.partner_id
                   AND NOT a.active AND a.date_done > %s
                   AND (a.customer_company_id IS NULL OR a.customer_company_id = %s)
                   AND NOT EXISTS (SELECT FROM customer_reminder d WHERE d.activity_id = a.id))""",
            since,
            company.id,
        )

    @api.model
    def _waiting_sql(self, company, but=()):
        """The one reason why the customer of standing ``s`` has to wait, or NULL.

        :param but: keys of reasons that do not count
        """
        reasons = [(key, held) for key, held in self._waiting_reasons(company) if key not in but]
        cases = SQL(" ").join(SQL("WHEN %s THEN %s", held, key) for key, held in reasons)
        return SQL("(CASE %s END)", cases)

    # Hours, days, and how often

    @api.model
    def _rules_of(self, company):
        """The company's settings for the pure part.

        :return: ``quiet.Policy``
        """
        company = company.sudo()
        return quiet.Policy(
            window=quiet.Window(company.customer_contact_from, company.customer_contact_until),
            caps=quiet.Caps(company.customer_contact_month_cap, company.customer_contact_week_cap),
        )

    @api.model
    def _sent_query(self, company, customers, since):
        """Hook: messages to some customers, of whichever kind.

        :param customers: ``res.partner``, commercial partners
        :param since: naive UTC
        :return: list of ``SQL`` queries of (partner id, moment)
        """
        return []

    @api.model
    def _sent(self, company, customers):
        """:return: dict partner id → tuple of moments of the last 30 days"""
        since = fields.Datetime.now() - quiet.MONTH
        found = {}
        self.env.flush_all()
        for query in self._sent_query(company, customers, since):
            for partner, moment in self.env.execute_query(query):
                found[partner] = (*found.get(partner, ()), moment)
        return found

    @api.model
    def _own_hours(self, contacts, since):
        """Hook: when contacts did something themselves.

        :return: dict contact → list of moments, naive UTC
        """
        return {}

    @api.model
    def _situations(self, company, contacts, but=()):
        """What is to be known about contacts at the moment of writing to them, but for what ends
        a reminder.

        :param contacts: ``res.partner``
        :param but: keys of reasons for which nobody has to wait
        :return: dict contact → ``quiet.Situation``
        """
        # Whoever's job it is sees neither calendars nor other people's orders.
        contacts, customers = contacts.sudo(), contacts.sudo().commercial_partner_id
        waiting, sent = self._waiting(company, customers, but), self._sent(company, customers)
        habits = self._own_hours(contacts, fields.Datetime.now() - timedelta(days=180))
        window, ours, sides = self._rules_of(company).window, self._own_days(company), {}
        situations = {}
        for contact in contacts:
            customer, zone = contact.commercial_partner_id, self._zone(contact, company)
            country = contact.country_id or customer.country_id
            if country not in sides:
                sides[country] = (*ours, *self._days_of_country(company, country))
            situations[contact] = quiet.Situation(
                zone=zone,
                sides=sides[country],
                own_hours=quiet.own_hours(habits.get(contact, ()), zone, window),
                sent=sent.get(customer.id, ()),
                snoozed=waiting.get(customer.id, ""),
            )
        return situations

    @api.model
    def _waiting(self, company, customers, but=()):
        """:return: dict partner id → reason"""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT * FROM (
                        SELECT s.partner_id, %s AS reason FROM customer_tier_standing s
                         WHERE s.partner_id = ANY(%s) AND s.company_id = %s) w
                     WHERE reason IS NOT NULL
                    """,
                    self._waiting_sql(company, but),
                    customers.ids,
                    company.id,
                )
            )
        )

    @api.model
    def _zone(self, contact, company):
        """The contact's time zone, else that of its country, else the company's."""
        customer = contact.commercial_partner_id
        for zone in (contact.tz, customer.tz):
            if zone in pytz.all_timezones_set:
                return zone
        country = contact.country_id or customer.country_id
        zones = pytz.country_timezones.get(country.code or "") or ()
        return zones[0] if zones else self.env["customer.tier.gather"]._timezone(company)

    @api.model
    def _own_days(self, company):
        """The days of the company's side: its working hours, and when it writes to nobody.

        :return: list of ``quiet.Days``
        """
        calendar = company.sudo().resource_calendar_id
        freezes = self.env["customer.contact.freeze"].sudo()
        frozen = freezes.search([("company_id", "=", company.id)])._days()
        # Its working hours may be those of several companies; its holidays are its own.
        days = [self._days(calendar, company, company)]
        if frozen:
            days.append(quiet.Days(weekdays=frozenset(range(7)), holidays=frozenset(frozen)))
        return days

    @api.model
    def _days_of_country(self, company, country):
        """The days on which people of a country work, where somebody has told."""
        if not country:
            return []
        calendars = self.env["resource.calendar"].sudo()
        calendar = calendars.search(
            [
                ("customer_country_id", "=", country.id),
                ("company_id", "in", (company.id, False)),
            ],
            order="company_id, id",
            limit=1,
        )
        return [self._days(calendar, company)] if calendar else []

    @api.model
    def _days(self, calendar, company, whose=None):
        """
        :param company: ``res.company`` that asks
        :param whose: ``res.company`` whose holidays without working hours count; by default that
            of the calendar
        :return: ``quiet.Days``
        """
        weekdays = {int(day) for day in calendar.attendance_ids.mapped("dayofweek")}
        off, extra = set(), set()
        for leave in self._public_leaves(calendar, whose or calendar.company_id):
            zone = pytz.timezone(calendar.tz or self.env["customer.tier.gather"]._timezone(company))
            first, last = (
                pytz.utc.localize(moment).astimezone(zone).date()
                for moment in (leave.date_from, leave.date_to - timedelta(seconds=1))
            )
            span = {first + timedelta(n) for n in range((last - first).days + 1)}
            # “Other” is work time to the calendar, too.
            (extra if leave.time_type == "other" else off).update(span)
        return quiet.Days(frozenset(weekdays or range(5)), frozenset(off - extra), frozenset(extra))

    @api.model
    def _public_leaves(self, calendar, whose):
        now = fields.Datetime.now()
        # Without any, it would find what every company keeps.
        named = Domain("calendar_id", "in", calendar.ids)
        unnamed = Domain("calendar_id", "=", False) & Domain("company_id", "in", whose.ids)
        near = Domain("date_to", ">", now - timedelta(days=2)) & Domain(
            "date_from", "<", now + AHEAD
        )
        leaves = self.env["resource.calendar.leaves"].sudo()
        return leaves.search(Domain("resource_id", "=", False) & near & (named | unnamed))

    @api.model
    def _next_working_moment(self, company, day, hour):
        """The moment in UTC at an hour of a day of the company."""
        zone = pytz.timezone(self.env["customer.tier.gather"]._timezone(company))
        local = datetime.combine(day, time()) + timedelta(hours=hour)
        return zone.localize(local, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)
