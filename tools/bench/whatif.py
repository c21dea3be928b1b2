"""How long a scenario takes to work out: the first result, each further change, and memory; in one
process, and with workers that take turns as those of a server do.

``./dev bench whatif --customers 100000``. What is measured is what the job does that a press of
*Work Out* starts, margins and all. Beside seconds on the clock stand those of processors, of the
process and of the database together: where other work goes on beside it, they tell more.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from . import cli, database
from .measure import _environment, _peak_mib
from .table import render

ADDON = "customer_tiering_scenario"
# Seconds and MiB that are promised at 100,000 customers.
TARGETS = {"first": 5, "further": 2, "own_mib": 300}
CHANGES = 5


def main(arguments):
    options = _parse(arguments)
    cli.ADDON, database.PREFIX = ADDON, f"{database.PREFIX}_whatif"
    data = cli._prepare(options)
    graded = f"{data}_graded"
    if options.rebuild or not database.exists(graded):
        database.clone(data, graded)
        print("Grading", file=sys.stderr)
        _run("grade", graded, options.preset)
    found = []
    for number in range(options.repeat):
        print(f"Measuring, {number + 1} of {options.repeat}", file=sys.stderr)
        found.append(_together(graded, options.workers))
    print(f"{options.customers:,} customers, {options.orders:,} orders, {options.preset}")
    print(f"{options.workers} worker(s), each change by another one; load {os.getloadavg()[0]:.1f}")
    rows = []
    for name in found[0]:
        values = [f"{statistics.median(one[name][place] for one in found):.2f}" for place in (0, 1)]
        rows.append((name, *values, str(TARGETS.get(name, ""))))
    print(render(("measure", "clock s / MiB", "processor s", "target at 100,000"), rows))
    return 0


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.bench whatif", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, help="ten for each customer, unless said otherwise")
    parser.add_argument("--preset", default="wholesale")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rebuild", action="store_true")
    options = parser.parse_args(arguments)
    options.orders = options.orders or 10 * options.customers
    options.invoices, options.lines, options.grade = options.customers, True, True
    return options


def _command(*arguments):
    return [sys.executable, "-m", "tools.bench.whatif", *arguments]


def _run(*arguments):
    """Do one of the steps in a process of its own, whose memory is only the step's."""
    subprocess.run(_command(*arguments), check=True, stdout=subprocess.PIPE, text=True)


def _together(name, number):
    """Some workers, of which another one works out each change.

    :return: dict of (median of the clock's seconds, of the processors'), memory twice
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    workers = [
        subprocess.Popen(_command("worker", name, str(place)), **pipes) for place in range(number)
    ]
    try:
        answers = [_ask(workers[0], 0)]
        # As many changes that each of the others has had its first one, which it has not read.
        changes = max(CHANGES, number)
        answers += [_ask(workers[n % number], n) for n in range(1, changes + 1)]
        memory = [_ask(worker, -1)["mib"] for worker in workers]
    finally:
        for worker in workers:
            worker.stdin.close()
            worker.wait()
    times = [(one["seconds"], one["processor"]) for one in answers]
    further = [statistics.median(column) for column in zip(*times[1:], strict=True)]
    return {
        "first": times[0],
        "further": further,
        "slowest": max(times[1:]),
        "own_mib": [max(memory)] * 2,
        "all_mib": [sum(memory)] * 2,
        "customers": [answers[0]["customers"]] * 2,
    }


def _ask(worker, change):
    worker.stdin.write(f"{change}\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def grade(name, preset):
    """Grade everybody, as was done before somebody tries."""
    with _environment(name) as env:
        env["customer.tier.program"]._create_preset(preset, env.company)
        env["customer.tier.run"].create({}).action_run()
        env.cr.commit()


def worker(name, place):
    """Answer numbers that come in, of changes to be worked out, until there are no more."""
    with _environment(name) as env:
        import pandas  # noqa: F401  # what a worker has loaded before anybody tries

        scenario = _scenario(env, int(place) == 0)
        before = _peak_mib()
        for line in sys.stdin:
            change = int(line)
            if change < 0:
                told = {"mib": _peak_mib() - before}
            else:
                told = _worked_out(env, scenario or _scenario(env, False), change)
            print(json.dumps(told), flush=True)


def _scenario(env, first):
    """The scenario that everybody works out; the first worker makes it."""
    if first:
        from odoo.addons.customer_tiering_scenario import kept_chunks

        kept_chunks.forget(env.cr.dbname)
        program = env["customer.tier.program"].search([], limit=1)
        env["customer.tier.scenario"].create({"program_id": program.id})
        env.cr.commit()
    return env["customer.tier.scenario"].search([], order="id desc", limit=1)


def _worked_out(env, scenario, change):
    """What the job does, a transaction for each chunk."""
    # As of now, not of when this worker has begun.
    env.cr.rollback()
    if change:
        line = scenario.line_ids.filtered(lambda line: line.kind in ("threshold", "score"))[:1]
        line.then = line.now * (1.1 + change / 10)
    scenario._queue(year=False)
    env.cr.commit()
    started, processor = time.perf_counter(), _processor(env)
    while scenario.work == "waiting":
        scenario._work_chunk()
        env.cr.commit()
    html = scenario.results
    return {
        "seconds": time.perf_counter() - started,
        "processor": _processor(env) - processor,
        "customers": scenario.worked["comparisons"][0]["customers"] if html else 0,
    }


def _processor(env):
    """Seconds that processors spent on this process, on its part of the database, and on what the
    database had do a part of that."""
    env.cr.execute("SELECT pg_backend_pid()")
    (backend,) = env.cr.fetchone()
    env.cr.commit()
    return time.process_time() + sum(_times(backend)[:2]) + sum(_times(_parent(backend))[2:])


def _stat(process):
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()


def _parent(process):
    return int(_stat(process)[1])


def _times(process):
    """Own seconds, those in the kernel, and both of children that have ended."""
    ticks = os.sysconf("SC_CLK_TCK")
    return [int(number) / ticks for number in _stat(process)[11:15]]


if __name__ == "__main__":
    _step, *_arguments = sys.argv[1:]
    {"grade": grade, "worker": worker}[_step](*_arguments)
