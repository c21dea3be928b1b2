"""When a category is bought next, and what that rests on, in words and as a picture."""

from datetime import timedelta

from odoo.addons.customer_tiering.explain.timeline import Axis
from odoo.addons.customer_tiering.explain.words import readable
from odoo.tools import format_date

# Days of purchases that are drawn, and how many categories.
DRAWN_DAYS, DRAWN_ROWS = 730, 25


def next_text(row):
    """“Expected 12 May · late from 3 June”, a window for who buys irregularly."""
    env = row.env
    if row.lost_since:
        return env._("No longer bought since %s", format_date(env, row.lost_since))
    parts = []
    if row.window_from and row.window_to:
        parts.append(
            env._(
                "between %(start)s and %(end)s",
                start=format_date(env, row.window_from),
                end=format_date(env, row.window_to),
            )
        )
    elif row.due_date:
        parts.append(env._("Expected %s", format_date(env, row.due_date)))
    if row.late_date:
        parts.append(env._("late from %s", format_date(env, row.late_date)))
    return " · ".join(parts) or False


class Cycles:
    """What is known of the categories of some rows, read once for all of them.

    :param rows: ``customer.purchase.rhythm``
    """

    def __init__(self, rows):
        # Whoever may read a row may know what it rests on.
        cycles = rows.env["customer.category.cycle"].sudo()
        found = cycles.search([("company_id", "in", rows.company_id.ids)]) if rows.ids else cycles
        self.days = {(c.company_id.id, c.category_id.id): c.typical_days for c in found}
        self.typed = {c.id: c.customer_cycle_days for c in rows.category_id.sudo()}

    def source_text(self, row):
        """“Own intervals: 5, median 31 days, …”"""
        env, company = row.env, row.company_id.id
        typed = self.typed.get(row.category_id.id)
        words = {
            "count": readable(env, max(row.order_days - 1, 0)),
            "median": readable(env, round(row.own_median_days or 0)),
            "weight": readable(env, round(100 * (row.own_weight or 0))),
            "days": readable(env, round(row.interval_days or 0)),
            "typical": readable(env, typed or self.days.get((company, row.category_id.id)) or 0),
            "all": readable(env, self.days.get((company, False)) or 0),
        }
        if row.source == "product":
            return env._("Typed on the product bought last: every %(days)s days.", **words)
        if row.source == "customer_category":
            is_known = (company, row.category_id.id) in self.days
            return self._own(env, words, typed, is_known)
        if row.source == "category" and typed:
            return env._("Typed for the category: every %(typical)s days.", **words)
        half = self.days.get((company, row.category_id.id))
        if row.source == "category" and half == 0:
            return env._(
                "Fewer than half of those who buy the category were seen to buy it again; own "
                "intervals tell nothing of the next one here."
            )
        if row.source == "category":
            return env._(
                "Half of those who buy the category buy it again within %(typical)s days; own "
                "intervals tell nothing of the next one here.",
                **words,
            )
        if not self.days.get((company, False)):
            return env._(
                "Of the category too little is known, and of all categories fewer than half were "
                "seen to be bought again."
            )
        return env._(
            "Half of all customers buy a category again within %(all)s days; of this one too "
            "little is known.",
            **words,
        )

    def _own(self, env, words, typed, is_known):
        own = env._("Own intervals: %(count)s, median %(median)s days", **words)
        if words["weight"] == readable(env, 100):
            return env._("%s, so regular that they alone count.", own)
        words["own"] = own
        if typed:
            return env._(
                "%(own)s, weight %(weight)s %%; the rest is what was typed for the category, "
                "%(typical)s days.",
                **words,
            )
        if words["typical"] != readable(env, 0):
            return env._(
                "%(own)s, weight %(weight)s %%; the rest is the category, half of whose buyers buy "
                "again within %(typical)s days.",
                **words,
            )
        if is_known:
            return env._(
                "%(own)s, weight %(weight)s %%; the rest is the category, fewer than half of whose "
                "buyers were seen to buy again.",
                **words,
            )
        if words["all"] != readable(env, 0):
            return env._(
                "%(own)s, weight %(weight)s %%; the rest is all categories, as too little is "
                "known of this one.",
                **words,
            )
        return env._("%s, which is all that is known.", own)


def picture(rows, days, today):
    """What the client draws: a row a category, a dot a day on which it was bought, and when it is
    expected next; ``False`` without any.

    :param rows: ``customer.purchase.rhythm`` of one customer
    :param days: dict category id → dates on which it was bought
    """
    env = rows.env
    first = today - timedelta(days=DRAWN_DAYS)
    shown = rows.sorted(lambda r: (bool(r.lost_since), r.due_date or today, r.id))[:DRAWN_ROWS]
    drawn = {
        row: [day for day in days.get(row.category_id.id, ()) if day >= first] for row in shown
    }
    every = [day for some in drawn.values() for day in some]
    if not shown:
        return False
    ahead = [row.window_to or row.due_date or today for row in shown if not row.lost_since]
    last = min(max([today, *ahead]), today + timedelta(days=DRAWN_DAYS // 2))
    axis = Axis(min([today, *every]), last + timedelta(days=1))
    return {
        "rows": [_drawn_row(env, axis, row, some, today) for row, some in drawn.items()],
        "ticks": axis.ticks(env),
        "today": axis.x(today),
        "left_out": len(rows) - len(shown),
    }


def _drawn_row(env, axis, row, days, today):
    result = {
        "id": row.id,
        "name": row.category_id.display_name,
        "dots": [{"x": axis.x(day), "title": format_date(env, day)} for day in days],
        "text": row.next_text or "",
        "source": row.source_text or "",
        "late": bool(row.late_date and row.late_date <= today and not row.lost_since),
        "lost": bool(row.lost_since),
    }
    if row.lost_since:
        return result
    if row.due_date:
        result["due"] = axis.x(min(row.due_date, axis.last))
    if row.window_from and row.window_to:
        left, right = (axis.x(min(day, axis.last)) for day in (row.window_from, row.window_to))
        result["window"] = {"x": left, "width": max(round(right - left, 3), 0.5)}
    return result


def lost_lines(rows):
    """“Napkins: last bought on 3 March; was 1,900.00 € a year”, one line a category."""
    env = rows.env
    return [
        env._(
            "%(category)s: last bought on %(day)s; was %(amount)s a year",
            category=row.category_id.display_name,
            day=format_date(env, row.last_date),
            amount=row.currency_id.format(row.amount_year),
        )
        for row in rows.filtered("lost_since").sorted("amount_year", reverse=True)
    ]
