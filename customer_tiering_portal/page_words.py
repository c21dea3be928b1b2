"""What a grading comes to in words for the customer whom it is about.

The figures are those of the backend's explanation, which this extends; what the words leave out is
as much a part of it: no score, no name of a metric that is not meant for customers, no date that is
over.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

from odoo.addons.customer_tiering.explain.words import labelled
from odoo.addons.customer_tiering.explain.years import ExplainedYears
from odoo.addons.customer_tiering.grading.policy import UNRANKED

# A loss that far ahead is no news yet.
NOTICE_DAYS = 60


@dataclass(frozen=True)
class Way:
    """Something to do for a tier.

    :param text: what is missing, in words
    :param missing: the same as a number, in the unit of the metric
    :param percent: how far the customer has come, 0 to 100
    :param done: what there is of it, in words
    :param wanted: what it takes, in words
    """

    text: str
    missing: float
    percent: int
    done: str
    wanted: str


class PortalWords(ExplainedYears):
    """One grading in the words of a shop."""

    # Whether days are told.
    dated = True

    @property
    def today(self):
        return self.env["customer.tier.gather"]._today(self.standing.company_id)

    def _ahead(self, day):
        """A day in words where it is not over."""
        return self._day(day) if day and day >= self.today else ""

    # Since when, and until when

    def since(self):
        since = self.dated and self.standing.tier_since
        return self.env._("since %s", self._day(since)) if since else ""

    def kept(self):
        """Until when the tier cannot be lost, if that is still to come."""
        standing = self.standing
        if not self.dated:
            return ""
        if standing.manual_tier_id:
            day = self._ahead(standing.manual_until)
            return self.env._("Yours until %s", day) if day else ""
        held = self.tiers.get(standing.tier_id.id)
        if held and held.id == next(iter(self.tiers)) and not held.requirements:
            # Open to everybody, it is nothing that could be lost.
            return ""
        days = [standing.guaranteed_until]
        if self.back and self.numbers.get("met"):
            days.append(self.year.counts)
        day = self._ahead(max(filter(None, days), default=None))
        return self.env._("Yours until %s at least", day) if day else ""

    # The next tier

    def next_tier(self):
        """Id of the tier above the customer's, None at the top."""
        order = list(self.tiers)
        held = self.standing.tier_id.id
        place = order.index(held) if held in order else -1
        return order[place + 1] if place + 1 < len(order) else None

    def _reached_tier(self, next_id):
        """Where the customer goes from here: the next tier, or one above it that the figures ask
        for already."""
        order, target = list(self.tiers), self.target_tier()
        known = next_id in order and target in order
        return target if known and order.index(target) > order.index(next_id) else next_id

    def step_up(self):
        """What leads to the next tier.

        :return: dict of ``tier`` (name), ``ways`` (list of ``Way``, empty where it cannot be told
            in figures that customers may read), ``any`` (whether one of them is enough), ``text``
            (instead of ways); None at the top
        """
        tier_id = self._reached_tier(self.next_tier())
        if not tier_id:
            return None
        tier = self._plain_name(tier_id)
        title = self.env._("Next: %s", tier)
        step = {"tier": tier, "title": title, "ways": [], "text": "", "any": False}
        if self.numbers.get("veto"):
            return {**step, "text": self._talk(step["tier"])}
        missing = self._lacking(tier_id)
        if not missing:
            return {**step, "text": self._reached(step["tier"])}
        step["any"] = self.tiers[tier_id].match_any
        codes = {condition.metric for condition, _gap in missing}
        day = self._ahead(self._deadline_day(codes))
        step["ways"] = self._dated(self._ways_told(missing, step["any"]), day)
        if not step["ways"]:
            step["text"] = self._talk(step["tier"])
        return step

    def _plain_name(self, tier_id):
        """Without the badge before it."""
        left = self.left.filtered(lambda tier: tier.id == tier_id)
        return left.name or self.tier_name(tier_id)

    def _talk(self, tier):
        return self.env._("Talk to us about %s.", tier)

    def _reached(self, tier):
        """The figures ask for a tier that the customer is not in yet."""
        standing = self.standing
        words = {"tier": tier}
        if standing.waiting == "window" and standing.above_since:
            days = self.program.movement.promotion_days
            words["day"] = self._ahead(standing.above_since + timedelta(days=days))
        elif standing.waiting == "review":
            words["day"] = self._ahead(standing.review_date)
        if words.get("day") and standing.waiting == "window":
            return self.env._("Your orders are enough for %(tier)s: yours after %(day)s.", **words)
        if words.get("day"):
            return self.env._("Your orders are enough for %(tier)s: yours on %(day)s.", **words)
        return self._talk(tier)

    def _lacking(self, tier_id):
        """What a tier asks for and the customer has not, with how much of it is missing.

        :return: list of pairs of a ``policy.Condition`` and a number, None where that is unknown
        """
        if tier_id == int(self.numbers.get("next") or 0):
            found = self._missing(tier_id).items()
            return [(condition, self.numbers.get(f"gap:{n}")) for n, condition in found]
        asked = self.requirements(tier_id)
        return [(c, self._gap_from_here(c)) for c in asked if not self._holds(c)]

    def _ways_told(self, lacking, any_is_enough):
        """The ways that customers may read; none where one of several that it all takes may not be
        told."""
        told = [self._way(condition, gap) for condition, gap in lacking]
        if any_is_enough:
            return [way for way in told if way]
        return [] if None in told else told

    def _is_safe(self, condition):
        record = self.records.get(condition.metric)
        counts = condition.operator == ">=" and condition.value < UNRANKED
        # Where the best begin changes with what others buy, so no figure keeps or reaches it.
        lasting = counts and not self._is_best(condition)
        return bool(lasting and condition.metric and record and record.portal_safe)

    def _way(self, condition, gap):
        if not self._is_safe(condition) or gap is None or gap <= 0:
            return None
        code = condition.metric
        done = condition.value - gap
        percent = int(100 * max(done, 0.0) / condition.value) if condition.value > 0 else 0
        return Way(
            text=self._more(code, gap),
            missing=gap,
            percent=min(percent, 99),
            done=self.text(code, done),
            wanted=self.text(code, condition.value),
        )

    def _dated(self, ways, day):
        """The ways with the day by which they have to be gone.

        :param day: in words, may be empty
        """
        if not day or not self.dated:
            return ways
        return [replace(way, text=self._until(way.text, day)) for way in ways]

    def _until(self, more, day):
        return self.env._("%(more)s by %(day)s", more=more, day=day)

    # What keeps the tier

    def _is_fixed(self):
        """Whether the tier is what people decided, whatever the figures are."""
        return bool(self.standing.manual_tier_id or self._is_locked())

    def _may_fall(self):
        """Whether today's figures are below what keeps the tier, and it is time to say so."""
        standing = self.standing
        if (
            self._is_fixed()
            or standing.tier_id != standing.computed_tier_id
            or not self._is_above()
        ):
            return False
        decided = self._decided_on()
        soon = not decided or (decided - self.today).days < NOTICE_DAYS
        return bool(standing.noticed_on) or soon

    def _decided_on(self):
        """The last day before it is decided whether the tier is kept; None where that is every
        day."""
        standing = self.standing
        review = standing.review_date and standing.review_date - timedelta(days=1)
        return max(filter(None, (review, standing.guaranteed_until)), default=None)

    def step_to_stay(self):
        """What is missing to keep the tier, see ``step_up``; None where nothing is, or it is too
        early to say."""
        if not self._may_fall():
            return None
        held = self.standing.tier_id.id
        lacking = [(c, self._gap_from_here(c)) for c in self._missed(held)]
        any_is_enough = held in self.tiers and self.tiers[held].match_any
        decided = self._decided_on()
        ways = self._dated(self._ways_told(lacking, any_is_enough), self._ahead(decided))
        tier = self._plain_name(held)
        lapse = self._deadline_day({condition.metric for condition, _gap in lacking})
        return {
            "tier": tier,
            "title": self.env._("To stay %s", tier),
            "ways": ways,
            "any": any_is_enough,
            "text": "" if ways else self.env._("Talk to us about how to stay %s.", tier),
            "lapses": bool(ways and lapse and decided and lapse < decided),
        }

    def to_keep(self):
        """What keeps the tier, as a sentence; empty where customers may not read it, or where it
        is kept without."""
        tier_id = self.standing.tier_id.id
        if self._is_fixed():
            return ""
        asks = self.asks(tier_id, staying=True)
        if not asks:
            return ""
        return self.env._(
            "To keep %(tier)s it takes %(asks)s.", tier=self._plain_name(tier_id), asks=asks
        )

    def asks(self, tier_id, staying=False):
        """What a tier asks for, in a few words; empty where customers may not read all of it."""
        conditions = self.requirements(tier_id, staying) if tier_id in self.tiers else []
        told = [self._asked_text(c) for c in conditions if self._is_safe(c)]
        any_is_enough = tier_id in self.tiers and self.tiers[tier_id].match_any
        if not told or (len(told) < len(conditions) and not any_is_enough):
            return ""
        return self._joined(told, any_is_enough)

    def _asked_text(self, condition):
        code = condition.metric
        metric, value = self.metrics[code], self.text(code, condition.value)
        names = {"value": value, "months": metric.months}
        if metric.measure == "amount" and metric.months == 12:
            return self.env._("%(value)s a year", **names)
        if metric.measure == "amount" and metric.months:
            return self.env._("%(value)s in %(months)s months", **names)
        if metric.measure == "order_count" and metric.months == 12:
            return self.env._("%(value)s orders a year", **names)
        return labelled(self.env, self.metric_name(code), value)

    # Figures

    def _more(self, code, gap):
        measure = self.metrics[code].measure
        if measure in ("order_count", "purchase_days", "product_count"):
            gap = ceil(round(gap, 6))
        amount = self.text(code, gap)
        if measure == "amount":
            return self.env._("%s more", amount)
        if measure == "order_count":
            return self.env._("1 more order") if gap == 1 else self.env._("%s more orders", amount)
        if measure == "product_count":
            return self.env._("%s more of our products", amount)
        if measure == "quantity":
            return self.env._("%s more pieces", amount)
        return self.env._("%(gap)s more of “%(metric)s”", gap=amount, metric=self.metric_name(code))

    # The orders behind them

    def counted_metric(self):
        """The metric whose orders are listed: one that customers may read, of a window, the first
        that a tier asks for."""
        asked = [c.metric for tier in self.program.tiers for c in tier.requirements]
        for code in dict.fromkeys([*asked, *(m.code for m in self.program.metrics)]):
            record = self.records.get(code)
            windowed = code in self.metrics and self.metrics[code].has_window
            if windowed and record and record.portal_safe and record.kind == "order":
                return record
        return None

    def counts_until(self, metric, day):
        """The last day on which an order of a day counts for a metric."""
        if self.year and metric.code in self._of_a_year():
            return self.year.counts
        return last_counted(day, metric.window_months)


def last_counted(day, months):
    """The last day whose window of so many months holds a day, as grading cuts windows.

    :param day: ``datetime.date``
    """
    from odoo.addons.customer_tiering.grading.dates import add_months, day_before_window, day_number

    number = day_number(day)
    # Months are of different lengths: three days at most are between the two.
    last = int(add_months(number, months)) + 3
    while day_before_window(date(1970, 1, 1) + timedelta(days=last), months) >= number:
        last -= 1
    return date(1970, 1, 1) + timedelta(days=last)
