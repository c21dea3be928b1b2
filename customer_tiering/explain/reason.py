from datetime import date, timedelta
from math import ceil

from dateutil.relativedelta import relativedelta

from odoo.tools import format_date, formatLang

from ..models.customer_tier_comparison import OPERATORS
from ..models.customer_tier_metric import UNITS, readable
from ..models.customer_tier_program import UNRANKED

SIGNS = dict(OPERATORS)
# Half an order cannot be placed.
WHOLE = ("order_count", "product_count", "category_count")


class Explained:
    """One grading in the reader's language.

    :param standing: ``customer.tier.standing``
    :param rules: content of ``customer.tier.policy.rules``
    :param numbers: dict of column name → number or None, see ``pipeline.reason_columns``
    """

    def __init__(self, standing, rules, numbers):
        self.standing, self.env = standing, standing.env
        self.rules, self.numbers = rules, numbers
        self.scored = bool(rules["indicators"]) and self._score() is not None
        self.metrics = {metric["code"]: metric for metric in rules["metrics"]}
        known = self.env["customer.tier.metric"].with_context(active_test=False)
        self.records = {m.code: m for m in known.search([("code", "in", list(self.metrics))])}
        self.tiers = {tier["id"]: tier for tier in rules["tiers"]}
        left = self.env["customer.tier"].browse(self.tiers).exists()
        self.tier_names = {tier.id: tier.display_name for tier in left}

    def _score(self):
        shares = [self.numbers.get(f"share:{i['id']}") for i in self.rules["indicators"]]
        covered = self.standing.coverage >= self.rules.get("min_coverage", 0)
        return self.standing.score if covered and any(s is not None for s in shares) else None

    # Names and numbers

    def metric_name(self, code):
        if not code:
            return self.env._("score")
        record = self.records.get(code)
        return record.name if record else self.rules["names"]["metrics"].get(code, code)

    def tier_name(self, tier_id):
        kept = self.rules["names"]["tiers"]
        return self.tier_names.get(tier_id) or kept.get(str(tier_id)) or self.env._("no tier")

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
        if metric["measure"] == "recency_days":
            return self._recency(metric["months"])
        if metric["parts"]:
            numerator, denominator = (self.value(part, kind) for part in metric["parts"])
            if numerator is not None and (denominator or 0) > 0:
                return round(numerator / denominator * 100, 2)
        return None

    def present(self, code):
        """The value that what is missing is counted from."""
        return self.value(code)

    def _recency(self, months):
        """Days since the last order, if that is within so many months (0: ever)."""
        last, days = self.standing.last_order_date, self.standing.recency_days
        if not last or months and last <= last + timedelta(days) - relativedelta(months=months):
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
        """Triples of metric, sign and bound as ``policy.Tier.requirements``.

        :param staying: with the bounds that are enough to stay
        """
        tier = self.tiers[tier_id]
        cut = self.rules.get("cuts", {}).get(str(tier_id))
        score = {"metric": "", "operator": ">=", "value": tier["min_score"]}
        conditions = [{**score, "keep": tier.get("keep_score")}] if tier["min_score"] > 0 else []
        conditions += [{**tier["top"], "value": cut}] if tier["top"] else []
        return [
            (c["metric"], c["operator"], (staying and c.get("keep")) or c["value"])
            for c in conditions + tier["conditions"]
        ]

    # Sentences

    def sentences(self):
        yield {"kind": "why", "text": self.why()}
        yield {"kind": "waiting", "text": self.waiting()}
        yield {"kind": "veto", "text": self.veto()}
        yield {"kind": "uncovered", "text": self.uncovered()}
        yield {"kind": "next", "text": self.next()}
        yield {"kind": "keep", "text": self.keep()}

    def target_tier(self):
        """What the figures ask for; the requirements met are those of this one."""
        return self.standing.target_tier_id.id

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
        top = self.tiers[tier_id]["top"]
        best = top and (
            top["metric"],
            top["operator"],
            self.rules.get("cuts", {}).get(str(tier_id)),
        )
        facts = [self._best(*r) if r == best else self._fact(*r) for r in self._met(tier_id)]
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
            days = self.rules["movement"]["promotion_days"]
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
            rule=rule.name or self.rules["names"]["entries"][str(rule_id)],
        )

    def veto(self):
        veto_id = self.numbers.get("veto")
        if not veto_id:
            return ""
        condition = next(v for v in self.rules["vetoes"] if v["id"] == veto_id)["condition"]
        return self.env._(
            "Capped: it would be %(tier)s, but %(fact)s.",
            tier=self.tier_name(int(self.numbers["reached"])),
            fact=self._fact(
                condition["metric"],
                condition["operator"],
                condition["value"],
                self._vetoed(condition["metric"]),
            ),
        )

    def _vetoed(self, code):
        """The value that a veto looked at."""
        return self.value(code)

    def uncovered(self):
        wanted = self.rules.get("min_coverage") or 0
        if self.standing.coverage >= wanted:
            return ""
        return self.env._(
            "The score counts as unknown: values are known for %(known)s %% of the weights, "
            "%(wanted)s %% are required.",
            known=readable(self.env, round(self.standing.coverage * 100)),
            wanted=readable(self.env, round(wanted * 100)),
        )

    def next(self):
        """What is missing to the next tier."""
        tier_id = int(self.numbers.get("next") or 0)
        if tier_id not in self.tiers or self.numbers.get("veto"):
            return ""
        bits = int(self.numbers["missing"])
        missing = {
            number: requirement
            for number, requirement in enumerate(self.requirements(tier_id))
            if bits >> number & 1
        }
        steps = [self._step(number, *requirement) for number, requirement in missing.items()]
        any_is_enough = self.tiers[tier_id]["match_any"]
        names = {
            "tier": self.tier_name(tier_id),
            "steps": self._joined([step for step in steps if step], any_is_enough),
            "deadline": self._deadline({code for code, _sign, _bound in missing.values()}),
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
        bounds = [self._kept_by(*requirement) for requirement in self._met(tier_id, staying=True)]
        return self._keeps(
            tier=self.tier_name(tier_id),
            bounds=self._joined(bounds, self.tiers[tier_id]["match_any"]),
        )

    def _kept_by(self, code, sign, bound):
        return f"{self.metric_name(code)} {SIGNS[sign]} {self._bound(code, bound)}"

    def _keeps(self, **names):
        if self.standing.manual_tier_id:
            return self.env._("Computed, it stays %(tier)s while %(bounds)s.", **names)
        return self.env._("Keeps %(tier)s while %(bounds)s.", **names)

    def _met(self, tier_id, staying=False):
        bits = int(self.numbers.get("met") or 0)
        return [r for n, r in enumerate(self.requirements(tier_id, staying)) if bits >> n & 1]

    def _joined(self, parts, any_is_enough):
        joint = self.env._(" or ") if any_is_enough else self.env._(" and ")
        return joint.join(parts)

    def _bound(self, code, bound):
        return self.text(code, bound) if code else readable(self.env, bound)

    def _fact(self, code, sign, bound, value=None):
        value = self.value(code) if value is None else value
        value = self._bound(code, value) if value is not None else "–"
        return f"{self.metric_name(code)} {value} {SIGNS[sign]} {self._bound(code, bound)}"

    def _best(self, code, sign, bound):
        return self.env._("among the best by %s", self._fact(code, sign, bound))

    def _step(self, number, code, sign, bound):
        """One missing requirement as something to do."""
        if bound >= UNRANKED:
            return self.env._("a place among the best, once these can be told")
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
        if gap is None or gap <= 0 or sign != ">=":
            return f"{self.metric_name(code)} {SIGNS[sign]} {self._bound(code, bound)}"
        return self._more(code, gap)

    def _ways(self):
        """What would lift the score far enough, each by itself."""
        ways = []
        for indicator in self.rules["indicators"]:
            lever = self.numbers.get(f"lever:{indicator['id']}")
            code = indicator["metric"]
            value = self.present(code)
            if lever is None or value is None:
                continue
            if lever > value:
                ways.append(self._more(code, lever - value))
            else:
                ways.append(f"{self.metric_name(code)} < {self.text(code, lever)}")
        return self._joined(ways[:2], any_is_enough=True)

    def _more(self, code, gap):
        measure = self.metrics[code]["measure"]
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
        if "" in codes:
            codes = codes | {indicator["metric"] for indicator in self.rules["indicators"]}
        counted = [self.metrics[code] for code in codes if code]
        if lapse is None or not any(m["months"] and m["measure"] in UNITS for m in counted):
            return ""
        day = date(1970, 1, 1) + timedelta(days=int(lapse) - 1)
        return self.env._(
            " by %s (until then all of today's orders count)", format_date(self.env, day)
        )

    # Table and picture

    def rows(self):
        """A row per indicator, then the metrics that only requirements and vetoes ask for."""
        used = set()
        for indicator in self.rules["indicators"]:
            used.add(indicator["metric"])
            yield self._row(indicator["metric"], indicator)
        others = [c["metric"] for tier in self.tiers.values() for c in tier["conditions"]]
        others += [tier["top"]["metric"] for tier in self.tiers.values() if tier["top"]]
        others += [veto["condition"]["metric"] for veto in self.rules["vetoes"]]
        for code in dict.fromkeys(others):
            if code and code not in used:
                yield self._row(code, None)

    def _row(self, code, indicator):
        record = self.records.get(code)
        id_ = indicator and indicator["id"]
        points, share = (self.numbers.get(f"{kind}:{id_}") for kind in ("points", "share"))
        value = self.value(code)
        return {
            "metric_id": record.id if record else False,
            "name": self.metric_name(code),
            "help": (record and (record._sleeps() or record.description)) or "",
            "value": self.text(code, value),
            "open": bool(value is not None and record and record._may_open()),
            "points": self._plain(points),
            "points_number": points,
            "weight": self._plain(indicator and indicator["weight"]),
            "share": "" if share is None else formatLang(self.env, share, digits=2),
            "share_number": share,
        }

    def _plain(self, number):
        return "" if number is None else readable(self.env, number)

    def marks(self):
        """Where tiers begin on the scale of the score."""
        for tier in self.rules["tiers"]:
            if tier["min_score"] > 0:
                yield {
                    "name": self.tier_name(tier["id"]),
                    "score": tier["min_score"],
                    "reached": (self._score() or 0) >= tier["min_score"],
                }
