"""What a programme measures from a fixed sample of its customers: how they order, where the shares
of the best begin, and what metrics come to. The formulas are those of ``grading``."""

import logging
from dataclasses import asdict

from psycopg2.extensions import TransactionRollbackError

from odoo.tools import SQL

from .grading.policy import SAMPLE_SIZE, SCORE, UNRANKED

_logger = logging.getLogger(__name__)


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
    shares = {
        tier.id: (tier.top_metric_id.code or SCORE, tier.top_share)
        for tier in program.tier_ids.filtered("top_share")
    }
    return cuts(share_facts(program, as_of), program._policy(), as_of, shares)


def share_facts(program, as_of):
    """Facts of the customers whom shares of the best are measured from."""
    gather = program.env["customer.tier.gather"]
    facts = gather._sample(program, as_of, SAMPLE_SIZE, program._metrics(), own=True)
    scope = gather._scope_of(facts.customers.tolist())
    return gather._in_years(facts, program, as_of, scope)[0]


def cuts(facts, policy, as_of, shares):
    """Where shares of the best begin by some rules.

    :param facts: of :func:`share_facts`
    :param policy: ``policy.Program``
    :param shares: dict of tier id → code of the metric (``SCORE`` for the score) and percent
    :return: as :func:`top_shares`
    """
    from .grading.ladder import cut_of_share
    from .grading.pipeline import grade

    frame = grade(facts, policy, as_of)
    # Who was only judged by hand so far is none of the customers that the share is of.
    frame = frame[frame.index.isin(facts.orders["customer"])]
    found = {}
    for tier_id, (code, percent) in shares.items():
        column = f"metric:{code}" if code else "score"
        # Of two years the better one counts.
        column = column if policy.period == "rolling" else f"best:{code}"
        cut = cut_of_share(frame[column], percent)
        found[tier_id] = UNRANKED if cut is None else cut
    return found


def fixed_sample(customers, size):
    """So many of some customers, the same each time.

    :param customers: sorted int array
    """
    import numpy as np

    # Multiplicative hashing spreads neighbouring ids over the whole range.
    rank = np.argsort((customers * 2654435761) % 2**32, kind="stable")
    return customers[np.sort(rank[:size])]


def taken_before(program):
    """Customers whom other programmes select before this one does: int array."""
    import numpy as np

    gather = program.env["customer.tier.gather"]
    taken = np.array([], dtype=np.int64)
    for earlier in program._for_company(program.company_id):
        if (earlier.sequence, earlier.id) >= (program.sequence, program.id):
            break
        try:
            with program.env.cr.savepoint():
                everybody = gather._customers(earlier, lambda column: SQL("TRUE"))[0]
        except TransactionRollbackError:
            raise
        except Exception:
            # A broken filter is reported by the grading itself.
            _logger.warning("Programme %s cannot select", earlier.id, exc_info=True)
        else:
            taken = np.union1d(taken, everybody)
    return taken
