"""One measurement in its own process: ``python -m tools.bench.measure DATABASE NAME [ARGUMENTS]``.

A process per measurement, because the peak of the resident memory never goes down again. Prints
one JSON object: ``seconds`` (wall clock), ``grading`` (those of them without what follows a
regrade, like reminders), ``statements`` (sent to the database), ``peak_mib`` of the process,
``own_mib`` (how far the measured work raised that peak), ``result`` (what was done).
"""

import contextlib
import json
import os
import resource
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from . import database

BARE = """
    SELECT partner_id, max(date_order), count(*), sum(amount_untaxed)
      FROM sale_order WHERE state = 'sale' GROUP BY partner_id
"""
BARE_DEBTS = """
    SELECT partner_id, max(date_maturity), count(*), sum(balance), sum(amount_residual)
      FROM account_move_line
     WHERE account_id IN (SELECT id FROM account_account WHERE account_type = 'asset_receivable')
       AND display_type = 'payment_term' AND parent_state = 'posted'
     GROUP BY partner_id
"""
BARE_LINES = """
    SELECT o.partner_id, max(o.date_order), count(*), sum(l.product_uom_qty)
      FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id
     WHERE o.state = 'sale' GROUP BY o.partner_id
"""
# Names the variable of the environment that has processor time counted.
PROCESSOR = "CUSTOMER_TIERING_BENCH_PROCESSOR"
# How often one customer is graded, an odd number.
ONES = 9
# What the fixed programme counts of records that it does not know otherwise.
RECORDS = {
    "name": "Invoices, counted as any records",
    "code": "bench_invoices",
    "kind": "record",
    "model_name": "account.move",
    "partner_path": "partner_id",
    "date_path": "invoice_date",
    "record_domain": "[('move_type', '=', 'out_invoice'), ('state', '=', 'posted')]",
    "aggregate": "count",
}
EXAMPLES = [
    {
        "name": "Orders, counted as any records",
        "code": "example_orders",
        "kind": "record",
        "model_name": "sale.order",
        "partner_path": "partner_id",
        "date_path": "date_order",
        "record_domain": "[('state', '=', 'sale')]",
        "aggregate": "count",
    },
    {
        "name": "Order lines, summed up as any records",
        "code": "example_lines",
        "kind": "record",
        "model_name": "sale.order.line",
        "partner_path": "order_id.partner_id",
        "date_path": "order_id.date_order",
        "measure_path": "product_uom_qty",
        "aggregate": "sum",
    },
]
# The programme that promises are made for, and what may be left out of it, as in ``bench-lines``.
PROMISED = "bench"
PARTS = ("recency", "linear", "lines", "records")
# Linux counts the peak in KiB, macOS in bytes.
PEAK_UNITS_PER_MIB = 1024**2 if sys.platform == "darwin" else 1024


def bare_fetched(name):
    """The aggregate as it costs without the addon: its index on orders is left aside."""
    return _bare(name, BARE, "off")


def bare_indexed(name):
    """The aggregate when it may read the addon's index instead of the orders."""
    return _bare(name, BARE, "on")


def bare_lines(name):
    """The aggregate over the lines of orders."""
    return _bare(name, BARE_LINES, "off")


def bare_debts(name):
    """The aggregate over the receivable lines of invoices, without the addon's index."""
    return _bare(name, BARE_DEBTS, "off")


def first(name, preset, reminders):
    """All customers, none of them graded before.

    :return: as always, and ``lines``: whether the programme looks at the lines of orders
    """
    with _environment(name) as env:
        from odoo.addons.customer_tiering.grading.metrics import LINE_MEASURES

        program = _program(env, preset)
        # The day after is a night like most.
        env.company.customer_tier_check_day = str((_yesterday(env).weekday() + 4) % 7)
        if reminders == "no" and "customer.reminder.rule" in env:
            env["customer.reminder.rule"].search([]).active = False
        env.cr.commit()
        measures = {metric.measure for metric in program._metrics() if metric.kind == "order"}
        return {**_graded(env, _run_all), "lines": bool(measures & LINE_MEASURES)}


def _program(env, preset):
    """A programme from a preset, or the fixed one: days since the last order in bands, amount on a
    line, pieces in bands, and a metric over records; of ``bench-<part>`` without one of these."""
    Program = env["customer.tier.program"]
    name, _dash, without = preset.partition("-")
    if name != PROMISED:
        return Program._create_preset(preset, env.company)
    wanted = set(PARTS) - {without}
    if "records" in wanted:
        env["customer.tier.metric"].create(RECORDS)
    metrics = {m.code: m.id for m in env["customer.tier.metric"].search([])}

    def bands(code, weight, *points):
        lines = [(0, 0, {"value_from": start, "points": earned}) for start, earned in points]
        return {"metric_id": metrics[code], "weight": weight, "scale": "bands", "band_ids": lines}

    makers = {
        "recency": lambda: bands(
            "recency_days", 1, (0, 100), (30, 80), (90, 60), (180, 40), (365, 0)
        ),
        "linear": lambda: {
            "metric_id": metrics["amount"],
            "weight": 2,
            "scale": "linear",
            "linear_zero": 0,
            "linear_full": 50000,
        },
        "lines": lambda: bands("quantity", 1, (0, 0), (50, 40), (200, 70), (1000, 100)),
        "records": lambda: bands("bench_invoices", 1, (0, 0), (1, 40), (3, 70), (10, 100)),
    }
    indicators = [make() for part, make in makers.items() if part in wanted]
    tiers = [("Standard", 0), ("Silver", 30), ("Gold", 60)]
    return Program.create(
        {
            "name": "Bench",
            "company_id": env.company.id,
            "indicator_ids": [(0, 0, values) for values in indicators],
            "tier_ids": [
                (0, 0, {"name": name, "sequence": place, "min_score": score})
                for place, (name, score) in enumerate(tiers)
            ],
        }
    )


def again(name):
    """All customers, graded before, as of the same day."""
    with _environment(name) as env:
        return _graded(env, _run_all)


def night(name):
    """Customers who wait, and then those whom a night has to look at, of the day after, in a
    process that has loaded its libraries, as a server's has since its first night."""
    with _environment(name) as env:
        from odoo.addons.customer_tiering.grading import pipeline  # noqa: F401

        return _graded(env, _run_night)


def week(name):
    """All customers, and whom the nights before left out wrongly: there is to be nobody."""
    with _environment(name) as env:
        return _graded(env, _run_week)


def one(name, which):
    """One customer, in a process that has graded before: the middle one of some times, each in a
    transaction of its own, as one is too short to be measured once.

    :param which: the customer with the ``middle`` number of orders or with ``most`` of them
    """
    with _environment(name) as env:
        env.cr.execute(
            """
            SELECT p.commercial_partner_id, count(*)
              FROM sale_order AS o JOIN res_partner AS p ON p.id = o.partner_id
             WHERE o.state = 'sale' GROUP BY 1 ORDER BY count(*) DESC, 1
            """
        )
        ranking = env.cr.fetchall()
        partner_id, orders = ranking[0 if which == "most" else len(ranking) // 2]
        partner = env["res.partner"].browse(partner_id)
        _run_one(env, partner)
        env.cr.commit()
        found = [_graded(env, lambda env: _run_one(env, partner)) for _time in range(ONES)]
        middle = sorted(found, key=lambda done: done["seconds"])[ONES // 2]
        return {**middle, "result": f"{middle['result']}, {orders:,} orders"}


def looks(name):
    """Who is to be looked at on the next day though nothing new happens, and why."""
    with _environment(name) as env:
        env.cr.execute(
            """
            SELECT COALESCE(s.next_look_cause, ''), count(*),
                   count(*) FILTER (WHERE s.next_look IS NULL
                                       OR s.next_look <= c.customer_tier_graded_on + 1)
              FROM customer_tier_standing s JOIN res_company c ON c.id = s.company_id
             WHERE s.program_id IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 2 DESC
            """
        )
        causes = env.cr.fetchall()
        everybody = sum(number for _cause, number, _due in causes)
        due = sum(due for _cause, _number, due in causes)
        rest = ", ".join(f"{due:,} {cause}" for cause, _number, due in causes if due)
        result = f"{due:,} of {everybody:,} due on the next day ({due / everybody:.1%}): {rest}"
        return {"causes": causes, "result": result}


def metrics(name):
    """What each metric costs over all customers, in chunks as a regrade reads them.

    :return: as always, and ``metrics``: list of (code, seconds to read what it needs besides the
        orders, seconds to compute it); the orders, which all share, come first
    """
    with _environment(name) as env:
        # Never committed: examples of what an administrator may define.
        Metric = env["customer.tier.metric"]
        known = Metric.search([]).mapped("code")
        Metric.create([example for example in EXAMPLES if example["code"] not in known])
        costs = {}

        def work():
            for scope in _chunks(env):
                _add_costs(env, scope, costs)
            return {"result": f"{len(costs) - 1} metrics"}

        done = {**_measured(work), "statements": 0}
        return {**done, "metrics": [(code, *seconds) for code, seconds in costs.items()]}


def credit(name):
    """Gathering how invoices were paid and scoring it, in chunks as a regrade does.

    :return: as always, ``gathering`` and ``scoring`` in seconds, and ``score``, their sum
    """
    with _environment(name) as env:
        import numpy as np

        from odoo.addons.customer_tiering.grading import payment

        gather, company = env["customer.tier.gather"], env.company
        today, policy = gather._today(company), company._customer_credit_policy()
        seconds = {"gathering": 0.0, "scoring": 0.0}
        scored, known = 0, 0
        for scope in _chunks(env):
            started = time.perf_counter()
            payments = gather._payments(company, today, scope, policy)
            gathered = time.perf_counter()
            customers = np.unique(payments["customer"])
            found = payment.standings(payments, customers, today, policy)
            seconds["gathering"] += gathered - started
            seconds["scoring"] += time.perf_counter() - gathered
            scored += len(payments)
            known += int(found["credit_score"].notna().sum())
        result = f"{scored:,} parts, {known:,} scores"
        return {**seconds, "score": sum(seconds.values()), "result": result}


def stages(name):
    """Finding the rhythm and the stage of everybody, in chunks as a regrade does.

    The days of orders are not counted, which metrics look at as well; what is found is stored in
    the rows that are stored anyway.

    :return: as always, ``gathering``, ``rhythm`` and ``staging`` in seconds, and ``stages``, their
        sum
    """
    with _environment(name) as env:
        from odoo.addons.customer_tiering.grading import lifecycle

        policies = {p: p._policy() for p in env["customer.tier.program"]._for_company(env.company)}
        seconds = dict.fromkeys(("gathering", "rhythm", "staging"), 0.0)
        members = Counter()
        for scope in _chunks(env):
            for facts, policy in _facts_of_chunk(env, scope, policies, seconds):
                members.update(_staged(env, facts, policy, seconds).tolist())
        names = {code: name for name, code in lifecycle.STAGES.items()}
        result = ", ".join(f"{members[code]:,} {names[code]}" for code in sorted(names))
        return {**seconds, "stages": sum(seconds.values()), "result": result}


MEASUREMENTS = {
    function.__name__: function
    for function in (
        *(bare_fetched, bare_indexed, bare_lines, bare_debts),
        *(first, again, night, week, one),
        *(looks, metrics, credit, stages),
    )
}


def _chunks(env):
    """Scopes that together hold all customers."""
    from odoo.addons.customer_tiering.models.customer_tier_run import CHUNK_SIZE

    env.cr.execute("SELECT id FROM res_partner WHERE commercial_partner_id = id ORDER BY id")
    ids = [id_ for (id_,) in env.cr.fetchall()]
    low = 0
    for start in range(0, len(ids), CHUNK_SIZE):
        high = ids[start : start + CHUNK_SIZE][-1]
        yield env["customer.tier.gather"]._scope_between(low, high)
        low = high


def _add_costs(env, scope, costs):
    """Read and compute every metric for one chunk, each from nothing but the orders."""
    import numpy as np

    from odoo.addons.customer_tiering.grading.metrics import compute

    gather, company = env["customer.tier.gather"], env.company
    today = gather._today(company)

    def timed(name, phase, function, *arguments):
        started = time.perf_counter()
        result = function(*arguments)
        costs.setdefault(name, [0.0, 0.0])[phase] += time.perf_counter() - started
        return result

    orders = timed("(orders)", 0, gather._orders, company, today, scope)
    customers = np.unique(orders["customer"])
    for metric in env["customer.tier.metric"].search([("active", "=", True)]):
        if not metric._sleeps():
            parts = metric._with_parts()
            more = (parts, company, today, scope)
            lines, given, _errors = timed(metric.code, 0, gather._read_for, *more)
            facts = gather._facts(customers, orders, lines, given)
            timed(metric.code, 1, compute, facts, parts._policy(), today)


def _facts_of_chunk(env, scope, policies, seconds):
    """Facts of each programme's customers, with their rules; only what stages need to know besides
    is timed."""
    import numpy as np

    gather, company = env["customer.tier.gather"], env.company
    orders = gather._orders(company, gather._today(company), scope)
    taken = np.array([], dtype=np.int64)
    for program, policy in policies.items():
        customers, known = gather._customers(program, scope)
        customers = customers[known | np.isin(customers, orders["customer"])]
        customers, taken = np.setdiff1d(customers, taken), np.union1d(customers, taken)
        started = time.perf_counter()
        since = gather._since(customers, orders, company)
        seconds["gathering"] += time.perf_counter() - started
        yield gather._facts(customers, orders, None, since=since), policy


def _staged(env, facts, policy, seconds):
    """Codes of the stages of some customers."""
    from odoo.addons.customer_tiering.grading import lifecycle, metrics, pipeline, rhythm

    today = env["customer.tier.gather"]._today(env.company)
    whole = metrics.Windows(facts, today)[0]
    # What is known of the orders otherwise: metrics look at the days, and so does the last one.
    last_day = whole.last_day
    started = time.perf_counter()
    past = lifecycle.Past(*whole.days, whole.size, whole.as_of, rhythm.of_program(policy))
    pipeline._next_order(past.now, last_day)
    known = time.perf_counter()
    found = pipeline._stages(past, policy, facts.since)
    seconds["rhythm"] += known - started
    seconds["staging"] += time.perf_counter() - known
    return found["stage"]


def _bare(name, aggregate, index_scans):
    with database.connect(name, autocommit=True) as connection, connection.cursor() as cursor:
        # Pages of a fresh copy are read once before anything is timed.
        cursor.execute(f"SELECT count(*) FROM ({aggregate}) AS bare")
        for scan in ("indexscan", "indexonlyscan", "bitmapscan"):
            cursor.execute(f"SET enable_{scan} = {index_scans}")

        def work():
            cursor.execute(aggregate)
            return {"result": f"{len(cursor.fetchall()):,} fetched"}

        return {**_measured(work, cursor), "statements": 1}


@contextlib.contextmanager
def _environment(name):
    """Odoo environment of the superuser. Imported here: the bare aggregate needs no Odoo."""
    import odoo
    from odoo.api import Environment
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["-d", name, "--log-level=error", "--no-http"])
    with Registry(name).cursor() as cr:
        yield Environment(cr, odoo.SUPERUSER_ID, {})


def _graded(env, work):
    """Measure ``work(env)`` until it is committed."""
    counted = _count_statements(env.cr)

    def committed():
        done = work(env)
        env.cr.commit()
        return done

    return {**_measured(committed, env.cr), "statements": counted()}


def _measured(work, cursor=None):
    """
    :param cursor: of the connection that the work uses
    """
    clock = _clock(cursor)
    before, started = _peak_mib(), clock()
    done = work()
    seconds = clock() - started
    if counts_processor():
        done.pop("grading", None)
    return {
        "seconds": seconds,
        "grading": seconds,
        "peak_mib": _peak_mib(),
        "own_mib": _peak_mib() - before,
        **done,
    }


def counts_processor():
    """Whether the time that processors work is counted, and not what goes by."""
    return bool(os.environ.get(PROCESSOR))


def _clock(cursor):
    """Function that tells seconds: those that go by, or those of this process and of the server's
    that works for it, which has no others to help it then."""
    if not counts_processor():
        return time.perf_counter
    if cursor is None:
        return time.process_time
    cursor.execute("SET max_parallel_workers_per_gather = 0")
    cursor.execute("SELECT pg_backend_pid()")
    status = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    tick = os.sysconf("SC_CLK_TCK")

    def clock():
        # After the name, which may hold blanks, user and system time are the 12th and 13th.
        fields = status.read_text(encoding="ascii").rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / tick

    return clock


def _yesterday(env):
    """The day as of which everybody is graded first."""
    return env["customer.tier.gather"]._today(env.company) - timedelta(days=1)


def _run_all(env):
    run = env["customer.tier.run"].create({"as_of": _yesterday(env)})
    if not counts_processor():
        # Saved by one request and graded by the next, as the web client does. What is not saved
        # is read by the one connection whose processor time is counted.
        env.cr.commit()
    run.action_run()
    return {
        "grading": run.duration,
        "result": f"{run.customer_count:,} graded, {run.written_count:,} written",
    }


def _run_night(env):
    started = time.perf_counter()
    Run = env["customer.tier.run"]
    waiting = env["customer.tier.stale"].search([("company_id", "=", env.company.id)])
    if waiting:
        Run._grade_partners(waiting.partner_id, env.company)
        waiting.unlink()
    queue = time.perf_counter() - started
    run = Run._daily_run(env.company)
    _run_to_its_end(run)
    if not run.partial:
        raise RuntimeError("A night looked at everybody.")
    return {
        "grading": queue + run.duration,
        "result": f"{len(waiting):,} waited, {run.looked_count:,} of {run.customer_count:,} "
        f"looked at, {run.written_count:,} written",
    }


def _run_week(env):
    run = env["customer.tier.run"]._daily_run(env.company)
    run.write({"partial": False, "checks": True})
    _run_to_its_end(run)
    left_out = run.error_ids.filtered("left_out")
    for error in left_out[:10]:
        print(error.partner_id.id, error.message, file=sys.stderr)
    return {
        "grading": run.duration,
        "result": f"{run.customer_count:,} graded, {len(left_out):,} left out by the nights",
    }


def _run_to_its_end(run):
    while run.state == "running":
        run._next_chunk()


def _run_one(env, partner):
    written = env["customer.tier.run"]._grade_partners(partner)
    return {"result": f"1 graded, {written} written"}


def _count_statements(cr):
    """Function that tells the number of statements since now; Odoo does not count COPY."""
    copies, start, copy_expert = [], cr.sql_log_count, cr.copy_expert

    def counting(*args, **kwargs):
        copies.append(1)
        return copy_expert(*args, **kwargs)

    cr.copy_expert = counting
    return lambda: cr.sql_log_count - start + len(copies)


def _peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / PEAK_UNITS_PER_MIB


if __name__ == "__main__":
    _name, _measurement, *_arguments = sys.argv[1:]
    print(json.dumps(MEASUREMENTS[_measurement](_name, *_arguments)))
