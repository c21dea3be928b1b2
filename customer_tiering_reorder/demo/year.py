"""A year of simulated reminders whose effect is known, so that the reports have something to show.

Marked as simulated: of rules and archived contacts of their own, which can be deleted like any
others. Nothing of the demo customers is touched, and the same comes out in each database.
"""

import math
import random
from collections import namedtuple
from datetime import datetime, time, timedelta

from odoo.addons.customer_tiering.demo.plan import SEED
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.presets.build import translate
from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

CUSTOMERS = 560
# Cases of a customer: days ago of the first, and days from one to the next.
FIRST, APART, COUNT = (250, 390), (150, 200), 2
WINDOW_DAYS = 20
# Of a hundred messages.
ANSWERED, OPENED, FAILED, USEFUL = 14, 46, 4, 70
# Logarithm of the amount of an order: mean and spread; and what is left of it.
AMOUNT, MARGIN = (6.4, 0.6), 0.31

# A rule that is simulated: how many are held back (and get an offer), in percent, and how many
# order in each group, 0-1.
Simulated = namedtuple("Simulated", "control_share offer_share rates")
WORKS = Simulated(30, 0, {assignment.CONTROL: 0.31, assignment.TREATED: 0.45})
BRINGS_NOTHING = Simulated(50, 0, {assignment.CONTROL: 0.37, assignment.TREATED: 0.37})
YEARS = (
    (_lt("Simulated year (demo): late, by e-mail and call"), WORKS),
    (_lt("Simulated year (demo): expected, by e-mail"), BRINGS_NOTHING),
)
CHANNELS = (("email",), ("email",), ("activity",), ("email", "activity"))


def create_year(env, company):
    """Two rules: one that works, and one that could as well be switched off."""
    for name, plan in YEARS:
        simulate(env, company, name, plan)


def simulate(env, company, name, plan):
    """
    :param name: of the rule, lazily translated
    :param plan: :class:`Simulated`
    :return: the rule, archived
    """
    rule = env["customer.reminder.rule"].create(
        {
            "name": env._(name),
            "active": False,
            "company_id": company.id,
            "control_share": plan.control_share,
            "sequence": 90,
            "step_ids": [Command.clear(), Command.create({"channel": "email", "to": "customer"})],
        }
    )
    translate(rule, [name])
    partners = customers(env)
    tiers = env["customer.tier"].search([("company_id", "=", company.id)], order="sequence, id")
    chance = random.Random(f"{SEED}/{plan}")
    today = env["customer.tier.gather"]._today(company)
    cases = [
        _case(rule, partner, number, tiers, plan, begun, chance)
        for number, partner in enumerate(partners)
        for begun in _days(today, chance)
    ]
    reminders = env["customer.reminder"].create(cases)
    told = reminders.filtered(lambda reminder: reminder.arm != assignment.CONTROL)
    env["customer.reminder.step"].create(
        [vals for reminder in told for vals in _steps(reminder, rule.step_ids, chance)]
    )
    return rule


def customers(env):
    """The archived contacts, made the first time."""
    tag = env.ref("customer_tiering_reorder.tag_simulated")
    Partner = env["res.partner"].with_context(
        active_test=False, tracking_disable=True, mail_create_nolog=True
    )
    found = Partner.search([("category_id", "in", tag.ids)], order="id")
    return found or Partner.create(
        [
            {
                "name": env._("Simulated customer %s", number),
                "active": False,
                "category_id": [Command.link(tag.id)],
            }
            for number in range(1, CUSTOMERS + 1)
        ]
    )


def _days(today, chance):
    ago = chance.randint(*FIRST)
    for _time in range(COUNT):
        yield today - timedelta(days=ago)
        ago -= chance.randint(*APART)


def _case(rule, partner, number, tiers, plan, begun, chance):
    experiment = assignment.experiment(f"rule:{rule.id}", begun)
    # The same in each database, whatever the ids are.
    bucket = assignment.bucket(SEED, f"{plan}{assignment.period(begun)}", number)
    arm = assignment.arm(bucket, plan.control_share, plan.offer_share)
    ordered = chance.random() < plan.rates[arm]
    amount = round(math.exp(chance.gauss(*AMOUNT)), 2) if ordered else 0
    over = begun + timedelta(days=WINDOW_DAYS)
    return {
        "rule_id": rule.id,
        "partner_id": partner.id,
        "company_id": rule.company_id.id,
        "tier_id": tiers[min(int(chance.expovariate(0.9)), len(tiers) - 1)].id if tiers else False,
        "date": begun,
        "expected_date": begun - timedelta(days=9),
        "late_date": begun,
        "state": "ordered" if ordered else "cancel",
        "end_reason": "ordered" if ordered else "window",
        "experiment": experiment,
        "bucket": bucket,
        "drawn_share": plan.control_share,
        "arm": arm,
        "window_end": over,
        "window_orders": int(ordered),
        "window_amount": amount,
        "window_margin": round(MARGIN * amount, 2),
        "measured_on": over + timedelta(days=1),
    }


def _steps(reminder, rule_step, chance):
    sent = datetime.combine(reminder.date, time(10))
    answered = chance.randrange(100) < ANSWERED
    for number, channel in enumerate(chance.choice(CHANNELS)):
        email = channel == "email"
        failed = email and chance.randrange(100) < FAILED
        at = sent + timedelta(days=5 * number)
        vals = {
            "reminder_id": reminder.id,
            "step_id": rule_step.id,
            "company_id": reminder.company_id.id,
            "channel": channel,
            "to": "customer" if email else "salesperson",
            "partner_id": reminder.partner_id.id,
            "due_at": at,
            "send_at": at,
            "sent_at": at,
            "state": "failed" if failed else "sent",
            "skip_reason": "failed" if failed else False,
        }
        if email and not failed:
            answers = answered and not number
            if answers or chance.randrange(100) < OPENED:
                vals["opened_at"] = at + timedelta(hours=2)
            if answers:
                vals["confirmed_at"] = at + timedelta(hours=3)
                useful = chance.randrange(100) < USEFUL
                reminder.usefulness = "useful" if useful else "useless"
        yield vals
