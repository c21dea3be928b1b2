from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..explain.band_picture import picture
from ..explain.words import readable
from ..grading.policy import ALWAYS_KNOWN, COUNTS
from ..models.customer_tier_indicator import CUT_METHODS
from ..tools import sentences

# What the picture is drawn from, and what is frozen.
SHOWN = ("indicator_id", "linear_zero", "linear_full") + tuple(
    f"line_ids.{name}" for name in ("value_from", "points", "lowest", "blank", "empty")
)
# A, B and C.
ABC_BANDS = 3


class CustomerTierBandProposal(models.TransientModel):
    """Bands or a line laid over today's customers. The indicator changes when it is frozen, not
    before."""

    _name = "customer.tier.band.proposal"
    _inherit = "customer.tier.input"
    _description = "Distribution and Bands"
    _rec_name = "indicator_id"

    indicator_id = fields.Many2one(
        "customer.tier.indicator", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="indicator_id.company_id", store=True)
    scale = fields.Selection(related="indicator_id.scale", related_sudo=False)
    # A dictionary of ``known``, rising numbers, and ``unknown``, how many customers have none.
    sample = fields.Json(readonly=True)
    # Of ``idle``, ``floor`` and ``months``, see ``Population``: who is not in the sample.
    outside = fields.Json(readonly=True)
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
        "Equally wide: even steps between the 5th and the 95th percentile.\n"
        "By share of the total (ABC): A are the customers who together bring the first 80 %, B "
        "those up to 95 %, C the rest; A is band 3, C band 1.",
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
            proposal.sample, proposal.outside = proposal._take_sample()
            proposal._take_present()
        return proposals

    def _take_sample(self):
        """Values of those who bought within what the indicator looks at; where nobody did, of all
        customers.

        :return: ``sample`` and ``outside``
        """
        indicator = self.indicator_id
        metric, program = indicator.metric_id, indicator.program_id
        population = indicator._cut_populations()[indicator.id]
        outside = {name: getattr(population, name) for name in ("idle", "floor", "months")}
        known, unknown = population.values.tolist(), population.unknown
        if not known:
            values = program._sample_values(metric)[metric.code]
            known = sorted(values.dropna().tolist())
            unknown, outside["idle"] = len(values) - len(known), 0
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
        return {"known": known, "unknown": unknown}, outside

    def _take_present(self):
        """Begin with what the indicator has."""
        indicator = self.indicator_id
        self.linear_zero, self.linear_full = indicator.linear_zero, indicator.linear_full
        if indicator.scale == "linear":
            self.direction = "low" if self.linear_full < self.linear_zero else "high"
            return
        bands = indicator._bands_policy()
        self.band_count = indicator._band_count()
        self.direction = indicator._falls_or_rises()
        self._set_lines(bands.bounds[1:], bands.points, bands.numbers)

    def _set_lines(self, cuts, points, numbers=()):
        """Show bands, and for each number left out among theirs a band that is empty.

        :param cuts: distinct, rising
        :param points, numbers: of the bands from the lowest values on, numbers of all or none
        """
        from ..grading.points import number_points

        starts = [self.indicator_id._first_bound(cuts), *cuts]
        rows, before = [], None
        for position, (start, earned) in enumerate(zip(starts, points, strict=False)):
            number = numbers[position] if numbers else 0
            step = 1 if before is None or number > before else -1
            rows += [
                {
                    "value_from": start,
                    "points": number_points(left_out, self.band_count),
                    "number": left_out,
                    "empty": True,
                }
                for left_out in range((before or number) + step, number, step)
            ]
            rows.append(
                {
                    "value_from": start,
                    "points": earned,
                    "lowest": not position,
                    "number": number,
                }
            )
            before = number
        self.line_ids = [Command.clear(), *map(Command.create, rows)]

    # What follows while the user tries

    @api.onchange("method", "band_count")
    def _onchange_method(self):
        if self.scale == "linear":
            return None
        if self.method == "present":
            self._take_present()
            return None
        if self.method == "abc":
            self.band_count = ABC_BANDS
        asked = self.band_count
        self.band_count = min(max(asked, 2), 20)
        self._propose()
        if asked == self.band_count:
            return None
        message = self.env._("An indicator has 2 to 20 bands.")
        return {"warning": {"title": self.env._("Number of Bands"), "message": message}}

    def _propose(self):
        """Show the bands that the chosen method cuts."""
        from ..grading.points import number_points, numbered

        count = self.band_count
        cuts = self._proposal(count, self.method, self.direction)
        bounds, numbers = numbered(cuts, count, self.direction)
        self._set_lines(bounds, [number_points(number, count) for number in numbers], numbers)

    def _proposal(self, count, method, direction):
        from ..grading.distribution import abc_cuts, proposal

        if method == "abc":
            return abc_cuts(self.sample["known"]) if self._adds_up() else []
        known, floor = self.sample["known"], (self.outside or {}).get("floor")
        return proposal(known, count, method, direction, floor)

    def _adds_up(self):
        """Whether values of several customers have a sum, of which each of them brings a part."""
        metric = self.indicator_id.metric_id
        return {
            "order": metric.measure in ALWAYS_KNOWN | COUNTS,
            "payment": metric.payment_measure == "overdue_amount",
            "record": metric.aggregate in ("count", "sum"),
            "manual": metric.unit in ("number", "money"),
        }.get(metric.kind, False)

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
        if (self.linear_full < self.linear_zero) != (self.direction == "low"):
            self.linear_zero, self.linear_full = self.linear_full, self.linear_zero
        if self.scale == "linear":
            return
        if self.method != "present":
            # Which side of a cut is the better one decides where it lies.
            self._propose()
            return
        lines = self._ordered_lines()
        turned = [lines.mapped(name)[::-1] for name in ("points", "number")]
        for line, points, number in zip(lines, *turned, strict=True):
            line.points, line.number = points, number
        if lines:
            cuts, points, numbers = self._cuts(), lines.mapped("points"), lines.mapped("number")
            self._set_lines(cuts, points, numbers if all(numbers) else ())

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        lines = self._ordered_lines()
        if lines and not lines[0].lowest:
            lines[0].lowest = True
        if not self._numbers():
            # Bands of somebody's own are numbered by their points.
            lines.number = 0
            self.line_ids -= self.line_ids.filtered("empty")
        # The client sends what it shows of the other lines, and that would be taken as it is.
        self.line_ids._compute_customers()

    def _numbers(self):
        """Numbers of the bands from the lowest values on, where these are all that were proposed;
        else nothing."""
        lines = self._ordered_lines()
        numbers = lines.mapped("number")
        # With those left out, each number once.
        every = sorted(numbers + self.line_ids.filtered("empty").mapped("number"))
        if every != list(range(1, self.band_count + 1)):
            return []
        falling = self.direction == "low"
        return numbers if numbers == sorted(numbers, reverse=falling) else []

    def _ordered_lines(self):
        """From the lowest band; its start does not count, for it is open below."""
        lines = self.line_ids.filtered(lambda line: not line.blank and not line.empty)
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
            proposal.status = sentences((frozen, again))

    def _proposed_again(self):
        """What today's customers would make of the way in which the indicator was frozen."""
        from ..grading.distribution import line

        indicator = self.indicator_id
        if indicator.scale == "linear":
            falls = indicator.linear_full < indicator.linear_zero
            ends = line(self.sample["known"], "low" if falls else "high")
            if not ends:
                return ""
            return self.env._(
                "Proposed today, 0 points would be at %(zero)s and 100 points at %(full)s.",
                zero=readable(self.env, ends[0]),
                full=readable(self.env, ends[1]),
            )
        direction = indicator._falls_or_rises()
        cuts = self._proposal(indicator._band_count(), indicator.cut_method, direction)
        if not cuts:
            return self.env._("All customers have the same value: there is nothing to cut.")
        cuts = sorted(set(cuts))
        if cuts == indicator.band_ids.sorted("value_from").mapped("value_from")[1:]:
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
        if self.method == "abc" and not self._adds_up():
            return self.env._(
                "“%s” cannot be added up over customers, so nobody brings a share of a total. "
                "Choose another way.",
                self.indicator_id.metric_id.display_name,
            )
        if self.method == "abc" and self.direction == "low":
            return self.env._(
                "Where less is better, nobody is to have the largest share. Choose another way."
            )
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
        numbers = self._numbers()
        vals["quantile_count"] = min(max(self.band_count if numbers else len(lines), 2), 20)
        indicator._freeze_bands(self._cuts(), lines.mapped("points"), numbers, **vals)
        indicator.program_id.action_learn_rhythm()
        return {"type": "ir.actions.act_window_close"}
