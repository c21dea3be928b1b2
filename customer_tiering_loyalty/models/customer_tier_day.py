from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier import NAMED
from odoo.addons.customer_tiering.tools import RELOAD
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import SQL, ormcache

from ..member_dates import SHARED, MemberDay, in_month

# What days of each customer go by that the database is asked for.
OWN_DATES = ("first_order", "tier_since")
# A leap year: every day of a year can be told.
ANY_YEAR = 2024


class CustomerTierDay(models.Model):
    """A day on which customers of some tiers get something of their own, the same for all of them
    or one of each customer: the 8th of each month, the anniversary of the first order.

    It gives nothing by itself: promotions follow it, and benefits tell when it is.
    """

    _name = "customer.tier.day"
    _inherit = "customer.tier.input"
    _description = "Member Day"
    _order = "company_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env.company,
    )
    tier_ids = fields.Many2many(
        "customer.tier",
        string="Tiers",
        context=NAMED,
        domain="[('company_id', '=', company_id), ('active', '=', True)]",
        help="Empty: all tiers.",
    )
    recurrence = fields.Selection(
        [
            ("monthly", "Each month"),
            ("yearly", "Each year"),
            ("first_order", "Anniversary of the first order"),
            ("tier_since", "Anniversary in the tier"),
            ("contact_date", "A date of the contact"),
        ],
        string="Held",
        required=True,
        default="monthly",
    )
    day_of_month = fields.Integer(
        string="Day", default=1, help="In a month that is shorter, its last day."
    )
    date = fields.Date(help="The day and month of each year.")
    date_field_id = fields.Many2one(
        "ir.model.fields",
        string="Field of the Contact",
        ondelete="cascade",
        domain="[('model', '=', 'res.partner'), ('ttype', '=', 'date'), ('store', '=', True)]",
        help="Such as a birthday, where an addon or you have added one. It is read from who "
        "orders, else from the company.",
    )
    days = fields.Integer(
        string="Lasts (Days)", default=1, help="Beginning with that day, 28 at most."
    )
    next_date = fields.Date(
        string="Next",
        compute="_compute_next_date",
        help="The first day. Empty where each customer has a day of its own.",
    )
    program_ids = fields.One2many("loyalty.program", "customer_day_id", string="Loyalty Programmes")
    is_untold = fields.Boolean(
        compute="_compute_is_untold",
        help="Whether customers of some programme read nowhere when it is.",
    )

    _days_range = models.Constraint(
        "check(days between 1 and 28)",
        "A member day lasts between 1 and 28 days.",
    )
    _day_range = models.Constraint(
        "check(day_of_month between 1 and 31)",
        "The day of a month is a number between 1 and 31.",
    )

    @api.depends("recurrence", "day_of_month", "date", "days", "company_id")
    def _compute_next_date(self):
        for day in self:
            told = day.recurrence in SHARED and day._is_complete() and day.company_id
            day.next_date = told and day._plain().next(self._today(day.company_id))

    @api.depends("tier_ids", "company_id")
    def _compute_is_untold(self):
        for day in self:
            day.is_untold = bool(day._untelling())

    def _untelling(self):
        """Programmes whose customers have this day and read nowhere when it is."""
        tiers = self.tier_ids._origin
        domain = [("company_id", "=", self.company_id.id)]
        if tiers:
            domain.append(("tier_ids", "in", tiers.ids))
        programs = self.env["customer.tier.program"].search(domain)
        benefits = programs.with_context(active_test=False).benefit_ids
        return programs - benefits.filtered(lambda benefit: benefit.kind == "day").program_id

    def action_tell(self):
        """Have customers read when it is, on their page and in e-mails: a benefit of the programmes
        that have none of this kind."""
        self.check_access("write")
        for day in self:
            tiers = day.tier_ids
            self.env["customer.tier.benefit"].create(
                [
                    {
                        "program_id": program.id,
                        "kind": "day",
                        "name": day.name,
                        "sequence": 100,
                        "on_quotation": False,
                        "tier_ids": [Command.set((tiers & program.tier_ids).ids)],
                    }
                    for program in day._untelling()
                ]
            )
        return RELOAD

    def _is_complete(self):
        """Whether what was typed makes a day; of a form that is not saved, it may not."""
        if self.recurrence == "yearly" and not self.date:
            return False
        return 1 <= self.day_of_month <= 31 and 1 <= self.days <= 28

    # Checks

    @api.constrains("recurrence", "date", "date_field_id")
    def _check_recurrence(self):
        for day in self:
            if day.recurrence == "yearly" and not day.date:
                raise ValidationError(
                    self.env._("“%s” is held each year: enter its date.", day.name)
                )
            if day.recurrence == "contact_date":
                day._check_date_field()

    def _check_date_field(self):
        field = self.env["res.partner"]._fields.get(self.date_field_id.sudo().name)
        if field is None or field.type != "date" or not field.column_type:
            raise ValidationError(
                self.env._(
                    "“%s” goes by a date of the contact: choose the field that holds it.", self.name
                )
            )
        # Its day is told: whoever chooses it must be allowed to read it.
        self.env["res.partner"]._check_field_access(field, "read")

    @api.constrains("tier_ids", "company_id")
    def _check_tiers(self):
        for day in self:
            if foreign := day.tier_ids.filtered(
                lambda tier, d=day: tier.company_id != d.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "“%(day)s” is a member day of %(company)s, the tier “%(tier)s” belongs to "
                        "another company. Choose tiers of that company.",
                        day=day.name,
                        company=day.company_id.name,
                        tier=foreign[:1].name,
                    )
                )

    # When it is

    @api.model
    def _today(self, company):
        zone = self.env["customer.tier.gather"]._timezone(company)
        return fields.Date.context_today(self.with_context(tz=zone))

    def _plain(self):
        """:return: ``MemberDay``"""
        date = self.date or in_month(ANY_YEAR, 1, self.day_of_month)
        monthly = self.recurrence == "monthly"
        return MemberDay(
            id=self.id,
            recurrence=self.recurrence,
            month=date.month,
            day=self.day_of_month if monthly else date.day,
            days=self.days,
            tiers=frozenset(self.tier_ids.ids),
            date_field=self.date_field_id.sudo().name or "",
        )

    @api.model
    @ormcache("company_id")
    def _known(self, company_id):
        """The member days of a company, remembered by the process: every quotation asks.

        :return: tuple of ``MemberDay``
        """
        # sudo: when they are is no secret; what depends on them is decided by the system.
        days = self.sudo().with_context(active_test=True)
        return tuple(day._plain() for day in days.search([("company_id", "=", company_id)]))

    @api.model
    def _anchor(self, day, customer, company, personal=None):
        """The date of a customer that a member day goes by.

        :param day: ``MemberDay``
        :param customer: ``res.partner`` with all rights, may be none
        :param personal: what is known of the customer, see ``customer.tier.responsible._personal``
        """
        if day.shared or not customer:
            return None
        buyer = customer.commercial_partner_id
        if day.recurrence == "contact_date":
            name = day.date_field
            return name in customer._fields and (customer[name] or buyer[name]) or None
        if personal is not None and day.recurrence in OWN_DATES:
            return personal[day.recurrence]
        if day.recurrence == "tier_since":
            standing = self.env["customer.tier.standing"].sudo()
            own = [("partner_id", "=", buyer.id), ("company_id", "=", company.id)]
            return standing.search_fetch(own, ["tier_since"], limit=1).tier_since or None
        return self._first_orders(company, SQL("= %s", buyer.id)).get(buyer.id)

    @api.model
    def _anchors(self, known, customer, company, personal=None):
        """The same of some member days, each kind of date looked up once: dict id → date."""
        dates = {}
        for day in known:
            key = day.recurrence, day.date_field
            if key not in dates:
                dates[key] = self._anchor(day, customer, company, personal)
        return {day.id: dates[day.recurrence, day.date_field] for day in known}

    @api.model
    def _first_day(self, company):
        """The day of the first of orders ``o`` where a company is, as ``SQL``."""
        zone = self.env["customer.tier.gather"]._timezone(company)
        return SQL("(MIN(o.date_order) AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", zone)

    @api.model
    def _first_orders(self, company, which):
        """The day of the first order of customers.

        :param which: SQL condition behind the commercial partner's id
        :return: dict id → ``datetime.date``
        """
        self.env["sale.order"].flush_model(["partner_id", "date_order", "state", "company_id"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT p.commercial_partner_id, %s
                  FROM res_partner p
                  JOIN sale_order o ON o.partner_id = p.id
                 WHERE o.state = 'sale' AND o.company_id = %s AND p.commercial_partner_id %s
              GROUP BY p.commercial_partner_id
                """,
                self._first_day(company),
                company.id,
                which,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _on_today(self, customer, tier, company, personal=None):
        """Ids of the member days that are on for a customer.

        :param customer: ``res.partner`` with all rights
        :param tier: ``customer.tier`` of the customer, may be none
        :param personal: see :meth:`_anchor`
        """
        known = [day for day in self._known(company.id) if day.of_tier(tier.id)]
        if not known:
            return []
        today, anchors = self._today(company), self._anchors(known, customer, company, personal)
        return [day.id for day in known if day.is_on(today, anchors[day.id])]

    @api.model
    def _on_today_of_each(self, standings, company):
        """The same of many customers, whose dates are read for all at once.

        :param standings: dict ``res.partner`` → ``customer.tier.standing``, which may be none
        :return: dict ``res.partner`` → ids
        """
        customers = self.env["res.partner"].union(*standings).sudo().commercial_partner_id
        asked = {day.recurrence for day in self._known(company.id)}
        orders = {}
        if "first_order" in asked:
            orders = self._first_orders(company, SQL("= ANY(%s)", customers.ids))
        found = {}
        for partner, standing in standings.items():
            customer = partner.sudo()
            personal = {
                "first_order": orders.get(customer.commercial_partner_id.id),
                "tier_since": standing.tier_since or None,
            }
            found[partner] = self._on_today(customer, standing.tier_id, company, personal)
        return found

    # What follows it

    @api.model_create_multi
    def create(self, vals_list):
        days = super().create(vals_list)
        self.env.registry.clear_cache()
        return days

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        # Whoever may move the day moves what is said to follow it, without rights on promotions.
        followers = self.sudo().program_ids
        if vals.get("recurrence") not in (None, *SHARED):
            # The dates of the shared day would hide it from customers whose day it is.
            followers.write({"date_from": False, "date_to": False})
        followers._customer_follow_day()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_followed(self):
        if programs := self.sudo().with_context(active_test=False).program_ids:
            raise ValidationError(
                self.env._(
                    "Promotion “%s” is only for this member day; without the day everybody would "
                    "get it. Archive the day, or take it from the promotion first.",
                    programs[0].name,
                )
            )

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _cron_follow(self):
        """Date the promotions of days that are over by their next occurrence."""
        programs = self.env["loyalty.program"]
        programs.search(programs._customer_follows_domain())._customer_follow_day()
