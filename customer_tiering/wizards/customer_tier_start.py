from functools import partial

import pytz

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError

from .. import threshold_fit
from ..explain.words import labelled, percent, readable
from ..presets import price_forecast
from ..presets.build import program_vals
from ..presets.data import PRESETS
from ..tools import notification, open_dialog

# Days without an order after which it is asked whether today is the day to grade as of.
LONG_AGO = 92


class CustomerTierStart(models.TransientModel):
    """Makes the first programme of a company from a preset, and grades everybody by it."""

    _name = "customer.tier.start"
    _inherit = "customer.tier.input"
    _description = "Start Grading Customers"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    preset = fields.Selection(
        selection=[
            ("wholesale", "Wholesale: tiers by the amount bought in a year"),
            ("rfm", "RFM: recency, frequency and monetary value, cut from your own customers"),
            ("rfm3", "RFM in thirds: three bands each, where customers are few"),
            ("rfm_grid", "RFM grid: recency against the mean of frequency and monetary value"),
            ("weighted", "Weighted score: grades A to D from six indicators"),
            ("vip", "VIP: VIP, ordinary and potential customers"),
        ],
        required=True,
        default="wholesale",
    )
    asks_tz = fields.Boolean(compute="_compute_asks_tz", export_string_translation=False)
    tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone",
        default=lambda self: self._default_tz(),
        help="Days of orders begin, and everybody is graded at night, by this clock.",
    )
    last_order_day = fields.Date(compute="_compute_last_order_day")
    as_of_last = fields.Boolean(
        string="Grade as of that day",
        compute="_compute_as_of_last",
        store=True,
        readonly=False,
        help="Amounts of the last 12 months, stages and the time since the last order are those of "
        "that day. From the next night on, everybody is graded as of the day it is then.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    proposed = fields.Json(compute="_compute_preview")
    use_proposed = fields.Boolean(
        string="Use these thresholds instead",
        help="The programme begins with them. What the preset asks for can be put back from the "
        "page Advice of the programme.",
    )
    step = fields.Selection(
        selection=[("preset", "Preset"), ("prices", "Prices")], required=True, default="preset"
    )
    asks_prices = fields.Boolean(compute="_compute_asks_prices")
    can_enable_pricelists = fields.Boolean(compute="_compute_asks_prices")
    gives_prices = fields.Boolean(
        string="Give the discounts on new quotations",
        compute="_compute_gives_prices",
        store=True,
        readonly=False,
        help="Without them customers are only graded. “Give the Tiers' Prices” on the programme "
        "switches them on and off at any time.",
    )
    price_forecast = fields.Html(readonly=True, sanitize=False)

    def _default_tz(self):
        """The zone of who asks, or the usual one of the company's country."""
        # Whoever configures tiers need not be able to read the company's contact.
        code = self.env.company.sudo().country_id.code
        usual = (pytz.country_timezones.get(code or "") or (False,))[0]
        return self.env.user.tz or self.env.context.get("tz") or usual

    @api.depends("company_id")
    def _compute_asks_tz(self):
        for wizard in self:
            # Whoever configures tiers need not be able to read the company's contact.
            wizard.asks_tz = not wizard.company_id.sudo().partner_id.tz

    @api.depends("preset")
    def _compute_asks_prices(self):
        enabled = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        allowed = self.env.user.has_group("base.group_system")
        for wizard in self:
            discounts = any(tier.get("discount") for tier in PRESETS[wizard.preset]["tiers"])
            wizard.asks_prices = discounts and (enabled or allowed)
            wizard.can_enable_pricelists = discounts and allowed and not enabled

    @api.depends("company_id")
    def _compute_gives_prices(self):
        """Nobody's prices change unasked where people are at work."""
        for wizard in self:
            # Whether there are any is all that is told of orders that the user may not read.
            orders = self.env["sale.order"].sudo()
            domain = [("company_id", "=", wizard.company_id.id), ("state", "=", "sale")]
            mine = wizard.company_id in self.env.user.company_ids
            wizard.gives_prices = mine and not orders.search_count(domain, limit=1)

    @api.depends("company_id")
    def _compute_last_order_day(self):
        """The last day with orders, where it is so long ago that today tells little."""
        gather = self.env["customer.tier.gather"].sudo()
        for wizard in self:
            mine = wizard.company_id in self.env.companies
            # Of other people's orders nothing else is told.
            last = mine and gather._last_order_day(wizard.company_id)
            old = last and (gather._today(wizard.company_id) - last).days > LONG_AGO
            wizard.last_order_day = old and last

    @api.depends("last_order_day")
    def _compute_as_of_last(self):
        for wizard in self:
            wizard.as_of_last = bool(wizard.last_order_day)

    @property
    def _as_of(self):
        """The day that customers are graded as of, None for today."""
        return self.last_order_day if self.as_of_last else None

    @api.depends("preset", "company_id", "as_of_last")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.proposed = False
            # Customers of another company are told to nobody who only types its number.
            if wizard.company_id not in self.env.companies:
                continue
            # What would be made, in the words in which the tiers themselves tell it.
            made = wizard._made()
            fit = threshold_fit.ThresholdFit(made, wizard._as_of)
            wizard.proposed = fit.proposed() or False
            values = {
                "tiers": list(zip(fit.tiers, fit.counts, strict=True)),
                "buyers": sum(fit.counts),
                "misfits": fit.misfits,
                "proposed": wizard.proposed and wizard._proposed_words(made),
                "readable": partial(readable, self.env),
                "percent": partial(percent, self.env),
            }
            wizard.preview = self.env["ir.qweb"]._render("customer_tiering.start_preview", values)

    @api.onchange("preset", "as_of_last")
    def _onchange_preset(self):
        self.use_proposed = False

    def _made(self):
        """The programme that would be made, not saved."""
        company = self.company_id
        vals = program_vals(self.env, PRESETS[self.preset])
        return self.env["customer.tier.program"].new({**vals, "company_id": company.id})

    def _proposed_words(self, made):
        """The proposed thresholds, and how many customers would be in each tier by them."""
        names = made.tier_ids.sorted("sequence").mapped("name")
        counts = zip(names, self.proposed["counts"], strict=True)
        reached = [labelled(self.env, name, readable(self.env, count)) for name, count in counts]
        return threshold_fit.words(made, self.proposed), " · ".join(reached)

    @api.model
    @api.private
    def _open(self):
        return open_dialog(self.browse(), self.env._("Start Grading Customers"))

    def action_ask_prices(self):
        """Ask about the prices, with what they would change."""
        self.ensure_one()
        forecast = price_forecast.forecast(self.env, self._create_program, self._as_of)
        self.write({"step": "prices", "price_forecast": forecast})
        return open_dialog(self, self.env._("Tier Prices"))

    def action_back(self):
        self.ensure_one()
        self.step = "preset"
        return open_dialog(self, self.env._("Start Grading Customers"))

    def action_start(self):
        """Make the programme, grade everybody and show the result."""
        self.ensure_one()
        self._keep_tz()
        if self.can_enable_pricelists and self.gives_prices:
            self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        program = self._create_program()
        program.gives_prices = self.gives_prices or not self.asks_prices
        # The job is the system's.
        self.env["res.company"].sudo()._customer_tier_wake_at_night()
        action = program._grade(self._as_of)
        return action if program.standing_count else self._nobody_left(program, action)

    def _create_program(self):
        """Make the programme with the thresholds that were chosen."""
        program = self.env["customer.tier.program"]._create_preset(self.preset, self.company_id)
        if self.use_proposed and self.proposed:
            program.proposed_thresholds = threshold_fit.ThresholdFit(
                program, self._as_of
            ).proposed()
            program.action_use_thresholds()
        return program

    def _keep_tz(self):
        """Keep the zone with the company, where it has none."""
        if not self.asks_tz:
            return
        if not self.tz:
            raise UserError(
                self.env._(
                    "Choose the time zone of %s: it says when a day of orders begins, and when it "
                    "is night.",
                    self.company_id.name,
                )
            )
        # Only configurers of tiers get here, and it was empty.
        self.company_id.sudo().partner_id.tz = self.tz

    def _nobody_left(self, program, action):
        """Say why the programme took nobody, where others stand above it."""
        others = program.search([("company_id", "=", self.company_id.id), ("id", "!=", program.id)])
        if not others:
            return action
        message = self.env._(
            "“%s” has no customers yet: the programmes above it take them all. Drag it to the top "
            "of this list or archive the others, then open it and grade.",
            program.name,
        )
        programs = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_program_action"
        )
        return notification(message, "warning", programs | {"target": "main"}, sticky=True)
