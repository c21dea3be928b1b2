from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..member_dates import SHARED


class LoyaltyProgram(models.Model):
    """Promotions and coupons for the customers of some tiers, in a stage or on a member day, and
    coupons that only their customer may use."""

    _inherit = "loyalty.program"

    customer_tier_ids = fields.Many2many(
        "customer.tier",
        string="Only for Tiers",
        help="Empty: for everybody. On orders, in the shop and at the till, customers in other "
        "tiers are neither offered it nor get it by code.",
    )
    customer_stage = fields.Selection(
        STAGES,
        string="Only in Stage",
        help="Empty: in all stages. For example dormant customers, to win them back.",
    )
    customer_personal = fields.Boolean(
        string="Coupons Are Personal",
        help="A coupon that was made out to a customer is accepted on orders of this customer "
        "alone. Otherwise whoever knows its code can use it.",
    )
    customer_day_id = fields.Many2one(
        "customer.tier.day",
        string="Only on Member Day",
        ondelete="restrict",
        index="btree_not_null",
        help="Dates follow by themselves where the day is the same for all customers. Where each "
        "customer has a day of its own, others are not offered it.",
    )
    customer_benefit_id = fields.Many2one(
        "customer.tier.benefit",
        string="Gift of",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        help="The benefit that it makes true; its tiers get it.",
    )

    @api.constrains("customer_tier_ids", "company_id")
    def _check_customer_tiers(self):
        for program in self:
            companies = program.customer_tier_ids.company_id
            if program.company_id and companies - program.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” is a programme of %(company)s: choose tiers of that "
                        "company.",
                        program=program.name,
                        company=program.company_id.name,
                    )
                )

    @api.constrains("customer_day_id", "company_id")
    def _check_customer_day(self):
        for program in self:
            company = program.customer_day_id.company_id
            if company and program.company_id != company:
                raise ValidationError(
                    self.env._(
                        "“%(day)s” is a member day of %(company)s: choose that company for the "
                        "programme “%(program)s”, too.",
                        day=program.customer_day_id.name,
                        company=company.name,
                        program=program.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._customer_follow_day()
        programs._customer_forget()
        return programs

    def write(self, vals):
        self._customer_forget()
        result = super().write(vals)
        if "customer_day_id" in vals:
            self._customer_follow_day()
        self._customer_forget()
        return result

    def unlink(self):
        self._customer_forget()
        return super().unlink()

    def _customer_forget(self):
        """What customers read of gifts is remembered, see ``customer.tier.benefit._gifts``."""
        if self.customer_benefit_id:
            self.env.registry.clear_cache()

    # Member days

    @api.model
    def _customer_follows_domain(self):
        """Programmes whose dates go by a member day."""
        return [
            ("customer_day_id.active", "=", True),
            ("customer_day_id.recurrence", "in", SHARED),
        ]

    def _customer_follow_day(self):
        """Date these by the occurrence of their member day that is on, or the next one."""
        for program in self.filtered_domain(self._customer_follows_domain()):
            day = program.customer_day_id
            first = day.next_date
            dates = {"date_from": first, "date_to": first + timedelta(days=day.days - 1)}
            if any(program[name] != value for name, value in dates.items()):
                program.write(dates)

    @api.model
    def _customer_domain(self, order, path=""):
        """Which programmes the customer of an order may use.

        :param path: from the records that are searched to the programme, such as ``program_id.``
        """
        # What an order may get is decided by the system; nobody is told the tier by it.
        order = order.sudo()
        tier, stage = order.customer_tier_id, order.customer_lifecycle_stage
        days = self.env["customer.tier.day"]._on_today(order.partner_id, tier, order.company_id)
        return self._customer_domain_of(tier, stage, days, path)

    @api.model
    def _customer_domain_of(self, tier, stage, days, path=""):
        """The same of who is in a tier, which may be none, and in a stage, while some member days
        are on, by their ids."""
        domain = Domain(f"{path}customer_tier_ids", "=", False)
        if tier:
            domain |= Domain(f"{path}customer_tier_ids", "in", tier.ids)
        domain &= Domain(f"{path}customer_stage", "in", [False, stage])
        return domain & Domain(f"{path}customer_day_id", "in", [False, *days])

    def _customer_allowed(self, standings, company):
        """Those of these, with all rights, that each of some customers may use.

        :param standings: dict ``res.partner`` → ``customer.tier.standing``, which may be none
        :return: dict ``res.partner`` → ``loyalty.program``
        """
        if not self:
            return dict.fromkeys(standings, self)
        days = self.env["customer.tier.day"]._on_today_of_each(standings, company)
        alike, found = {}, {}
        for partner, standing in standings.items():
            key = standing.tier_id, standing.lifecycle_stage, tuple(days[partner])
            if key not in alike:
                alike[key] = self.filtered_domain(self._customer_domain_of(*key))
            found[partner] = alike[key]
        return found

    def _customer_limited(self):
        """Those of these that only some customers may use."""
        return self.filtered(
            lambda one: one.customer_tier_ids or one.customer_stage or one.customer_day_id
        )
