"""Movement: what holds of any policy and any path of a customer."""

from dataclasses import fields, replace

import numpy as np
from builders import day
from grading import movement
from grading.movement import NOWHERE, REASONS, State
from grading.policy import Movement, Review
from hypothesis import given
from hypothesis import strategies as st

_policies = st.builds(
    Movement,
    promotion=st.sampled_from(["at_once", "review", "after"]),
    promotion_days=st.integers(0, 40),
    hold_months=st.integers(0, 14),
    misses=st.integers(1, 3),
    notice_days=st.sampled_from([0, 0, 10, 45]),
    one_level=st.booleans(),
    approval=st.sampled_from(["none", "none", "up", "down", "both"]),
    review=st.sampled_from(
        [Review(every) for every in ("day", "month", "quarter", "year", "anniversary")]
        + [Review("dates", ((2, 29), (9, 30)))]
    ),
)
_paths = st.lists(st.tuples(st.integers(1, 90), st.integers(-1, 3)), min_size=1, max_size=25)


@given(_policies, _paths)
def test_any_history_keeps_the_promises_of_the_policy(policy, path):
    """Nobody falls within the hold, more than a step where steps are promised, or without a
    notice that was given in time; nobody rises above what the figures ask for; nobody moves where
    approval is needed, and nobody is asked where it is not."""
    today, now = day("2023-11-05"), State.nowhere(1)
    for gap, target in path:
        today += gap
        wanted = np.array([target])
        before = now
        now, why = movement.move(before, wanted, wanted, policy, today)
        was, position = int(before.position[0]), int(now.position[0])
        if was < 0:
            continue
        assert position <= max(was, target)
        if position != was:
            assert not policy.asks("up" if position > was else "down")
        if why["reason"][0] == REASONS["approval"]:
            asked = int(now.asked[0])
            assert asked == target or policy.one_level and asked == was - 1 > target
            assert policy.asks("up" if asked > was else "down")
        else:
            assert now.asked[0] == NOWHERE
        if position < was:
            assert why["reason"][0] == REASONS["down"]
            assert today > movement.guaranteed_until(policy, before.entered)[0]
            assert before.reviewed[0] < today or policy.review.every == "day"
            if policy.one_level:
                assert position == was - 1
            if policy.notice_days:
                assert before.noticed[0] + policy.notice_days <= today
        if position < 0:
            # In no tier, whatever day that was found on.
            assert np.isnan(now.entered[0])
            continue
        assert (now.entered[0] == today) == (position != was) or before.entered[0] == today
        assert why["review"][0] > today or np.isnan(why["review"][0])


@given(_policies, _paths)
def test_the_same_day_again_changes_nothing(policy, path):
    """A run that is repeated, or a customer graded after an order on the same day, must not
    count a review twice."""
    today, now = day("2023-11-05"), State.nowhere(1)
    for gap, target in path:
        today += gap
        wanted = np.array([target])
        now, told = movement.move(now, wanted, wanted, policy, today)
    again, why = movement.move(now, wanted, wanted, policy, today)
    assert why["waiting"][0] == told["waiting"][0]
    for field in fields(State):
        one, two = getattr(now, field.name), getattr(again, field.name)
        assert np.array_equal(one, two, equal_nan=True), field.name
    assert not why["notice"][0]


@given(_policies, _paths, st.lists(st.sampled_from(["accept", "refuse", ""]), max_size=25))
def test_answers_are_final(policy, path, answers):
    """Whoever was accepted is where the figures ask, and the same day asks nothing more; whoever
    was refused stays and is not asked again before a review, however often graded."""
    today, now = day("2023-11-05"), State.nowhere(1)
    quiet_until = -np.inf
    for (gap, target), answer in zip(path, [*answers, *[""] * len(path)], strict=False):
        today += gap
        wanted = np.array([target])
        before = now
        now, why = movement.move(now, wanted, wanted, policy, today)
        if why["reason"][0] != REASONS["approval"]:
            continue
        if now.asked[0] == before.asked[0] and not np.isnan(before.refused[0]):
            assert today >= quiet_until
        if answer == "accept":
            now = State.entering(now.asked, today)
        elif answer == "refuse":
            now = replace(now, refused=np.full(1, float(today)))
            quiet_until = movement.next_review(
                Review("month") if policy.review.every == "day" else policy.review,
                now.refused,
                now.entered,
            )[0]
        if answer:
            again, why = movement.move(now, wanted, wanted, policy, today)
            assert why["reason"][0] != REASONS["approval"] or policy.one_level
            assert again.position[0] == now.position[0] or now.position[0] < 0
