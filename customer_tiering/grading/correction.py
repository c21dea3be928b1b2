"""Corrections: tiers that rest on facts which are gone.

A tier rests on the facts that reached it. Where an order was cancelled, deleted, moved to another
customer, dated out of the window, changed or sent back, the customer is where it would be if that
had never been: without hold, notice or guarantee. The test: by the facts of the day on which the
tier was reached, *as they are known today*, the figures ask for less. What fades because the
window moves on was there on that day, and is a demotion (``movement``).
"""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from .dates import next_review
from .metrics import LINE_MEASURES, Facts, day_number
from .pipeline import targets
from .policy import GROSS, ORDERED
from .returns import first_of
from .settle import DOWN, before, ended, lookup, places, states

# Where the rules of a line of history are not known: those of today.
TODAY = -1
# Columns of ``lines`` in :func:`footing`, and what they are where nothing is known.
LINES = {"customer": 0, "day": np.nan, "tier": 0, "change": 0, "rules": TODAY, "entry": 0}
# Columns of what :func:`footing` gives.
FOOTING = ("position", "entered", "undone")


def doubtful(frame, previous, program, as_of):
    """Whose figures ask for less than the tier that they are in.

    Who must not fall by a lock is none of them; behind a tier that was set by hand, the rules go
    on.

    :param frame, previous, program, as_of: as for ``settle.settle``
    :return: frame indexed by customer: ``position`` and ``entered`` (day number)
    """
    known = before(previous, frame.index)
    state = states(known, program)
    target = lookup(frame["tier"].to_numpy(), places(program), -1)
    locked = (known["lock"] & DOWN > 0) & ~ended(known, as_of)
    found = (target < state.position) & ~np.isnan(state.entered) & ~locked
    return pd.DataFrame({"position": state.position, "entered": state.entered}, frame.index)[found]


def unsupported(facts, program, frame, doubted, as_of):
    """Those of some customers whom the facts of the day on which they entered their tier, as they
    are known today, would not let in by the rules and other numbers of today.

    :param facts: ``metrics.Facts`` of these customers or more, as far back as the rules looked then
    :param frame: result of ``pipeline.grade``
    :param doubted: result of :func:`doubtful`
    :return: those rows of it
    """
    if doubted.empty:
        return doubted
    known = as_known(facts, as_of)
    now = _given_today(frame, program, doubted.index)
    entered = doubted["entered"].to_numpy()
    entry = frame["entry"].reindex(doubted.index)
    then = targets(_copies(known, doubted.index, now, entry), program, entered)
    return doubted[then < doubted["position"].to_numpy()]


def footing(facts, program, frame, doubted, lines, rules, as_of):
    """Where customers would be if what was taken back had never been.

    Their history is a climb of steps. Of each the figures of its day are worked out by the rules
    and the other numbers of that day, from the facts as they are known today. The highest step
    that still bears is where the customer is, since the day on which it was reached first; a later
    purchase that alone would have led up there bears as well.

    :param facts, frame, as_of: as for :func:`unsupported`
    :param program: ``policy.Program`` of today
    :param doubted: result of :func:`unsupported`
    :param lines: frame of their history, the oldest line first: ``customer``, ``day``, ``tier``
        (id of the computed one, 0 for none), ``change`` (id of the line, 0 for none), ``rules``
        (position in the list, ``TODAY`` for those of today), ``entry`` (id of an entry rule, 0 for
        none) and ``metric:<code>``, the numbers of that day
    :param rules: list of ``policy.Program``, what some lines went by
    :return: frame indexed by customer, of those who would be somewhere else or since another day:
        ``position``, -1 for none; ``entered``, day number; ``undone``, id of the line that led up
        to where they are no longer, 0 for none
    """
    result = {}
    if doubted.empty:
        return pd.DataFrame(columns=list(FOOTING))
    known = as_known(facts, as_of)
    steps = _steps(program, frame, doubted, lines, rules)
    steps["target"] = _targets_of(known, program, steps, rules)
    for held, climb, arrays in _climbs(doubted, steps):
        found = _bearing(*arrays)
        if found[0] < held["position"] and not program.movement.asks("up"):
            found = _reached_later(known, program, climb(), rules, held, found, as_of)
        position, entered = found
        if position == held["position"] and entered == held["entered"]:
            continue
        lost = climb()[arrays[0] > position]
        undone = lost["change"].iloc[-1] if len(lost) else 0
        result[held["customer"]] = (position, entered, undone)
    return pd.DataFrame.from_dict(result, orient="index", columns=list(FOOTING))


def _climbs(doubted, steps):
    """Of each of some customers: what holds of them, their steps (a function that gives the frame,
    which few are asked for) and these as arrays ``position, day, target``."""
    whose = steps["customer"].to_numpy()
    arrays = [steps[name].to_numpy() for name in ("position", "day", "target")]
    bounds = [0, *(np.flatnonzero(np.diff(whose)) + 1).tolist(), len(whose)]
    helds = doubted.loc[whose[bounds[:-1]]].reset_index(names="customer").to_dict("records")
    for held, start, end in zip(helds, bounds, bounds[1:], strict=False):
        part = slice(start, end)
        yield held, lambda part=part: steps.iloc[part], [array[part] for array in arrays]


def _bearing(position, day, target):
    """The highest position that the steps of a customer still bear, and since when.

    :param position, day, target: of its steps, the oldest first
    """
    # Who fell rests on what had led higher, as far as the place to which the fall led.
    reach = np.minimum.accumulate(position[::-1])[::-1]
    bears = np.minimum(reach, target)
    falls = np.flatnonzero(np.diff(position) < 0) + 1
    since = max(int(np.argmax(bears)), *falls[-1:].tolist(), 0)
    return int(bears.max()), float(day[since])


def _reached_later(known, program, climb, rules, held, found, as_of):
    """The same, where the purchases after the entry led up there again, or part of the way."""
    last = climb.iloc[-1]
    customer, entered = last["customer"], held["entered"]
    days = np.unique(known.orders["day"][(known.orders["customer"] == customer).to_numpy()])
    days = _rising_days(program.movement, days[days > entered], entered)
    days = days[days <= day_number(as_of)]
    if not len(days):
        return found
    tries = pd.DataFrame([last] * len(days)).assign(day=days)
    bears = np.minimum(_targets_of(known, program, tries, rules), held["position"])
    if bears.max() <= found[0]:
        return found
    return int(bears.max()), float(days[np.argmax(bears)])


def _rising_days(movement, days, entered):
    """When purchases of some days lead to a promotion."""
    if movement.promotion == "after":
        return days + float(movement.promotion_days)
    if movement.promotion == "review":
        return np.unique(next_review(movement.review, days - 1.0, np.full(len(days), entered)))
    return days.astype(float)


# Steps


def _steps(program, frame, doubted, lines, rules):
    """The steps of some customers, the oldest first: ``lines`` where the computed tier changed,
    and as the last one the present state; with ``position`` on the ladder of today."""
    on_ladder = [_on_ladder(program, then) for then in (*rules, program)]
    where = [
        on_ladder[rule].get(tier, -1)
        for rule, tier in zip(lines["rules"], lines["tier"], strict=True)
    ]
    lines = lines.assign(position=np.array(where, dtype=np.int64))
    # As plain rows: a frame for each customer takes longer than all the rest of a grading.
    histories = defaultdict(list)
    for line in lines.to_dict("records"):
        histories[line["customer"]].append(line)
    numbers = _given_today(frame, program, doubted.index).add_prefix("metric:").to_dict("records")
    entries = frame["entry"].reindex(doubted.index).tolist()
    helds = doubted.reset_index(names="customer").to_dict("records")
    rows = []
    for held, entry, number in zip(helds, entries, numbers, strict=True):
        customer, entered = held["customer"], held["entered"]
        present = {"customer": customer, "day": entered, "position": int(held["position"])}
        own = [line for line in histories[customer] if line["day"] <= entered]
        before = [None, *(line["position"] for line in own)]
        own = [line for line, was in zip(own, before, strict=False) if line["position"] != was]
        now = {**LINES, "entry": entry, **number, **present}
        rows += [*own[:-1], *_last_steps(own[-1] if own else None, now)]
    return pd.DataFrame(rows)


def _last_steps(last, now):
    """The last step of the history and the present one, where they are not the same.

    :param last: dict, the last step of the history; None without one
    :param now: dict, the present one by the rules and numbers of today
    """
    if last is None:
        return [now]
    if last["day"] == now["day"]:
        # Of a correction to a lower step that bore, too.
        same = last["position"] == now["position"]
        return [last] if same else [last, {**last, "position": now["position"]}]
    return [last, {**now, "change": last["change"] if last["position"] == now["position"] else 0}]


def _on_ladder(program, then):
    """Tier ids of some rules → positions on the ladder of today; of a tier that is gone the next
    lower one that is not, -1 for none. Of another programme's rules, no position at all."""
    if then.id != program.id:
        return {}
    today, result, below = places(program), {}, -1
    for tier in then.tiers:
        below = result[tier.id] = today.get(tier.id, below)
    return result


def _targets_of(known, program, steps, rules):
    """The positions that the figures asked for on the days of steps, on the ladder of today."""
    result = np.full(len(steps), -1)
    for number, group in steps.reset_index(drop=True).groupby("rules"):
        then = program if number == TODAY else rules[number]
        if not _comparable(then, program):
            result[group.index] = group["position"]
            continue
        given = group.filter(like="metric:").rename(columns=lambda name: name.split(":", 1)[1])
        copies = _copies(known, group["customer"], given, group["entry"])
        found = targets(copies, then, group["day"].to_numpy(dtype=float))
        ladder_then = [*(_on_ladder(program, then).get(t.id, -1) for t in then.tiers), -1]
        result[group.index] = np.array(ladder_then)[found]
    return result


def _comparable(then, program):
    """Whether the facts of today can tell what some rules would have found: not where they counted
    something else as bought, and what were goods was another question in the first format."""
    if then.basis == GROSS:
        return program.basis == ORDERED and not {m.measure for m in then.metrics} & LINE_MEASURES
    return then.basis == program.basis


# Facts


def as_known(facts, as_of):
    """Facts as they are known on a day: what was taken back by then is left out of the day on
    which it was bought.

    What takes back an order counts on the order's day, see ``Facts.corrected``. Of a return that
    names no order it is the customer's latest purchases that came back.

    :param facts: ``metrics.Facts``
    :param as_of: ``datetime.date``; what is dated later is not known
    :return: ``metrics.Facts``
    """
    facts = facts.until(as_of)
    orders = facts.orders
    linked = (orders.get("origin", orders["day"]) != orders["day"]).to_numpy()
    known = facts.corrected()
    # Every row is on the day that it counts from by now.
    orders = known.orders.assign(linked=linked).drop(columns="origin", errors="ignore")
    return replace(known, orders=_without_returns(orders))


def _without_returns(orders):
    """Orders with each return that names no order taken from the latest purchases before it; one
    of which nothing is left is no purchase any more."""
    back = (orders["amount"] < 0) & ~orders["linked"]
    concerned = orders["customer"].isin(orders["customer"][back])
    if not concerned.any():
        return orders
    # A return of the day of the purchase comes after it.
    returning = orders[concerned].assign(back=back[concerned])
    returning = returning.sort_values(["customer", "day", "back"], kind="stable")
    customer, back, frequent = (
        returning[name].to_numpy(copy=True) for name in ("customer", "back", "frequent")
    )
    columns = [returning[name].to_numpy() for name in ("day", "amount", "linked")]
    moved = []
    (begins,) = np.nonzero(first_of(customer))
    for begin, end in pairwise([*begins.tolist(), len(customer)]):
        own = slice(begin, end)
        found = _taken_back(*(column[own] for column in columns), back[own], frequent[own])
        moved += [(customer[begin], *step) for step in found]
    stays = returning[~back].assign(frequent=frequent[~back])
    returns = pd.DataFrame(moved, columns=["customer", "day", "amount"]).assign(frequent=False)
    returns = returns.reindex(columns=stays.columns, fill_value=0).astype(stays.dtypes)
    return pd.concat([orders[~concerned], stays, returns], ignore_index=True)


def _taken_back(days, amounts, linked, back, frequent):
    """The returns of one customer on the days of purchases; its orders are given the oldest first.

    :param frequent: False is set where nothing is left of a purchase
    :return: list of (day, amount below 0)
    """
    # What is left of the purchases so far, the latest one last.
    rows, left, moved = [], amounts.copy(), []
    for row, amount in enumerate(amounts):
        if linked[row]:
            bought = next((r for r in reversed(rows) if days[r] == days[row]), row)
            left[bought] += amount
        elif amount > 0:
            rows.append(row)
        rest = -amount if back[row] else 0.0
        while rest > 0 and rows:
            taken = max(min(rest, left[rows[-1]]), 0.0)
            left[rows[-1]] -= taken
            rest -= taken
            moved.append((days[rows[-1]], -taken))
            if left[rows[-1]] <= 0:
                frequent[rows.pop()] = False
        if rest > 0:
            moved.append((days[row], -rest))
    return moved


def _given_today(frame, program, customers):
    """The numbers of today that are no formulas over orders, a column per code."""
    codes = [metric.code for metric in program.metrics]
    columns = {code: frame[f"metric:{code}"].reindex(customers) for code in codes}
    return pd.DataFrame(columns, index=customers)


def _copies(facts, owners, given, entry):
    """Facts of customers 0, 1, … who have each bought what a customer of some facts has.

    :param owners: whose facts, along the copies
    :param given: frame along the copies, a column per code
    :param entry: ids of entry rules along the copies
    """
    owners = np.asarray(owners)
    copies = pd.DataFrame({"customer": owners, "copy": np.arange(len(owners))})
    return Facts(
        np.arange(len(owners)),
        _copied(facts.orders, copies),
        None if facts.lines is None else _copied(facts.lines, copies),
        given.set_axis(np.arange(len(owners))),
        np.asarray(entry, dtype=np.int64),
    )


def _copied(rows, copies):
    own = rows.merge(copies, on="customer")
    return own.drop(columns="customer").rename(columns={"copy": "customer"})
