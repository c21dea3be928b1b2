"""When grading a customer again, without anything new, could come to something else, and why; see
``grading.next_look``."""

from odoo.tools import format_date

# Whoever is given another one of these may be graded otherwise before the day that was worked out.
DECIDED_BY_PEOPLE = {"manual_tier_id", "manual_until", "lock", "refused_on", "partner_id"}
CAUSES = [
    ("line", "Days since the last order count every day"),
    ("overdue", "An overdue debt counts every day"),
    ("movement", "The tier is under review"),
    ("hand", "What is set by hand ends"),
    ("review", "The next review"),
    ("guarantee", "The guarantee ends"),
    ("wait", "A waiting time ends"),
    ("leaves", "An order leaves the period that counts"),
    ("later", "An order dated later begins to count"),
    ("year", "A year ends"),
    ("recency", "The last order will be too long ago to count the same"),
    ("stage", "The stage may change"),
    ("debt", "A debt falls due, or a payment is too long ago to count"),
    ("follow_up", "The follow-up is due"),
    ("latest", "Nothing is foreseen"),
]


def sentence(standing):
    """“12 May: The guarantee ends”; empty where nothing is known."""
    env, field = standing.env, standing._fields["next_look_cause"]
    cause = dict(field._description_selection(env)).get(standing.next_look_cause, "")
    if cause and standing.next_look:
        day = format_date(env, standing.next_look)
        return env._("%(day)s: %(cause)s", day=day, cause=cause)
    return cause


def anew(vals):
    """What is written to standings: what people decide takes day and cause away."""
    if vals.keys() & DECIDED_BY_PEOPLE:
        return {**vals, "next_look": False, "next_look_cause": False}
    return vals
