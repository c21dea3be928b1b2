"""The thresholds of a programme's lifecycle, in words while somebody types them: what is wrong with
them, and how many customers they would put into each stage today."""

import time

from odoo.exceptions import AccessError
from odoo.tools.lru import LRU

from ..tools import works_in
from .words import percent, readable

# Field of the programme: threshold of ``policy.Lifecycle``.
THRESHOLDS = {
    f"stage_{name}": name
    for name in (
        "new_days",
        "new_orders",
        "mature_ratio",
        "loyal_orders",
        "loyal_ratio",
        "lost_ratio",
        "won_back_days",
        "min_orders",
        "dormant_days",
        "lost_days",
    )
}
# Histories of the programmes that somebody is typing thresholds for, looked at again and again;
# for so many seconds, as orders come in meanwhile.
HISTORIES = LRU(4)
SECONDS = 300


def problems(program):
    """What is wrong with the thresholds, and what to do about it."""
    names = program.fields_get(list(THRESHOLDS), ["string"])
    for name in THRESHOLDS:
        if program[name] <= 0:
            yield program.env._(
                "“%s” must be more than 0. Enter a higher number.", names[name]["string"]
            )
    for lower, higher, equal in (
        ("stage_loyal_ratio", "stage_mature_ratio", True),
        ("stage_mature_ratio", "stage_lost_ratio", False),
        ("stage_dormant_days", "stage_lost_days", False),
        ("stage_new_orders", "stage_loyal_orders", False),
        ("stage_min_orders", "stage_loyal_orders", True),
    ):
        low, high = program[lower], program[higher]
        words = {
            "higher": names[higher]["string"],
            "lower": names[lower]["string"],
            "high": readable(program.env, high),
            "low": readable(program.env, low),
        }
        if equal and high < low:
            yield program.env._(
                "“%(higher)s” is %(high)s, which is less than “%(lower)s” with %(low)s. Enter "
                "the same number or a higher one there.",
                **words,
            )
        elif not equal and high <= low:
            yield program.env._(
                "“%(higher)s” is %(high)s, but it must be more than “%(lower)s” with %(low)s. "
                "Raise the one or lower the other.",
                **words,
            )
    if program.stage_min_orders < 2:
        yield program.env._(
            "“%s” must be at least 2: a rhythm is the time between two orders.",
            names["stage_min_orders"]["string"],
        )


def preview(program, size):
    """Values of the template ``stage_preview``: customers by stage with the thresholds as they are
    typed and as they are saved; none to who may not know them."""
    if not works_in(program.env, program.company_id):
        return None
    try:
        counts, total = customers_by_stage(program, _proposals(program), size)
    except AccessError:
        # The filter asks for what its author may not read, which saving it tells.
        return None
    typed, saved = counts[0], counts[-1]
    stage = program.env["customer.tier.standing"]._fields["lifecycle_stage"]
    return {
        "total": readable(program.env, total),
        "changed": typed != saved,
        "rows": [
            {
                "code": code,
                "name": name,
                "count": readable(program.env, typed[code]),
                "saved": readable(program.env, saved[code]),
                "more": typed[code] - saved[code],
                "share": share,
                "said": percent(program.env, share),
            }
            for code, name in stage._description_selection(program.env)
            for share in [round(100 * typed[code] / total, 1) if total else 0]
        ],
    }


def _proposals(program):
    """The thresholds as they are typed, and as they are saved where they differ."""
    typed = program._lifecycle_policy()
    if not program._origin or program._origin == program:
        return [typed]
    return [typed, program._origin._lifecycle_policy()]


def customers_by_stage(program, proposals, size):
    """How many customers some settings would put into each stage today.

    Of many customers a sample is counted, and told as if it were all of them.

    :param proposals: list of ``policy.Lifecycle``
    :param size: of the sample
    :return: (list of dict stage → number of customers, number of all of them)
    """
    from ..grading.lifecycle import head_counts

    past, total = _history(program, size)
    counts = head_counts(past, proposals)
    if total > past.size:
        counts = [
            {code: round(number * total / past.size) for code, number in each.items()}
            for each in counts
        ]
    return counts, total


def _history(program, size):
    """What the orders of a fixed sample of the programme's customers tell until today, kept while
    somebody is typing.

    :return: (``lifecycle.Past``, number of all customers)
    """
    gather = program.env["customer.tier.gather"].sudo()
    company = program.company_id
    author = program.env if _filter_is_typed(program) and not program.env.su else None
    learnt = (program.typical_interval_days, program.rhythm_learnt_on)
    today = gather._today(company)
    key = (
        *(
            program.env.cr.dbname,
            program._origin.id,
            company.id,
            program.domain,
            learnt,
            today,
            size,
        ),
        # A new grading knows new customers.
        *(str(company.sudo().customer_tier_graded_on), program._origin.sudo().standing_count),
        time.monotonic() // SECONDS,
        author and author.uid,
    )
    if key not in HISTORIES:
        HISTORIES[key] = gather._stage_history(program, today, size, author)
    return HISTORIES[key]


def _filter_is_typed(program):
    """Whether the programme would select other customers than the one that is saved, if any."""
    saved = program._origin
    return (program.domain, program.company_id) != (saved.domain, saved.company_id)
