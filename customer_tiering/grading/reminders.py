"""Whose reminder is due: what the product and the bench of reminders both ask."""

from datetime import timedelta


def due_between(as_of, lead_days, max_late_days):
    """The first and the last day that a customer can have been late from (or expected on) to be
    reminded of.

    :param as_of: ``datetime.date``
    :param lead_days: days after it that the reminder comes
    :param max_late_days: days after it from which it is too late
    """
    return as_of - timedelta(days=max_late_days), as_of - timedelta(days=lead_days)


def in_peace_after(as_of, gap_days):
    """The day after which a reminder leaves the customer in peace today."""
    return as_of - timedelta(days=gap_days)
