from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import samples
from ..explain.words import labelled, readable
from ..grading.policy import Bands, Indicator, Linear
from .customer_tier_program import SAVING

# What a person may look at before it is frozen; the keys are those of ``distribution.proposal``,
# and ``abc`` of ``distribution.abc_cuts``.
CUT_METHODS = [
    ("quantile", "Equally filled"),
    ("round", "Equally filled, round numbers"),
    ("width", "Equally wide"),
    ("abc", "By share of the total (ABC)"),
]


class CustomerTierIndicator(models.Model):
    """An indicator of a programme: a metric, how its values become points, and its weight in the
    score."""

    _name = "customer.tier.indicator"
    _inherit = "customer.tier.input"
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
            ("quantile", "Bands from customers"),
            ("linear", "Straight line"),
        ],
        required=True,
        default="bands",
        help="How a value becomes points from 0 to 100.\n"
        "Bands: typed by you, each with its points.\n"
        "Bands from customers: cut from the values of your own customers, equally filled to "
        "begin with, and frozen until you freeze others under “Distribution and Bands”.\n"
        "Straight line: from 0 points at one value to 100 points at another.",
    )
    direction = fields.Selection(
        selection=[("high", "More is better"), ("low", "Less is better")],
        required=True,
        default="high",
    )
    band_ids = fields.One2many("customer.tier.indicator.band", "indicator_id", copy=True)
    quantile_count = fields.Integer(string="Number of Bands", default=5)
    cut_method = fields.Selection(
        selection=CUT_METHODS,
        string="Cut",
        required=True,
        default="quantile",
        readonly=True,
        help="How the bands were proposed when they were frozen.",
    )
    frozen_on = fields.Date(
        readonly=True,
        help="When the bands or the line were last taken over from the customers' distribution. "
        "Empty where they were typed.",
    )
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
    # Two of them may change places in one save.
    _rfm_part_unique = models.Constraint(
        "unique(program_id, rfm_role) deferrable initially deferred",
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
                # Every band after the first ends where the next one begins.
                indicator.summary = " · ".join(
                    labelled(self.env, band._short_label(), readable(self.env, band.points))
                    for band in bands
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
                    self.env._(
                        "%s: add at least one band, or choose “Bands from customers” to have them "
                        "proposed.",
                        name,
                    )
                )

    @api.constrains("weight", "program_id", "rfm_role")
    def _check_weights(self):
        self.program_id._check_configuration()

    def _check_bands(self):
        """Called once all bands of an indicator are written."""
        for indicator in self:
            starts = indicator.band_ids.mapped("value_from")
            if len(set(starts)) < len(starts):
                raise ValidationError(
                    self.env._(
                        "Two bands of an indicator start at the same value, so one of them is "
                        "empty. Give each band its own start."
                    )
                )

    def _check_parts(self):
        """Called once all indicators of a programme are written."""
        parts = self.filtered("rfm_role").mapped("rfm_role")
        if len(set(parts)) < len(parts):
            raise ValidationError(
                self.env._(
                    "A programme has one recency, one frequency and one monetary indicator at most."
                )
            )

    def write(self, vals):
        typed = "frozen_on" not in vals and self._types_scale(vals)
        if typed:
            vals = vals | {"frozen_on": False}
        saving = SAVING.on(self)
        result = super(CustomerTierIndicator, saving).write(vals)
        if typed and "band_ids" in vals and "scale" not in vals:
            # Typed bands are not to be called cut from customers.
            self.filtered(lambda indicator: indicator.scale == "quantile").scale = "bands"
        if "band_ids" in vals:
            self._check_bands()
        asked = vals.keys() & {"weight", "program_id", "rfm_role"}
        programs = self.program_id
        (programs if asked else programs.browse())._settle_saved(saving)
        return result

    @api.model
    def _types_scale(self, vals):
        """Whether values to be written replace what was frozen; other points alone do not."""
        if vals.keys() & {"metric_id", "scale", "linear_zero", "linear_full"}:
            return True
        return any(
            command[0] != fields.Command.UPDATE or "value_from" in command[2]
            for command in vals.get("band_ids", ())
        )

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
        indicators._check_bands()
        if quantile:
            indicators.filtered(lambda i: i.scale == "quantile")._propose_bands()
        return indicators

    def action_open_distribution(self):
        """Show the bands on today's customers, and what else could be frozen."""
        self.ensure_one()
        self.check_access("write")
        proposal = self.env["customer.tier.band.proposal"].create({"indicator_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Distribution and Bands: %s", self.metric_id.display_name),
            "res_model": proposal._name,
            "res_id": proposal.id,
            "view_mode": "form",
            "target": "new",
        }

    def _propose_bands(self):
        """Freeze equally filled bands. Leaves indicators as they are whose values do not differ,
        and those that fewer customers than bands have a value for.

        :return: the indicators that got new bands
        """
        from ..grading.distribution import proposal
        from ..grading.points import number_points, numbered

        done = self.browse()
        for indicators in self.grouped("program_id").values():
            populations = indicators._cut_populations()
            for indicator in indicators:
                population, count = populations[indicator.id], indicator.quantile_count
                if len(population.values) < count:
                    continue
                direction = indicator.direction
                cuts = proposal(population.values, count, "quantile", direction, population.floor)
                if cuts:
                    bounds, numbers = numbered(cuts, count, direction)
                    points = [number_points(number, count) for number in numbers]
                    indicator._freeze_bands(bounds, points, numbers)
                    done |= indicator
        return done

    def _cut_populations(self):
        """The values that bands of these indicators, of one programme, are cut from: dict of id →
        ``Population``."""
        from ..grading.population import populations

        program = self.program_id
        values, windows = samples.windows(program, self.metric_id)
        metrics = program.indicator_ids.metric_id._with_parts()._policy()
        return populations(values, windows, program.indicator_ids._policy(), metrics)

    @api.model
    def _first_bound(self, cuts):
        """Where the lowest band is said to start: it is open below, so this is only shown."""
        return 0.0 if not cuts or cuts[0] > 0 else cuts[0] - 1

    def _freeze_bands(self, cuts, points, numbers=None, **vals):
        """Replace the bands.

        :param cuts: rising distinct floats
        :param points: of the bands from the lowest values on, one more than cuts
        :param numbers: of the bands, see ``points.numbered``; None where they follow the points
        :param vals: other values to write
        """
        self.ensure_one()
        bounds = [self._first_bound(cuts), *cuts]
        rows = zip(bounds, points, numbers or [0] * len(bounds), strict=True)
        bands = [
            fields.Command.create({"value_from": bound, "points": value, "number": number})
            for bound, value, number in rows
        ]
        today = fields.Date.context_today(self)
        self.write({"band_ids": [fields.Command.clear(), *bands], "frozen_on": today, **vals})

    def _policy(self):
        """The indicators as frozen values for the grading core."""
        result = []
        for indicator in self:
            if indicator.scale == "linear":
                scale = Linear(zero=indicator.linear_zero, full=indicator.linear_full)
            else:
                scale = indicator._bands_policy()
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

    def _bands_policy(self):
        """The bands as a frozen value; typed ones, and those that were frozen before numbers were
        kept, are numbered by their points."""
        bands = self.band_ids.sorted("value_from")
        numbers = bands.mapped("number") if self.frozen_on else []
        return Bands(
            bounds=tuple(bands.mapped("value_from")),
            points=tuple(bands.mapped("points")),
            numbers=tuple(numbers) if all(numbers) else (),
        )

    def _band_count(self):
        """How many bands were asked for, of which some may be empty; 2 to 20."""
        numbers = self._bands_policy().numbers
        return min(max(max(numbers, default=0), len(self.band_ids), 2), 20)

    def _falls_or_rises(self):
        """The direction that the bands themselves tell: ``low`` where points fall."""
        points = self.band_ids.sorted("value_from").mapped("points")
        return "low" if points and points[0] > points[-1] else "high"
