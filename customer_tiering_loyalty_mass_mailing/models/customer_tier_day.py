from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date


class CustomerTierDay(models.Model):
    """A mailing to the customers of a member day is prepared in time, for somebody to complete."""

    _inherit = "customer.tier.day"

    mailing_wanted = fields.Boolean(
        string="Prepare a Mailing",
        help="A draft to the customers of the tiers, one recipient each, with a to-do. Of days of "
        "each customer: one draft a month, to all who have theirs in it. Nothing is sent by "
        "itself.",
    )
    mailing_days = fields.Integer(string="Days Before", default=7)
    mailing_user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        ondelete="set null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who completes and sends it.",
    )
    mailing_ids = fields.One2many("mailing.mailing", "customer_day_id", string="Mailings")

    _mailing_days_range = models.Constraint(
        "check(mailing_days between 1 and 28)",
        "A mailing is prepared between 1 and 28 days before.",
    )

    @api.model
    def _cron_follow(self):
        result = super()._cron_follow()
        for day in self.search([("mailing_wanted", "=", True)]):
            day._prepare_mailing(self._today(day.company_id))
        return result

    def _prepare_mailing(self, today):
        """Make the draft for the next occurrence, if it is time and none was made."""
        plain = self._plain()
        if plain.shared:
            start = plain.next(today)
            last = start
        else:
            start = today + relativedelta(months=1, day=1)
            last = start + relativedelta(months=1) - timedelta(days=1)
        if not today < start <= today + timedelta(days=self.mailing_days):
            return
        mailings = self.env["mailing.mailing"].with_context(active_test=False)
        made = [("customer_day_id", "=", self.id), ("customer_day_date", "=", start)]
        if not mailings.search_count(made, limit=1):
            self._make_mailing(start, self._audience(plain, start, last))

    def _audience(self, plain, start, last):
        """Domain of the contacts to write to; empty where nobody is."""
        one = Domain("customer_main_contact", "=", True)
        if plain.shared:
            tiers = Domain("customer_tier_id", "!=", False)
            if self.tier_ids:
                tiers = Domain("customer_tier_id", "in", self.tier_ids.ids)
            return tiers & one
        found = self._celebrating(plain, start, last)
        if not found:
            return None
        if self.recurrence == "contact_date":
            return Domain("id", "in", found)
        return Domain("commercial_partner_id", "in", found) & one

    def _celebrating(self, plain, start, last):
        """Who has a day of its own between two days: ids of customers, or of contacts where it is
        theirs."""
        own = [("company_id", "=", self.company_id.id), ("tier_id", "!=", False)]
        if self.tier_ids:
            own.append(("tier_id", "in", self.tier_ids.ids))
        standings = self.env["customer.tier.standing"].search_fetch(
            own, ["partner_id", "tier_since"]
        )
        customers = {standing.partner_id.id: standing.tier_since for standing in standings}
        if plain.recurrence == "first_order":
            which = SQL("= ANY(%s)", list(customers))
            dates = self._first_orders(self.company_id, which)
        elif plain.recurrence == "tier_since":
            dates = customers
        else:
            name = plain.date_field
            people = [("commercial_partner_id", "in", list(customers)), (name, "!=", False)]
            contacts = self.env["res.partner"].search_fetch(people, [name])
            dates = {contact.id: contact[name] for contact in contacts}
        return [
            id_
            for id_, anchor in dates.items()
            if (day := plain.next(start, anchor)) and start <= day <= last
        ]

    def _make_mailing(self, start, audience):
        if audience is None:
            return
        user = self.mailing_user_id
        words = self.with_context(lang=user.lang)
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": words.name,
                "mailing_type": "mail",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": repr(list(audience)),
                "user_id": user.id,
                "customer_company_id": self.company_id.id,
                "customer_day_id": self.id,
                "customer_day_date": start,
            }
        )
        if user.active:
            mailing.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=start - timedelta(days=1),
                summary=words.env._(
                    "Complete and send: %(day)s on %(date)s",
                    day=words.name,
                    date=format_date(words.env, start),
                ),
                user_id=user.id,
            )
