"""How long the dashboards take to open in a browser, in both languages, and whether the console
stays empty.

``./dev bench dashboards --customers 200000``. From the click on a dashboard's name until all of its
cells have their values and its charts are drawn, each opened several times, on a page that has not
shown it yet, in a browser that has loaded the app before.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

from ..devtool import camera, system
from . import cli, database, pages, whatif
from .measure import _environment
from .table import render

ADDON = "customer_tiering_dashboard"
LANGUAGES = ("en_US", "zh_CN")
# Seconds that are promised at 200,000 customers.
TARGET = 2
BOARDS = 4
# Of a bookkeeping that has run for a year, and the same month of the year before.
MONTHS = 14
LOGIN = "bench_dashboards"
FIND = """
const shown = () => {
    const waiting = [odoo.__WOWL_DEBUG__.root.__owl__];
    while (waiting.length) {
        const node = waiting.pop();
        const model = node.component.props.model;
        if (model?.getters?.getSheetIds) { return model; }
        waiting.push(...Object.values(node.children));
    }
};
const boards = () => {
    const all = [...document.querySelectorAll(".o_search_panel section")];
    const ours = all.find((section) => /Customer Tiers|客户/.test(section.textContent));
    return ours ? [...ours.querySelectorAll(".o_search_panel_category_value")] : [];
};
"""
READY = "return boards().length && document.querySelector('.o-spreadsheet .o-figure canvas') && 1;"
OPEN = """
const before = shown(), started = performance.now();
boards()[PLACE].click();
for (;;) {
    const model = shown();
    if (model && model !== before) {
        const loading = [], wrong = [];
        for (const sheet of model.getters.getSheetIds()) {
            for (const cell of Object.values(model.getters.getEvaluatedCells(sheet))) {
                const text = `${cell.value} ${cell.message || ""}`;
                if (/Loading|加载/.test(text)) { loading.push(text); }
                else if (cell.type === "error") { wrong.push(text); }
            }
        }
        if (!loading.length && document.querySelector(".o-spreadsheet .o-figure canvas")) {
            return JSON.stringify({ ms: performance.now() - started, wrong });
        }
    }
    if (performance.now() - started > 60000) {
        return JSON.stringify({ ms: 60000, wrong: ["It does not come"] });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
}
"""


def main(arguments):
    options = _parse(arguments)
    cli.ADDON, database.PREFIX = ADDON, f"{database.PREFIX}_dashboards"
    data = cli._prepare(options)
    graded = f"{data}_graded"
    if options.rebuild or not database.exists(graded):
        print("Grading, and months", file=sys.stderr)
        _fill(data, graded, options.preset)
    _copy_files(f"{database.PREFIX}_base_{ADDON}", graded)
    port = pages._free_port()
    command = [sys.executable, "-m", "odoo", "server", "-d", graded, "--max-cron-threads", "0"]
    command += ["--db-filter", f"^{graded}$", "--log-level", "error"]
    command += ["--http-interface", "127.0.0.1", "--http-port", str(port)]
    server = subprocess.Popen(command)
    try:
        address = f"http://127.0.0.1:{port}"
        pages._wait(address)
        found = {lang: _opened(address, graded, lang, options.repeat) for lang in LANGUAGES}
    finally:
        server.terminate()
        server.wait()
    return _report(options, found)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.bench dashboards", description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--orders", type=int, help="ten for each customer, unless said otherwise")
    parser.add_argument("--preset", default="wholesale")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--rebuild", action="store_true")
    options = parser.parse_args(arguments)
    options.orders = options.orders or 10 * options.customers
    options.invoices, options.lines, options.grade = options.customers // 4, True, True
    return options


def _fill(data, graded, preset):
    """A copy with everybody graded, months to look back at, and somebody who may look."""
    unfinished = f"{graded}_unfinished"
    database.clone(data, unfinished)
    whatif._run("grade", unfinished, preset)
    subprocess.run(
        [sys.executable, "-m", "tools.bench.dashboards", unfinished], check=True, text=True
    )
    database.rename(unfinished, graded)


def _copy_files(base, name):
    """What the dashboards consist of is in files, which a copy of a database lacks."""
    from odoo.tools import config

    config.parse_config([])
    shutil.copytree(config.filestore(base), config.filestore(name), dirs_exist_ok=True)


def _look_back(name):
    from dateutil.relativedelta import relativedelta

    from odoo.fields import Command

    with _environment(name) as env:
        company = env.company
        month = env["customer.tier.gather"]._today(company).replace(day=1)
        for n in reversed(range(MONTHS)):
            env["customer.tier.snapshot"]._take(company, month - relativedelta(months=n))
            env.cr.commit()
        groups = env.ref("customer_tiering.group_manager") | env.ref(
            "sales_team.group_sale_manager"
        )
        for lang in LANGUAGES:
            env["res.lang"]._activate_lang(lang)
            login = f"{LOGIN}_{lang}"
            env["res.users"].with_context(no_reset_password=True).create(
                {
                    **dict.fromkeys(("name", "login", "password"), login),
                    "lang": lang,
                    "group_ids": [Command.set([*groups.ids, env.ref("base.group_user").id])],
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                }
            )
        env["ir.module.module"].search([("state", "=", "installed")])._update_translations(
            ["zh_CN"]
        )
        env.cr.commit()


def _opened(address, name, lang, repeat):
    """Open each dashboard several times.

    :return: lists of milliseconds for each, and what was wrong, as texts
    """
    session = camera.log_in(address, name, f"{LOGIN}_{lang}")
    times, wrong = [[] for _board in range(BOARDS)], []
    with camera.browsing(system.browser(), address, session) as tab:
        tab.ask("Runtime.enable")
        tab.ask(
            "Emulation.setDeviceMetricsOverride",
            **{"width": 1366, "height": 820, "deviceScaleFactor": 1, "mobile": False},
        )
        tab.socket.settimeout(180)
        ids = _ids(name)
        # The first round is for what the browser and the server load for the first of all. A page
        # keeps what was opened on it, so that each round is on a new one, which begins on another
        # dashboard.
        for number in range(repeat + 1):
            first = number % BOARDS
            tab.ask(
                "Page.navigate",
                url=f"{address}/odoo/dashboards?dashboard_id={ids[first]}&debug=1",
            )
            for _try in range(1800):
                if _run(tab, READY):
                    break
                time.sleep(0.1)
            for place in range(BOARDS):
                if place == first:
                    continue
                told = json.loads(_run(tab, OPEN.replace("PLACE", str(place))))
                wrong += told["wrong"]
                if number:
                    times[place].append(told["ms"])
        return times, wrong + tab.errors


def _ids(name):
    """Ids of the dashboards in their order."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id FROM spreadsheet_dashboard d JOIN ir_model_data x ON x.res_id = d.id "
            "WHERE x.model = 'spreadsheet.dashboard' AND x.module = %s ORDER BY d.sequence, d.id",
            [ADDON],
        )
        return [id_ for (id_,) in cursor.fetchall()]


def _run(tab, script):
    answer = tab.ask(
        "Runtime.evaluate",
        expression=f"(async () => {{{FIND}{script}}})()",
        awaitPromise=True,
        returnByValue=True,
    )
    return answer.get("result", {}).get("value")


def _report(options, found):
    print(
        f"{options.customers:,} customers, {options.orders:,} orders; load {os.getloadavg()[0]:.1f}"
    )
    rows, good = [], True
    for lang, (times, wrong) in found.items():
        for board, taken in enumerate(times):
            seconds = [milliseconds / 1000 for milliseconds in taken]
            slowest = max(seconds)
            good = good and slowest <= TARGET
            rows.append(
                (f"{board + 1}, {lang}", f"{statistics.median(seconds):.2f}", f"{slowest:.2f}")
            )
        good = good and not wrong
        print(f"{lang}: {len(wrong)} errors {wrong[:3] if wrong else ''}")
    print(render(("dashboard", "median s", "slowest s"), rows))
    print(f"within {TARGET} s and without errors: {'good' if good else 'NOT good'}")
    return 0 if good else 1


if __name__ == "__main__":
    _look_back(sys.argv[1])
