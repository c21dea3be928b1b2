"""Replays a reminder rule over a list of orders from a file, day by day, as the product would have
reminded, and compares it with reminding after a number of days of silence.

The rhythm is learnt from what was before the cut, as a programme freezes it. Each reminder is held
against what came: it was right where nothing was ordered for ``WITHOUT`` more days.
"""

import argparse

import numpy as np

from . import backtest, core, order_log
from .table import render

CUT = 0.5
# Days without an order after a reminder that was right.
WITHOUT = 30
SILENCES = (30, 60, 90)
MULTIPLE = 1.5
# A silence rule is looked for that finds as many, up to so many days.
LONGEST = 730
# Draws for the interval of a difference.
SAMPLES = 1000


def main(arguments):
    options, parser = _parse(arguments)
    try:
        customers, days, amounts = order_log.read(
            options.file, options.customer, options.date, options.amount
        )
    except (OSError, ValueError) as error:
        parser.error(str(error))
    (cut,) = order_log.cuts(days, [options.cut])
    replay = Replay.of(customers, days, amounts, cut, options)
    if replay is None:
        print("Nothing has been learnt at the cut: too few customers had ordered twice by then.")
        return 1
    print(replay.headline())
    rows, good = replay.table()
    header = ("rule", "reminded", "right", "found", "silent", "to order", "times", "verdict")
    print(render(header, rows))
    print(
        f"reminded: of all orders that were followed by silence; right: nothing for {WITHOUT} more "
        f"days; found: of those silent until the end, for {replay.least} days or more; silent: "
        "median of the days when reminded; to order: median of the days from the reminder to the "
        "order of who came; times: reminders of one silence. In brackets: within which the "
        "difference lies for 95 of 100 draws of as many customers."
    )
    return 0 if good else 1


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench reminders",
        description="Replay a reminder rule over a list of orders, and compare it with reminding "
        "after days of silence.",
    )
    order_log.arguments(parser)
    parser.add_argument("--cut", type=float, default=CUT, help="share of the log learnt from")
    parser.add_argument("--reminds-at", choices=("late", "expected"), default="late")
    parser.add_argument("--lead-days", type=int, default=0)
    parser.add_argument("--max-late-days", type=int, default=60)
    parser.add_argument("--gap-days", type=int, default=30)
    parser.add_argument("--daily-limit", type=int, default=0, help="0: none")
    return parser.parse_args(arguments), parser


class Replay:
    """Silences after the cut, and when a rule reminds of each."""

    def __init__(self, spells, cut, end, least, foreseen, value, options):
        self.spells, self.cut, self.end, self.least = spells, cut, end, least
        self.foreseen, self.value, self.options = foreseen, value, options
        # Silent on each day before that of the order.
        self.until = np.where(spells.ended, spells.start + spells.days, end + 1)
        self.came = np.where(spells.ended, self.until, np.inf)

    @classmethod
    def of(cls, customers, days, amounts, cut, options):
        rhythm, pipeline = core.load("rhythm"), core.load("pipeline")
        known = rhythm.learn(customers, days, cut)
        if known is None:
            return None
        spells = rhythm.Spells.of(customers, days, days.max())
        value = _yearly(customers, days, amounts)
        silent = spells.start + spells.days > cut
        spells, value = spells[silent], value[silent]
        foresight = rhythm.Foresight(known, spells)
        foreseen = pipeline._next_order(foresight, spells.start.astype(float))
        typical = np.median(rhythm.intervals(customers[days <= cut], days[days <= cut])[1])
        foreseen["own"] = backtest.own_medians(spells, customers, days, typical)
        least = backtest.followed_days(days)
        return cls(spells, cut, int(days.max()), least, foreseen, value, options)

    def headline(self):
        return (
            f"{len(self.until):,} silences between {order_log.as_text(self.cut)} and "
            f"{order_log.as_text(self.end)}, {self.spells.ended.sum():,} of them ended by an order"
        )

    def table(self):
        """Rows, and whether the rule was right at least as often as the silence rule that finds
        as many."""
        options = self.options
        day = self.foreseen["call_day" if options.reminds_at == "late" else "next_day"]
        mine = self.day_by_day(day)
        ours = self._figures(*mine)
        start = self.spells.start
        others = {f"{days} days of silence": start + days for days in SILENCES}
        others[f"own median x {MULTIPLE}"] = start + np.rint(MULTIPLE * self.foreseen["own"])
        rows = [(f"this rule ({options.reminds_at})", *_cells(ours))]
        rows += [(name, *_cells(self._figures(*self.first(day)))) for name, day in others.items()]
        found = [self._figures(*self.first(start + days)) for days in range(1, LONGEST + 1)]
        # Of whom nobody could be followed, nothing is known.
        distance = [
            np.inf if np.isnan(one["right"]) else abs(one["found"] - ours["found"]) for one in found
        ]
        # Of several that find as many, the one that waits longest is right most often.
        nearest = max(n for n, one in enumerate(distance) if one <= min(distance) + 1e-9)
        best = found[nearest]
        good = ours["right"] >= best["right"]
        low, high = self._by_chance(mine[0], self.first(start + nearest + 1)[0])
        verdict = f"right {100 * (ours['right'] - best['right']):+.1f} points to it"
        verdict += f" ({100 * low:+.1f} to {100 * high:+.1f})"
        rows.append((f"{nearest + 1} days, which find as many", *_cells(best)))
        rows[0] = (*rows[0], verdict + ("" if good else ", behind"))
        return [row if len(row) == 8 else (*row, "") for row in rows], good

    def day_by_day(self, late):
        """As the product does it: who is due, and not left in peace, by the expected loss.

        :param late: day numbers that the rule goes by
        :return: (day of the first reminder of each silence, NaN for none; number of reminders)
        """
        options, module = self.options, core.load("reminders")
        as_date = core.load("metrics").as_date
        first = np.full(len(late), np.nan)
        last, times = np.full(len(late), -np.inf), np.zeros(len(late), int)
        loss = np.nan_to_num(self.value * self.foreseen["stay_away"])
        for today in range(self.cut + 1, self.end + 1):
            day = as_date(today)
            earliest, latest = (
                _number(one)
                for one in module.due_between(day, options.lead_days, options.max_late_days)
            )
            peace = _number(module.in_peace_after(day, options.gap_days))
            silent = (self.spells.start <= today) & (today < self.until)
            due = silent & (late >= earliest) & (late <= latest) & (last <= peace)
            (some,) = due.nonzero()
            if options.daily_limit:
                order = np.lexsort((self.spells.customer[some], -loss[some]))
                some = some[order[: options.daily_limit]]
            first[some] = np.where(np.isnan(first[some]), today, first[some])
            last[some] = today
            times[some] += 1
        return first, times

    def first(self, late):
        """The same for a rule without a limit, at once: first reminders alone."""
        day = np.maximum(late + self.options.lead_days, self.cut + 1)
        reminded = (day <= late + self.options.max_late_days) & (day < self.until)
        return np.where(reminded & (day <= self.end), day, np.nan), None

    def _by_chance(self, ours, other):
        """The 95 % interval of how much more often one rule is right than another, as other
        customers of the same kind might have shown it (percentile bootstrap over customers, whose
        silences belong together; Efron and Tibshirani 1993, chapter 13).

        :param ours, other: days of first reminders, NaN for none
        """
        place = np.unique(self.spells.customer, return_inverse=True)[1]
        sums = np.stack(
            [
                np.bincount(place, weights=one)
                for first in (ours, other)
                for one in (self._told(first), self._told(first) & (self.came > first + WITHOUT))
            ]
        )
        rng, differences = np.random.default_rng(0), []
        for _sample in range(SAMPLES):
            drawn = np.bincount(
                rng.integers(0, sums.shape[1], sums.shape[1]), minlength=sums.shape[1]
            )
            told, right, told_other, right_other = sums @ drawn
            if told and told_other:
                differences.append(right / told - right_other / told_other)
        return np.percentile(differences, (2.5, 97.5)) if differences else (np.nan, np.nan)

    def _told(self, first):
        """Of which reminders it is known whether they were right."""
        return ~np.isnan(first) & (first + WITHOUT <= self.end)

    def _figures(self, first, times):
        reminded = ~np.isnan(first)
        told = self._told(first)
        gone = ~self.spells.ended & (self.end - self.spells.start >= self.least)
        came = reminded & self.spells.ended
        return {
            "reminded": reminded.mean(),
            "right": (self.came > first + WITHOUT)[told].mean() if told.any() else np.nan,
            "found": reminded[gone].mean() if gone.any() else np.nan,
            "silent": np.median((first - self.spells.start)[reminded])
            if reminded.any()
            else np.nan,
            "to order": np.median((self.came - first)[came]) if came.any() else np.nan,
            "times": times[reminded].mean() if times is not None and reminded.any() else np.nan,
        }


def _cells(figures):
    shares = [figures[name] for name in ("reminded", "right", "found")]
    others = [figures[name] for name in ("silent", "to order")]
    times = figures["times"]
    return (
        *("–" if np.isnan(share) else f"{share:.1%}" for share in shares),
        *("–" if np.isnan(number) else f"{number:.0f}" for number in others),
        "–" if np.isnan(times) else f"{times:.1f}",
    )


def _number(day):
    return int(np.datetime64(day, "D").astype(np.int64))


def _yearly(customers, days, amounts):
    """Amount of the year that ends with each order; 1 where nobody knows amounts."""
    if amounts is None:
        return np.ones(len(days))
    total = np.concatenate([[0.0], np.cumsum(amounts)])
    pack = core.load("rhythm").pack
    begin = np.searchsorted(pack(customers, days), pack(customers, days - 364), "left")
    return total[1:] - total[begin]
