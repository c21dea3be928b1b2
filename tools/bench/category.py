"""The rhythm per customer and product category: ``rhythm --category``.

With a file of order lines: how well the next purchase in a category is foreseen, against the best
of some simple ways. At some cuts of the log the categories are measured from what was before, as
they are frozen in the product, and what is foreseen at each purchase until the next cut is held
against what came, of customers who had bought the category on ``rhythm.CATEGORY_ORDERS`` days by
then. Who did not come back counts with the days of silence that could be seen, see ``_error``.

Without a file: what a pass over everybody costs, and one over the hundredth part of the customers
who ordered, against one bare aggregate over the orders, in a database that is built for it.
"""

import argparse
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

from . import backtest, build, core, database, measure, order_log
from .table import render

CATEGORIES = 10
# Fewer purchases than this after the cuts tell nothing of a category by itself.
FEW = 20
TARGETS = {"changed": 0.25, "full": 12.0}
TARGET_OWN_MIB = 300
LABELS = {
    "bare": "bare GROUP BY of orders",
    "full": "full pass, the first one",
    "unchanged": "full pass, nothing changed",
    "changed": "1 % of customers ordered",
}


def main(arguments):
    options, parser = _parse(arguments)
    if not options.file:
        return _measure_database(options)
    try:
        return _compare(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench rhythm --category",
        description="The rhythm per customer and category: held against a list of order lines or, "
        "without a file, its cost.",
    )
    parser.add_argument("file", nargs="?", help="CSV file with a header, one line per order line")
    for name, column in order_log.COLUMNS.items():
        parser.add_argument(f"--{name}", default=column, help=f"its column (default: {column})")
    parser.add_argument("--category-column", default="category")
    parser.add_argument("--cuts", type=float, nargs="+", default=backtest.CUTS)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--rebuild", action="store_true", help="build the data again")
    parser.add_argument(
        "--processor",
        action="store_true",
        help="count the time that processors work for it, as the whole bench does",
    )
    return parser.parse_args(arguments), parser


# How well it is foreseen


def _compare(options):
    customers, categories, days, names = _read(options)
    found = [
        _foreseen(customers, categories, days, *period)
        for period in backtest._periods(days, options.cuts)
    ]
    table = pd.concat(found, ignore_index=True)
    if table.empty:
        print("Nothing can be compared: too few customers bought a category on three days.")
        return 1
    counts = table["category"].value_counts()
    large = counts[counts >= FEW].index
    rows = [_row("all categories", table)]
    for number in sorted(large, key=lambda n: names[n]):
        rows.append(_row(names[number], table[table["category"] == number]))
    if len(small := table[~table["category"].isin(large)]):
        rows.append(_row(f"categories with fewer than {FEW}", small))
    header = ("category", "purchases", "back", "ours", "best simple", "its", "difference")
    header += ("verdict", "back: ours / best")
    print(render(header, [row[:-1] for row in rows]))
    print(
        "Median errors in days, of all and of those alone who came back while they were followed."
    )
    return 0 if all(row[-1] for row in rows) else 1


def _read(options):
    column = options.category_column
    lines = pd.read_csv(options.file, dtype=str)
    wanted = (options.customer, options.date, column)
    missing = [name for name in wanted if name not in lines]
    if missing:
        raise ValueError(f"{options.file} has no column {', '.join(missing)}.")
    lines = lines.dropna(subset=list(wanted))
    days = order_log._days(options.file, options.date, lines[options.date])
    categories, names = pd.factorize(lines[column], sort=True)
    return pd.factorize(lines[options.customer])[0], categories, days, names


def _foreseen(customers, categories, days, cut, end):
    """A row for each purchase between a cut and the next one: what each way foresaw, and what
    came."""
    rhythm = core.load("rhythm")
    before = days <= cut
    known = rhythm.Purchases(customers[before], categories[before], days[before]).cycles(cut)
    every = rhythm.Purchases(customers, categories, days)
    spells = rhythm.Spells.of(every.pairs, every.days, days.max())
    category = every.categories[spells.customer]
    followed = days.max() - spells.start
    some = (spells.start > cut) & (spells.start <= end)
    some &= (spells.count + 1 >= rhythm.CATEGORY_ORDERS) & (
        followed >= backtest.followed_days(days)
    )
    ours = np.full(len(some), np.nan)
    for number in np.unique(category[some]).tolist():
        rows = np.flatnonzero(some & (category == number))
        cycle = known.get(number) or known.get(None)
        found = cycle.rhythm if cycle else rhythm.plain(None)
        ours[rows] = rhythm.Foresight(found, spells[rows]).expected()
    ways = _simple(spells, category, some, cut)
    table = {name: np.broadcast_to(way, some.shape)[some] for name, way in ways.items()}
    actual = np.where(spells.ended, spells.days, np.inf)
    table |= {"ours": ours[some], "actual": actual[some], "followed": followed[some]}
    table["category"] = category[some]
    return pd.DataFrame(table)


def _simple(spells, category, some, cut):
    """What simple ways foresee, by name."""
    seen = spells.ended & (spells.start + spells.days <= cut)
    lengths, owners = spells.days[seen], category[seen]
    typical = float(np.median(lengths)) if len(lengths) else np.nan
    of_category = pd.Series(lengths).groupby(owners).median()
    ways = {f"{fixed} days": float(fixed) for fixed in backtest.FIXED_DAYS}
    ways["median of all"] = typical
    ways["of the category"] = of_category.reindex(category).fillna(typical).to_numpy()
    own = backtest._own_medians(spells)
    ways["own median"] = np.where(np.isnan(own), typical, own)
    return ways


def _row(name, table):
    """A line of the table, and whether ours is no worse than the best."""
    ways = [column for column in table if column not in ("actual", "followed", "category")]
    everybody, back = ({way: _error(table, way, only) for way in ways} for only in (False, True))
    best = min((way for way in ways if way != "ours"), key=everybody.get)
    off = everybody["ours"] - everybody[best]
    verdict = "as good or better" if off <= 0 else "behind"
    shown = (f"{everybody['ours']:.1f}", best, f"{everybody[best]:.1f}", f"{off:+.1f}", verdict)
    of_back = f"{back['ours']:.1f} / {min(back[way] for way in ways if way != 'ours'):.1f}"
    share = f"{np.isfinite(table['actual']).mean():.0%}"
    return (name, f"{len(table):,}", share, *shown, of_back, off <= 0)


def _error(table, way, only_back):
    """Error in days, cut off where a purchase could be followed no longer: the mean of all, since
    of who stays away for longer than could be seen any long wait is right, or the median of those
    who came back."""
    foreseen = table[way].fillna(np.inf)
    some = np.isfinite(table["actual"]) if only_back else slice(None)
    shown, meant = (
        np.minimum(days, table["followed"])[some] for days in (table["actual"], foreseen)
    )
    return (np.median if only_back else np.mean)(np.abs(shown - meant))


# What it costs


def _measure_database(options):
    from . import cli

    if options.processor:
        os.environ[measure.PROCESSOR] = "yes"
    options = argparse.Namespace(
        **{**vars(options), "invoices": 0, "lines": True, "grade": True, "repeat": 1}
    )
    data = cli._prepare(options)
    scratch = f"{data}_scratch"
    try:
        database.clone(data, scratch)
        results = {"bare": cli._run(scratch, "bare_fetched")}
        _run(scratch, "divide")
        cli._run(scratch, "first", "wholesale", "no")
        results["full"] = _run(scratch, "full")
        results["unchanged"] = _run(scratch, "full")
        build.add_orders(scratch)
        _run(scratch, "fill_orders")
        results["changed"] = _run(scratch, "changed")
    finally:
        database.drop(scratch)
    return _show(results)


def _run(name, measurement):
    command = [sys.executable, "-m", "tools.bench.category", name, measurement]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _show(results):
    bare = results["bare"]["seconds"]
    rows, good = [], True
    for name, label in LABELS.items():
        found = results[name]
        times, target = found["seconds"] / bare, TARGETS.get(name)
        good = good and (target is None or times <= target)
        good = good and (name == "bare" or found["own_mib"] <= TARGET_OWN_MIB)
        rows.append(
            (
                label,
                f"{found['seconds']:.3f}",
                f"{times:.2f}",
                "" if target is None else f"<= {target:.2f} x",
                f"{found['own_mib']:.0f}",
                "" if name == "bare" else f"<= {TARGET_OWN_MIB}",
                found["result"],
            )
        )
    if measure.counts_processor():
        print("Seconds of processors, without parallel workers")
    header = ("rhythm per category", "seconds", "x bare", "target", "own MiB", "target", "result")
    print(render(header, rows))
    return 0 if good else 1


def divide(name):
    """Products over so many categories, as a wholesaler has them."""
    with measure._environment(name) as env:
        made = env["product.category"].create([{"name": f"Bench {n}"} for n in range(CATEGORIES)])
        env.cr.execute(
            "UPDATE product_template SET categ_id = (%s::int[])[1 + id %% %s] "
            "WHERE default_code LIKE 'BENCH-%%'",
            [made.ids, CATEGORIES],
        )
        env.cr.commit()
    return {}


def full(name):
    """A pass over everybody, chunk by chunk, each of them committed."""
    with measure._environment(name) as env:
        company, rhythm = env.company, env["customer.purchase.rhythm"]
        today = env["customer.tier.gather"]._today(company)

        def work(env):
            done = set()
            while rhythm._next_chunk(company, today, done):
                env.cr.commit()
            env.cr.execute("SELECT count(*) FROM customer_purchase_rhythm")
            return {"result": f"{env.cr.fetchone()[0]:,} rows"}

        return measure._graded(env, work)


def fill_orders(name):
    """A line for each order that was added."""
    with database.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sale_order_line (
                order_id, sequence, company_id, currency_id, order_partner_id, product_id,
                product_uom_id, state, name, product_uom_qty, price_unit, technical_price_unit,
                discount, price_subtotal, price_total, customer_lead, collapse_prices,
                collapse_composition, create_date, write_date)
            SELECT o.id, 10, o.company_id, o.currency_id, o.partner_id, p.id, t.uom_id, 'sale',
                   'Bench product', 1, o.amount_untaxed, o.amount_untaxed, 0, o.amount_untaxed,
                   o.amount_untaxed, 0, FALSE, FALSE, now(), now()
              FROM sale_order o,
                   LATERAL (SELECT id, product_tmpl_id FROM product_product
                             WHERE default_code LIKE 'BENCH-%' ORDER BY (id + o.id) % 50, id
                             LIMIT 1) p
              JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE NOT EXISTS (SELECT FROM sale_order_line l WHERE l.order_id = o.id)
            """
        )
    return {}


def changed(name):
    """Those who ordered today, as after their orders or in the night: by a process that has just
    graded them, so that it has loaded what it computes with."""
    with measure._environment(name) as env:
        company, rhythm = env.company, env["customer.purchase.rhythm"]
        today = env["customer.tier.gather"]._today(company)
        partners = env["customer.tier.stale"].search([("company_id", "=", company.id)]).partner_id
        env["customer.tier.pipeline"]._grade_few(company, today, partners.ids)
        env.cr.commit()
        rhythm._update(partners[:1], company)
        env.cr.rollback()
        env.invalidate_all()
        partners.mapped("commercial_partner_id.id")

        def work(_env):
            written = rhythm._update(partners, company)
            return {"result": f"{len(partners):,} customers, {written:,} rows written"}

        return measure._graded(env, work)


if __name__ == "__main__":
    _name, _measurement = sys.argv[1:]
    print(json.dumps(globals()[_measurement](_name)))
