"""Whether the report of effect is right: intervals on simulated reminders with a known effect, and
looks every week at reminders without any (``./dev bench effect``)."""

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


def main(_arguments=()):
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
