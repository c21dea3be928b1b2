"""From what a customer's figures ask for to the tier that counts: movement, locks, hand.

The last step of grading; like the others it depends on its arguments alone.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from . import ladder, movement
from .metrics import day_number

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
    "asked": np.nan,
    "refused": np.nan,
    "stage": 0,
    "seen": np.nan,
}
# Bits of ``lock``.
UP, DOWN = 1, 2


def settle(frame, previous, program, as_of, graded_before=False, footing=None, alone=False):
    """Move customers from where they were.

    Where the programme has graded before, who is graded for the first time rises to what the
    figures ask for like a promotion, from the lowest tier; who enters by a rule, without an order
    that could come back, is there at once.

    :param frame: result of ``pipeline.grade``; its ``tier`` is what the figures ask for, and its
        ``stays``, where there are any, which positions they keep
    :param previous: frame indexed by customer with the columns of ``PREVIOUS`` (ids, 0 for none;
        day numbers, NaN for none; ``asked``, the tier that approval is asked for or was refused,
        NaN for none and 0 for no tier; ``stage``, a code of ``lifecycle.STAGES``; ``seen``, see
        ``movement.move``); customers may be missing
    :param program: ``policy.Program``
    :param graded_before: whether this is not the programme's own first grading
    :param footing: frame indexed by customer of those whose tier rests on facts that are gone, see
        ``correction.footing``: ``position`` (where they would be, -1 for none) and ``entered`` (day
        number since when), from which they move on; ``undone``, id of the line of history that is
        undone
    :param alone: see ``movement.move``
    :return: the frame with ``target`` (what the figures ask for), ``computed`` (where the rules
        leave the customer), ``tier`` (what counts: one set by hand goes first), the state after
        (``entered, reviewed, above, missed, noticed, refused, seen``), ``proposed`` (the tier that
        approval is asked for where ``waiting`` says so, or was refused on the day ``refused``;
        0 for none), ``guaranteed`` and ``review`` (day numbers), ``waiting``
        (codes of ``movement.REASONS`` for who is not where the figures ask, else 0),
        ``notice`` (1 where one is due),
        ``before`` and ``known`` (the tier before, and whether there was a grading),
        ``stage`` and ``stage_was`` (codes of the stage now and the one stored before, 0 for none),
        ``expired`` (1 where a tier or lock set by hand has ended), ``corrected`` (1 where a
        correction leads to a lower computed tier), ``undone`` (of these, else 0) and ``follow_up``
        (day number on which whoever entered by a rule is to be followed up next, NaN for never)
    """
    today = day_number(as_of)
    known = frame.index.isin(previous.index)
    was = before(previous, frame.index)
    order = np.array([tier.id for tier in program.tiers] + [0])
    stored = states(was, program)
    state, undone = _on_footing(stored, footing, frame.index)
    target = lookup(frame["tier"].to_numpy(), places(program), -1)
    kept = np.maximum(_kept(frame, program, state.position), target)
    over = ended(was, as_of)
    lock = np.where(over, 0, was["lock"])
    manual = np.where(over, 0, was["manual"])
    # Nobody is asked about a tier that would not count.
    locked_up = (lock & UP > 0) | ((manual > 0) & program.movement.asks("up"))
    locked_down = (lock & DOWN > 0) | ((manual > 0) & program.movement.asks("down"))
    newcomers = np.full(len(target), graded_before) & (frame["entry"].to_numpy() == 0)
    after, why = movement.move(
        state,
        target,
        kept,
        program.movement,
        today,
        locked_up,
        locked_down,
        newcomers,
        was["seen"],
        alone,
    )
    computed = order[after.position]
    corrected = (undone >= 0) & (after.position < stored.position)
    columns = {
        "program": program.id,
        "target": frame["tier"],
        "computed": computed,
        "tier": np.where(manual > 0, manual, computed),
        "before": was["tier"],
        "stage": frame.get("stage", 0),
        "stage_was": was["stage"],
        "known": known.astype(int),
        "expired": over.astype(int),
        "corrected": corrected.astype(int),
        "undone": np.where(corrected, undone, 0),
        **_columns(program.movement, after, why),
        "seen": np.full(len(target), float(today)),
        "proposed": order[np.maximum(after.asked, -1)],
        "follow_up": _follow_up(frame["entry"].to_numpy(), program, after.entered, today),
        "waiting": why["waiting"],
        "notice": why["notice"].astype(int),
    }
    # All at once: a column at a time takes as long as the rest of grading one customer.
    rest = frame.drop(columns=[name for name in columns if name in frame])
    return pd.concat([rest, pd.DataFrame(columns, index=frame.index)], axis=1)


def ended(previous, as_of):
    """For whom what was set by hand, a tier or a lock, had its last day before a day.

    :param previous: as in :func:`settle`, or a dict of arrays
    :return: boolean array
    """
    manual, lock, until = (
        np.asarray(previous[name]) for name in ("manual", "lock", "manual_until")
    )
    return ((manual > 0) | (lock > 0)) & (until < day_number(as_of))


def asked(frame, program):
    """How many customers wait for approval of a change up and down; out of all tiers is down.

    :param frame: result of :func:`settle`
    :return: dict of ``asked_up`` and ``asked_down``
    """
    waiting = frame["waiting"].to_numpy() == movement.REASONS["approval"]
    if not waiting.any():
        return {"asked_up": 0, "asked_down": 0}
    waits = frame[waiting]
    rank = {tier.id: position for position, tier in enumerate(program.tiers, start=1)}
    proposed, present = (lookup(waits[name], rank, 0) for name in ("proposed", "computed"))
    up = int((proposed > present).sum())
    return {"asked_up": up, "asked_down": len(waits) - up}


def lookup(values, table, missing):
    """What a small dict of integers has for each of an array of ids.

    :param missing: the value of ids that are not in it
    """
    values = np.asarray(values)
    found = np.full(len(values), missing, dtype=np.int64)
    for key, value in table.items():
        found[values == key] = value
    return found


def entry(policy, as_of):
    """The columns of :func:`settle` that follow from entering a tier, for whoever is let into one
    by a person.

    :param policy: ``policy.Movement``
    :return: dict column → number
    """
    today = day_number(as_of)
    state = movement.State.entering(np.zeros(1, dtype=np.int64), today)
    columns = _columns(policy, state, movement.dates_ahead(policy, state, today))
    return {name: column[0].item() for name, column in columns.items()}


def _columns(policy, state, ahead):
    """The state and the dates ahead as they are kept."""
    none = np.full(len(state.entered), np.nan)
    return {
        "entered": state.entered,
        "reviewed": state.reviewed,
        "above": state.above,
        "missed": state.missed,
        "noticed": state.noticed,
        "refused": state.refused,
        "guaranteed": ahead["guaranteed"] if policy.hold_months else none,
        # Every day's is no date to wait for, and would change every day.
        "review": none if policy.review.every == "day" else ahead["review"],
    }


def before(previous, customers):
    """What is known of some customers: dict of arrays with the columns of ``PREVIOUS``, along
    their index."""
    where = previous.index.get_indexer(customers)
    known = where >= 0
    columns = {}
    for name, unknown in PREVIOUS.items():
        column = np.full(len(where), unknown, dtype=float if np.isnan(unknown) else np.int64)
        column[known] = previous[name].to_numpy()[where[known]]
        columns[name] = column
    return columns


def places(program):
    """Positions on the ladder by tier id."""
    return {tier.id: position for position, tier in enumerate(program.tiers)}


def states(known, program):
    """Where customers were in this programme, as ``movement.State``; those from elsewhere start
    anew. Who was no customer for a while, in no programme but with a tier of this one, comes back
    to it.

    :param known: result of :func:`before`
    """
    where = places(program)
    position = lookup(known["computed"], where, -1)
    here = np.isin(known["program"], (program.id, 0)) & (position >= 0)
    # Tiers that are gone are none to ask for.
    asked = lookup(known["asked"], {**where, 0: -1}, movement.NOWHERE)
    days = ("entered", "reviewed", "above", "noticed", "refused")
    return movement.State(
        position=np.where(here, position, -1),
        missed=known["missed"],
        asked=np.where(here, asked, movement.NOWHERE),
        **{name: known[name] for name in days},
    )


def _on_footing(state, footing, customers):
    """The state of customers with what is gone left out, and the line of history that is undone
    (id, 0 for none), -1 for who rests on what is still there."""
    undone = np.full(len(customers), -1)
    if footing is None or footing.empty:
        return state, undone
    where = footing.index.get_indexer(customers)
    found = where >= 0
    undone[found] = footing["undone"].to_numpy()[where[found]]
    position = np.full(len(customers), -1)
    position[found] = footing["position"].to_numpy()[where[found]]
    entered = np.full(len(customers), np.nan)
    entered[found] = footing["entered"].to_numpy()[where[found]]
    rests = movement.State.entering(position, np.nan)
    # Reviews were held meanwhile, whatever tier it was.
    rests = replace(rests, entered=entered, reviewed=np.fmax(entered, state.reviewed))
    return rests.where(found, state), undone


def _follow_up(entry, program, entered, today):
    """The first of the days at the rule's distance from entering the tier that is not past."""
    days = np.full(len(entry), np.nan)
    for rule in program.entries:
        if rule.follow_up_days:
            days[entry == rule.id] = rule.follow_up_days
    passed = np.ceil((today - entered) / days)
    return entered + days * np.fmax(passed, 1)


def _kept(frame, program, positions):
    if "stays" in frame:
        bits = frame["stays"].to_numpy()[:, None] >> np.arange(len(program.tiers))
        return ladder.highest_kept(bits & 1 > 0, positions)
    values = {metric.code: frame[f"metric:{metric.code}"] for metric in program.metrics}
    return ladder.kept(program, values, frame["score"].to_numpy(), positions)
