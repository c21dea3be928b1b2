"""Rules with steps for the demo customers, and reminders at various points of their way."""

from datetime import timedelta

from odoo import fields

# Of the customers who are late, every so many is written to instead of called.
EVERY = 2
DAYS = 4
# What is older, or was made before there were steps, is somebody's by now: this is an update with
# demo data, no installation.
JUST_MADE = timedelta(hours=1)


def create_reminders(env, company):
    """Presets switched on, and steps that were sent, wait, or were not sent, each with its
    reason."""
    Rule = env["customer.reminder.rule"].with_company(company)
    standard = Rule._create_preset("standard", company)
    vip = Rule._create_preset("vip", company)
    (standard | vip).active = True
    standard.write({"sequence": 20, "control_share": 20})
    vip.sequence = 5
    today = env["customer.tier.gather"]._today(company)
    late = _written_to(env, company)
    begun = today - timedelta(days=DAYS)
    reminders = env["customer.reminder"]._open(standard, late, begun) if late else []
    _answer(env, reminders)
    Rule._remind(company, today)


def _written_to(env, company):
    """Take some of the customers from the rule that calls everybody.

    :return: dict standing → ``res.users``
    """
    since = fields.Datetime.now() - JUST_MADE
    own = [("company_id", "=", company.id), ("state", "=", "open")]
    fresh = [("create_date", ">=", since), ("window_end", "!=", False)]
    called = env["customer.reminder"].search(own + fresh, order="id")
    chosen = called[::EVERY]
    users = {reminder.partner_id: reminder.user_id for reminder in chosen}
    chosen.activity_id.unlink()
    chosen.unlink()
    standings = env["customer.tier.standing"].search(
        [("partner_id", "in", [partner.id for partner in users]), ("company_id", "=", company.id)]
    )
    return {standing: users[standing.partner_id] for standing in standings}


def _answer(env, reminders):
    """What customers have done with the first message."""
    before = fields.Datetime.now() - timedelta(days=DAYS)
    for number, reminder in enumerate(reminders):
        steps = env["customer.reminder.step"].search([("reminder_id", "=", reminder.id)])
        first = steps.sorted("due_at")[:1]
        if not first:
            continue
        sent = {"state": "sent", "sent_at": before, "due_at": before, "send_at": before}
        if number % 5 == 3:
            first.write({"state": "skipped", "skip_reason": "no_address", "due_at": before})
        elif number % 5 == 4:
            first.write({**sent, "confirmed_at": before + timedelta(hours=3)})
        else:
            first.write({**sent, "subject": env._("Shall we prepare your next order?")})
