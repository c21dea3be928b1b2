"""Loads the demo: customers with three years of orders, graded by a preset as of each month of the
last year and today."""

from dateutil.relativedelta import relativedelta

from odoo import fields

from ..switches import QUIET
from .generate import load_demo


def load_and_grade(env):
    """Create the demo data and, where no programme grades the main company yet, grade it."""
    load_demo(env)
    env["res.config.settings"].create({"group_product_pricelist": True}).execute()
    company = env.ref("base.main_company")
    programs = env["customer.tier.program"]
    if not programs._for_company(company):
        program = programs._create_preset("wholesale", company)
        _grade_past_year(program)
        program.action_grade()


def _grade_past_year(program):
    """Grade as of each month of the last year, so that there is a history to look at.

    Nobody is reminded of what was due then, or told of it.
    """
    today = fields.Date.context_today(program)
    rules = program.env["customer.reminder.rule"].search([("active", "=", True)])
    rules.active = False
    for months in range(12, 0, -1):
        run = QUIET.on(program.env["customer.tier.run"]).create(
            {
                "company_id": program.company_id.id,
                "as_of": today - relativedelta(months=months, day=1),
            }
        )
        run.action_run()
    rules.active = True
    # Measured then from half of the orders.
    program.write({"rhythm": False, "typical_interval_days": 0})
