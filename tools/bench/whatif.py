"""How long a scenario takes to work out: the first result, each further change, and memory.

``./dev bench whatif --customers 100000``; in a process of its own, as a worker would.
"""

import argparse
import json
import statistics
import subprocess
import sys

from . import cli, database
from .measure import _environment, _measured, _peak_mib
from .table import render

ADDON = "customer_tiering_scenario"
# Seconds and MiB that are promised at 100,000 customers.
TARGETS = {"first": 5, "further": 2, "own_mib": 300}
CHANGES = 5


def main(arguments):
    options = _parse(arguments)
    cli.ADDON, database.PREFIX = ADDON, f"{database.PREFIX}_whatif"
    data = cli._prepare(options)
    scratch = f"{data}_scratch"
    found = []
    try:
        for number in range(options.repeat):
            database.drop(scratch)
            database.clone(data, scratch)
            print(f"Measuring, {number + 1} of {options.repeat}", file=sys.stderr)
            _run("grade", scratch, options.preset)
            done = _run("measure", scratch)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    finally:
        database.drop(scratch)
    print(f"{options.customers:,} customers, {options.orders:,} orders, {options.preset}")
    rows = [
        (name, f"{statistics.median(one[name] for one in found):.2f}", str(TARGETS.get(name, "")))
        for name in found[0]
    ]
    print(render(("measure", "median", "target at 100,000"), rows))
    return 0


def _run(*arguments):
    """Do one of the steps in a process of its own, whose memory is only the step's."""
    command = [sys.executable, "-m", "tools.bench.whatif", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.bench whatif", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, help="ten for each customer, unless said otherwise")
    parser.add_argument("--preset", default="wholesale")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--rebuild", action="store_true")
    options = parser.parse_args(arguments)
    options.orders = options.orders or 10 * options.customers
    options.invoices, options.lines, options.grade = options.customers, True, True
    return options


def grade(name, preset):
    """Grade everybody, as was done before somebody tries."""
    with _environment(name) as env:
        env["customer.tier.program"]._create_preset(preset, env.company)
        env["customer.tier.run"].create({}).action_run()
        env.cr.commit()


def measure(name):
    """Print seconds and MiB of one process, as JSON."""
    with _environment(name) as env:
        import pandas  # noqa: F401  # what a worker has loaded before anybody tries

        program = env["customer.tier.program"].search([], limit=1)
        scenario = env["customer.tier.scenario"].create({"program_id": program.id})
        line = scenario.line_ids.filtered(lambda line: line.kind in ("threshold", "score"))[:1]
        before = _peak_mib()
        large = scenario.is_large

        def work():
            margin = not large
            compared = scenario._workings(margin).compare(scenario._all_tried())
            return {"result": compared[0].customers}

        first = _measured(work)
        further = []
        for change in range(CHANGES):
            line.then = line.now * (1.1 + change / 10)
            further.append(_measured(work)["seconds"])
        result = {
            "first": first["seconds"],
            "further": statistics.median(further),
            "own_mib": _peak_mib() - before,
            "customers": first["result"],
        }
        print(json.dumps(result))


if __name__ == "__main__":
    _step, *_arguments = sys.argv[1:]
    {"grade": grade, "measure": measure}[_step](*_arguments)
