"""Why a customer has its tier and what is missing to the next one, in the reader's language.

Everything was found out and decided by the grading; here it gets the names it had then. The rules
are those that were kept with the grading, read by the grading core itself.
"""

from datetime import date, timedelta
from math import ceil, nan

from odoo.tools import format_date, formatLang

from ..grading.policy import GROSS, INVOICED, SCORE, UNRANKED, from_rules
from .words import OPERATORS, readable

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
        self.standing, self.env = standing, standing.env
        self.program, self.names, self.numbers = from_rules(rules), rules["names"], numbers
        self.scored = bool(self.program.indicators) and self._score() is not None
        self.metrics = {metric.code: metric for metric in self.program.metrics}
        known = self.env["customer.tier.metric"].with_context(active_test=False)
        self.records = {m.code: m for m in known.search([("code", "in", list(self.metrics))])}
        self.tiers = {tier.id: tier for tier in self.program.tiers}
        left = self.env["customer.tier"].browse(self.tiers).exists()
        self.tier_names = {tier.id: tier.display_name for tier in left}

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
        if unit == "money":
            return formatLang(self.env, value, currency_obj=self.standing.currency_id)
        if unit == "percent":
            return self.env._("%s %%", readable(self.env, value))
        if unit == "days":
            return self.env._("%s days", readable(self.env, value))
        return readable(self.env, value)

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

    def target_tier(self):
        """What the figures ask for; the requirements met are those of this one."""
        return self.standing.target_tier_id.id

    def counted(self):
        """What counts as bought."""
        if self.program.basis == INVOICED:
            return self.env._("What counts are posted invoices, less credit notes.")
        if self.program.basis == GROSS:
            return self.env._("What counted were confirmed orders, whatever was credited later.")
        return self.env._("What counts are confirmed orders, less credit notes.")

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
        best = self.tiers[tier_id].top
        facts = [self._best(c) if c == best else self._fact(c) for c in self._met(tier_id)]
        if tier_id != standing.computed_tier_id.id:
            return self._asked(
                tier=self.tier_name(tier_id),
                facts=self._joined(facts, any_is_enough=False) or self.env._("open to everybody"),
            )
        if not facts:
            return self.env._("%s is open to everybody.", self.tier_name(tier_id))
        return self._because(
            tier=self.tier_name(tier_id), facts=self._joined(facts, any_is_enough=False)
        )

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
        if standing.waiting == "hold":
            return self.env._("%(tier)s is guaranteed until %(day)s.", **words)
        if standing.waiting == "window":
            days = self.program.movement.promotion_days
            words["day"] = self._day(standing.above_since + timedelta(days=days))
            return self.env._("Stays %(tier)s until %(day)s, then goods sent back show.", **words)
        if standing.waiting == "locked":
            words["reason"] = standing.manual_reason or ""
            return self.env._("Stays %(tier)s because it is locked: %(reason)s", **words)
        if standing.waiting == "approval":
            words["proposed"] = self.tier_name(standing.proposed_tier_id.id)
            return self.env._(
                "Stays %(tier)s until somebody accepts the change to %(proposed)s.", **words
            )
        if standing.waiting and standing.review_date:
            return self.env._("Stays %(tier)s until the review on %(review)s.", **words)
        return ""

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

    def next(self):
        """What is missing to the next tier."""
        tier_id = int(self.numbers.get("next") or 0)
        if tier_id not in self.tiers or self.numbers.get("veto"):
            return ""
        bits = int(self.numbers["missing"])
        missing = {
            number: condition
            for number, condition in enumerate(self.requirements(tier_id))
            if bits >> number & 1
        }
        steps = [self._step(number, condition) for number, condition in missing.items()]
        any_is_enough = self.tiers[tier_id].match_any
        names = {
            "tier": self.tier_name(tier_id),
            "steps": self._joined([step for step in steps if step], any_is_enough),
            "deadline": self._deadline({condition.metric for condition in missing.values()}),
        }
        if self.standing.manual_tier_id:
            return self.env._("Computed, it would be %(tier)s with %(steps)s%(deadline)s.", **names)
        return self.env._("To %(tier)s: %(steps)s%(deadline)s.", **names)

    def keep(self):
        """What keeps the computed tier."""
        tier_id = self.target_tier()
        met = self._met(tier_id) if tier_id in self.tiers else []
        if not met or tier_id != self.standing.computed_tier_id.id:
            return ""
        bounds = [self._kept_by(condition) for condition in self._met(tier_id, staying=True)]
        return self._keeps(
            tier=self.tier_name(tier_id),
            bounds=self._joined(bounds, self.tiers[tier_id].match_any),
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
            return self.env._("a place among the best, once these can be told")
        code = condition.metric
        gap = self.numbers.get(f"gap:{number}")
        if not code and gap is not None:
            ways = self._ways()
            points = self.env._("%s more points", readable(self.env, round(gap, 2)))
            return (
                self.env._("%(points)s, for example %(ways)s", points=points, ways=ways)
                if ways
                else points
            )
        # To exceed a bound, the gap to it is not enough.
        if gap is None or gap <= 0 or condition.operator != ">=":
            return self._comparison(condition)
        return self._more(code, gap)

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
        lapse = self.numbers.get("lapse")
        counted = [self.metrics[code] for code in self._with_indicators(codes)]
        if lapse is None or not any(metric.has_window for metric in counted):
            return ""
        day = date(1970, 1, 1) + timedelta(days=int(lapse) - 1)
        return self.env._(
            " by %s (until then all of today's orders count)", format_date(self.env, day)
        )

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
