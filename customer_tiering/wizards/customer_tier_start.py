from markupsafe import Markup

from odoo import api, fields, models

from ..explain.words import readable
from ..presets import price_forecast
from ..presets.build import tiers
from ..presets.data import PRESETS
from ..tools import notification, open_dialog


class CustomerTierStart(models.TransientModel):
    """Makes the first programme of a company from a preset, and grades everybody by it."""

    _name = "customer.tier.start"
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
    preview = fields.Html(compute="_compute_preview", sanitize=False)
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

    @api.depends("preset", "company_id")
    def _compute_preview(self):
        Tier = self.env["customer.tier"]
        for wizard in self:
            commands = tiers(self.env, PRESETS[wizard.preset])
            # What would be made, in the words in which the tiers themselves tell it.
            made = [Tier.new(vals) for _command, _id, vals in commands]
            wizard.preview = Markup(
                '<table class="table table-sm mb-0"><thead><tr><th>%s</th><th>%s</th><th>%s</th>'
                "</tr></thead><tbody>%s</tbody></table>"
            ) % (
                self.env._("Tier"),
                self.env._("Reached when"),
                self.env._("Discount"),
                Markup("").join(map(wizard._preview_row, made)),
            )

    def _preview_row(self, tier):
        discount = f"{readable(self.env, tier.discount)} %" if tier.discount else ""
        row = Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
        return row % (tier.name, tier.requirement, discount)

    @api.model
    @api.private
    def _open(self):
        return open_dialog(self.browse(), self.env._("Start Grading Customers"))

    def action_ask_prices(self):
        """Ask about the prices, with what they would change."""
        self.ensure_one()
        forecast = price_forecast.forecast(self.env, self.preset, self.company_id)
        self.write({"step": "prices", "price_forecast": forecast})
        return open_dialog(self, self.env._("Tier Prices"))

    def action_back(self):
        self.ensure_one()
        self.step = "preset"
        return open_dialog(self, self.env._("Start Grading Customers"))

    def action_start(self):
        """Make the programme, grade everybody and show the result."""
        self.ensure_one()
        if self.can_enable_pricelists and self.gives_prices:
            self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        programs = self.env["customer.tier.program"]
        program = programs._create_preset(self.preset, self.company_id)
        program.gives_prices = self.gives_prices or not self.asks_prices
        action = program.action_grade()
        return action if program.standing_count else self._nobody_left(program, action)

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
