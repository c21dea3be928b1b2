"""From what a customer's figures ask for to the tier that counts: movement, locks, hand.

The last step of grading; like the others it depends on its arguments alone.
"""

import numpy as np

from . import ladder, movement
from .metrics import day_number
from .movement import WAITING

# Columns of ``previous``, with the value of a customer who was never graded.
PREVIOUS = {
    "program": 0,
    "tier": 0,
    "computed": 0,
    "manual": 0,
    "manual_until": np.nan,
    "lock": 0,
    "entered": np.nan,
    "reviewed": np.nan,
    "above": np.nan,
    "missed": 0,
    "noticed": np.nan,
}
# Bits of ``lock``.
UP, DOWN = 1, 2


def settle(frame, previous, program, as_of):
    """Move customers from where they were.

    :param frame: result of ``pipeline.grade``; its ``tier`` is what the figures ask for
    :param previous: frame indexed by customer with the columns of ``PREVIOUS`` (ids, 0 for none;
        day numbers, NaN for none); customers may be missing
    :param program: ``policy.Program``
    :return: the frame with ``target`` (what the figures ask for), ``computed`` (where the rules
        leave the customer), ``tier`` (what counts: one set by hand goes first), the state after
        (``entered, reviewed, above, missed, noticed``), ``guaranteed`` and ``review`` (day
        numbers), ``waiting`` (codes of ``movement.REASONS`` for who is not where the figures ask,
        else 0), ``notice`` (1 where one is due),
        ``before`` and ``known`` (the tier before, and whether there was a grading),
        ``expired`` (1 where a tier or lock set by hand has ended) and ``follow_up`` (day number
        on which whoever entered by a rule is to be followed up next, NaN for never)
    """
    today = day_number(as_of)
    known = frame.index.isin(previous.index)
    before = previous.reindex(frame.index).fillna(PREVIOUS)
    order = np.array([tier.id for tier in program.tiers] + [0])
    where = {id_: position for position, id_ in enumerate(order[:-1].tolist())}
    state = _state(before, program, where)
    values = _values(frame, program)
    score = frame["score"].to_numpy()
    target = frame["tier"].map(where).fillna(-1).to_numpy(dtype=np.int64)
    kept = np.maximum(ladder.kept(program, values, score, state.position), target)
    ended = before["manual_until"].to_numpy() < today
    lock = np.where(ended, 0, before["lock"].to_numpy(dtype=np.int64))
    after, why = movement.move(
        state, target, kept, program.movement, today, lock & UP > 0, lock & DOWN > 0
    )
    computed = order[after.position]
    manual = before["manual"].to_numpy(dtype=np.int64)
    return frame.assign(
        program=program.id,
        target=frame["tier"],
        computed=computed,
        tier=np.where((manual > 0) & ~ended, manual, computed),
        before=before["tier"].astype(np.int64),
        known=known.astype(int),
        expired=ended.astype(int),
        follow_up=_follow_up(frame["entry"].to_numpy(), program, after.entered, today),
        entered=after.entered,
        reviewed=after.reviewed,
        above=after.above,
        missed=after.missed,
        noticed=after.noticed,
        guaranteed=why["guaranteed"] if program.movement.hold_months else np.nan,
        # Every day's is no date to wait for, and would change every day.
        review=np.nan if program.movement.review.every == "day" else why["review"],
        waiting=np.where(why["reason"] >= WAITING[0], why["reason"], 0),
        notice=why["notice"].astype(int),
    )


def _state(before, program, where):
    """Where customers were in this programme; those from elsewhere start anew."""
    here = (before["program"] == program.id) & before["computed"].isin(list(where))
    position = before["computed"].map(where).where(here, -1).fillna(-1)
    return movement.State(
        position.to_numpy(dtype=np.int64),
        *(before[name].to_numpy(dtype=float) for name in ("entered", "reviewed", "above")),
        before["missed"].to_numpy(dtype=np.int64),
        before["noticed"].to_numpy(dtype=float),
    )


def _follow_up(entry, program, entered, today):
    """The first of the days at the rule's distance from entering the tier that is not past."""
    days = np.full(len(entry), np.nan)
    for rule in program.entries:
        if rule.follow_up_days:
            days[entry == rule.id] = rule.follow_up_days
    passed = np.ceil((today - entered) / days)
    return entered + days * np.fmax(passed, 1)


def _values(frame, program):
    columns = {f"metric:{metric.code}": metric.code for metric in program.metrics}
    return frame[list(columns)].rename(columns=columns)
