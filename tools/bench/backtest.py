"""How well next orders are foreseen, on a list of orders from a file.

The log is cut at some days. At each of them the rhythm is learnt from what was before, as a
programme freezes it, and what is foreseen at each order until the next cut is compared with when
the customer ordered again, or how long it could be followed until the end of the log: who did not
come back in that time counts as well. Orders that came the same day count once.

The day that is expected is one of those who come back, and so its error is taken over those who
did; what is said of all – the day by which half of them have ordered, the pinball loss, the window
– counts who did not as well.

“In hindsight” is the same model with its curves from the very orders that are foreseen: as well as
it can be done by somebody who knows how customers will change. What it does not reach cannot be
reached by a better curve; what only it reaches is a change that nobody could know of at the cut.
"""

import argparse
from dataclasses import replace

import numpy as np
import pandas as pd

from . import bgnbd, core, order_log
from .table import render

CUTS = (0.4, 0.5, 0.6)
# How many days an order must have been followed to be looked at: a fifth of the log, within these.
LEAST, ENOUGH = 120, 270
LEVELS = (0.1, 0.5, 0.8, 0.9)
# Columns of a way: days at these levels, and at last the one on which an order is expected.
HALF, EXPECTED = 1, len(LEVELS)
NAMED = (*LEVELS, LEVELS[HALF])
FIXED_DAYS = (30, 60, 90)
# How far from the best simple way the mean error may be.
TOLERANCE = 0.05
COVERED = (0.77, 0.83)
FEW = 20
# Shown, but no simple ways of naming a day.
HINDSIGHT = "in hindsight"
COMPARED = ("quantiles", "BG/NBD", "ours", HINDSIGHT)


def main(arguments):
    if "--category" in arguments:
        from . import category

        return category.main([word for word in arguments if word != "--category"])
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench rhythm",
        description="Compare ways to foresee the next order, on a list of orders. With --category: "
        "the next purchase in each product category, or what that costs.",
    )
    order_log.arguments(parser)
    parser.add_argument(
        "--cuts", type=float, nargs="+", default=CUTS, help="shares of the log's time, 0–1"
    )
    options = parser.parse_args(arguments)
    try:
        customers, days, _amounts = order_log.read(options.file, options.customer, options.date)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    results = [report(customers, days, *pair) for pair in _periods(days, options.cuts)]
    if not any(good is not None for good in results):
        print(
            "Nothing can be compared: at none of the cuts had anything been learnt that orders "
            f"after it could be held against for {followed_days(days)} days. Give a longer log."
        )
        return 1
    return 0 if all(good in (True, None) for good in results) else 1


def _periods(days, shares):
    """(cut, end of the orders that are foreseen by it) for each share."""
    step = min(np.diff(sorted(shares)), default=0.1)
    starts = order_log.cuts(days, shares)
    ends = order_log.cuts(days, [share + step for share in shares])
    return zip(starts, ends, strict=True)


def followed_days(days):
    """How many days an order must have been followed to be looked at."""
    first, last = order_log.cuts(days, (0, 1))
    return int(np.clip((last - first) // 5, LEAST, ENOUGH))


def report(customers, days, cut, end):
    """Print what came of one cut; whether it was good enough, ``None`` where nothing is known."""
    tested = Tested.of(customers, days, cut, end)
    if tested is None:
        print(f"\nCut {order_log.as_text(cut)}: too few orders before or after it.")
        return None
    print(f"\n{tested.headline()}")
    rows, good = tested.compare()
    header = ("way", "given a day", "back: median / mean", "all", "pinball", "10 %", "50 %")
    print(render((*header, "80 %", "90 %", "window", "verdict"), rows))
    print(tested.day_line())
    return good


class Tested:
    """Orders after a cut, what was foreseen of the next ones by each way, and what came."""

    def __init__(self, rhythm, spells, followed, ways, regular, weight):
        self.rhythm, self.spells, self.followed = rhythm, spells, followed
        self.ways, self.regular, self.weight = ways, regular, weight
        self.actual = np.where(spells.ended, spells.days, np.inf)
        self.shown = np.minimum(self.actual, followed)

    @classmethod
    def of(cls, customers, days, cut, end):
        module = core.load("rhythm")
        rhythm = module.learn(customers, days, cut)
        spells = module.Spells.of(customers, days, days.max())
        followed = days.max() - spells.start
        least = followed_days(days)
        some = (spells.start > cut) & (spells.start <= end) & (followed >= least)
        if rhythm is None or some.sum() < FEW:
            return None
        ways = _simple(customers, days, cut, spells)
        foresight = module.Foresight(rhythm, spells)
        told = _told(module, foresight, spells, some)
        ways[HINDSIGHT] = _named(module.Foresight(told, spells))
        ways["ours"] = _named(foresight)
        ways = {name: np.nan_to_num(way, nan=np.inf)[some] for name, way in ways.items()}
        regular = foresight.regular[some]
        return cls(rhythm, spells[some], followed[some], ways, regular, foresight.own_weight)

    def headline(self):
        rhythm, back = self.rhythm, np.isfinite(self.actual)
        return (
            f"Cut {order_log.as_text(rhythm.until)}: {rhythm.half:.0%} order again within "
            f"{rhythm.typical} days, {rhythm.most:.0%} within {rhythm.late}, learnt from "
            f"{rhythm.ended:,} intervals and {rhythm.open:,} open ones; variance between customers "
            f"{rhythm.weight:.2f} of that within, regular below {rhythm.cut}.\n"
            f"{len(back):,} orders after it, followed for {self.followed.min()} days or more: "
            f"{back.mean():.0%} came back, "
            f"{self.regular.mean():.0%} of regular customers"
        )

    def compare(self):
        """Rows of the table, and whether ours is good enough."""
        day = np.isfinite(self.ways["ours"][:, EXPECTED])
        simple = [name for name in self.ways if name not in COMPARED]
        # Told what came, the model gives others a day.
        told = self.ways.get(HINDSIGHT)
        own = {} if told is None else {HINDSIGHT: np.isfinite(told[:, EXPECTED])}
        figures = {name: self._figures(way, own.get(name, day)) for name, way in self.ways.items()}
        best = {key: min(figures[name][key] for name in simple) for key in ("mean", "all", "pin")}
        ours = figures["ours"]
        rows = []
        for name, figure in figures.items():
            shown = name in ("ours", HINDSIGHT)
            verdict = self._verdict(figure, best) if shown else ("",)
            rows.append((name, *self._cells(figure), ", ".join(verdict)))
        return rows, not any(
            "behind" in word or "not" in word for word in self._verdict(ours, best)
        )

    def _figures(self, way, day):
        """Errors in days of those given a day by ours, the pinball loss over all, and the shares
        who had ordered by each of the days."""
        back = day & np.isfinite(self.actual)
        error = np.abs(self.actual[back] - way[back, EXPECTED])
        cut_off = np.minimum(way, self.followed[:, None])
        shares = self._shares(way)
        return {
            "given": np.isfinite(way[:, EXPECTED]).mean(),
            "median": np.median(error) if len(error) else np.nan,
            "mean": error.mean() if len(error) else np.nan,
            "all": np.abs(self.shown - cut_off[:, HALF]).mean(),
            "pin": np.mean([self._pinball(cut_off[:, n], p) for n, p in enumerate(LEVELS)]),
            "shares": shares,
            "window": shares[3] - shares[0],
        }

    def _pinball(self, days, level):
        late = self.shown - days
        return np.maximum(level * late, (level - 1) * late).mean()

    def _shares(self, way):
        """Share who had ordered by each of the days, of those who could be followed so long: the
        product over the steps from day to day, as of a life table."""
        staying, low, shares = 1.0, np.zeros(len(way)), []
        for high in way[:, :EXPECTED].T:
            at_risk = (self.actual > low) & (self.followed >= high)
            ended = (at_risk & (self.actual <= high)).sum()
            same = (high <= low).all()
            if not same:
                staying *= 1 - ended / at_risk.sum() if at_risk.sum() >= FEW else np.nan
            shares.append(1 - staying)
            low = high
        return shares

    @staticmethod
    def _cells(figure):
        def percent(share):
            return "" if np.isnan(share) else f"{share:.0%}"

        return (
            percent(figure["given"]),
            "–" if np.isnan(figure["mean"]) else f"{figure['median']:.0f} / {figure['mean']:.1f}",
            f"{figure['all']:.1f}",
            f"{figure['pin']:.2f}",
            *map(percent, (*figure["shares"], figure["window"])),
        )

    @staticmethod
    def _verdict(ours, best):
        """What is said of ours: how far it is from the best of the simple ways."""
        words = []
        for key, label in (("mean", "mean"), ("all", "all"), ("pin", "pinball")):
            off = ours[key] / best[key] - 1 if best[key] else 0.0
            limit = 0.0 if key == "pin" else TOLERANCE
            if not np.isnan(off):
                words.append(f"{label} {off:+.0%}" + (" behind" if off > limit else ""))
        window = ours["window"]
        if not np.isnan(window) and not COVERED[0] <= round(window, 2) <= COVERED[1]:
            words.append("window not 77–83 %")
        return words

    def day_line(self):
        """What came of the days given to regular customers, and of the others' expected days."""
        lines = []
        for name, some in (("regular", self.regular), ("others", ~self.regular)):
            if not some.any():
                lines.append(f"{name}: none")
                continue
            expected, late = self.ways["ours"][some, EXPECTED], self.ways["ours"][some, 2]
            actual, followed = self.actual[some], self.followed[some]
            told = (actual < np.inf) | (followed > 1.25 * expected)
            told &= np.isfinite(expected)
            near = np.abs(actual[told] - expected[told]) <= expected[told] / 4
            shares = [
                f"{(actual <= day)[followed >= day].mean():.0%}" if (followed >= day).any() else "–"
                for day in (expected, late)
            ]
            back = (actual < np.inf) & np.isfinite(expected)
            half = f"{(actual <= expected)[back].mean():.0%}" if back.any() else "–"
            near = f"{near.mean():.0%}" if len(near) else "–"
            lines.append(
                f"{name}: {some.sum():,}, back by expected {shares[0]} (of those who came back "
                f"{half}), by late {shares[1]}, within a quarter of the interval {near}"
            )
        return "\n".join(lines)


def _named(foresight):
    """The days that a foresight names: a column a level, and the one expected."""
    low, half, _late, high = LEVELS
    days = [foresight.days(low), foresight.days(half), foresight.late(), foresight.days(high)]
    return np.stack([*days, foresight.expected()], 1)


def _told(module, foresight, spells, some):
    """A rhythm with curves of some spells in the place of those that were learnt before."""
    rhythm, about = foresight.rhythm, np.log(np.maximum(spells.days, 1)) - foresight.shift
    curves = []
    for kind, curve in enumerate(filter(None, (*rhythm.curves, rhythm.regular))):
        own = some & (foresight.kind == kind)
        curves.append(module._curve(about[own], spells.ended[own], curve.intervals))
    regular = curves.pop() if rhythm.regular else None
    return module.returning(replace(rhythm, curves=tuple(curves), regular=regular))


def _simple(customers, days, cut, spells):
    """What simple ways foresee at each order: arrays of days, a column a level and the one
    expected, which is the middle."""
    seen = days <= cut
    owner, lengths = core.load("rhythm").intervals(customers[seen], days[seen])
    typical = float(np.median(lengths))
    ways = {f"{fixed} days": float(fixed) for fixed in FIXED_DAYS}
    ways["population"] = typical
    ways["own median"] = np.where(spells.count > 0, _own_medians(spells), typical)
    result = {
        name: np.repeat(np.broadcast_to(way, spells.start.shape)[:, None], len(NAMED), 1)
        for name, way in ways.items()
    }
    quantiles = np.quantile(lengths, NAMED)
    result["quantiles"] = np.repeat(quantiles[None], len(spells.start), 0)
    result["BG/NBD"] = _bgnbd(customers[seen], days[seen], cut, spells)
    return result


def _own_medians(spells):
    """Median of each customer's intervals before; NaN without."""
    lengths = pd.Series(np.where(spells.ended, spells.days, np.nan))
    before = lengths.groupby(spells.customer).shift()
    return before.groupby(spells.customer).expanding().median().to_numpy()


def own_medians(some, customers, days, typical):
    """The same for some of the spells of a log, and the population's where there is none.

    :param some: ``rhythm.Spells``
    """
    pack = core.load("rhythm").pack
    every = _own_medians(core.load("rhythm").Spells.of(customers, days, days.max()))
    found = every[np.searchsorted(pack(customers, days), pack(some.customer, some.start))]
    return np.where(np.isnan(found), typical, found)


def _bgnbd(customers, days, cut, spells):
    first = pd.Series(days).groupby(customers)
    orders, begun, last = first.size() - 1, first.min(), first.max()
    parameters = bgnbd.fit(
        orders.to_numpy(float), (last - begun).to_numpy(float), (cut - begun).to_numpy(float)
    )
    start = pd.Series(spells.start).groupby(spells.customer).transform("min").to_numpy()
    return np.stack(
        [bgnbd.days(parameters, spells.count, spells.start - start, level) for level in NAMED], 1
    )
