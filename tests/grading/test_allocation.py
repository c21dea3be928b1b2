"""Who of a pool gets the customers that have nobody."""

from collections import Counter
from fractions import Fraction

import pytest
from grading.allocation import Member, allocate, overloaded
from hypothesis import given
from hypothesis import strategies as st

COUNTS, SAME, ANY = st.integers(0, 40), st.just(1), st.none()


def members(loads=COUNTS, weights=SAME, rooms=ANY):
    rows = st.lists(st.tuples(loads, weights, rooms), min_size=1, max_size=7)
    return rows.map(lambda found: [Member(n, *row) for n, row in enumerate(found, start=10)])


@given(st.integers(0, 200), members(loads=st.just(0)))
def test_by_turns_nobody_is_two_ahead(count, pool):
    """Of a pool of five, one had a customer more than everybody else, then two more."""
    given = Counter(allocate(count, pool))
    numbers = [given[member.id] for member in pool]
    assert max(numbers) - min(numbers) <= 1
    assert sum(numbers) == count


@given(st.integers(0, 200), members())
def test_least_loaded_comes_first(count, pool):
    """Somebody got a customer while a colleague had fewer."""
    loads = {member.id: member.load for member in pool}
    for person in allocate(count, pool):
        assert loads[person] == min(loads.values())
        loads[person] += 1


@given(
    st.integers(0, 150),
    members(weights=st.integers(1, 5), rooms=st.none() | st.integers(0, 20)),
)
def test_room_and_weight(count, pool):
    """Somebody got more than there was room for, or a customer had nobody though there was room;
    who works half the days got as many as the others."""
    found = allocate(count, pool)
    given = Counter(found)
    nobody = given.pop(None, 0)
    for member in pool:
        assert member.room is None or given[member.id] <= member.room
    full = all(member.room is not None and given[member.id] == member.room for member in pool)
    assert not nobody or full
    # Nobody with room left would have had less with the last one of anybody else.
    for one in pool:
        for other in pool:
            has_room = other.room is None or given[other.id] < other.room
            if given[one.id] and has_room:
                mine = Fraction(one.load + given[one.id], int(one.weight))
                theirs = Fraction(other.load + given[other.id] + 1, int(other.weight))
                assert mine <= theirs


@given(st.integers(0, 60), st.integers(0, 60), members(loads=st.just(0)))
def test_in_two_nights_as_in_one(first, second, pool):
    """What was given tonight began with the same person as last night."""
    before = Counter(allocate(first, pool))
    then = [Member(member.id, before[member.id]) for member in pool]
    assert before + Counter(allocate(second, then)) == Counter(allocate(first + second, pool))


def test_order_decides_among_equals():
    """The same night gave different people, depending on nothing that anybody could see."""
    assert allocate(5, [Member(7), Member(3), Member(5)]) == [7, 3, 5, 7, 3]
    assert allocate(4, [Member(7, weight=2), Member(3)]) == [7, 7, 3, 7]
    assert allocate(3, []) == [None, None, None]


def test_weight_must_be_positive():
    """A weight of 0 ended the night's grading with a division by zero."""
    with pytest.raises(ValueError, match="above 0"):
        Member(1, weight=0)


def test_overloaded():
    """One of three had a hundred customers and nobody was told; or somebody was told of two."""
    assert overloaded([Member(1, 100), Member(2, 20), Member(3, 22)]) == [1]
    assert overloaded([Member(1, 2), Member(2, 1), Member(3, 1)]) == []
    assert overloaded([Member(1, 40, weight=2), Member(2, 20), Member(3, 22)]) == []
    assert overloaded([Member(1, 100)]) == []
