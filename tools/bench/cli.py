"""Command line of the benchmark: build what is missing, measure, print one table, check results."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from importlib import import_module

from . import backtest, baskets, build, check, database, effect, measure, reminders, stages
from .table import render

ADDON = "customer_tiering"
WITHOUT_ADDON = "sale_management"
CHECKED_CUSTOMERS = 200
# What needs a list of orders and no database.
OF_A_FILE = {
    "rhythm": backtest,
    "reminders": reminders,
    "stages": stages,
    "baskets": baskets,
    "effect": effect,
}
# Other benches, by the name of their module.
OTHERS = ("whatif", "pages", "install", "past", "discounts", "dashboards", "care")
# Measurement in ``measure``: label of its row.
BARE_LABELS = {
    "bare_fetched": "bare GROUP BY of orders, without the addon's index",
    "bare_indexed": "the same, reading the addon's index",
    "bare_lines": "bare GROUP BY of order lines",
    "bare_debts": "bare GROUP BY of receivable lines",
}
GRADE_LABELS = {
    "first": "first regrade",
    "unchanged": "regrade of everybody, nothing changed",
    "night": "the next night, nothing new",
    "night_again": "the same night again, nobody's day came",
    "changed": "night, 1 % of customers ordered",
    "week": "the week's grading of everybody",
    "one": "one customer, as many orders as the middle one",
    "one_most": "one customer, the one with most orders",
}
HEADER = (
    "measure",
    "seconds",
    "x bare",
    "target",
    "grading s",
    "x bare",
    "peak MiB",
    "own MiB",
    "statements",
    "result",
)
# What is promised: how many times the bare aggregates over the same tables, or seconds and
# statements.
TARGETS = {"first": 2.5, "night": 0.05, "night_again": 0.05, "changed": 0.3}
TARGET_SECONDS = {"one": 0.020}
TARGET_GROWTH = 2.2
TARGET_PEAK_MIB = 310
TARGET_STATEMENTS = {"one": 25}
# What the fixed programme and its data are printed without: label, preset, and what is left out of
# the data.
WITHOUT = {
    "all of it": ("bench", None),
    "without days since the last order in bands": ("bench-recency", None),
    "without the linear indicator": ("bench-linear", None),
    "without pieces, from lines": ("bench-lines", None),
    "without the metric over records": ("bench-records", None),
    "without open overdue": ("bench", "overdue"),
    "without credit notes": ("bench", "credits"),
    "without shipping and discount lines": ("bench", "extra_lines"),
}


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] and arguments[0] in OF_A_FILE:
        return OF_A_FILE[arguments[0]].main(arguments[1:])
    if arguments[:1] and arguments[0] in OTHERS:
        return import_module(f"{__package__}.{arguments[0]}").main(arguments[1:])
    options = _parse(arguments)
    if options.processor:
        os.environ[measure.PROCESSOR] = "yes"
    try:
        sizes = [options, _halved(options)] if options.grade and options.doubling else [options]
        (measured, *halves), checks = _measurements(sizes)
    except subprocess.CalledProcessError as error:
        _say(f"Stopped, see above: {' '.join(error.cmd)} ended with {error.returncode}")
        return 1
    print(f"{database.server()}, {os.cpu_count()} processors")
    if options.processor:
        print("Seconds of processors, without parallel workers")
    print(_table(measured))
    if options.grade and options.metrics:
        print(_metric_table(measured))
    if options.grade and options.invoices:
        print(_credit_table(measured))
    if options.grade:
        print(_stage_table(measured))
        if options.without and options.preset == measure.PROMISED:
            print(_without_table(options, measured))
        print(f"Next looks: {measured[-1]['looks']['result']}")
    for half in halves:
        print(_growth_table(half, measured))
    return _report(checks)


def _halved(options):
    """The same over half of everything."""
    sizes = ("customers", "orders", "invoices")
    halves = {size: getattr(options, size) // 2 for size in sizes}
    return argparse.Namespace(**{**vars(options), **halves, "metrics": False})


def _without_table(options, measured):
    """Each part of the fixed programme and its data left out in turn, once."""
    data, scratch = _data_name(options), f"{_data_name(options)}_without"
    baseline = sum(_median(measured, name, "seconds") for name in _same_tables(measured[-1]))
    rows = []
    for label, (preset, left_out) in WITHOUT.items():
        _say(f"Measuring {label}")
        try:
            database.clone(data, scratch)
            if left_out:
                build.leave_out(scratch, left_out)
            found = [_run(scratch, "first", preset, options.reminders), _run(scratch, "night")]
            build.add_orders(scratch)
            found.append(_run(scratch, "night"))
        finally:
            database.drop(scratch)
        times = [f"{done['grading'] / baseline:.2f}" for done in found]
        rows.append((label, *times, found[1]["result"]))
    header = ("programme and data", "first x bare", "next night", "1 % ordered", "the next night")
    return render(header, rows)


def _measurements(sizes):
    """Results of all passes for each size, and what the checks of their standings found. Sizes
    take turns, so that a machine that slows down meanwhile slows all of them down.

    :param sizes: options, one for each
    """
    prepared = [(_prepare(options), options, []) for options in sizes]
    checks = []
    for number in range(1, sizes[0].repeat + 1):
        for data, options, measured in prepared:
            _say(f"Measuring, {number} of {options.repeat}: {options.customers:,} customers")
            scratch = f"{data}_scratch"
            try:
                database.clone(data, scratch)
                measured.append(_measure(scratch, options))
                if options.grade:
                    checks.append(check.differences(scratch, CHECKED_CUSTOMERS))
            finally:
                database.drop(scratch)
    return [measured for _data, _options, measured in prepared], checks


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench",
        description="Time a regrade against the bare SQL aggregate over the same orders. The "
        "PG* variables name the server, ODOO_RC the configuration file of Odoo. With “rhythm "
        "FILE”, “reminders FILE”, “stages FILE” or “baskets FILE” instead: how well next orders of "
        "a list are foreseen, what a reminder rule would have done, what became of each stage, "
        "how well next baskets are foreseen; without a database. With “pages DATABASE”: times of "
        "the page that reminders lead to.",
    )
    parser.add_argument("--customers", type=_positive, default=200_000)
    parser.add_argument("--orders", type=_positive, default=2_000_000)
    parser.add_argument(
        "--invoices",
        type=_not_negative,
        default=200_000,
        help="posted invoices, most of them paid; 0 leaves the credit score out",
    )
    parser.add_argument(
        "--preset",
        default=measure.PROMISED,
        help="programme to grade with; by default the one that promises are made for",
    )
    parser.add_argument("--repeat", type=_positive, default=3, help="the table shows medians")
    parser.add_argument(
        "--no-lines", dest="lines", action="store_false", help="orders without their two lines"
    )
    parser.add_argument(
        "--no-reminders",
        dest="reminders",
        action="store_const",
        const="no",
        default="yes",
        help="grade without the reminders that follow a regrade",
    )
    parser.add_argument(
        "--no-grade", dest="grade", action="store_false", help="bare SQL only, without the addon"
    )
    parser.add_argument(
        "--no-metrics",
        dest="metrics",
        action="store_false",
        help="without the cost of each metric",
    )
    parser.add_argument(
        "--no-without",
        dest="without",
        action="store_false",
        help="do not leave out each part of the programme and its data in turn",
    )
    parser.add_argument(
        "--doubling",
        action="store_true",
        help="regrade half as many customers and orders too, and print how cost grows",
    )
    parser.add_argument(
        "--processor",
        action="store_true",
        help="count the time that processors work for it, here and in the server, without parallel "
        "workers, and not what goes by: for a machine that does other things meanwhile",
    )
    data = parser.add_mutually_exclusive_group()
    data.add_argument("--keep", action="store_true", help="use the data of the last time (default)")
    data.add_argument("--rebuild", action="store_true", help="build the data again")
    return parser.parse_args(arguments)


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


def _not_negative(text):
    return 0 if text == "0" else _positive(text)


def _prepare(options):
    """Name of a database with the data asked for and the present state of the addon."""
    module = ADDON if options.grade else WITHOUT_ADDON
    base, data = f"{database.PREFIX}_base_{module}", _data_name(options)
    if not options.rebuild and database.exists(data):
        _say(f"Using {data}")
        if options.grade:
            database.upgrade(data, module)
        return data
    if options.rebuild or not database.exists(base):
        _say(f"Installing {module} in {base}")
        database.create_base(base, module)
    elif options.grade:
        database.upgrade(base, module)
    _say(f"Building {data}")
    database.drop(data)
    build.build(data, base, options, _say)
    return data


def _data_name(options):
    parts = [database.PREFIX, options.customers, options.orders, options.invoices]
    parts += [
        word for word, wanted in (("nolines", options.lines), ("bare", options.grade)) if not wanted
    ]
    return "_".join(map(str, parts))


def _measure(name, options):
    """One pass over all measurements: their results by name."""
    results = {
        measurement: _run(name, measurement)
        for measurement, wanted in {
            "bare_fetched": True,
            "bare_indexed": True,
            "bare_lines": options.lines,
            "bare_debts": options.invoices,
        }.items()
        if wanted
    }
    if options.grade:
        results["first"] = _run(name, "first", options.preset, options.reminders)
        results["unchanged"] = _run(name, "again")
        results["looks"] = _run(name, "looks")
        results["night"] = _run(name, "night")
        results["night_again"] = _run(name, "night")
        build.add_orders(name)
        results["changed"] = _run(name, "night")
        results["one"] = _run(name, "one", "middle")
        results["one_most"] = _run(name, "one", "most")
        results["week"] = _run(name, "week")
        results["stages"] = _run(name, "stages")
        if options.metrics:
            results["metrics"] = _run(name, "metrics")
        if options.invoices:
            results["credit"] = _run(name, "credit")
    return results


def _run(name, measurement, *arguments):
    command = [sys.executable, "-m", "tools.bench.measure", name, measurement, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _table(measured):
    """Medians over the passes; the result column is that of the last pass."""

    def median(measurement, key):
        return _median(measured, measurement, key)

    baseline = sum(median(name, "seconds") for name in _same_tables(measured[-1]))
    rows = []
    for measurement, label in {**BARE_LABELS, **GRADE_LABELS}.items():
        if measurement in measured[-1]:
            seconds, grading = median(measurement, "seconds"), median(measurement, "grading")
            rows.append(
                (
                    label,
                    f"{seconds:.3f}",
                    f"{seconds / baseline:.2f}",
                    _target(measurement),
                    f"{grading:.3f}",
                    f"{grading / baseline:.2f}",
                    _with_limit(median(measurement, "peak_mib"), _most_memory(measurement)),
                    f"{median(measurement, 'own_mib'):.0f}",
                    _with_limit(
                        median(measurement, "statements"), TARGET_STATEMENTS.get(measurement)
                    ),
                    measured[-1][measurement]["result"],
                )
            )
    return render(HEADER, rows)


def _median(measured, measurement, key):
    return statistics.median(results[measurement][key] for results in measured)


def _same_tables(results):
    """The bare aggregates over the tables that the programme reads, whose sum counts as one."""
    lines = results.get("first", {}).get("lines")
    wanted = {"bare_fetched": True, "bare_lines": lines, "bare_debts": True}
    return [name for name, read in wanted.items() if read and name in results]


def _target(measurement):
    if measurement in TARGETS:
        return f"<= {TARGETS[measurement]:.2f} x"
    if measurement in TARGET_SECONDS:
        return f"<= {TARGET_SECONDS[measurement]:.3f} s"
    return ""


def _most_memory(measurement):
    return TARGET_PEAK_MIB if measurement in TARGETS else None


def _with_limit(number, limit):
    return f"{number:.0f} (<= {limit})" if limit else f"{number:.0f}"


def _growth_table(half, whole):
    """How cost grows when customers and orders double: the median over the passes."""
    same = _same_tables(whole[-1])
    rows = []
    for label, names, targets in (
        ("bare GROUP BYs over the same tables", same, ("", "")),
        *(
            (GRADE_LABELS[name], [name], (f"<= {TARGET_GROWTH}", f"<= {TARGET_PEAK_MIB}"))
            for name in ("first", "changed")
        ),
    ):
        seconds = [[sum(p[n]["seconds"] for n in names) for p in m] for m in (half, whole)]
        growth = statistics.median(b / a for a, b in zip(*seconds, strict=True))
        memory = [max(_median(m, name, "peak_mib") for name in names) for m in (half, whole)]
        rows.append(
            (
                label,
                *(f"{statistics.median(column):.3f}" for column in seconds),
                f"{growth:.2f}",
                targets[0],
                *(f"{mib:.0f}" for mib in memory),
                targets[1],
            )
        )
    header = (
        "twice the data",
        "half s",
        "whole s",
        "x",
        "target",
        "half MiB",
        "whole MiB",
        "target",
    )
    return render(header, rows)


def _metric_table(measured):
    """Cost of each metric alone, of the last pass."""
    bare = measured[-1]["bare_fetched"]["seconds"]
    rows = [
        (code, f"{read:.3f}", f"{computed:.3f}", f"{(read + computed) / bare:.2f}")
        for code, read, computed in measured[-1]["metrics"]["metrics"]
    ]
    return render(("metric", "read s", "compute s", "x bare"), rows)


def _credit_table(measured):
    """Cost of the credit score of all customers against one bare aggregate over their debts,
    medians over the passes."""
    bare = _median(measured, "bare_debts", "seconds")
    credit = [_median(measured, "credit", key) for key in ("gathering", "scoring", "score")]
    row = [f"{seconds:.3f}" for seconds in (bare, *credit)]
    row.append(f"{credit[-1] / bare:.2f}")
    row.append(measured[-1]["credit"]["result"])
    header = ("credit score", "bare s", "gathering s", "scoring s", "sum s", "x bare", "result")
    return render(header, [("receivable lines", *row)])


def _stage_table(measured):
    """Cost of finding all customers' rhythm and stage, and which part of a regrade of the same
    pass that is; medians over the passes."""
    keys = ("gathering", "rhythm", "staging", "stages")
    rows = []
    for regrade in ("first", "unchanged"):
        costs = [
            [results["stages"][key] for key in keys] + [results[regrade]["grading"]]
            for results in measured
        ]
        shares = [statistics.median(part / whole for *_parts, part, whole in costs)]
        shares.append(statistics.median(staging / whole for _g, _r, staging, _s, whole in costs))
        seconds = [statistics.median(column) for column in zip(*costs, strict=True)]
        row = [GRADE_LABELS[regrade], *(f"{number:.3f}" for number in seconds)]
        row += [f"{100 * share:.1f} %" for share in shares]
        rows.append((*row, measured[-1]["stages"]["result"]))
    header = ("stages", "gathering s", "rhythm s", "staging s", "sum s", "regrade s")
    return render((*header, "sum of it", "staging of it", "result"), rows)


def _report(checks):
    """Say whether standings and SQL agree; exit status."""
    found = [text for _checked, texts in checks for text in texts]
    for text in found:
        print(text)
    if checks:
        checked = sum(number for number, _texts in checks)
        print(f"{checked} standings compared with SQL: {len(found)} differ")
        return 1 if found or not checked else 0
    return 0


def _say(text):
    print(text, file=sys.stderr, flush=True)
