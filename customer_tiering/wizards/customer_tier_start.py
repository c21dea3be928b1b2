from functools import partial

from odoo import api, fields, models

from .. import threshold_fit
from ..explain.words import readable
from ..presets.build import program_vals
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
    proposed = fields.Json(compute="_compute_preview")
    use_proposed = fields.Boolean(
        string="Use these thresholds instead",
        help="The programme begins with them. What the preset asks for can be put back from the "
        "page Advice of the programme.",
    )
    can_enable_pricelists = fields.Boolean(compute="_compute_can_enable_pricelists")
    enable_pricelists = fields.Boolean(
        string="Give the discounts on new quotations",
        default=True,
        help="Switches on pricelists (Settings › Sales › Pricing), through which tiers give "
        "their prices. Without them customers are only graded.",
    )

    @api.depends("preset")
    def _compute_can_enable_pricelists(self):
        enabled = self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist")
        allowed = self.env.user.has_group("base.group_system")
        for wizard in self:
            discounts = any(tier.get("discount") for tier in PRESETS[wizard.preset]["tiers"])
            wizard.can_enable_pricelists = discounts and allowed and not enabled

    @api.depends("preset", "company_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.proposed = False
            # Customers of another company are told to nobody who only types its number.
            if wizard.company_id not in self.env.companies:
                continue
            # What would be made, in the words in which the tiers themselves tell it.
            made = wizard._made()
            fit = threshold_fit.ThresholdFit(made)
            wizard.proposed = fit.proposed() or False
            values = {
                "tiers": list(zip(fit.tiers, fit.counts, strict=True)),
                "buyers": sum(fit.counts),
                "misfits": fit.misfits,
                "proposed": wizard.proposed and wizard._proposed_words(made),
                "readable": partial(readable, self.env),
            }
            wizard.preview = self.env["ir.qweb"]._render("customer_tiering.start_preview", values)

    @api.onchange("preset")
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
        reached = [f"{name}: {readable(self.env, count)}" for name, count in counts]
        return threshold_fit.words(made, self.proposed), " · ".join(reached)

    @api.model
    @api.private
    def _open(self):
        return open_dialog(self.browse(), self.env._("Start Grading Customers"))

    def action_start(self):
        """Make the programme, grade everybody and show the result."""
        self.ensure_one()
        if self.can_enable_pricelists and self.enable_pricelists:
            self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        program = self.env["customer.tier.program"]._create_preset(self.preset, self.company_id)
        if self.use_proposed and self.proposed:
            program.proposed_thresholds = threshold_fit.ThresholdFit(program).proposed()
            program.action_use_thresholds()
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
