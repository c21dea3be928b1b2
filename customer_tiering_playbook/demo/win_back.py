"""Writes what came of following up the demo customers who stayed away in the graded year, and
what is due about those who do now."""

import logging
import random
from datetime import timedelta

from odoo.addons.customer_tiering.demo.plan import SEED
from odoo.addons.customer_tiering.grading import assignment

_logger = logging.getLogger(__name__)

LAPSED = ("dormant", "lost")
# How many of a hundred customers are followed up, and within how many days.
FOLLOWED_UP = 90
DAYS = (2, 12)
# Nothing has come of those of so many days yet.
UNDECIDED_DAYS = 80
# Playbooks of so many days are told of, and how long one took.
PAST_DAYS, TAKES_DAYS = 360, 10
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
    orders = records._orders_since()
    # Who has not ordered so far is called again, or held back.
    records.filtered(lambda record: _is_awaited(record, orders.get(record))).sudo()._begin_case()
    _decide(records, orders, today)
    records.sudo()._measure(company)
    _logger.info("%s demo customers followed up", len(records))


def note_past_playbooks(env, company, today):
    """The playbooks of the stages that customers entered in the past year, and whom they held back
    by chance, as the history of stages tells; what was ordered then is counted."""
    Start = env["customer.stage.playbook.start"].sudo()
    playbooks = env["customer.stage.playbook"].search(
        [("company_id", "=", False), ("program_id", "=", False)]
    )
    changes = env["customer.tier.change"].search(
        [
            ("company_id", "=", company.id),
            ("to_stage", "in", playbooks.mapped("stage")),
            ("date", ">", today - timedelta(days=PAST_DAYS)),
            ("date", "<", today - timedelta(days=TAKES_DAYS)),
        ],
        order="date, id",
    )
    by_stage = {playbook.stage: playbook for playbook in reversed(playbooks)}
    Start.create(
        [
            _past_start(Start, by_stage[line.to_stage], line)
            for line in changes
            if line.to_stage != line.from_stage
        ]
    )
    Start._measure(company)


def _past_start(Start, playbook, line):
    standing, day = line.standing_id, line.date
    drawn = Start._draw(f"playbook:{playbook.id}", standing, day, playbook.control_share)
    held = drawn["arm"] == assignment.CONTROL
    return {
        "standing_id": standing.id,
        "playbook_id": playbook.id,
        "stage": line.to_stage,
        "tier_id": line.to_tier_id.id,
        "date": day,
        "window_end": playbook._window_end(standing, day),
        "user_id": (line.partner_id.user_id or line.env.ref("base.user_admin")).id,
        "state": "held" if held else "done",
        "started_on": not held and day,
        "ended_on": day + timedelta(days=TAKES_DAYS),
        "activity_count": 0 if held else playbook.activity_count,
        **drawn,
    }


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


def _is_awaited(record, order):
    return not order or order.date_order.date() >= record._due_day()


def _decide(records, orders, today):
    """What came of each: an order, or the customer is not asked again, or not now."""
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
