"""Advice: what in the rules of a programme contradicts, overlaps or changes nothing, each with its
remedy, in words. The findings come from ``grading.lint``; nothing is refused because of them."""

from odoo.tools.i18n import format_list

from . import prices
from .words import readable, series

# So many names make a sentence; of more, the number is told.
NAMES = 3


def advise(program):
    """What is wrong with a programme and what to do about it.

    :return: list of pairs of sentences
    """
    from ..grading.lint import findings
    from ..grading.spread import Spread

    if not program:
        return []
    try:
        policy = program._policy()
    except ValueError:
        # Rules that cannot be read are reported by the grading.
        return []
    words = _Words(program)
    found = findings(policy, Spread.from_json(program.spread))
    said = [getattr(words, f"_advice_{finding.code}")(finding) for finding in found]
    return [*said, *prices.advice(program)]


class _Words:
    """Sentences for findings: a method ``_advice_<code>`` per code of ``grading.lint.Finding``."""

    def __init__(self, program):
        self.program = program
        self.env = program.env

    def _quoted(self, records):
        """Names of some records in a sentence."""
        names = [self.env._("“%s”", record.display_name) for record in records[:NAMES]]
        if len(records) > NAMES:
            names.append(self.env._("%s more", len(records) - NAMES))
        return format_list(self.env, names)

    def _axis_name(self, axis):
        """What the bounds of segments are called on the programme's form."""
        if axis == "f" and self.program.rfm_mode == "mean":
            return self.env._("(F+M)/2")
        return axis.upper()

    def _axis_indicators(self, axis):
        roles = ("f", "m") if axis == "f" and self.program.rfm_mode == "mean" else (axis,)
        return self.program.indicator_ids.filtered(lambda indicator: indicator.rfm_role in roles)

    def _of(self, finding, model):
        return self.env[model].browse(finding.subjects)

    def _advice_letters(self, finding):
        roles = dict(
            self.program.indicator_ids._fields["rfm_role"]._description_selection(self.env)
        )
        return (
            self.env._(
                "No customer gets a segment: no indicator is the RFM part %s.",
                format_list(self.env, [self.env._("“%s”", roles[role]) for role in finding.values]),
            ),
            self.env._("Choose the RFM part on an indicator, or delete the segments."),
        )

    def _advice_gap(self, finding):
        count, *example = finding.values
        axes = ("r", "f") if self.program.rfm_mode == "mean" else ("r", "f", "m")
        cell = series(
            self.env,
            (
                f"{self._axis_name(axis)} = {number}"
                for axis, number in zip(axes, example, strict=True)
            ),
        )
        if count == 1:
            what = self.env._("Customers with %s belong to no segment.", cell)
        else:
            what = self.env._(
                "%(count)s combinations of RFM bands belong to no segment, for example %(cell)s.",
                count=count,
                cell=cell,
            )
        return what, self.env._(
            "Widen a segment, or add one at the end that takes all that are left."
        )

    def _advice_dead(self, finding):
        segments = self._of(finding, "customer.tier.segment")
        return (
            self.env._(
                "Segment %(segment)s is never used: every customer it would take is taken by "
                "%(others)s above it.",
                segment=self._quoted(segments[0]),
                others=self._quoted(segments[1:]),
            ),
            self.env._("Move it up or delete it."),
        )

    def _advice_apart(self, finding):
        segments = self._quoted(self._of(finding, "customer.tier.segment"))
        asked = [
            f"{self._axis_name(axis)} = {low}" + (f"–{high}" if high > low else "")
            for axis, low, high in finding.values
        ]
        indicators = self.program.indicator_ids.browse()
        for axis, _low, _high in finding.values:
            indicators |= self._axis_indicators(axis)
        if len(asked) == 1:
            return (
                self.env._(
                    "No customer can be in %(segments)s: no band has %(number)s, for many "
                    "customers have the same value.",
                    segments=segments,
                    number=asked[0],
                ),
                self.env._(
                    "Widen the segments, delete them, or type bands for %s.",
                    self._quoted(indicators),
                ),
            )
        return (
            self.env._(
                "No customer can be in %(segments)s: nobody has %(numbers)s at the same time.",
                segments=segments,
                numbers=format_list(self.env, asked),
            ),
            self.env._(
                "Freeze the bands of %s anew under “Distribution and Bands”, or widen the "
                "segments.",
                self._quoted(indicators),
            ),
        )

    def _advice_outside(self, finding):
        axis, size = finding.values
        return (
            self.env._(
                "No customer can be in %(segments)s: the highest %(axis)s is %(size)s.",
                segments=self._quoted(self._of(finding, "customer.tier.segment")),
                axis=self._axis_name(axis),
                size=size,
            ),
            self.env._(
                "Lower the bounds, or give %s more bands with points of their own.",
                self._quoted(self._axis_indicators(axis)),
            ),
        )

    def _advice_bounds(self, finding):
        axis, size = finding.values
        return (
            self.env._(
                "The bounds of %(segments)s go beyond the highest %(axis)s, which is %(size)s.",
                segments=self._quoted(self._of(finding, "customer.tier.segment")),
                axis=self._axis_name(axis),
                size=size,
            ),
            self.env._(
                "Check that the segments mean what you want, and end them at %(size)s; or give "
                "%(indicators)s more bands with points of their own.",
                size=size,
                indicators=self._quoted(self._axis_indicators(axis)),
            ),
        )

    def _advice_no_score(self, finding):
        return (
            self.env._(
                "Nobody can reach tier %s: it asks for a score, but there is none without "
                "indicators.",
                self._quoted(self._of(finding, "customer.tier")),
            ),
            self.env._("Add an indicator, or empty the minimum score of the tier."),
        )

    def _advice_score(self, finding):
        minimum, highest = finding.values
        return (
            self.env._(
                "Nobody can reach tier %(tier)s: it asks for a score of %(minimum)s, and the "
                "indicators give %(highest)s at most.",
                tier=self._quoted(self._of(finding, "customer.tier")),
                minimum=readable(self.env, minimum),
                highest=readable(self.env, highest),
            ),
            self.env._(
                "Lower the minimum score, or give the best bands of the indicators more points."
            ),
        )

    def _advice_contradiction(self, finding):
        conditions = self._of(finding, "customer.tier").condition_ids
        metric = conditions.metric_id.filtered(lambda metric: metric.code == finding.values[0])
        return (
            self.env._(
                "Nobody can reach tier %(tier)s: its conditions on %(metric)s exclude each other.",
                tier=self._quoted(self._of(finding, "customer.tier")),
                metric=self._quoted(metric),
            ),
            self.env._("Change or delete one of them, or let any of them be enough."),
        )

    def _advice_vetoed(self, finding):
        veto = self.env["customer.tier.veto"].browse(finding.values)
        return (
            self.env._(
                "Nobody is ever in tier %(tier)s: whoever reaches it meets the veto %(veto)s, "
                "which caps at %(cap)s.",
                tier=self._quoted(self._of(finding, "customer.tier")),
                veto=self._quoted(veto),
                cap=self._quoted(veto.tier_id),
            ),
            self.env._("Change what the veto looks at or what the tier asks for."),
        )

    def _advice_shadowed(self, finding):
        lower, upper = (self._quoted(tier) for tier in self._of(finding, "customer.tier"))
        return (
            self.env._(
                "Tier %(lower)s stays empty: whoever reaches it reaches %(upper)s above it, too.",
                lower=lower,
                upper=upper,
            ),
            self.env._("Ask for more in %s, or delete one of the two.", upper),
        )

    def _advice_empty(self, finding):
        tier = self._of(finding, "customer.tier")
        what = self.env._(
            "No customer was in tier %(tier)s at the last grading, of %(count)s in all.",
            tier=self._quoted(tier),
            count=readable(self.env, finding.values[0]),
        )
        if tier._requirements():
            return what, self.env._("Lower what it asks for, if you expected somebody there.")
        return what, self.env._(
            "Everybody reached a better tier. Ask for more there, if you expected somebody here."
        )

    def _advice_lopsided(self, finding):
        count, buyers = (readable(self.env, number) for number in finding.values)
        what = self.env._(
            "Of %(buyers)s customers who bought, %(count)s are in tier %(tier)s, so tiers hardly "
            "tell anybody apart.",
            buyers=buyers,
            count=count,
            tier=self._quoted(self._of(finding, "customer.tier")),
        )
        if self.program.proposed_thresholds:
            return what, self.env._("Thresholds that would fit are proposed below.")
        return what, self.env._(
            "Fit what the tiers ask for, or the bands of the indicators, to what your customers "
            "buy."
        )

    def _advice_idle(self, finding):
        veto = self._of(finding, "customer.tier.veto")
        return (
            self.env._(
                "The veto %(veto)s changes nothing: %(tier)s is the highest tier.",
                veto=self._quoted(veto),
                tier=self._quoted(veto.tier_id),
            ),
            self.env._("Choose a lower tier for it, or delete it."),
        )

    def _advice_weightless(self, finding):
        return (
            self.env._(
                "Indicator %s changes nothing: it weighs 0 and is no part of RFM.",
                self._quoted(self._of(finding, "customer.tier.indicator")),
            ),
            self.env._("Give it a weight or an RFM part, or delete it."),
        )

    def _advice_flat(self, finding):
        return (
            self.env._(
                "Indicator %(indicator)s gives everybody the same %(points)s points.",
                indicator=self._quoted(self._of(finding, "customer.tier.indicator")),
                points=readable(self.env, finding.values[0]),
            ),
            self.env._("Give it several bands with different points, or delete it."),
        )

    def _advice_constant(self, finding):
        return (
            self.env._(
                "Indicator %(indicator)s tells nobody apart: at the last grading every customer "
                "with a value got %(points)s points.",
                indicator=self._quoted(self._of(finding, "customer.tier.indicator")),
                points=readable(self.env, finding.values[0]),
            ),
            self.env._("Fit its bands to the values that your customers have, or delete it."),
        )

    def _advice_unknown(self, finding):
        known, customers = finding.values
        indicator = self._quoted(self._of(finding, "customer.tier.indicator"))
        remedy = self.env._(
            "Look at what the metric measures and how far back, or delete the indicator: it "
            "hardly moves a score."
        )
        if not known:
            return self.env._("No customer has a value for indicator %s.", indicator), remedy
        what = self.env._(
            "Only %(known)s of %(customers)s customers have a value for indicator %(indicator)s.",
            known=readable(self.env, known),
            customers=readable(self.env, customers),
            indicator=indicator,
        )
        return what, remedy

    def _advice_twins(self, finding):
        return (
            self.env._(
                "Indicator %s is there twice with the same points.",
                self._quoted(self._of(finding, "customer.tier.indicator")[0]),
            ),
            self.env._("Delete one of the two, and add its weight to the other."),
        )

    def _advice_alike(self, finding):
        one, other = (
            self._quoted(indicator) for indicator in self._of(finding, "customer.tier.indicator")
        )
        return (
            self.env._(
                "Indicators %(one)s and %(other)s gave every customer the same points at the "
                "last grading.",
                one=one,
                other=other,
            ),
            self.env._("Delete one of the two, and add its weight to the other."),
        )
