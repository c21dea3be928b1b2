"""Who is held back, so that the effect of reminders can be measured: by a hash that nobody can
tune, the same in every chunk and on every machine, drawn again every half-year."""

from hashlib import sha256

BUCKETS = 10_000
TREATED, CONTROL, OFFER = "treated", "control", "offer"
# More than half of the customers held back would measure no better.
LARGEST_SHARE = 50


def period(day):
    """The half-year of a day, such as ``2026H2``."""
    return f"{day.year}H{1 if day.month <= 6 else 2}"


def experiment(name, day):
    """What is measured together: a rule, in a half-year."""
    return f"{name}:{period(day)}"


def bucket(database, experiment, customer):
    """A number from 0 to 9999, evenly spread and without any order.

    :param database: the database's uuid, so that two databases draw apart
    :param customer: id of the commercial partner
    """
    digest = sha256(f"{database}:{experiment}:{customer}".encode()).hexdigest()
    return int(digest, 16) % BUCKETS


def arm(bucket, control_share, offer_share=0.0):
    """Which group a bucket is in.

    :param control_share: in percent; these get nothing
    :param offer_share: in percent of everybody; these get an offer beside the reminder
    """
    if bucket < control_share * BUCKETS / 100:
        return CONTROL
    if bucket < (control_share + offer_share) * BUCKETS / 100:
        return OFFER
    return TREATED
