"""Rules of reminders to start from: who is reminded, when, and by which steps."""

from odoo.addons.customer_tiering_reminder.models.customer_reminder_rule import SHARE
from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

NAMES = {
    "vip": _lt("VIP: personally"),
    "standard": _lt("Standard: by e-mail"),
    "prospect": _lt("Prospects at key moments"),
    "lost_item": _lt("Lost item"),
}


# Steps: channel, with whom, days, % of the rhythm, condition.
CALL, WRITE = ("activity", "salesperson"), ("email", "customer")
PRESETS = {
    # A call before the order is expected, a personal mail when it is, and the leader a quarter of
    # the rhythm later.
    "vip": {
        "vals": {"reminds_at": "expected", "lead_days": -3},
        "best_tiers": True,
        "steps": [
            (*CALL, 0, 0, "silent"),
            (*WRITE, 3, 0, "not_called"),
            ("activity", "leader", 3, 25, "silent"),
        ],
    },
    "standard": {
        "vals": {"reminds_at": "late"},
        "steps": [
            (*WRITE, 0, 0, "silent"),
            (*WRITE, 1, 25, "not_clicked"),
            (*CALL, 3, 50, "silent"),
        ],
    },
    "prospect": {
        "vals": {"trigger": "quotation", "lead_days": 3, "gap_days": 3, "max_late_days": 30},
        # The usual text is for who has bought before. Three days after the quotation and a week,
        # a month and three months after it.
        "steps": [
            (*CALL, 0, 0, "silent"),
            (*CALL, 4, 0, "not_called"),
            (*CALL, 27, 0, "silent"),
            (*CALL, 87, 0, "silent"),
        ],
    },
    "lost_item": {
        "vals": {"trigger": "lost_item", "gap_days": 90, "max_late_days": 90},
        "steps": [(*CALL, 0, 0, "silent")],
    },
}


def rule_vals(rules, code, company):
    """Values of a new rule, of what the database knows.

    :param rules: ``customer.reminder.rule``
    """
    preset = PRESETS[code]
    # Nobody is written to before somebody has looked at it.
    vals = {"active": False, "control_share": SHARE, **preset["vals"]}
    if preset.get("best_tiers"):
        tiers = rules.env["customer.tier"].search([("company_id", "=", company.id)])
        best = {program: found[0] for program, found in _best(tiers).items()}
        vals["tier_ids"] = [Command.set([tier.id for tier in best.values()])]
    vals["step_ids"] = [
        Command.create(
            {
                "sequence": 10 * number,
                "channel": channel,
                "to": to,
                "offset_days": days,
                "offset_share": share,
                "only_if": only_if,
            }
        )
        for number, (channel, to, days, share, only_if) in enumerate(preset["steps"], start=1)
    ]
    return vals


def _best(tiers):
    """Tiers by programme, the highest first."""
    return {
        program: found.sorted(lambda tier: (tier.sequence, tier.id), reverse=True)
        for program, found in tiers.grouped("program_id").items()
    }
