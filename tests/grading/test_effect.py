"""What reminders cause, and how sure that is."""

import math

import numpy as np
import pytest
from grading import effect


def test_published_example():
    """The figures of the report are of nobody's method: Newcombe (1998), table II, 56/70 and
    48/80."""
    difference, low, high = effect.newcombe(56, 70, 48, 80)
    assert (round(float(difference), 4), round(float(low), 4), round(float(high), 4)) == (
        0.2000,
        0.0524,
        0.3339,
    )


def test_wilson():
    """81 of 263: 0.2553 to 0.3662, in the same paper."""
    low, high = effect.wilson(81, 263)
    assert (round(float(low), 4), round(float(high), 4)) == (0.2553, 0.3662)
    assert [float(bound) for bound in effect.wilson(0, 0)] == [0, 1]
    assert float(effect.wilson(0, 10)[0]) == 0


def test_intervals_contain_the_effect():
    """“95 %” is 80 %, or 100 %."""
    rng = np.random.default_rng(3)
    for base, uplift, share in ((0.2, 0.05, 0.2), (0.4, 0.0, 0.5)):
        control_cases = rng.binomial(800, share, 2000)
        cases = 800 - control_cases
        groups = (
            rng.binomial(cases, base + uplift),
            cases,
            rng.binomial(control_cases, base),
            control_cases,
        )
        for found in (effect.newcombe(*groups), effect.interval(*groups, 800)[:3]):
            contained = ((found[1] <= uplift) & (uplift <= found[2])).mean()
            assert 0.93 <= contained <= 0.97


def test_looking_every_week():
    """Whoever looks often enough finds an effect where there is none."""
    rng = np.random.default_rng(4)
    groups, runs, weekly, weeks = np.zeros((4, 600), dtype=int), 600, 25, 52
    alarmed, ordinary = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
    for _week in range(weeks):
        control_cases = rng.binomial(weekly, 0.2, runs)
        cases = weekly - control_cases
        groups += (rng.binomial(cases, 0.2), cases, rng.binomial(control_cases, 0.2), control_cases)
        _difference, low, high, _final = effect.interval(*groups, weekly * weeks)
        alarmed |= (low > 0) | (high < 0)
        _difference, low, high = effect.newcombe(*groups)
        ordinary |= (low > 0) | (high < 0)
    assert alarmed.mean() <= 0.05
    assert ordinary.mean() > 0.2, "as it would be"


def test_early_looks_are_wider_and_never_beyond_everything():
    """An answer after ten cases, or an interval from −300 % to 300 %."""
    groups = (30, 80, 5, 20)
    _difference, low, high, final = effect.interval(*groups, 1000)
    _same, inner_low, inner_high = effect.newcombe(*groups)
    assert not final
    assert low < inner_low and inner_high < high
    assert effect.interval(*groups, 100)[3]
    _difference, low, high, _final = effect.interval(0, 0, 0, 0, 500)
    assert (low, high) == (-1, 1)
    early = effect.interval(9, 10, 0, 1, 500)
    assert -1.1 <= early[1] < early[2] <= 2


def test_groups_that_were_not_drawn_by_chance():
    """The control group is half of what was drawn, and nobody is warned."""
    assert effect.mismatch(800, 200, 0.2) == pytest.approx(1)
    # χ² = (150 − 200)² / (1000 · 0.2 · 0.8) = 15.625
    assert effect.mismatch(850, 150, 0.2) == pytest.approx(7.74e-5, rel=0.01)
    assert effect.mismatch(850, 150, 0.2) < effect.MISMATCH < effect.mismatch(780, 220, 0.2)
    assert effect.mismatch(0, 0, 0.2) == pytest.approx(1)
    assert effect.mismatch(10, 0, 0) == pytest.approx(1), "nobody was to be held back"


def test_one_large_order_decides_nothing():
    """A customer who bought a truckload makes every reminder worth thousands."""
    treated = [100.0] * 99 + [1_000_000.0]
    control = [100.0] * 100
    cut, same = effect.winsorised(treated, control)
    assert cut.max() == 100 and list(same) == control
    difference, low, high = effect.welch(effect.Mean.of(cut), effect.Mean.of(same))
    assert (difference, low, high) == (0, 0, 0)
    assert [len(group) for group in effect.winsorised([], [])] == [0, 0]


def test_welch():
    """By hand: means 2 and 4, variances 1 and 4, three cases each: √(5/3) = 1.29 wide, with
    2.94 degrees of freedom, whose t is 3.22."""
    groups = effect.Mean.of([1, 2, 3]), effect.Mean.of([2, 4, 6])
    difference, low, high = effect.welch(*groups)
    assert difference == -2
    assert (high - low) / 2 == pytest.approx(math.sqrt(5 / 3) * 3.22, rel=0.02)
    assert effect.welch(effect.Mean.of([1]), groups[1])[1:] == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("base", "share", "uplift", "known"),
    [
        (0.2, 0.05, 0.05, 10667),
        (0.2, 0.2, 0.05, 3248),
        (0.2, 0.5, 0.05, 2182),
        (0.2, 0.2, 0.1, 834),
        (0.4, 0.2, 0.05, 4739),
    ],
)
def test_cases_needed(base, share, uplift, known):
    """An answer is promised for next month that takes three years. The numbers are those of
    another formula, with variances that are not pooled: a sixth or less apart."""
    assert float(effect.cases_needed(base, uplift, share)) == pytest.approx(known, rel=0.17)


def test_nothing_to_wait_for():
    """Without a control group, cases or an effect, an answer never comes."""
    assert math.isinf(effect.cases_needed(0.2, 0.05, 0))
    assert math.isinf(effect.cases_needed(0.2, 0, 0.2))
    assert math.isinf(effect.months_needed(0.2, 0.05, 0.2, 0))
    months = float(effect.months_needed(0.2, 0.05, 0.2, 100))
    assert months == float(effect.cases_needed(0.2, 0.05, 0.2)) / 100


def test_visible_effect():
    """Of what is visible by now, fewer cases would be needed for more, and more for less."""
    found = effect.visible(0.4, 0.2, 500)
    assert effect.cases_needed(0.4, found, 0.2) <= 500 < effect.cases_needed(0.4, found * 0.95, 0.2)
    assert effect.visible(0.4, 0.2, 3) == 1


def test_coupon():
    """Design: margin 30 %, coupon 5 %, 20 % order: 24 % must. A coupon of all the margin never
    pays."""
    assert float(effect.break_even(0.2, 0.3, 0.05)) == pytest.approx(0.24)
    assert math.isinf(effect.break_even(0.2, 0.3, 0.3))


def test_verdict():
    """“No effect” is said of what nobody knows, and “effect” of what may be none."""
    lows = [0.01, -0.05, -0.05, -0.2]
    highs = [0.1, 0.01, 0.08, -0.1]
    assert list(effect.verdict(lows, highs)) == ["more", "none", "unknown", "less"]


def test_per_hundred():
    """Attributed orders are sold as caused ones: 47 of 100 ordered, 41 would have anyway."""
    caused, anyway = effect.per_hundred(470, 1000, 82, 200)
    assert (caused, anyway) == (6, 41)


def test_strata_are_compared_with_themselves():
    """Customers of one rule order often and few are held back, of another seldom and many are:
    together that looks like an effect of a quarter, and there is none."""
    groups = [[450, 50], [900, 500], [50, 50], [100, 500]]
    difference, low, high, final = effect.of_strata(*groups, 1000)
    assert (round(difference, 6), final) == (0, True)
    assert -0.06 < low < 0 < high < 0.06
    pooled = effect.newcombe(500, 1400, 100, 600)
    assert pooled[1] > 0.1
    assert effect.of_strata([5], [10], [0], [0], 100) == (0, -1, 1, False)
    one = effect.of_strata([56], [70], [48], [80], 10)
    assert one[:3] == pytest.approx([float(n) for n in effect.newcombe(56, 70, 48, 80, 0.96)])
    assert effect.of_strata(*groups, 10_000)[2] > high, "before the planned number it is wider"


def _year(rng, bases, shares, uplift, weekly=25):
    """Cases of a year: strata, held back, ordered, amounts."""
    cases = 52 * weekly
    strata = rng.integers(0, len(bases), cases)
    held = rng.random(cases) < np.take(shares, strata)
    ordered = rng.random(cases) < np.take(bases, strata) + np.where(held, 0, uplift)
    return strata, held, ordered, np.where(ordered, np.exp(rng.normal(6, 0.6, cases)), 0.0)


@pytest.mark.parametrize(
    ("bases", "shares", "once"),
    [((0.4,), (0.5,), True), ((0.2, 0.5), (0.2, 0.5), True), ((0.2, 0.5), (0.2, 0.5), False)],
)
def test_a_year_of_the_report(bases, shares, once, monkeypatch):
    """The page is opened every other week, as it plans by the cases that it has, compares rules
    with other shares, and amounts: in a year it says “effect” more often than it may."""
    # Nothing is decided by it.
    monkeypatch.setattr(effect, "visible", lambda *_args: 1.0)
    rng = np.random.default_rng(5)
    years, weekly = 80, 25
    alarms = money = 0
    for _year_number in range(years):
        columns = _year(rng, bases, shares, 0, weekly)
        alarm = about_money = False
        for week in range(2, 53, 2):
            found = effect.compare(*(column[: week * weekly] for column in columns), 0.1, once=once)
            alarm |= not found.low <= 0 <= found.high
            about_money |= not found.amount_low <= 0 <= found.amount_high
            if found.final:
                break
        alarms, money = alarms + alarm, money + about_money
    # Five of a hundred, and what 80 years may be off.
    assert alarms / years <= 0.1
    assert money / years <= 0.1


def test_answer_stays():
    """The number that is planned follows the cases that come after it, and the answer is given
    until it pleases."""
    rng = np.random.default_rng(6)
    columns = _year(rng, (0.3,), (0.3,), 0.05, 40)
    number, planned = effect.enough(*columns[1:3], 0.1)
    assert number == planned < len(columns[0])
    found = effect.compare(*columns, 0.1)
    assert (found.counted, found.later, found.final) == (number, len(columns[0]) - number, True)
    # Whatever comes later.
    after = [np.concatenate([column, column[:300]]) for column in columns]
    after[2][-300:] = True
    again = effect.compare(*after, 0.1)
    assert again.later == found.later + 300
    assert (again.low, again.high, again.amount) == (found.low, found.high, found.amount)
    # Before, it is wide.
    early = effect.compare(*(column[: number - 1] for column in columns), 0.1)
    assert not early.final
    assert early.high - early.low > found.high - found.low


def test_every_case_of_all_rules():
    """What is said of all rules stands still with the first rule that had its cases."""
    rng = np.random.default_rng(7)
    first, second = _year(rng, (0.3,), (0.2,), 0), _year(rng, (0.3,), (0.2,), 0.3)
    columns = [np.concatenate(pair) for pair in zip(first, second, strict=True)]
    columns[0] = np.repeat([0, 1], len(first[0]))
    found = effect.compare(*columns, 0.1, once=False)
    assert (found.counted, found.later, found.final) == (len(columns[0]), 0, False)
    assert found.difference == pytest.approx(0.15, abs=0.05)
    assert found.low > 0
    nothing = effect.compare([], [], [], [], 0.1)
    assert (nothing.counted, nothing.low, nothing.high) == (0, -1, 1)


def test_amounts_are_compared_with_themselves():
    """A rule for large customers holds half back, one for small ones few: together reminders seem
    to cost thousands."""
    strata = np.repeat([0, 1], 400)
    held = np.tile([True, False], 400)
    held[400:] = np.arange(400) % 10 == 0
    amounts = np.where(strata == 0, 1000.0, 10.0)
    found = effect.compare(strata, held, amounts > 0, amounts, 0.1, once=False)
    assert found.amount == pytest.approx(0)
    assert -50 < found.amount_low < 0 < found.amount_high < 50
    assert amounts[~held].mean() < amounts[held].mean() - 200


@pytest.mark.parametrize(
    ("base", "share", "weekly", "spread"),
    [(0.1, 0.1, 25, 1.0), (0.2, 0.2, 25, 1.2), (0.3, 0.1, 10, 0.8)],
)
def test_amounts_of_few_held_back(base, share, weekly, spread):
    """Few are held back, and few of them buy: by chance they buy little, then their amounts hardly
    vary either, and “more” is said in 16 of 100 years without any effect."""
    rng = np.random.default_rng(8)
    years, alarms = 120, 0
    for _number in range(years):
        held = rng.random(52 * weekly) < share
        ordered = rng.random(len(held)) < base
        amounts = np.where(ordered, np.exp(rng.normal(6, spread, len(held))), 0.0)
        strata = np.zeros(len(held))
        for cases in range(weekly, len(held) + 1, weekly):
            columns = (column[:cases] for column in (strata, held, ordered, amounts))
            found = effect.compare(*columns, 0.1)
            if not found.amount_low <= 0 <= found.amount_high:
                alarms += 1
                break
            if found.final:
                break
    # 5 %, and what 120 years may be off.
    assert alarms / years <= 0.09


def test_amounts_before_anybody_bought():
    """Nobody bought yet, and the report is certain that nothing is bought more."""
    found = effect.compare([0] * 40, [False, True] * 20, [False] * 40, [0.0] * 40, 0.1)
    assert (found.amount, found.amount_low, found.amount_high) == (0, -math.inf, math.inf)
    # Nobody of those held back: what varies is known from the others.
    amounts = [10.0, 0.0, 0.0, 0.0] * 10
    found = effect.compare([0] * 40, [False, True] * 20, [a > 0 for a in amounts], amounts, 0.1)
    assert found.amount == 5
    assert found.amount_low < 0
    # Given back on the whole: no size that could be typical, and no error.
    found = effect.compare([0] * 40, [False, True] * 20, [True] * 40, [-5.0, -4.0] * 20, 0.1)
    assert found.amount_low <= found.amount <= found.amount_high


def test_amounts_that_differ():
    """The spread is borrowed from the other group, and a true difference in what is bought is
    outside of the interval, or the interval is twice as wide as it had to be."""
    rng = np.random.default_rng(9)
    inside, widths, known = 0, [], []
    for _run in range(400):
        held = rng.random(900) < 0.2
        ordered = rng.random(900) < 0.3
        amounts = np.where(ordered, rng.gamma(4, 25, 900) * np.where(held, 1, 1.3), 0.0)
        means = [[mean] for mean in effect.alike(amounts[~held], amounts[held])]
        _difference, low, high = effect.of_means(*means, 900, 900, True)
        inside += low <= 0.3 * 30 <= high
        widths.append(high - low)
        own = (effect.Mean.of(amounts[some]) for some in (~held, held))
        known.append(np.diff(effect.welch(*own, effect.FINAL)[1:]))
    assert 0.93 <= inside / 400 <= 0.985
    assert np.mean(widths) < 1.1 * np.mean(known)


@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize(("told", "held_back"), [(0, 1), (1, 0), (0, 0), (1, 1)])
@pytest.mark.parametrize("control", [1, 2, 4])
def test_few_cases_say_nothing(once, told, held_back, control):
    """“No effect: with 95 % less than 2 points (−200.0 to 0.0). Think about switching it off” was
    said of a playbook after seventeen customers, three of whom were held back and all ordered."""
    held = np.arange(14) < control
    ordered = np.where(held, held_back, told) > 0
    found = effect.compare(np.zeros(14), held, ordered, ordered * 100.0, 0.1, once=once)
    assert -1 <= found.low <= 0 <= found.high <= 1
    assert effect.verdict(found.low, found.high) == "unknown"
    early = effect.interval(*(np.array(n) for n in (0, 10, 2, 2)), 500)
    assert effect.verdict(*early[1:3]) == "unknown"
