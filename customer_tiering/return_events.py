"""Reads what tells what came back, once for the orders and for their lines."""

from . import scopes
from .fact_sources import RETURN_COLUMNS


def read(gather, company, as_of, scope, basis, measures=frozenset(), lines=False):
    """Credit notes and goods sent back up to a day; of whom nothing ever came back, nothing is
    asked.

    :param measures: see ``customer.tier.gather._lines``
    :param lines: without sources whose lines tell it themselves
    :return: frames of ``returns.EVENT_TYPES`` by whether the lines of their sources tell it
    """
    import numpy as np
    import pandas as pd

    from .grading.returns import EVENT_TYPES

    sources = [] if scopes.kept(scope) else gather._sources(company, basis)
    found = {}
    for net in (False,) if lines else (False, True):
        queries = [
            query(company, as_of, scope, measures)
            for source in sources
            if source.lines_net == net
            for query in source.returns
        ]
        if queries:
            rows = gather._read_sources(queries, RETURN_COLUMNS)
            rows["origin"] = gather._local_days(rows.pop("ordered_at"), company)
            happened = gather._local_days(rows.pop("happened_at"), company)
            # Nothing comes back before it was bought, whatever a document is dated: else it would
            # be taken off another year than that of the order.
            rows["day"] = np.maximum(happened, rows["origin"])
            found[net] = pd.DataFrame(rows).astype(EVENT_TYPES)
    return found


def taken_back(events, as_of, lines):
    """What came back up to the as-of date: frame of ``grading.returns.taken_back``.

    :param events: of :func:`read` up to that day or a later one
    :param lines: as there
    """
    import pandas as pd

    from .grading import returns
    from .grading.metrics import day_number

    today = day_number(as_of)
    found = [
        frame[(frame["day"] <= today) & (frame["origin"] <= today)]
        for net, frame in events.items()
        if len(frame) and not (lines and net)
    ]
    # Of most customers graded after an order, nothing ever came back.
    return returns.taken_back(pd.concat(found)) if found else returns.nothing()
