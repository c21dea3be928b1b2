from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .customer_tier_metric import readable
from .customer_tier_program import SAVING


class CustomerTierIndicator(models.Model):
    _name = "customer.tier.indicator"
    _description = "Tier Indicator"
    _order = "program_id, sequence, id"
    _rec_name = "metric_id"

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    metric_id = fields.Many2one("customer.tier.metric", required=True, ondelete="restrict")
    weight = fields.Float(
        default=1.0,
        digits=(16, 2),
        help="How much this indicator counts in the score, relative to the others.",
    )
    scale = fields.Selection(
        selection=[
            ("bands", "Bands"),
            ("quantile", "Quantile bands"),
            ("linear", "Straight line"),
        ],
        required=True,
        default="bands",
        help="How a value becomes points from 0 to 100.\n"
        "Bands: typed by you, each with its points.\n"
        "Quantile bands: equally filled bands proposed from your own customers, frozen until "
        "you propose again.\n"
        "Straight line: from 0 points at one value to 100 points at another.",
    )
    direction = fields.Selection(
        selection=[("high", "More is better"), ("low", "Less is better")],
        required=True,
        default="high",
    )
    band_ids = fields.One2many("customer.tier.indicator.band", "indicator_id", copy=True)
    quantile_count = fields.Integer(string="Number of Bands", default=5)
    linear_zero = fields.Float(
        string="0 Points At", digits=(16, 2), help="The value that earns nothing."
    )
    linear_full = fields.Float(
        string="100 Points At",
        digits=(16, 2),
        default=100.0,
        help="The value that earns everything. Put it below the other one where less is better.",
    )
    rfm_role = fields.Selection(
        selection=[("r", "Recency"), ("f", "Frequency"), ("m", "Monetary")],
        string="RFM Part",
        help="The band number of this indicator is the customer's R, F or M score.",
    )
    summary = fields.Char(string="Points", compute="_compute_summary")

    _weight_not_negative = models.Constraint(
        "check(weight >= 0)", "A weight cannot be negative. Use 0 to leave an indicator out."
    )
    _quantile_count_range = models.Constraint(
        "check(quantile_count between 2 and 20)", "Use 2 to 20 quantile bands."
    )
    _rfm_role_unique = models.UniqueIndex(
        "(program_id, rfm_role) WHERE rfm_role IS NOT NULL",
        "A programme has one recency, one frequency and one monetary indicator at most.",
    )

    @api.depends("scale", "linear_zero", "linear_full", "band_ids.value_from", "band_ids.points")
    @api.depends_context("lang")
    def _compute_summary(self):
        for indicator in self:
            if indicator.scale == "linear":
                indicator.summary = self.env._(
                    "%(zero)s → 0, %(full)s → 100",
                    zero=readable(self.env, indicator.linear_zero),
                    full=readable(self.env, indicator.linear_full),
                )
            else:
                bands = indicator.band_ids.sorted("value_from")
                indicator.summary = " · ".join(
                    f"{band.label}: {readable(self.env, band.points)}" for band in bands
                )

    @api.constrains("scale", "band_ids", "linear_zero", "linear_full", "rfm_role")
    def _check_scale(self):
        for indicator in self:
            name = indicator.metric_id.display_name
            if indicator.scale == "linear":
                if indicator.linear_zero == indicator.linear_full:
                    raise ValidationError(
                        self.env._(
                            "%s: 0 points and 100 points cannot be reached at the same value.",
                            name,
                        )
                    )
                if indicator.rfm_role:
                    raise ValidationError(
                        self.env._("%s: an RFM part needs bands, not a straight line.", name)
                    )
            elif not indicator.band_ids:
                raise ValidationError(
                    self.env._("%s: add at least one band, or let them be proposed.", name)
                )

    @api.constrains("weight", "program_id")
    def _check_weights(self):
        self.program_id._check_configuration()

    def write(self, vals):
        result = super(CustomerTierIndicator, self.with_context(**{SAVING: True})).write(vals)
        if vals.keys() & {"weight", "program_id"}:
            self.program_id._check_configuration()
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs._check_configuration()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        quantile = [v for v in vals_list if v.get("scale") == "quantile" and not v.get("band_ids")]
        for vals in quantile:
            # Something to stand on until the cuts are proposed below: one open band.
            vals["band_ids"] = [fields.Command.create({"value_from": 0.0, "points": 50.0})]
        indicators = super().create(vals_list)
        if quantile:
            indicators.filtered(lambda i: i.scale == "quantile")._propose_bands()
        return indicators

    def action_propose_bands(self):
        """Replace the bands by equally filled ones cut from today's customers."""
        self.check_access("write")
        for indicator in self:
            if not indicator._propose_bands():
                raise UserError(
                    self.env._(
                        "No customer has a value for “%s” yet, so no bands can be proposed. "
                        "Type them by hand, or come back when there are orders.",
                        indicator.metric_id.display_name,
                    )
                )

    def _propose_bands(self):
        """Freeze quantile bands; leaves indicators without known values as they are.

        :return: the indicators that got new bands
        """
        from ..grading.points import quantile_cuts

        done = self.browse()
        for program, indicators in self.grouped("program_id").items():
            values = program._sample_values(indicators.metric_id)
            for indicator in indicators:
                cuts = quantile_cuts(values[indicator.metric_id.code], indicator.quantile_count)
                if cuts:
                    indicator._set_bands(cuts)
                    done |= indicator
        return done

    def _set_bands(self, cuts):
        """Evenly spread points over the bands between the cuts, in the indicator's direction."""
        self.ensure_one()
        cuts = sorted({round(cut, 2) for cut in cuts})
        size = len(cuts) + 1
        points = [round(100 * (n + 1) / size, 2) for n in range(size)]
        if self.direction == "low":
            points.reverse()
        # The first band is open below; its bound is only shown.
        bounds = [min(0.0, cuts[0] - 1), *cuts]
        self.band_ids = [fields.Command.clear()] + [
            fields.Command.create({"value_from": bound, "points": value})
            for bound, value in zip(bounds, points, strict=True)
        ]

    def _policy(self):
        """The indicators as frozen values for the grading core."""
        from ..grading.policy import Bands, Indicator, Linear

        result = []
        for indicator in self:
            if indicator.scale == "linear":
                scale = Linear(zero=indicator.linear_zero, full=indicator.linear_full)
            else:
                bands = indicator.band_ids.sorted("value_from")
                scale = Bands(
                    bounds=tuple(bands.mapped("value_from")), points=tuple(bands.mapped("points"))
                )
            result.append(
                Indicator(
                    id=indicator.id,
                    metric=indicator.metric_id.code,
                    weight=indicator.weight,
                    scale=scale,
                    role=indicator.rfm_role or "",
                )
            )
        return tuple(result)
