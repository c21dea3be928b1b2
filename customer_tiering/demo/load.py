"""Loads the demo: customers with three years of orders, graded by a preset as of each month of the
last year and today."""

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tools import SQL

from ..switches import QUIET
from .generate import load_demo


def load_and_grade(env):
    """Create the demo data and, where no programme grades the main company yet, grade it."""
    invoice = load_demo(env)
    env["res.config.settings"].create({"group_product_pricelist": True}).execute()
    company = env.ref("base.main_company")
    programs = env["customer.tier.program"]
    if programs._for_company(company):
        program = programs
    else:
        program = programs._create_preset("wholesale", company)
        _grade_past_year(program)
    if invoice:
        invoice()
    if program:
        program.action_grade()


def _grade_past_year(program):
    """Grade as of each month of the last year, so that there is a history to look at.

    Nobody is told of what was then.
    """
    today = fields.Date.context_today(program)
    for months in range(12, 0, -1):
        run = QUIET.on(program.env["customer.tier.run"]).create(
            {
                "company_id": program.company_id.id,
                "as_of": today - relativedelta(months=months, day=1),
            }
        )
        run.action_run()
        _sell_at_tier_prices(program, run.as_of, run.as_of + relativedelta(months=1))
    _sell_at_tier_prices(program, today.replace(day=1), today + relativedelta(days=1))
    # Measured then from half of the orders.
    program.write({"rhythm": False, "typical_interval_days": 0})


def _sell_at_tier_prices(program, start, end):
    """Have orders of some days the prices that their customers had as what they were then.

    As their confirmation would have: list, prices, and what the tier saved are kept on them.
    """
    env = program.env
    standings = env["customer.tier.standing"].search([("program_id", "=", program.id)])
    tiers = {standing.partner_id: standing.tier_id for standing in standings}
    orders = env["sale.order"].search(
        [
            ("company_id", "=", program.company_id.id),
            ("partner_id.commercial_partner_id", "in", standings.partner_id.ids),
            ("state", "=", "sale"),
            ("date_order", ">=", start),
            ("date_order", "<", end),
        ]
    )
    by_tier = orders.grouped(lambda order: tiers[order.partner_id.commercial_partner_id])
    for tier, own in by_tier.items():
        pricelist = tier.pricelist_id
        if not pricelist:
            continue
        env.flush_all()
        # Nobody gives a confirmed order another list; this one was to have it from the beginning.
        query = SQL(
            "UPDATE sale_order SET pricelist_id = %s WHERE id = ANY(%s)", pricelist.id, own.ids
        )
        env.cr.execute(query)
        own.invalidate_recordset(["pricelist_id"])
        for lines in own.order_line.grouped("product_id").values():
            price = lines[0]._customer_price_by(pricelist)[1]
            lines.write({"price_unit": price, "technical_price_unit": price})
        own._customer_tier_keep_prices()
