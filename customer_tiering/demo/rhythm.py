"""When each kind of customer orders, and how much. No odoo import. Days count back from today."""

import datetime

SEASON = ((10, 25), (12, 18))
SEASON_GAP = 8
SEASON_WEIGHT = 4.0
BOUNDARY_DAYS = (20, 112, 200, 290, 420, 515, 610, 700, 820, 950)
# Growth of the order value per year.
GROWTH = {"growing": 1.9, "declining": 0.45}
ORDINARY_GROWTH = 1.08
# Share by which a gap differs from the usual one.
JITTER = {"overdue": 0.08, "quarterly": 0.06, "steady": 0.15}
ORDINARY_JITTER = 0.25
YEAR = 365


def order_days(company, today, random):
    """Ages in days of the orders of ``company``, the newest first."""
    if company.archetype == "prospect":
        return []
    if company.archetype == "once":
        return [company.silent_days]
    if company.archetype == "boundary":
        return list(BOUNDARY_DAYS)
    days = _rhythm_days(company, random) if company.gap_days else []
    if company.archetype == "seasonal":
        days = sorted({*days, *_season_days(company, today, random)})
    return days or [company.silent_days]


def weight(company, days_ago, today, random):
    """Relative value of an order placed ``days_ago``."""
    value = random.uniform(0.7, 1.3)
    value *= GROWTH.get(company.archetype, ORDINARY_GROWTH) ** (-days_ago / YEAR)
    if company.archetype == "seasonal" and _in_season(today - datetime.timedelta(days=days_ago)):
        value *= SEASON_WEIGHT
    if company.archetype == "boundary":
        return 1.0
    return value


def _rhythm_days(company, random):
    """From the last order back to the first one."""
    jitter = JITTER.get(company.archetype, ORDINARY_JITTER)
    days, age = [], float(company.silent_days)
    while age <= company.tenure_days:
        days.append(round(age))
        age += max(1.0, _gap(company, age, jitter, random))
    return days


def _gap(company, age, jitter, random):
    if company.archetype == "irregular":
        return company.gap_days * min(3.0, max(0.15, random.expovariate(1.0)))
    gap = company.gap_days * random.uniform(1 - jitter, 1 + jitter)
    if company.archetype == "declining":
        # Orders came closer together the further one looks back.
        gap *= 1.5 - min(1.0, age / company.tenure_days)
    return gap


def _season_days(company, today, random):
    """Orders for the end-of-year trade, in each of the seasons since the first order."""
    days = []
    for year in range(today.year - 3, today.year + 1):
        day = datetime.date(year, *SEASON[0]) + datetime.timedelta(
            days=random.randint(0, SEASON_GAP)
        )
        while day <= datetime.date(year, *SEASON[1]):
            age = (today - day).days
            if max(1, company.silent_days) <= age <= company.tenure_days:
                days.append(age)
            day += datetime.timedelta(days=SEASON_GAP + random.randint(-2, 3))
    return days


def _in_season(day):
    return SEASON[0] <= (day.month, day.day) <= SEASON[1]
