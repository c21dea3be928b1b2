from markupsafe import Markup

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError

from ..explain.words import readable
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
    asks_tz = fields.Boolean(compute="_compute_asks_tz", export_string_translation=False)
    tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone",
        default=lambda self: self.env.user.tz or self.env.context.get("tz"),
        help="Days of orders begin, and everybody is graded at night, by this clock.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    can_enable_pricelists = fields.Boolean(compute="_compute_can_enable_pricelists")
    enable_pricelists = fields.Boolean(
        string="Give the discounts on new quotations",
        default=True,
        help="Switches on pricelists (Settings › Sales › Pricing), through which tiers give "
        "their prices. Without them customers are only graded.",
    )

    @api.depends("company_id")
    def _compute_asks_tz(self):
        for wizard in self:
            # Whoever configures tiers need not be able to read the company's contact.
            wizard.asks_tz = not wizard.company_id.sudo().partner_id.tz

    @api.depends("preset")
    def _compute_can_enable_pricelists(self):
        enabled = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        allowed = self.env.user.has_group("base.group_system")
        for wizard in self:
            discounts = any(tier.get("discount") for tier in PRESETS[wizard.preset]["tiers"])
            wizard.can_enable_pricelists = discounts and allowed and not enabled

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

    def action_start(self):
        """Make the programme, grade everybody and show the result."""
        self.ensure_one()
        self._keep_tz()
        if self.can_enable_pricelists and self.enable_pricelists:
            self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        program = self.env["customer.tier.program"]._create_preset(self.preset, self.company_id)
        # The job is the system's.
        self.env["res.company"].sudo()._customer_tier_wake_at_night()
        action = program.action_grade()
        return action if program.standing_count else self._nobody_left(program, action)

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
