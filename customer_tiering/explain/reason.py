"""Why a customer has its tier and what is missing to the next one, in the reader's language.

Everything was found out and decided by the grading; here it gets the names it had then. The rules
are those that were kept with the grading, read by the grading core itself.
"""

from copy import copy
from datetime import date, timedelta
from math import ceil, nan

from odoo.tools import format_date, formatLang

from ..grading.policy import GROSS, INVOICED, SCORE, UNRANKED, from_rules
from .words import OPERATORS, measured, readable

SIGNS = dict(OPERATORS)
# Half an order cannot be placed.
WHOLE = ("order_count", "purchase_days", "product_count", "category_count")


class Explained:
    """One grading in the reader's language.

    :param standing: ``customer.tier.standing``
    :param rules: content of ``customer.tier.policy.rules``
    :param numbers: dict of column name → number or None, see ``pipeline.reason_columns``
    """

    def __init__(self, standing, rules, numbers):
        self.program, self.names = from_rules(rules), rules["names"]
        self._know(standing, numbers)
        known = self.env["customer.tier.metric"].with_context(active_test=False)
        found = known.search_fetch([("code", "in", list(self.metrics))])
        self.records = {metric.code: metric for metric in found}
        tiers = self.env["customer.tier"].with_context(active_test=False)
        # Those that are left, from the lowest to the highest.
        self.left = tiers.search_fetch([("id", "in", list(self.tiers))])
        self.tier_names = {tier.id: tier.display_name for tier in self.left}

    def _know(self, standing, numbers):
        self.standing, self.env, self.numbers = standing, standing.env, numbers
        self.scored = bool(self.program.indicators) and self._score() is not None
        self.metrics = {metric.code: metric for metric in self.program.metrics}
        self.tiers = {tier.id: tier for tier in self.program.tiers}

    def of(self, standing, numbers):
        """The same for another customer who was graded by the same rules."""
        other = copy(self)
        other._know(standing, numbers)
        return other

    def _score(self):
        """The score, or None where too little is known for one."""
        shares = [self.numbers.get(f"share:{i.id}") for i in self.program.indicators]
        covered = self.program.is_covered(self.standing.coverage)
        return self.standing.score if covered and any(s is not None for s in shares) else None

    # Names and numbers

    def metric_name(self, code):
        if not code:
            return self.env._("score")
        record = self.records.get(code)
        return record.name if record else self.names["metrics"].get(code, code)

    def tier_name(self, tier_id):
        kept = self.names["tiers"].get(str(tier_id))
        return self.tier_names.get(tier_id) or kept or self.env._("no tier")

    def value(self, code, kind="metric"):
        """The value of a metric, or the score; what grows by itself every day as of today.

        :param kind: of the numbers, see ``pipeline.reason_columns``
        """
        if not code:
            return self._score()
        value = self.numbers.get(f"{kind}:{code}")
        if value is not None:
            return value
        # Not kept where it grows by itself every day: see ``volatile`` of the grading core.
        metric = self.metrics[code]
        if metric.measure == "recency_days":
            return self._recency(metric.months)
        if metric.parts:
            return self._ratio(*(self.value(part, kind) for part in metric.parts))
        return None

    def present(self, code):
        """The value that what is missing is counted from."""
        return self.value(code)

    def _ratio(self, *parts):
        from ..grading.rounding import ratio

        value = float(ratio(*(nan if part is None else part for part in parts)))
        return None if value != value else value

    def _recency(self, months):
        """Days since the last order, if that is within so many months (0: ever)."""
        from ..grading.dates import day_before_window, day_number

        last, days = self.standing.last_order_date, self.standing.recency_days
        if not last or day_number(last) <= day_before_window(last + timedelta(days), months):
            return None
        return days

    def text(self, code, value):
        """A value of a metric as people write it."""
        unit = self.records[code].unit if code in self.records else "number"
        if value is None:
            return "–"
        return measured(self.env, unit, value, self.standing.currency_id)

    def requirements(self, tier_id, staying=False):
        """What a tier asks for, as ``policy.Condition`` each.

        :param staying: with the bounds that are enough to stay
        """
        conditions = self.tiers[tier_id].requirements
        return [condition.kept for condition in conditions] if staying else list(conditions)

    # Sentences

    def sentences(self):
        yield {"kind": "why", "text": self.why()}
        yield {"kind": "waiting", "text": self.waiting()}
        yield {"kind": "veto", "text": self.veto()}
        yield {"kind": "uncovered", "text": self.uncovered()}
        yield {"kind": "next", "text": self.next()}
        yield {"kind": "keep", "text": self.keep()}
        yield {"kind": "counted", "text": self.counted()}
        yield {"kind": "later", "text": self.later()}

    def target_tier(self):
        """What the figures ask for; the requirements met are those of this one."""
        return self.standing.target_tier_id.id

    def counted(self):
        """What counts as bought, where that is not what most programmes count."""
        if self.program.basis == INVOICED:
            return self.env._("What counts are posted invoices, less credit notes.")
        if self.program.basis == GROSS:
            return self.env._("What counted were confirmed orders, whatever was credited later.")
        return ""

    def later(self):
        """What is dated after today and therefore does not count."""
        gather = self.env["customer.tier.gather"]
        company = self.standing.company_id
        if not self.env.su and company not in self.env.companies:
            return ""
        scope = gather._scope_of(self.standing.partner_id.ids)
        count, first = gather._dated_later(
            company, gather._today(company), scope, self.program.basis
        )
        if not count:
            return ""
        day = format_date(self.env, first)
        if self.program.basis == INVOICED:
            if count == 1:
                return self.env._(
                    "1 invoice is dated in the future and does not count before %s.", day
                )
            return self.env._(
                "%(count)s invoices are dated in the future and do not count yet, the first one "
                "before %(day)s.",
                count=count,
                day=day,
            )
        if count == 1:
            return self.env._("1 order is dated in the future and does not count before %s.", day)
        return self.env._(
            "%(count)s orders are dated in the future and do not count yet, the first one before "
            "%(day)s.",
            count=count,
            day=day,
        )

    def why(self):
        standing, tier_id = self.standing, self.target_tier()
        if standing.manual_tier_id:
            return self.env._(
                "%(tier)s because it was set by hand; computed: %(computed)s.",
                tier=standing.manual_tier_id.display_name,
                computed=standing.computed_tier_id.display_name or self.env._("no tier"),
            )
        if self.numbers.get("veto") and not tier_id:
            # The cap says it: requirements are met, but of higher tiers only.
            return ""
        if not tier_id or tier_id not in self.tiers:
            return self.env._("No tier, because the requirements of none are met.")
        if self.numbers.get("entry"):
            return self.entered(int(self.numbers["entry"]))
        facts = self.facts()
        if tier_id != standing.computed_tier_id.id:
            return self._asked(
                tier=self.tier_name(tier_id),
                facts=facts or self.env._("open to everybody"),
            )
        if not facts:
            return self.env._("%s is open to everybody.", self.tier_name(tier_id))
        return self._because(tier=self.tier_name(tier_id), facts=facts)

    def facts(self):
        """The requirements met of the tier that the figures ask for, with the figures."""
        tier_id = self.target_tier()
        if tier_id not in self.tiers:
            return ""
        best = self.tiers[tier_id].top
        facts = [self._best(c) if c == best else self._fact(c) for c in self._met(tier_id)]
        return self._joined(facts, any_is_enough=False)

    def _because(self, tier, facts):
        return self.env._("%(tier)s because %(facts)s.", tier=tier, facts=facts)

    def _asked(self, tier, facts):
        return self.env._("Today's figures ask for %(tier)s: %(facts)s.", tier=tier, facts=facts)

    def waiting(self):
        """Why the customer is not where its figures ask."""
        standing = self.standing
        words = {
            "tier": self.tier_name(standing.computed_tier_id.id),
            "day": self._day(standing.guaranteed_until),
            "review": self._day(standing.review_date),
        }
        if standing.manual_tier_id and standing.waiting != "approval":
            # What is set by hand says itself why the rules move nobody.
            return ""
        if standing.waiting == "locked" or self._is_locked() and self._is_above():
            return self._locked()
        if standing.waiting == "hold":
            return self._guaranteed(self.unkept(standing.computed_tier_id.id))
        if standing.waiting == "window":
            days = self.program.movement.promotion_days
            words["day"] = self._day(standing.above_since + timedelta(days=days))
            return self.env._("Stays %(tier)s until %(day)s, then goods sent back show.", **words)
        if standing.waiting == "approval":
            words["proposed"] = self.tier_name(standing.proposed_tier_id.id)
            return self.env._(
                "Stays %(tier)s until somebody accepts the change to %(proposed)s.", **words
            )
        if standing.waiting and standing.review_date:
            return self.env._("Stays %(tier)s until the review on %(review)s.", **words)
        if standing.waiting and (again := self.asked_again()):
            return self.env._(
                "Stays %(tier)s, as the change was refused; it comes up again on %(day)s.",
                tier=words["tier"],
                day=self._day(again),
            )
        return ""

    def _is_locked(self):
        """Whether a lock keeps the tier, whatever the figures are."""
        standing = self.standing
        return standing.lock in ("down", "both") and not standing.manual_tier_id

    def _locked(self):
        tier = self.tier_name(self.standing.computed_tier_id.id)
        reason = (self.standing.manual_reason or "").strip()
        if not reason:
            return self.env._("Stays %s because it is locked.", tier)
        return self.env._(
            "Stays %(tier)s because it is locked: %(reason)s", tier=tier, reason=reason
        )

    def asked_again(self):
        """The day from which a change that was refused is proposed again; None where none was."""
        standing = self.standing
        if not standing.refused_on:
            return None
        from ..grading.dates import day_number
        from ..grading.movement import asked_again

        refused, entered = standing.refused_on, standing.computed_since or standing.refused_on
        days = ([float(day_number(day))] for day in (refused, entered))
        return date(1970, 1, 1) + timedelta(int(asked_again(self.program.movement, *days)[0]))

    def _day(self, day):
        return format_date(self.env, day) if day else ""

    def entered(self, rule_id):
        """A tier that was not earned by orders."""
        rule = self.env["customer.tier.entry.rule"].browse(rule_id).exists()
        return self.env._(
            "%(tier)s by the entry rule “%(rule)s”: no order yet.",
            tier=self.tier_name(self.target_tier()),
            rule=rule.name or self.names["entries"][str(rule_id)],
        )

    def veto(self):
        veto_id = self.numbers.get("veto")
        if not veto_id:
            return ""
        condition = next(v for v in self.program.vetoes if v.id == veto_id).condition
        return self.env._(
            "Capped: it would be %(tier)s, but %(fact)s.",
            tier=self.tier_name(int(self.numbers["reached"])),
            fact=self._fact(condition, self._vetoed(condition.metric)),
        )

    def _vetoed(self, code):
        """The value that a veto looked at."""
        return self.value(code)

    def uncovered(self):
        if self.program.is_covered(self.standing.coverage):
            return ""
        return self.env._(
            "The score counts as unknown: values are known for %(known)s %% of the weights, "
            "%(wanted)s %% are required.",
            known=readable(self.env, round(self.standing.coverage * 100)),
            wanted=readable(self.env, round(self.program.min_coverage * 100)),
        )

    def _is_above(self):
        """Whether the rules leave the customer in a higher tier than the figures ask for."""
        order = list(self.tiers)
        held, target = self.standing.computed_tier_id.id, self.target_tier()
        if held not in order or held == target:
            return False
        return target not in order or order.index(held) > order.index(target)

    def next(self):
        """What is missing to the next tier."""
        standing = self.standing
        if self.numbers.get("veto"):
            return ""
        if standing.lock in ("up", "both") and not standing.manual_tier_id:
            told = standing.lock == "both" or standing.waiting == "locked"
            return "" if told else self._locked()
        if self._is_above():
            return self._next_of_held()
        tier_id = int(self.numbers.get("next") or 0)
        if tier_id not in self.tiers:
            return ""
        missing = self._missing(tier_id)
        steps = [self._step(number, condition) for number, condition in missing.items()]
        return self._to(tier_id, steps, missing.values())

    def _missing(self, tier_id):
        """The requirements of the next tier that were missing at the grading, by number."""
        bits = int(self.numbers.get("missing") or 0)
        asked = enumerate(self.requirements(tier_id))
        return {number: condition for number, condition in asked if bits >> number & 1}

    def _next_of_held(self):
        """What is missing to the tier above the one that the customer is in, which the figures
        do not even ask for."""
        order = list(self.tiers)
        above = order[order.index(self.standing.computed_tier_id.id) + 1 :]
        if not above or self.standing.manual_tier_id:
            return ""
        missing = [c for c in self.requirements(above[0]) if not self._holds(c)]
        return self._to(above[0], [self._step_from_here(c) for c in missing], missing)

    def _to(self, tier_id, steps, missing):
        """What leads to a tier.

        :param missing: the requirements behind the steps
        """
        steps = [step for step in steps if step]
        if not steps:
            return ""
        names = {
            "tier": self.tier_name(tier_id),
            "steps": self._joined(steps, self.tiers[tier_id].match_any),
            "deadline": self._deadline({condition.metric for condition in missing}),
        }
        if self.standing.manual_tier_id:
            return self.env._("Computed, it would be %(tier)s with %(steps)s%(deadline)s.", **names)
        return self.env._("To %(tier)s: %(steps)s%(deadline)s.", **names)

    def keep(self):
        """What keeps the computed tier."""
        standing, tier_id = self.standing, self.target_tier()
        if self._is_above():
            return self._to_keep()
        met = self._met(tier_id) if tier_id in self.tiers else []
        if not met or tier_id != standing.computed_tier_id.id:
            return ""
        if self._is_locked():
            return self._locked()
        any_is_enough = self.tiers[tier_id].match_any
        # Where any of them is enough, one that is not met today keeps it as well.
        asked = self.requirements(tier_id, staying=True)
        asked = asked if any_is_enough else self._met(tier_id, staying=True)
        bounds = self._joined([self._kept_by(c) for c in asked], any_is_enough)
        if self._guarantee():
            return self._guaranteed([bounds])
        return self._keeps(tier=self.tier_name(tier_id), bounds=bounds)

    def _to_keep(self):
        """What keeps a tier that the figures do not ask for."""
        standing = self.standing
        # A guarantee and a lock say it themselves.
        locked = self._is_locked() or standing.waiting == "locked"
        if standing.manual_tier_id or locked or standing.waiting == "hold":
            return ""
        bounds = "".join(self.unkept(standing.computed_tier_id.id))
        tier = self.tier_name(standing.computed_tier_id.id)
        return bounds and self.env._("To keep %(tier)s: %(bounds)s.", tier=tier, bounds=bounds)

    def _guarantee(self):
        """The last day on which the tier cannot be lost, where that is still to come."""
        standing = self.standing
        if standing.manual_tier_id or not standing.guaranteed_until:
            return None
        today = self.env["customer.tier.gather"]._today(standing.company_id)
        return standing.guaranteed_until if standing.guaranteed_until >= today else None

    def _guaranteed(self, bounds):
        """How long a tier is guaranteed, and what it needs then.

        :param bounds: list of one text; empty where something else than the requirements, such as
            a veto, is in the way
        """
        words = {
            "tier": self.tier_name(self.standing.computed_tier_id.id),
            "day": self._day(self.standing.guaranteed_until),
        }
        if not bounds:
            return self.env._("%(tier)s is kept until %(day)s.", **words)
        return self.env._(
            "%(tier)s is kept until %(day)s; after that it needs %(bounds)s.",
            bounds=bounds[0],
            **words,
        )

    def bounds(self, tier_id):
        """What keeps a tier, whatever the figures are."""
        if tier_id not in self.tiers:
            return ""
        bounds = [self._comparison(c) for c in self.requirements(tier_id, staying=True)]
        return self._joined(bounds, self.tiers[tier_id].match_any)

    def unkept(self, tier_id):
        """Bounds of a tier that today's figures do not keep, each with its value, as a list of one
        text; empty where something else than the requirements is in the way, or the rules no
        longer know the tier."""
        lines = [self._gap(condition) for condition in self._missed(tier_id)]
        return [self._joined(lines, self.tiers[tier_id].match_any)] if lines else []

    def _missed(self, tier_id):
        """The bounds of a tier that today's figures do not keep, as ``policy.Condition``."""
        if tier_id not in self.tiers:
            return []
        return [c for c in self.requirements(tier_id, staying=True) if not self._holds(c)]

    def _holds(self, condition):
        from ..grading.ladder import holds

        value = self.present(condition.metric)
        code = condition.metric
        return value is not None and bool(holds(condition, {code: value}, value))

    def _is_best(self, condition):
        """Whether it is a share of the best, whose bound is measured again and again."""
        return any(condition == tier.top for tier in self.program.tiers)

    def _gap(self, condition):
        value = self.present(condition.metric)
        if self._is_best(condition) and condition.value < UNRANKED and value is not None:
            return self.env._(
                "among the best by %(metric)s (when last measured ≥ %(bound)s, today %(value)s)",
                metric=self.metric_name(condition.metric),
                bound=self._bound(condition.metric, condition.value),
                value=self._bound(condition.metric, value),
            )
        if self._is_best(condition):
            return self._comparison(condition)
        return self.env._(
            "%(metric)s %(sign)s %(bound)s (today %(value)s)",
            metric=self.metric_name(condition.metric),
            sign=SIGNS[condition.operator],
            bound=self._bound(condition.metric, condition.value),
            value="–" if value is None else self._bound(condition.metric, value),
        )

    def _kept_by(self, condition):
        return self._comparison(condition)

    def _keeps(self, **names):
        if self.standing.manual_tier_id:
            return self.env._("Computed, it stays %(tier)s while %(bounds)s.", **names)
        return self.env._("Keeps %(tier)s while %(bounds)s.", **names)

    def _met(self, tier_id, staying=False):
        bits = int(self.numbers.get("met") or 0)
        return [c for n, c in enumerate(self.requirements(tier_id, staying)) if bits >> n & 1]

    def _joined(self, parts, any_is_enough):
        joint = self.env._(" or ") if any_is_enough else self.env._(" and ")
        return joint.join(parts)

    def _bound(self, code, bound):
        return self.text(code, bound) if code else readable(self.env, bound)

    def _comparison(self, condition):
        code = condition.metric
        if condition.value >= UNRANKED:
            return self.env._("a place among the best, once these can be told")
        if self._is_best(condition):
            return self.env._(
                "among the best by %(metric)s (when last measured ≥ %(bound)s)",
                metric=self.metric_name(code),
                bound=self._bound(code, condition.value),
            )
        bound = self._bound(code, condition.value)
        return f"{self.metric_name(code)} {SIGNS[condition.operator]} {bound}"

    def _fact(self, condition, value=None):
        """A condition with the customer's value.

        :param value: instead of the present one
        """
        code = condition.metric
        value = self.value(code) if value is None else value
        value = self._bound(code, value) if value is not None else "–"
        bound = self._bound(code, condition.value)
        return f"{self.metric_name(code)} {value} {SIGNS[condition.operator]} {bound}"

    def _best(self, condition):
        return self.env._("among the best by %s", self._fact(condition))

    def _step(self, number, condition):
        """One missing requirement as something to do."""
        if condition.value >= UNRANKED:
            return self._comparison(condition)
        code = condition.metric
        gap = self.numbers.get(f"gap:{number}")
        if not code and gap is not None:
            ways, points = self._ways(), self._more_points(gap)
            return (
                self.env._("%(points)s, for example %(ways)s", points=points, ways=ways)
                if ways
                else points
            )
        # To exceed a bound, the gap to it is not enough.
        if gap is None or gap <= 0 or condition.operator != ">=":
            return self._comparison(condition)
        return self._more(code, gap)

    def _step_from_here(self, condition):
        """The same of a tier that no distance was kept to."""
        code, gap = condition.metric, self._gap_from_here(condition)
        if gap is None or condition.operator != ">=" or self._is_best(condition):
            return self._step(-1, condition)
        return self._more(code, gap) if code else self._more_points(gap)

    def _gap_from_here(self, condition):
        """How much the present value lacks; None where that is unknown or changes every day."""
        from ..grading.policy import volatile

        code, value = condition.metric, self.present(condition.metric)
        if value is None or code in volatile(self.program.metrics):
            return None
        return round(condition.value - value, 6)

    def _more_points(self, gap):
        return self.env._("%s more points", readable(self.env, round(gap, 2)))

    def _ways(self):
        """What would lift the score far enough, each by itself."""
        ways = []
        for indicator in self.program.indicators:
            lever = self.numbers.get(f"lever:{indicator.id}")
            code = indicator.metric
            value = self.present(code)
            if lever is None or value is None:
                continue
            if lever > value:
                ways.append(self._more(code, lever - value))
            else:
                ways.append(f"{self.metric_name(code)} < {self.text(code, lever)}")
        return self._joined(ways[:2], any_is_enough=True)

    def _more(self, code, gap):
        measure = self.metrics[code].measure
        if measure in WHOLE:
            gap = ceil(round(gap, 6))
        amount = self.text(code, gap)
        if measure == "amount":
            return self.env._("%s more bought", amount)
        if measure == "order_count":
            return (
                self.env._("one more order") if gap == 1 else self.env._("%s more orders", amount)
            )
        return self.env._("%(gap)s more of “%(metric)s”", gap=amount, metric=self.metric_name(code))

    def _deadline(self, codes):
        """By when, if what is missing is counted over a window of orders."""
        day = self._deadline_day(codes)
        if not day:
            return ""
        return self.env._(
            " by %s (until then all of today's orders count)", format_date(self.env, day)
        )

    def _deadline_day(self, codes):
        """The last day on which all of today's orders count for some metrics; None where none of
        them looks at a window of orders."""
        lapse = self.numbers.get("lapse")
        counted = [self.metrics[code] for code in self._with_indicators(codes)]
        if lapse is None or not any(metric.has_window for metric in counted):
            return None
        return date(1970, 1, 1) + timedelta(days=int(lapse) - 1)

    def _with_indicators(self, codes):
        """Codes of metrics, those that make the score in the place of the score."""
        if SCORE not in codes:
            return codes
        return codes - {SCORE} | {indicator.metric for indicator in self.program.indicators}

    # Table and picture

    def rows(self):
        """A row per indicator, then the metrics that only requirements and vetoes ask for."""
        scored = {indicator.metric for indicator in self.program.indicators}
        conditions = [c for tier in self.program.tiers for c in tier.conditions]
        conditions += [tier.top for tier in self.program.tiers if tier.top]
        conditions += [veto.condition for veto in self.program.vetoes]
        others = dict.fromkeys(c.metric for c in conditions if c.metric not in {SCORE, *scored})
        for indicator in self.program.indicators:
            yield self._row(indicator.metric, indicator)
        for code in others:
            yield self._row(code, None)

    def _row(self, code, indicator):
        record = self.records.get(code)
        id_ = indicator and indicator.id
        points, share = (self.numbers.get(f"{kind}:{id_}") for kind in ("points", "share"))
        value = self.value(code)
        return {
            "metric_id": record.id if record else False,
            "name": self.metric_name(code),
            "help": (record and (record._sleeps() or record.description)) or "",
            "value": self.text(code, value),
            "open": bool(value is not None and record and record._may_open(self.program.basis)),
            "points": self._plain(points),
            "points_number": points,
            "weight": self._plain(indicator and indicator.weight),
            "share": "" if share is None else formatLang(self.env, share, digits=2),
            "share_number": share,
        }

    def _plain(self, number):
        return "" if number is None else readable(self.env, number)

    def marks(self):
        """Where tiers begin on the scale of the score."""
        for tier in self.program.tiers:
            if tier.min_score > 0:
                yield {
                    "name": self.tier_name(tier.id),
                    "score": tier.min_score,
                    "reached": (self._score() or 0) >= tier.min_score,
                }
