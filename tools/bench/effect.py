"""Whether the report of effect is right: intervals on simulated reminders with a known effect, and
looks every week at reminders without any (``./dev bench effect [--seed N] [--years N]``)."""

import argparse

import numpy as np

from . import core

effect = core.load("effect")
RUNS = 2000
WEEKS = 52
# Order rate of who is held back, effect of the reminder, share of the control group, cases.
WORLDS = (
    (0.2, 0.0, 0.2, 500),
    (0.2, 0.05, 0.2, 1000),
    (0.4, 0.06, 0.2, 1000),
    (0.4, 0.1, 0.1, 2000),
    (0.1, 0.05, 0.5, 600),
)
# The effect that the report plans for.
WANTED = 0.1
# Years of one page of the report, looked at every week as it does, orders and amounts: order rates
# of who is held back and shares held back, of each stratum; effect on the rate, on the size of an
# order (times); cases a week; spread of sizes (of the logarithm); whether it is the page of one
# rule, whose answer stays.
YEARS = (
    ((0.2,), (0.2,), 0.0, 1.0, 25, 0.6, True),
    ((0.4,), (0.5,), 0.0, 1.0, 25, 0.6, True),
    ((0.2, 0.5), (0.2, 0.5), 0.0, 1.0, 25, 0.6, True),
    ((0.1,), (0.1,), 0.0, 1.0, 25, 1.0, True),
    ((0.05,), (0.2,), 0.0, 1.0, 40, 1.4, True),
    ((0.3,), (0.2,), 0.0, 1.0, 4, 1.0, True),
    ((0.3,), (0.2,), 0.1, 1.0, 25, 0.6, True),
    ((0.2,), (0.2,), 0.05, 1.0, 25, 1.0, True),
    ((0.3,), (0.2,), 0.0, 1.2, 25, 0.6, True),
    ((0.2, 0.5), (0.2, 0.5), 0.0, 1.0, 25, 1.0, False),
)


def coverage(base, uplift, share, cases, runs=RUNS, seed=1):
    """Share of runs whose 95 % interval contains the effect."""
    rng = np.random.default_rng(seed)
    control_cases = rng.binomial(cases, share, runs)
    treated_cases = cases - control_cases
    ordered = rng.binomial(treated_cases, base + uplift)
    anyway = rng.binomial(control_cases, base)
    groups = (ordered, treated_cases, anyway, control_cases)
    _difference, low, high, _final = effect.interval(*groups, cases)
    return float(((low <= uplift) & (uplift <= high)).mean())


def alarms(base, share, weekly, planned=None, runs=RUNS, weeks=WEEKS, seed=2):
    """Share of runs without any effect in which one of the weekly looks claims one.

    :param weekly: new cases a week
    :return: (with the interval that is shown, with the ordinary one)
    """
    rng = np.random.default_rng(seed)
    planned = planned or weekly * weeks
    groups = np.zeros((4, runs), dtype=np.int64)
    shown, ordinary = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
    for _week in range(weeks):
        control_cases = rng.binomial(weekly, share, runs)
        treated_cases = weekly - control_cases
        groups += (
            rng.binomial(treated_cases, base),
            treated_cases,
            rng.binomial(control_cases, base),
            control_cases,
        )
        _difference, low, high, final = effect.interval(*groups, planned)
        shown |= ~final & ((low > 0) | (high < 0))
        _difference, low, high = effect.newcombe(*groups)
        ordinary |= (low > 0) | (high < 0)
    _difference, low, high, _final = effect.interval(*groups, planned)
    shown |= (low > 0) | (high < 0)
    return float(shown.mean()), float(ordinary.mean())


def year(rng, bases, shares, uplift, larger, weekly, spread):
    """Cases of a year, the oldest first.

    :return: arrays (stratum, held back, ordered, amount)
    """
    cases = WEEKS * weekly
    strata = rng.integers(0, len(bases), cases)
    held = rng.random(cases) < np.take(shares, strata)
    ordered = rng.random(cases) < np.take(bases, strata) + np.where(held, 0, uplift)
    sizes = np.exp(rng.normal(6, spread, cases)) * np.where(held, 1, larger)
    return strata, held, ordered, np.where(ordered, sizes, 0.0)


def bought_more(*world):
    """What reminders cause in amounts, by a thousand years of the world, winsorised as there."""
    rng = np.random.default_rng(0)
    all_years = [year(rng, *world) for _year in range(1000)]
    columns = [np.concatenate(column) for column in zip(*all_years, strict=True)]
    strata, held, _ordered, amounts = columns
    amounts = np.minimum(amounts, np.quantile(amounts, effect.WINSOR))
    of_both, weights = [], []
    for stratum in np.unique(strata):
        own = strata == stratum
        of_both.append(amounts[own & ~held].mean() - amounts[own & held].mean())
        share = held[own].mean()
        weights.append(own.sum() * share * (1 - share))
    return float(np.average(of_both, weights=weights))


def looked_at(rng, world, once, more):
    """One year, looked at every week until the answer is there.

    :return: bools: ever outside (orders, amounts); outside at the last look (orders, amounts)
    """
    uplift, weekly = world[2], world[4]
    columns = year(rng, *world)
    ever = np.zeros(2, dtype=bool)
    for cases in range(weekly, WEEKS * weekly + 1, weekly):
        found = effect.compare(*(column[:cases] for column in columns), WANTED, once=once)
        last = np.array(
            [
                not found.low <= uplift <= found.high,
                not found.amount_low <= more <= found.amount_high,
            ]
        )
        ever |= last
        if found.final:
            break
    return (*ever, *last)


def years(number, seed, world):
    """
    :return: shares of the years, as :func:`looked_at`
    """
    rng = np.random.default_rng(seed)
    *world, once = world
    more = bought_more(*world) if world[2] or world[3] != 1 else 0.0
    return np.array([looked_at(rng, world, once, more) for _year in range(number)]).mean(axis=0)


def print_years(number, seed):
    # Asks ten times for what it would take, and nothing here is decided by it.
    effect.visible = lambda *_arguments: 1.0
    print(
        f"{number} years of a page, looked at every week (outside at most 5 % where there is no "
        "effect; inside at the end 93 to 97 % of one rule, of all rules always valid, so more)"
    )
    for world in YEARS:
        bases, shares, uplift, larger, weekly, spread, once = world
        ever, ever_amounts, last, last_amounts = years(number, seed, world)
        print(
            f"  {'/'.join(f'{base:.0%}' for base in bases)} order, "
            f"{'/'.join(f'{share:.0%}' for share in shares)} held back, {weekly} a week, "
            f"sizes {spread}, effect {uplift:+.0%} × {larger}{'' if once else ', all rules'}: "
            f"ever outside {ever:.1%}, amounts {ever_amounts:.1%}; inside at the end "
            f"{1 - last:.1%}, amounts {1 - last_amounts:.1%}",
            flush=True,
        )


def main(arguments=()):
    parser = argparse.ArgumentParser(prog="dev bench effect", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the simulated years")
    parser.add_argument("--years", type=int, default=RUNS, help="how many of each kind (2000)")
    asked = parser.parse_args(list(arguments))
    print(f"Intervals of {RUNS} runs that contain the effect (wanted: 93 to 97 %)")
    for base, uplift, share, cases in WORLDS:
        found = coverage(base, uplift, share, cases)
        print(
            f"  {base:.0%} order anyway, {uplift:+.0%} by the reminder, {share:.0%} held back, "
            f"{cases} cases: {found:.1%}"
        )
    print(f"{WEEKS} weekly looks at no effect that claim one (wanted: at most 5 %)")
    for base, share, weekly in ((0.2, 0.2, 25), (0.4, 0.2, 40), (0.4, 0.1, 60), (0.1, 0.5, 15)):
        shown, ordinary = alarms(base, share, weekly)
        print(
            f"  {base:.0%} order, {share:.0%} held back, {weekly} a week: {shown:.1%} "
            f"(ordinary interval: {ordinary:.1%})"
        )
    print_years(asked.years, asked.seed)
