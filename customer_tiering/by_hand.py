"""What people set by hand about a customer's tier: what has to be said with it, and how the history
tells it. The fields are those of ``customer.tier.standing``."""

from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .explain.words import labelled

# What an officer may write; everything else is computed.
FIELDS = {"manual_tier_id", "manual_until", "manual_reason", "lock"}
# What people decided, of customers who are merged.
OVERRIDE = {*FIELDS, "manual_user_id", "manual_on"}


def check(standings):
    """A last day that is over, and a lock that nobody could explain later, are refused."""
    env = standings.env
    for standing in standings:
        today = env["customer.tier.gather"]._today(standing.company_id)
        if standing.manual_until and standing.manual_until < today:
            raise ValidationError(
                env._(
                    "%(customer)s: %(day)s is over already. Choose a day from today on, or "
                    "leave it empty.",
                    customer=standing.partner_id.display_name,
                    day=format_date(env, standing.manual_until),
                )
            )
        if standing.lock and not is_said(standing.manual_reason):
            raise ValidationError(
                env._(
                    "%s: say why the tier is locked, so that colleagues know later.",
                    standing.partner_id.display_name,
                )
            )


def check_reason(standings, before):
    """A tier that somebody sets needs a reason, where the company asks for it. What was set before
    reasons were asked for stays as it is.

    :param standings: with what is written now
    :param before: dict standing → ``customer.tier`` set by hand and reason before
    """
    # The system sets what somebody has given a reason for, or asks nobody.
    for standing in standings if not standings.env.su else ():
        tier, reason = standing.manual_tier_id, standing.manual_reason
        changed = (tier, reason or False) != before[standing]
        if tier and changed and asks(standing.company_id) and not is_said(reason):
            raise ValidationError(
                standings.env._(
                    "%s: say why the tier is set by hand, so that colleagues know later.",
                    standing.partner_id.display_name,
                )
            )


def asks(company):
    """Whether a company wants to know why a tier is set by hand."""
    # Officers need not be able to read companies that they work for in part.
    return company.sudo().customer_tier_ask_reason


def is_said(reason):
    return bool((reason or "").strip())


def check_nothing_said(standings, vals):
    """A reason and a last day are about a tier or a lock; alone they would be dropped without
    a word."""
    if vals.get("manual_until") or is_said(vals.get("manual_reason")):
        raise ValidationError(
            standings.env._(
                "%s: nothing is set by hand that the reason or the last day could be about. "
                "Choose a tier or a lock too, or empty them.",
                standings[0].partner_id.display_name,
            )
        )


def override_note(standing):
    """Why a tier was set, or that it no longer is."""
    if standing.manual_tier_id:
        return standing.manual_reason
    return standing.env._("Follows the rules again")


def lock_note(standing, reason_before):
    """Which lock and why, or that there is none any more."""
    if not standing.lock:
        text, reason = standing.env._("Unlocked"), standing.manual_reason or reason_before
    else:
        names = dict(standing._fields["lock"]._description_selection(standing.env))
        text, reason = names[standing.lock], standing.manual_reason
    return labelled(standing.env, text, reason) if reason else text
