"""Pictures of a metric's values, and the bands and lines proposed from them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from grading import distribution, points
from grading.policy import Bands, Linear
from hypothesis import example, given
from hypothesis import strategies as st

METHODS = ("quantile", "round", "width")

_whole = st.integers(-40, 400).map(float)
_cents = st.integers(-5_000, 5_000_000).map(lambda number: number / 100)
# Long tails, and numbers so near to each other that nothing is left between them.
_any = st.floats(-1e9, 1e9).map(lambda number: round(number, 4))
_close = st.integers(0, 5).map(lambda number: 1e9 + number / 1e4)
values_or_none = st.one_of(
    *(
        st.lists(st.one_of(st.just(math.nan), numbers), max_size=40)
        for numbers in (_whole, _cents, _any, _close)
    )
)
counts = st.integers(2, 20)


def known_of(values):
    return sorted(value for value in values if not math.isnan(value))


# Proposals


DIRECTIONS = ("high", "low")


def bands_of(cuts, count, direction="high"):
    """Bands as they are frozen: distinct cuts, and numbers that leave out the empty ones."""
    distinct, numbers = points.numbered(cuts, count, direction)
    earned = tuple(points.number_points(number, count) for number in numbers)
    return Bands((-math.inf, *distinct), earned, tuple(numbers))


def numbers_of(values, count, method="quantile", direction="high", of=None, **given):
    """Band numbers of some values, cut from these or from others."""
    cuts = distribution.proposal(values, count, method, direction, **given)
    return points.band_number(
        bands_of(cuts, count, direction), values if of is None else of
    ).tolist()


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("method", METHODS)
@given(values=values_or_none, count=counts)
@example(values=[0.0] * 9 + [1.0], count=5)
@example(values=[0.001, 0.002, 0.003], count=3)
def test_cuts_rise_between_the_extremes(method, direction, values, count):
    """A cut outside (min, max] leaves the best or the worst band empty; there are as many cuts
    as asked for, or none."""
    cuts = distribution.proposal(values, count, method, direction)
    known = known_of(values)
    assert len(cuts) in (0, count - 1)
    assert cuts == sorted(cuts)
    assert all(known[0] < cut <= known[-1] for cut in cuts)
    assert cuts == [round(cut, 2) for cut in cuts]
    if not cuts:
        # Nothing that two decimals could tell apart.
        assert not known or known[-1] - known[0] < 0.02 or len(set(known)) == 1


@pytest.mark.parametrize("method", METHODS)
@given(values=values_or_none, count=counts, data=st.data())
def test_proposals_do_not_depend_on_the_order(method, values, count, data):
    """The database may return customers in any order; the cuts are the same tomorrow."""
    shuffled = data.draw(st.permutations(values))
    assert distribution.proposal(shuffled, count, method) == distribution.proposal(
        values, count, method
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("direction", DIRECTIONS)
@given(values=values_or_none, count=counts)
def test_proposed_bands_grade_fairly(method, direction, values, count):
    """Equal values get equal points, and more never gets less (or more, where less is better);
    the worst is in band 1 and the best in the highest, which segments and tiers ask for."""
    cuts = distribution.proposal(values, count, method, direction)
    scale = bands_of(cuts, count, direction)
    known = known_of(values) * 2
    graded = points.points(scale, sorted(known))
    assert (np.diff(graded) * (-1 if direction == "low" else 1) >= 0).all()
    assert len({(v, p) for v, p in zip(sorted(known), graded, strict=True)}) == len(set(known))
    assert points.band_count(scale) == (count if cuts or direction == "low" else 1)
    if cuts:
        ends = points.band_number(scale, [min(known), max(known)]).tolist()
        assert ends == ([count, 1] if direction == "low" else [1, count])


@given(values=st.lists(_whole, min_size=1, max_size=40), count=counts)
def test_whole_numbers_are_cut_at_whole_numbers(values, count):
    """“From 2.6 orders” reads oddly; “from 3” puts nobody elsewhere."""
    cuts = distribution.proposal(values, count, "quantile")
    assert all(cut.is_integer() for cut in cuts)
    exact = [round(cut, 2) for cut in points.quantile_cuts(values, count)]
    for value in values if cuts else ():
        expected = 1 if value == min(values) else 1 + sum(cut <= value for cut in exact)
        assert 1 + sum(cut <= value for cut in cuts) == expected


# Who bought, who did not, and equal values


@pytest.mark.parametrize("idle", [0, 1, 5, 500])
def test_idle_customers_do_not_lift_one_time_buyers(idle):
    """One customer without an order more moved all 70 one-time buyers from the lowest frequency
    band to the highest: the only cut was at 2 before, and at 1 with it."""
    values = [0.0] * idle + [1.0] * 70 + [2.0] * 26
    assert distribution.proposal(values, 3, "quantile", idle=0.0) == [2.0, 2.0]
    assert numbers_of(values, 3, of=[0.0, 1.0, 2.0], idle=0.0) == [1, 1, 3]
    assert numbers_of(values, 5, of=[0.0, 1.0, 2.0], idle=0.0) == [1, 1, 5]


_bought = st.lists(
    st.one_of(st.integers(1, 6).map(float), _cents.filter(lambda v: v > 0)),
    min_size=1,
    max_size=60,
)


@pytest.mark.parametrize("method", METHODS)
@given(values=_bought, count=counts, idle=st.integers(0, 100))
def test_who_did_not_buy_moves_no_cut_and_is_in_band_1(method, values, count, idle):
    """Contacts without orders, of whom there may be any number, decided about everybody else."""
    alone = distribution.proposal(values, count, method, idle=0.0)
    assert distribution.proposal([0.0] * idle + values, count, method, idle=0.0) == alone
    assert all(cut > 0 for cut in alone)
    assert points.band_number(bands_of(alone, count), [0.0, -5.0]).tolist() == [1, 1]


def test_repeated_cuts_are_counted():
    """Where many are alike cuts coincide; with fewer bands the lowest points rose from 20 to 50
    and everybody was in a good tier. By hand: cuts of type 7 in fifths are 1, 1, 2, 2 for
    6 × 1 and 4 × 2; those at the minimum move up to 2."""
    values = [1.0] * 6 + [2.0] * 4
    assert distribution.proposal(values, 5, "quantile") == [2.0] * 4
    assert points.numbered([2.0] * 4, 5) == ([2.0], [1, 5])
    assert points.numbered([2.0, 2.0, 3.0, 7.0], 5) == ([2.0, 3.0, 7.0], [1, 3, 4, 5])
    assert points.numbered([31.0, 31.0, 90.0], 4, "low") == ([31.0, 90.0], [4, 2, 1])
    assert points.numbered([], 5) == ([], [1])
    assert [points.number_points(n, 3) for n in (1, 2, 3)] == [33.33, 66.67, 100.0]


def test_many_alike_are_on_the_better_side_both_ways():
    """80 of 100 who ordered 30 days ago were in the worst band with those of 200 days, because a
    value on a cut went to the higher days. By hand: thirds of 2 × 1, 80 × 30, 18 × 200 cut at 30
    twice, so 30 days are better than cut, and one day is no better."""
    days = [1.0] * 2 + [30.0] * 80 + [200.0] * 18
    assert distribution.proposal(days, 3, "quantile", "low") == [31.0, 31.0]
    assert numbers_of(days, 3, direction="low", of=[1, 30, 31, 200, 400]) == [3, 3, 1, 1, 1]
    assert numbers_of([-d for d in days], 3, of=[-1, -30, -200]) == [3, 3, 1]


@given(values=st.lists(_whole, min_size=1, max_size=60), count=counts)
def test_less_is_better_mirrors_more_is_better(values, count):
    """Recency by days and by “minus days” must grade alike."""
    low = numbers_of(values, count, direction="low")
    mirrored = numbers_of([-value for value in values], count)
    if len(set(values)) > 1:
        assert low == mirrored


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_who_are_all_alike_are_not_cut(direction):
    """Two customers of one order each are neither the best nor the worst of anything."""
    assert distribution.proposal([9.77, 9.77], 5, "quantile", direction) == []
    assert distribution.proposal([0.0] * 8 + [9.77] * 2, 5, "quantile", idle=0.0) == []


def test_round_cuts_of_a_hand_computed_example():
    """1, 2 and 5 where the neighbours leave room for them, one digit else: 9 is not moved to 10,
    for 10 is as near to 11."""
    values = [10, 31, 62, 118, 240, 300]
    assert distribution.proposal(values, 5, "quantile") == [31, 62, 118, 240]
    assert distribution.proposal(values, 5, "round") == [20, 50, 100, 200]
    assert distribution._roundest([8.0, 9.0, 11.0], 1.0, 12.0, 2) == [8.0, 9.0, 10.0]
    assert distribution._roundest([-30.0, 0.0, 0.034], -40.0, 1.0, 2) == [-20.0, 0.0, 0.05]


@pytest.mark.parametrize("number", [1.0, 2.0, 5.0, 10.0, 0.2, 5000.0, -20.0])
def test_round_numbers_stay(number):
    """What is round already must not be rounded to something else."""
    assert next(distribution._rounder(number, 2)) == number


def test_equal_widths_leave_out_the_giants():
    """One customer who buys a thousand times as much would put all others into one band."""
    values = [*range(101), 100_000]
    assert distribution.proposal(values, 4, "width") == [28.0, 51.0, 74.0]


@pytest.mark.parametrize("method", METHODS)
def test_where_most_have_nothing_some_are_told_apart(method):
    """Who has an open quotation must not get the same as the many who have none."""
    assert distribution.proposal([0.0] * 55 + [1.0] * 3 + [2.0] * 2, 2, method) == [1.0]
    assert set(distribution.proposal([0.0] * 55 + [1.0] * 3 + [2.0] * 2, 5, method)) <= {1.0, 2.0}
    assert distribution.proposal([3.0] * 5, 2, method) == []
    assert distribution.proposal([0.001] * 9 + [0.002], 2, method) == []


def test_an_unknown_method_is_refused():
    """A misspelt method must not look like customers who are all alike."""
    with pytest.raises(ValueError, match="Unknown method"):
        distribution.proposal([1.0, 2.0], 5, "jenks")


# Lines


def test_line_of_a_hand_computed_example():
    """5th and 95th percentile of 0, 1 … 1000 are 50 and 950; a tenth of their distance is 90."""
    values = list(range(1001))
    assert distribution.line(values) == (50.0, 950.0)
    assert distribution.line([value * 1.013 for value in values], "low") == (950.0, 50.0)


@given(values=values_or_none, direction=st.sampled_from(["high", "low"]))
def test_proposed_lines_are_monotone_and_clipped(values, direction):
    """Points stay within 0 and 100 and follow the direction; values that do not differ have no
    line rather than one without slope."""
    ends = distribution.line(values, direction)
    known = known_of(values)
    if ends is None:
        if known:
            low, high = known[0], known[-1]
            assert high - low < 0.1 or np.quantile(known, 0.95) - np.quantile(known, 0.05) < 0.1
        return
    assert (ends[1] > ends[0]) == (direction == "high")
    earned = points.points(Linear(*ends), known)
    assert ((earned >= 0) & (earned <= 100)).all()
    assert (np.diff(earned) * (1 if direction == "high" else -1) >= 0).all()
    assert points.points(Linear(*ends), list(ends)).tolist() == [0.0, 100.0]


# Histograms


@given(values=values_or_none, include=st.lists(_whole, max_size=3))
def test_every_known_value_is_in_one_bar(values, include):
    """A picture that leaves customers out misleads; those without a value are counted apart."""
    shape = distribution.histogram(values, include)
    known = known_of(values)
    assert shape.counts.sum() == len(known)
    assert shape.unknown == len(values) - len(known)
    if not known:
        assert len(shape.edges) == len(shape.counts) == 0
        return
    assert (np.diff(shape.edges) > 0).all()
    assert len(shape.edges) == len(shape.counts) + 1
    for number, count in enumerate(shape.counts):
        low, high = shape.edges[number : number + 2]
        last = number == len(shape.counts) - 1
        assert count == sum(low <= value < high or (last and value == high) for value in known)


@given(values=values_or_none.filter(known_of))
def test_axis(values):
    """The axis rises from end to end, and its ticks and levels lie on it."""
    shape = distribution.histogram(values)
    known = known_of(values)
    positions = [shape.position(value) for value in known]
    assert all(0 <= position <= 1 for position in positions)
    assert positions == sorted(positions)
    middle = shape.value(0.3)
    assert shape.position(middle) == pytest.approx(0.3, abs=1e-3)
    ticks = shape.ticks()
    assert ticks == sorted(ticks)
    assert len(ticks) <= 8
    slack = 1e-9 * max(1.0, abs(shape.edges[0]), abs(shape.edges[-1]))
    assert all(shape.edges[0] - slack <= tick <= shape.edges[-1] + slack for tick in ticks)
    levels = shape.levels()
    assert levels[0] == 0
    assert levels[-1] >= shape.counts.max() > levels[-2]


def test_whole_numbers_have_bins_of_whole_numbers():
    """Bins of 1.5 orders would hold one and two numbers in turn: a comb that is not there."""
    shape = distribution.histogram([n % 9 for n in range(5000)])
    assert shape.edges.tolist() == list(range(10))
    assert not shape.log


def test_long_tails_are_drawn_by_factors():
    """Amounts on a linear axis are one tall bar and an empty field."""
    rng = np.random.default_rng(5)
    amounts = rng.lognormal(8, 1.5, 2000).round(2)
    shape = distribution.histogram([*amounts, 0.0, 0.0, -50.0])
    assert shape.log and shape.below and shape.above
    assert shape.counts[0] >= 3, "what is not positive comes first"
    assert shape.counts.max() < 300
    assert distribution.histogram(rng.normal(50, 9, 2000)).log is False


def test_a_giant_does_not_stretch_the_axis():
    """The last bar gathers what is far beyond the others."""
    shape = distribution.histogram([*range(1, 1000), 1_000_000])
    assert (shape.below, shape.above) == (False, True)
    assert shape.edges[-2] < 1100
    assert shape.counts[-1] < 20


def test_the_axis_reaches_the_cuts():
    """A cut that was frozen when customers bought more is still in the picture, unless it is so
    far away that nothing else would be."""
    values = list(range(100))
    assert distribution.histogram(values, include=[150]).edges[-1] > 150
    assert distribution.histogram(values, include=[100_000]).edges[-1] < 200
    assert distribution.histogram([5.0] * 9, include=[2, 8]).edges[[0, -1]].tolist() == [2, 9]


# ABC: by share of the total


def classes_of(values):
    """A, B or C for each value, as the rule is told: sorted by value, by the share before."""
    total = sum(Fraction(v) for v in values if v > 0)
    found = []
    for value in values:
        before = sum(Fraction(v) for v in values if v > max(value, 0))
        if value <= 0 or before / total >= Fraction(95, 100):
            found.append("C")
        else:
            found.append("A" if before / total < Fraction(80, 100) else "B")
    return found


def graded_by_share(cuts, values):
    numbers = points.band_number(bands_of(cuts, 3), np.asarray(values, dtype=float))
    return ["?CBA"[number] for number in numbers]


_pounds = st.lists(st.integers(-50, 500), min_size=1, max_size=40)


def test_classes_by_hand():
    """50 + 30 are 80 of 100: whoever comes next is no A any more; 15 more are 95, and the rest C.
    Of equal customers, the second would have been B by the order of their ids."""
    cuts = distribution.abc_cuts([50, 30, 9, 6, 3, 2, 0, -7, math.nan])
    assert cuts == [6, 30]
    assert graded_by_share(cuts, [50, 30, 9, 6, 3, 2, 0, -7]) == [*"AABBCCCC"]
    assert distribution.abc_cuts([81, 9, 5, 5]) == [5, 81]
    assert distribution.abc_cuts([40, 40, 10, 10]) == [10, 40]
    assert distribution.abc_cuts([25] * 4) == [25, 25], "nobody is before any of them"
    assert distribution.abc_cuts([97, 3]) == [97, 97], "C follows A where nobody is between"
    assert points.numbered([97, 97], 3) == ([97], [1, 3])
    assert distribution.abc_cuts([0, -5, math.nan]) == distribution.abc_cuts([]) == []


@given(values=_pounds)
def test_classes_as_the_rule_is_told(values):
    """Frozen cuts gave a customer another class than the sorted list does: equal values share one,
    and who brings nothing is C."""
    cuts = distribution.abc_cuts(values)
    if not any(value > 0 for value in values):
        assert cuts == []
        return
    assert graded_by_share(cuts, values) == classes_of(values)
    assert graded_by_share(cuts, [0.0, -3.0]) == ["C", "C"]
    assert graded_by_share(cuts, [max(values)]) == ["A"]


@given(values=_pounds, factor=st.sampled_from([0.01, 0.07, 0.1, 7, 1000, 1e6]))
def test_classes_do_not_depend_on_the_currency(values, factor):
    """In yen or in cents, the same customers are A."""
    scaled = [round(value * factor, 2) for value in values]
    assert graded_by_share(distribution.abc_cuts(scaled), scaled) == graded_by_share(
        distribution.abc_cuts(values), values
    )


@given(values=_pounds, more=st.integers(-50, 500), data=st.data())
def test_another_customer(values, more, data):
    """A small customer more lifted somebody, or a greater one; the order of customers decides
    nothing, and who brings nothing moves no cut."""
    cuts, with_more = distribution.abc_cuts(values), distribution.abc_cuts([*values, more])
    assert distribution.abc_cuts(data.draw(st.permutations([*values, more]))) == with_more
    if more <= 0:
        assert with_more == cuts
    elif cuts and more > max(values):
        assert all(new >= old for new, old in zip(with_more, cuts, strict=True))
    elif cuts and more < min(value for value in values if value > 0):
        assert all(new <= old for new, old in zip(with_more, cuts, strict=True))


@given(values=st.lists(_any, min_size=1, max_size=40))
def test_classes_of_parts_of_a_cent(values):
    """A cut of 123.46 for who brings 123.4561 left the customer whom it was made for below it."""
    cuts = distribution.abc_cuts(values)
    assert cuts == sorted(cuts) and cuts == [round(cut, 2) for cut in cuts]
    if cuts:
        assert cuts[0] > 0 and cuts[-1] <= max(values)
