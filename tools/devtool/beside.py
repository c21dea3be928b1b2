"""`./dev suite --beside`: the addon installs beside other apps, before them and after them.

In each order a database is made from nothing but Sales; the views of what both sides extend are
opened, and something is sold to a customer with a tier. Both orders must end the same.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import databases, odoo, setup
from .console import Failure, say
from .paths import ADDON

NEIGHBOURS = [
    *("partnership", "website_sale", "point_of_sale", "crm", "stock"),
    # Of the OCA; tools/requirements-oca.txt brings them.
    *("account_financial_risk", "partner_stage", "base_tier_validation"),
    "product_pricelist_alternative",
]
LIMIT = 45
CHECK = Path(__file__).with_name("beside_check.py")
ANSWER = "BESIDE "


def run(*, limit: float = LIMIT) -> int:
    """Install in both orders and check; 1 if anything went wrong.

    :param limit: minutes for the whole command
    """
    setup.for_tests()
    orders = {
        "addon first": [[ADDON], NEIGHBOURS],
        "neighbours first": [NEIGHBOURS, [ADDON]],
    }
    with _within(limit):
        answers = {order: _check(order, steps) for order, steps in orders.items()}
    wrong = [f"{order}: {line}" for order, answer in answers.items() for line in answer["wrong"]]
    first, last = (answer["facts"] for answer in answers.values())
    wrong += [
        f"{name}: {first.get(name)} with the addon first, {last.get(name)} with it last"
        for name in sorted(first.keys() | last.keys())
        if first.get(name) != last.get(name)
    ]
    for line in wrong:
        say(f"  {line}")
    say(f"Beside {', '.join(NEIGHBOURS)}: {len(first)} facts compared, {len(wrong)} wrong.")
    return 1 if wrong else 0


def _check(order: str, steps: list[list[str]]) -> dict:
    name = f"beside_{order.split()[0]}_{os.getpid()}"
    databases.fresh(name, modules=[databases.BASE_MODULE])
    warnings: list[str] = []
    try:
        for modules in steps:
            title = f"Install, {order}: {', '.join(modules)}"
            log = f"beside-{order.replace(' ', '-')}-{modules[0]}"
            warnings += odoo.change_modules(title, name, "-i", ",".join(modules), log=log)
        databases.check_installed(name, [ADDON, *NEIGHBOURS])
        say(f"- Views and a sale, {order}")
        printed = odoo.run_script(name, CHECK.read_text())
    finally:
        databases.drop(name)
    answers = [line for line in printed.splitlines() if line.startswith(ANSWER)]
    if not answers:
        raise Failure(f"The check in Odoo's shell did not end.\n{printed[-2000:]}")
    answer = json.loads(answers[-1].removeprefix(ANSWER))
    # Odoo's own and the neighbours' are their affair.
    answer["wrong"] += [line for line in warnings if ADDON in line or "customer.tier" in line]
    return answer


@contextmanager
def _within(minutes: float) -> Iterator[None]:
    def too_late(_signal, _frame):
        raise Failure(f"Not done within {minutes:g} minutes.", "Give more with --limit.")

    before = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, 60 * minutes)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
