"""What is said about gradings: their movements as a table, their result and their problems."""

from ..tools import notification
from .words import readable, series

COUNTS = (
    "customer_count",
    "first_count",
    "up_count",
    "down_count",
    "correction_count",
    "stage_count",
)


def matrix_values(run):
    """Rows and columns of the movements, from the lowest to the highest tier.

    :return: values of the template ``migration_matrix``, nothing where nobody was graded
    """
    env, matrix = run.env, run.matrix or {}
    used = set(matrix).union(*matrix.values())
    tiers = (
        env["customer.tier"]
        .with_context(active_test=False)
        .search([("id", "in", [int(key) for key in used])], order="program_id, sequence, id")
    )
    keys = [*(["0"] if "0" in used else []), *(str(id_) for id_ in tiers.ids)]
    names = {"0": env._("No tier"), **{str(t.id): t.display_name for t in tiers}}
    rows = []
    for before in (key for key in keys if key in matrix):
        position = keys.index(before)
        cells = [
            {
                "count": matrix[before].get(after, ""),
                "class": "text-success"
                if column > position
                else "text-danger"
                if column < position
                else "fw-bold",
            }
            for column, after in enumerate(keys)
        ]
        rows.append({"name": names[before], "cells": cells})
    return rows and {"columns": [names[key] for key in keys], "rows": rows}


def summary(runs):
    """What gradings came to, as one line of text."""
    env = runs.env
    counts = {name: sum(runs.mapped(name)) for name in COUNTS}
    n = {name: readable(env, number) for name, number in counts.items()}
    parts = [env._("Customers graded: %s", n["customer_count"])]
    if counts["first_count"]:
        parts.append(env._("for the first time: %s", n["first_count"]))
    if counts["up_count"]:
        parts.append(env._("promoted: %s", n["up_count"]))
    if counts["down_count"]:
        parts.append(env._("demoted: %s", n["down_count"]))
    if counts["correction_count"]:
        parts.append(env._("corrected: %s", n["correction_count"]))
    if asked := sum(runs.mapped("asked_up_count")) + sum(runs.mapped("asked_down_count")):
        parts.append(env._("waiting for approval: %s", readable(env, asked)))
    if switched := sum(map(switch_count, runs)):
        parts.append(env._("in a tier of another programme: %s", readable(env, switched)))
    if counts["stage_count"]:
        parts.append(env._("in another stage: %s", n["stage_count"]))
    if len(parts) == 1 and not runs.error_ids:
        parts.append(env._("all in the same tiers and stages as before"))
    if any(runs.mapped("partial")):
        looked = readable(env, sum(runs.mapped("looked_count")))
        parts.insert(1, env._("graded anew: %s", looked))
    if runs.error_ids:
        parts.append(env._("problems: %s", readable(env, len(runs.error_ids))))
    return " · ".join(parts)


def notify(runs, then):
    """Client action that tells what gradings came to, with a link to each, and goes on.

    :param then: the action that follows
    """
    failed = bool(runs.error_ids)
    links = [
        {
            "label": run.display_name,
            "url": f"/odoo/action-customer_tiering.customer_tier_run_action/{run.id}",
        }
        for run in runs
    ]
    return notification(
        # A place for each link.
        series(runs.env, ("%s" for _link in links)),
        "warning" if failed else "success",
        then,
        sticky=failed,
        title=summary(runs),
        links=links,
    )


def switch_count(run):
    """How many customers came from a tier of one programme into one of another, which is neither
    up nor down."""
    moved = sum(
        number
        for before, row in (run.matrix or {}).items()
        for after, number in row.items()
        if before not in ("0", after)
    )
    return moved - run.up_count - run.down_count - run.correction_count


def undecided(env, counts):
    """What waits for a decision.

    :param counts: ``Counter`` of ``proposals`` and ``events``
    """
    texts = []
    if counts["proposals"] == 1:
        texts.append(env._("1 proposed tier change waits for a decision"))
    elif counts["proposals"]:
        texts.append(env._("%s proposed tier changes wait for a decision", counts["proposals"]))
    if counts["events"] == 1:
        texts.append(env._("1 message about a tier is held"))
    elif counts["events"]:
        texts.append(env._("%s messages about tiers are held", counts["events"]))
    return series(env, texts)


def problem_activity(run):
    """What the to-do about the problems of a grading says: how many there are, what the first of
    them are, and how they are mended.

    :return: dict of ``summary`` and ``note``
    """
    env, errors = run.env, run.error_ids
    if len(errors) == 1:
        title = env._("1 problem in the grading")
    else:
        title = env._("%s problems in the grading", len(errors))
    note = env["ir.qweb"]._render(
        "customer_tiering.grading_problems", {"errors": errors[:5], "more": len(errors[5:])}
    )
    return {"summary": title, "note": note}


def graded_text(env, count, changed):
    """What is said after some customers were graded at once.

    :param count: of them
    :param changed: of those about whom there is something new
    """
    if not changed:
        return env._("Graded; nothing has changed.")
    if count == 1:
        return env._("Graded; there is something new.")
    if changed == 1:
        return env._("Graded; there is something new about one customer.")
    return env._("Graded; there is something new about %s customers.", changed)
