from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..explain.band_picture import picture
from ..explain.words import readable
from ..models.customer_tier_indicator import CUT_METHODS

# What the picture is drawn from, and what is frozen.
SHOWN = ("indicator_id", "linear_zero", "linear_full") + tuple(
    f"line_ids.{name}" for name in ("value_from", "points", "lowest", "blank")
)


class CustomerTierBandProposal(models.TransientModel):
    """Bands or a line laid over today's customers. The indicator changes when it is frozen, not
    before."""

    _name = "customer.tier.band.proposal"
    _description = "Distribution and Bands"
    _rec_name = "indicator_id"

    indicator_id = fields.Many2one(
        "customer.tier.indicator", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="indicator_id.company_id", store=True)
    scale = fields.Selection(related="indicator_id.scale")
    # A dictionary of ``known``, rising numbers, and ``unknown``, how many customers have none.
    sample = fields.Json(readonly=True)
    status = fields.Char(compute="_compute_status")
    picture = fields.Html(compute="_compute_picture", sanitize=False)
    problem = fields.Char(compute="_compute_problem")
    method = fields.Selection(
        selection=[("present", "As they are now"), *CUT_METHODS],
        string="Bands",
        required=True,
        default="present",
        help="Equally filled: as many customers in each band as equal values allow.\n"
        "Round numbers: the same, with each cut moved to a round number nearby.\n"
        "Equally wide: even steps between the 5th and the 95th percentile.",
    )
    line_method = fields.Selection(
        selection=[
            ("present", "As it is now"),
            ("percentiles", "From the 5th to the 95th percentile, rounded"),
        ],
        string="Line",
        required=True,
        default="present",
    )
    band_count = fields.Integer(string="Number of Bands", default=5)
    direction = fields.Selection(
        selection=[("high", "More is better"), ("low", "Less is better")],
        required=True,
        default="high",
    )
    line_ids = fields.One2many(
        "customer.tier.band.proposal.line", "proposal_id", string="Proposed Bands"
    )
    linear_zero = fields.Float(string="0 Points At", digits=(16, 2))
    linear_full = fields.Float(string="100 Points At", digits=(16, 2))

    @api.model_create_multi
    def create(self, vals_list):
        proposals = super().create(vals_list)
        for proposal in proposals:
            proposal.indicator_id.check_access("write")
            proposal.sample = proposal._take_sample()
            proposal._take_present()
        return proposals

    def _take_sample(self):
        metric = self.indicator_id.metric_id
        program = self.indicator_id.program_id
        values = program._sample_values(metric)[metric.code]
        known = sorted(values.dropna().tolist())
        if not known:
            raise UserError(
                self.env._(
                    "No customer of programme “%(program)s” has a value for “%(metric)s” yet, so "
                    "there is nothing to draw and nothing to cut bands from. Come back when there "
                    "are orders; until then choose “Bands” and type them.",
                    program=program.name,
                    metric=metric.display_name,
                )
            )
        return {"known": known, "unknown": len(values) - len(known)}

    def _take_present(self):
        """Begin with what the indicator has."""
        indicator = self.indicator_id
        self.linear_zero, self.linear_full = indicator.linear_zero, indicator.linear_full
        bands = indicator.band_ids.sorted("value_from")
        if indicator.scale == "linear":
            falls = self.linear_full < self.linear_zero
        else:
            falls = bands and bands[0].points > bands[-1].points
            self.band_count = min(max(len(bands), 2), 20)
        self.direction = "low" if falls else "high"
        self._set_lines(bands.mapped("value_from")[1:], bands.mapped("points"))

    def _set_lines(self, cuts, points):
        starts = [self.indicator_id._first_bound(cuts), *cuts]
        self.line_ids = [Command.clear()] + [
            Command.create({"value_from": start, "points": earned, "lowest": not position})
            for position, (start, earned) in enumerate(zip(starts, points, strict=False))
        ]

    # What follows while the user tries

    @api.onchange("method", "band_count")
    def _onchange_method(self):
        if self.scale == "linear":
            return None
        if self.method == "present":
            self._take_present()
            return None
        from ..grading.distribution import proposal

        asked = self.band_count
        self.band_count = min(max(asked, 2), 20)
        cuts = proposal(self.sample["known"], self.band_count, self.method)
        self._set_lines(cuts, self.indicator_id._even_points(len(cuts) + 1, self.direction))
        if asked == self.band_count:
            return None
        message = self.env._("An indicator has 2 to 20 bands.")
        return {"warning": {"title": self.env._("Number of Bands"), "message": message}}

    @api.onchange("line_method")
    def _onchange_line_method(self):
        from ..grading.distribution import line

        if self.scale != "linear":
            return
        if self.line_method == "present":
            self._take_present()
            return
        ends = line(self.sample["known"], self.direction)
        if ends:
            self.linear_zero, self.linear_full = ends

    @api.onchange("direction")
    def _onchange_direction(self):
        lines = self._ordered_lines()
        for line, points in zip(lines, lines.mapped("points")[::-1], strict=True):
            line.points = points
        if (self.linear_full < self.linear_zero) != (self.direction == "low"):
            self.linear_zero, self.linear_full = self.linear_full, self.linear_zero

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        lines = self._ordered_lines()
        if lines and not lines[0].lowest:
            lines[0].lowest = True
        # The client sends what it shows of the other lines, and that would be taken as it is.
        self.line_ids._compute_customers()

    def _ordered_lines(self):
        """From the lowest band; its start does not count, for it is open below."""
        lines = self.line_ids.filtered(lambda line: not line.blank)
        return lines.sorted(lambda line: (not line.lowest, line.value_from))

    def _cuts(self):
        return self._ordered_lines().mapped("value_from")[1:]

    @api.depends("sample", *SHOWN)
    @api.depends_context("lang")
    def _compute_picture(self):
        for proposal in self:
            values = proposal.sample and picture(proposal)
            proposal.picture = values and self.env["ir.qweb"]._render(
                "customer_tiering.band_picture", values
            )

    @api.depends("indicator_id", "sample")
    @api.depends_context("lang")
    def _compute_status(self):
        for proposal in self:
            indicator = proposal.indicator_id
            again = proposal._proposed_again() if proposal.sample else ""
            if indicator.frozen_on:
                frozen = self.env._("Frozen on %s.", format_date(self.env, indicator.frozen_on))
            else:
                frozen = self.env._("Typed, not frozen from customers yet.")
            proposal.status = f"{frozen} {again}"

    def _proposed_again(self):
        """What today's customers would make of the way in which the indicator was frozen."""
        from ..grading import distribution

        indicator = self.indicator_id
        known = self.sample["known"]
        if indicator.scale == "linear":
            falls = indicator.linear_full < indicator.linear_zero
            ends = distribution.line(known, "low" if falls else "high")
            if not ends:
                return ""
            return self.env._(
                "Proposed today, 0 points would be at %(zero)s and 100 points at %(full)s.",
                zero=readable(self.env, ends[0]),
                full=readable(self.env, ends[1]),
            )
        bands = indicator.band_ids.sorted("value_from")
        count = min(max(len(bands), 2), 20)
        cuts = distribution.proposal(known, count, indicator.cut_method)
        if not cuts:
            return self.env._("All customers have the same value: there is nothing to cut.")
        if cuts == bands.mapped("value_from")[1:]:
            return self.env._("Proposed again, the cuts would be the same.")
        methods = dict(self._fields["method"]._description_selection(self.env))
        return self.env._(
            "Proposed today (%(method)s), the cuts would be %(cuts)s.",
            method=methods[indicator.cut_method],
            cuts=" · ".join(readable(self.env, cut) for cut in cuts),
        )

    @api.depends(*SHOWN)
    @api.depends_context("lang")
    def _compute_problem(self):
        for proposal in self:
            if proposal.indicator_id.scale == "linear":
                proposal.problem = proposal._line_problem()
            else:
                proposal.problem = proposal._band_problem()

    def _line_problem(self):
        if self.linear_zero != self.linear_full:
            return False
        return self.env._(
            "0 points and 100 points cannot be reached at the same value. Change one of them."
        )

    def _band_problem(self):
        if not self._ordered_lines():
            return self.env._("There is no band. Add one, or choose how they are proposed.")
        cuts = self._cuts()
        for low, high in zip(cuts, cuts[1:], strict=False):
            if low == high:
                return self.env._(
                    "Two bands start at %s, so one of them is empty. Give each its own start, or "
                    "delete one.",
                    readable(self.env, low),
                )
        for points in self._ordered_lines().mapped("points"):
            if not 0 <= points <= 100:
                return self.env._(
                    "The points of a band lie between 0 and 100, %s do not. Change them.",
                    readable(self.env, points),
                )
        return False

    def action_freeze(self):
        """Write what is shown to the indicator; how customers order is learnt anew with it."""
        self.ensure_one()
        if self.problem:
            raise UserError(self.problem)
        indicator = self.indicator_id
        vals = {"direction": self.direction}
        if indicator.scale == "linear":
            today = fields.Date.context_today(self)
            vals |= {"linear_zero": self.linear_zero, "linear_full": self.linear_full}
            indicator.write(vals | {"frozen_on": today})
            indicator.program_id.action_learn_rhythm()
            return {"type": "ir.actions.act_window_close"}
        lines = self._ordered_lines()
        if self.method != "present":
            vals["cut_method"] = self.method
        vals["quantile_count"] = min(max(len(lines), 2), 20)
        indicator._freeze_bands(self._cuts(), lines.mapped("points"), **vals)
        indicator.program_id.action_learn_rhythm()
        return {"type": "ir.actions.act_window_close"}
