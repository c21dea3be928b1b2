"""A simulated year with offers, beside those of ``customer_tiering_reorder``."""

from odoo import fields
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.presets.build import translate
from odoo.addons.customer_tiering_reorder.demo.year import Simulated, simulate
from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

PROGRAM = _lt("Late order: 5 % (demo)")
RULE = _lt("Simulated year (demo): late, half with a coupon")

PLAN = Simulated(20, 50, {assignment.CONTROL: 0.3, assignment.TREATED: 0.4, assignment.OFFER: 0.55})
# Of an order, in percent.
DISCOUNT = 5
USUAL_ORDER = 720
VALID_DAYS = 14


def create_offers(env, company):
    """A coupon programme, and a rule some of whose customers got coupons of it."""
    program = env["loyalty.program"].create(
        {
            "name": env._(PROGRAM),
            "program_type": "coupons",
            "trigger": "with_code",
            "applies_on": "current",
            "company_id": company.id,
            "customer_personal": True,
            "reward_ids": [
                Command.clear(),
                Command.create({"reward_type": "discount", "discount": DISCOUNT}),
            ],
        }
    )
    translate(program, [PROGRAM])
    rule = simulate(env, company, RULE, PLAN)
    rule.offer_share = PLAN.offer_share
    rule.step_ids.write({"offset_share": 50, "offer": "coupon", "offer_program_id": program.id})
    own = [("rule_id", "=", rule.id), ("arm", "=", assignment.OFFER)]
    for day, offered in env["customer.reminder"].search(own).grouped("date").items():
        offered.write(
            {
                "offer_kind": "coupon",
                "offer_step_id": rule.step_ids.id,
                "offer_program_id": program.id,
                "offered_on": day,
                "offer_until": fields.Date.add(day, days=VALID_DAYS),
                "offer_cost": USUAL_ORDER * DISCOUNT / 100,
                "offer_void": True,
            }
        )
