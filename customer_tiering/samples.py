"""What a programme measures from a fixed sample of its customers: how they order, where the shares
of the best begin, and what metrics come to. The formulas are those of ``grading``."""

from dataclasses import asdict

from .grading.policy import SAMPLE_SIZE, UNRANKED


def rhythm_vals(program, as_of, longest):
    """How customers order, learnt from what was ordered until a day, as values to write; empty
    where there is nothing to learn. An interval that somebody typed stays.

    :param longest: days; longer by dates that cannot be true only
    """
    from .grading import metrics, rhythm

    facts = program.env["customer.tier.gather"]._sample(program, as_of, SAMPLE_SIZE)
    window = metrics.Window(facts, as_of, 0)
    known = rhythm.learn(*window.days, window.as_of)
    typical = known.typical if known else rhythm.typical_interval(*window.days, window.as_of)
    present = program.typical_interval_days
    measured = program.rhythm["typical"] if program.rhythm else present
    typed = present and not (program.rhythm_learnt_on and present == measured)
    vals = {"rhythm": asdict(known)} if known else {}
    if typical and not typed and (known or not present):
        vals["typical_interval_days"] = min(typical, longest)
    return {**vals, "rhythm_learnt_on": as_of} if vals else {}


def windows(program, metrics):
    """Today's values of some metrics, and the windows that they are computed from.

    A year is the last twelve months, whatever it is in the programme: one that has just begun is no
    measure of what customers come to in a whole one.

    :return: (pandas frame, a column per metric code; ``grading.metrics.Windows``)
    """
    from .grading.metrics import Windows, compute

    gather = program.env["customer.tier.gather"]
    today = gather._today(program.company_id)
    facts = gather._sample(program, today, SAMPLE_SIZE, metrics)
    read = Windows(facts, today, credit=program.company_id._customer_credit_policy())
    return compute(facts, metrics._with_parts()._policy(), today, read), read


def top_shares(program, as_of):
    """Where the shares of the best customers begin on a day.

    :return: dict of tier id → value, ``UNRANKED`` where nobody can be ranked
    """
    from .grading.ladder import cut_of_share
    from .grading.pipeline import grade

    gather = program.env["customer.tier.gather"]
    facts = gather._sample(program, as_of, SAMPLE_SIZE, program._metrics(), own=True)
    scope = gather._scope_of(facts.customers.tolist())
    facts, _errors = gather._in_years(facts, program, as_of, scope)
    frame = grade(facts, program._policy(), as_of)
    # Who was only judged by hand so far is none of the customers that the share is of.
    frame = frame[frame.index.isin(facts.orders["customer"])]
    cuts = {}
    for tier in program.tier_ids.filtered("top_share"):
        code = tier.top_metric_id.code
        column = f"metric:{code}" if code else "score"
        # Of two years the better one counts.
        column = column if program.period == "rolling" else f"best:{code or ''}"
        cut = cut_of_share(frame[column], tier.top_share)
        cuts[tier.id] = UNRANKED if cut is None else cut
    return cuts
