"""What a scenario says that the tiers' discounts cost, beside each order of the year priced again,
line by line, by the lists themselves. Nothing is changed in the database."""

import argparse
from collections import defaultdict

from .measure import _environment
from .table import render

# Percent that may lie between the two.
MOST = 0.5


def main(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.bench discounts", description=__doc__)
    parser.add_argument("database", help="a database with graded customers, such as the demo's")
    options = parser.parse_args(arguments)
    wrong = False
    with _environment(options.database) as env:
        for program in env["customer.tier.program"].search([("first_graded_on", "!=", False)]):
            rows = _rows(program)
            wrong |= any(abs(row[-1]) > MOST for row in rows)
            print(f"{program.name}, {program.company_id.name}")
            header = ("tier", "discount", "orders", "of them estimated", "said", "priced", "off %")
            print(render(header, [[_text(value) for value in row] for row in rows]))
        env.cr.rollback()
    return int(wrong)


def _text(value):
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _rows(program):
    """A row for each tier with a discount."""
    scenario = program.env["customer.tier.scenario"].create({"program_id": program.id})
    workings = scenario._workings()
    said = workings.compare(scenario._all_tried())[0].now
    places = {}
    for chunk in workings.chunks():
        places.update(zip(chunk.now.index.tolist(), chunk.now["tier"].tolist(), strict=True))
    tiers = program.tier_ids.filtered("discount")
    real, counts, guessed = defaultdict(float), defaultdict(int), defaultdict(int)
    for order in _orders(program, workings.as_of):
        tier = tiers.browse(places.get(order.partner_id.commercial_partner_id.id, 0))
        if tier in tiers:
            counts[tier] += 1
            guessed[tier] += not order.customer_tier_discount
            real[tier] += _cost(order, tier)
    return [
        (
            *(tier.name, tier.discount, counts[tier], guessed[tier]),
            *(said[tier.id, "cost"], real[tier]),
            100 * (said[tier.id, "cost"] / real[tier] - 1) if real[tier] else 0.0,
        )
        for tier in tiers
    ]


def _orders(program, today):
    from dateutil.relativedelta import relativedelta

    end_of_day, company = program.env["customer.tier.gather"]._end_of_day, program.company_id
    orders = program.env["sale.order"].search(
        [("state", "=", "sale"), ("company_id", "=", company.id), ("date_order", "!=", False)]
    )
    start = end_of_day(company, today - relativedelta(months=12))
    return orders.filtered(lambda o: start <= o.date_order < end_of_day(company, today))


def _cost(order, tier):
    """What the discount of a tier comes to on an order in company currency; of one without a list,
    which is no fact, its amount stands for what the list says."""
    rate = order.currency_rate or 1
    if not order.customer_tier_discount:
        return order.amount_untaxed * tier.discount / 100 / rate
    base = tier.pricelist_id.customer_tier_base_id
    return (
        sum(
            (line._customer_price_by(base)[0] - line._customer_price_by(tier.pricelist_id)[0])
            * line.product_uom_qty
            for line in order.order_line
            if line.product_id
        )
        / rate
    )
