"""Writes what came of following up the demo customers who stayed away in the graded year, and
what is due about those who do now."""

import logging
import random
from datetime import timedelta

from odoo.addons.customer_tiering.demo.plan import SEED

_logger = logging.getLogger(__name__)

LAPSED = ("dormant", "lost")
# How many of a hundred customers are followed up, and within how many days.
FOLLOWED_UP = 90
DAYS = (2, 12)
# Nothing has come of those of so many days yet.
UNDECIDED_DAYS = 80
# After so many days in the stage “lost”, there is nothing to wait for.
GIVEN_UP_DAYS = 300
# Reason: how many of a hundred customers give it, and what they say.
REASONS = {
    "price": (26, "A local wholesaler is some 8 % cheaper for the same plates."),
    "delivery": (20, "The last two deliveries were a week late, in the middle of the season."),
    "competitor": (16, "Buys from a supplier who sends a van every week."),
    "quality": (12, "Chipped glasses in two shipments; the credit notes took months."),
    "service": (10, "Nobody called back after the question about spare parts."),
    "no_need": (8, "The new branch opens later than planned; the old one is fully equipped."),
    "other": (8, ""),
}
CLOSED = "Gave up the shop in the old town."


def create_win_backs(env, company, today):
    """Follow up each time that a customer stayed away, as the history of stages tells."""
    changes = env["customer.tier.change"].search(
        [("company_id", "=", company.id), ("to_stage", "!=", False)], order="date, id"
    )
    records = env["customer.win.back"]
    for standing, lines in changes.grouped("standing_id").items():
        chance = random.Random(f"{SEED}/stays away/{standing.partner_id.name}")
        values = [
            _values(line, chance)
            for line in lines.filtered(_stays_away)
            if chance.randrange(100) < FOLLOWED_UP
        ]
        records |= records.create([vals for vals in values if vals["date"] <= today])
    _decide(records, today)
    _logger.info("%s demo customers followed up", len(records))


def start_playbooks(env, company):
    """Start what is due about customers who are dormant today."""
    Start = env["customer.stage.playbook.start"]
    dormant = [("company_id", "=", company.id), ("lifecycle_stage", "=", "dormant")]
    Start._enter(env["customer.tier.standing"].search(dormant))
    Start._start_slice(company)


def _stays_away(line):
    """From one such stage to the other, it is the same absence."""
    return line.to_stage in LAPSED and line.from_stage not in LAPSED


def _values(line, chance):
    reason = chance.choices(list(REASONS), [weight for weight, _note in REASONS.values()])[0]
    return {
        "partner_id": line.partner_id.id,
        "company_id": line.company_id.id,
        "date": line.date + timedelta(days=chance.randint(*DAYS)),
        "user_id": (line.partner_id.user_id or line.env.ref("base.user_admin")).id,
        "stage": line.to_stage,
        "tier_id": line.to_tier_id.id,
        **_said(line.env, reason, REASONS[reason][1]),
    }


def _said(env, reason, note):
    return {
        "reason_id": env.ref(f"customer_tiering_playbook.loss_reason_{reason}").id,
        "note": note,
    }


def _decide(records, today):
    """What came of each: an order, or the customer is not asked again, or not now."""
    orders = records._orders_since()
    for record in records:
        standing = _standing_of(record)
        order = orders.get(record)
        lost_since = standing.lifecycle_stage == "lost" and standing.stage_since
        if order:
            record.write({"outcome": "won_back", "order_id": order.id})
        elif lost_since and (today - lost_since).days > GIVEN_UP_DAYS:
            record.write({"outcome": "for_good", **_said(record.env, "closed", CLOSED)})
        elif (today - record.date).days > UNDECIDED_DAYS:
            record.outcome = "not_now"


def _standing_of(record):
    own = [("partner_id", "=", record.partner_id.id), ("company_id", "=", record.company_id.id)]
    return record.env["customer.tier.standing"].search(own, limit=1)
