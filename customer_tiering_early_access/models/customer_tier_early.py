from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.exceptions import ValidationError
from odoo.tools import format_date, ormcache

from ..early_days import EarlyDays


class CustomerTierEarly(models.Model):
    """A new product that the customers of some tiers may order before everybody else does: which,
    by which benefit, and between which days."""

    _name = "customer.tier.early"
    _inherit = "customer.tier.input"
    _description = "Product With Early Access"
    _order = "date_public desc, id desc"
    _rec_name = "product_tmpl_id"

    benefit_id = fields.Many2one(
        "customer.tier.benefit",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('kind', '=', 'early')]",
    )
    company_id = fields.Many2one(related="benefit_id.company_id", store=True, index=True)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Product",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]",
    )
    date_from = fields.Date(
        string="For These Tiers From",
        help="From this day on the tiers of the benefit may order it. Empty: from now on.",
    )
    date_public = fields.Date(
        string="For Everybody From", required=True, help="From this day on everybody may order it."
    )

    _product_once = models.Constraint(
        "UNIQUE (benefit_id, product_tmpl_id)",
        "A product can be on the list of a benefit only once. Change its days instead.",
    )
    _days_in_order = models.Constraint(
        "CHECK (date_from IS NULL OR date_from < date_public)",
        "The tiers come before everybody: the day for everybody must be later.",
    )

    @api.constrains("benefit_id", "product_tmpl_id")
    def _check_benefit(self):
        for early in self:
            if early.benefit_id.kind != "early":
                raise ValidationError(
                    self.env._(
                        "“%s” is no early access to new products. Choose that kind first.",
                        early.benefit_id.name,
                    )
                )
            company = early.product_tmpl_id.sudo().company_id
            if company and company != early.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(product)s” is a product of another company than the benefit "
                        "“%(benefit)s”. Choose one of %(company)s.",
                        product=early.product_tmpl_id.name,
                        benefit=early.benefit_id.name,
                        company=early.company_id.name,
                    )
                )

    # What is remembered of them, see :meth:`_known`

    @api.model_create_multi
    def create(self, vals_list):
        early = super().create(vals_list)
        self.env.registry.clear_cache()
        return early

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # Who may order what

    @api.model
    @ormcache("company_id")
    def _known(self, company_id):
        """What a company has some customers order first, remembered by the process: every
        quotation and every page of a shop asks.

        :return: tuple of :class:`EarlyDays`
        """
        # sudo: which tiers are first is no secret; who may order is decided by the system.
        rows = self.sudo().search(
            [
                ("company_id", "=", company_id),
                ("benefit_id.active", "=", True),
                ("benefit_id.program_id.active", "=", True),
            ]
        )
        return tuple(
            EarlyDays(
                row.product_tmpl_id.id,
                row.benefit_id.id,
                row.date_from or None,
                row.date_public,
                frozenset(row.benefit_id._early_tiers().ids),
            )
            for row in rows
        )

    @api.model
    def _waiting(self, company, tier_id=None):
        """The products that a tier has to wait for, and until when.

        :param tier_id: id of the customer's tier, None for who has none
        :return: dict id of the ``product.template`` → the first day on which it may be ordered
        """
        known = self._known(company.id)
        if not known:
            return {}
        today = self.env["customer.tier.gather"]._today(company)
        public, own = {}, {}
        for days in known:
            template = days.template
            public[template] = max(days.public, public.get(template, days.public))
            if tier_id in days.tiers:
                begin = days.begin or today
                own[template] = min(begin, own.get(template, begin))
        found = {template: min(day, own.get(template, day)) for template, day in public.items()}
        return {template: day for template, day in found.items() if day > today}

    @api.model
    def _waiting_of(self, customer, company):
        """The same for a customer.

        :param customer: ``res.partner`` whom the reader may be told about
        """
        if not self._known(company.id):
            return {}
        # sudo: that a product is not to be had yet is all that is told of the grading.
        standings = self.env["customer.tier.standing"].sudo()
        own = [
            ("partner_id", "=", customer.sudo().commercial_partner_id._origin.id),
            ("company_id", "=", company.id),
        ]
        return self._waiting(company, standings.search_fetch(own, ["tier_id"], limit=1).tier_id.id)

    @api.model
    def _said(self, templates, waiting):
        """Products that somebody has to wait for, in words; empty where that is none of these.

        :param waiting: as :meth:`_waiting` gives it
        """
        return series(
            self.env,
            (
                self.env._(
                    "%(product)s (from %(day)s on)",
                    product=template.with_env(self.env).name,
                    day=format_date(self.env, waiting[template.id]),
                )
                for template in templates
                if template.id in waiting
            ),
        )

    @api.model
    def _now_of(self, benefit, lang):
        """What customers read of a benefit: the products that it gives now, the newest first.

        :return: list of texts
        """
        company = benefit.company_id
        today = self.env["customer.tier.gather"]._today(company)
        running = [
            days
            for days in self._known(company.id)
            if days.benefit == benefit.id and days.is_on(today)
        ]
        names = dict(self._names(tuple(days.template for days in running), lang)) if running else {}
        return [
            self.env._(
                "%(product)s (for everybody from %(day)s)",
                product=names[days.template],
                day=format_date(self.env, days.public),
            )
            for days in running
        ]

    @api.model
    @ormcache("ids", "lang")
    def _names(self, ids, lang):
        """Names of products as customers read them: pairs (id, name)."""
        # sudo: what is new is told to whom it is for.
        products = self.env["product.template"].sudo().with_context(lang=lang).browse(ids)
        return tuple((product.id, product.name) for product in products)
