"""A pytest plugin that writes down how each test method ended.

Both runners must count alike: one method is one test, however many subtests it holds, and tests
tagged out of Odoo's standard set are left out, as Odoo's own runner does.
"""

import json
import os

_outcomes: dict[str, str] = {}
_RANK = {"passed": 0, "skipped": 1, "failed": 2}


def pytest_collection_modifyitems(config, items):
    """Leave out what Odoo's runner only runs when asked by tag."""
    chosen, left_out = [], []
    for item in items:
        tags = getattr(getattr(item, "cls", None), "test_tags", {"standard"})
        (chosen if "standard" in tags else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen


def pytest_runtest_logreport(report):
    """Keep the worst result of a test's set-up, subtests, call and tear-down."""
    outcome = report.outcome
    if outcome == "passed" and report.when != "call":
        return
    known = _outcomes.get(report.nodeid, "passed")
    _outcomes[report.nodeid] = max(known, outcome, key=_RANK.__getitem__)


def pytest_collectreport(report):
    """A file that cannot be read is a failure, not a smaller count."""
    if report.failed:
        _outcomes[report.nodeid] = "failed"


def pytest_sessionfinish(session):
    """Hand the results to `./dev test`."""
    if target := os.environ.get("DEV_TEST_RESULTS"):
        with open(target, "w", encoding="utf-8") as file:
            json.dump(_outcomes, file)
