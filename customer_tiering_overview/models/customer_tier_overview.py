from collections import Counter, defaultdict

from odoo import api, models
from odoo.addons.customer_tiering.explain.words import bracketed, labelled, percent
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.addons.customer_tiering.tools import open_list
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from ..overview_filters import MONTHS, Filters

# Colours of stages and of credit risks, as numbers of the palette that tiers have theirs from.
STAGE_COLORS = {
    "potential": 0,
    "new": 4,
    "mature": 7,
    "loyal": 10,
    "dormant": 3,
    "lost": 1,
    "won_back": 11,
}
BAND_COLORS = {"low": 10, "medium": 3, "high": 1, "unknown": 0}
UP, DOWN, OUT, FIRST = 10, 1, 0, 4
# Of who has no tier; the last one of the client's palette, which no tier has.
NONE = 12
ORDERED_AFTER = "reminded_order_count"
# What a month is told by; the sums of the snapshot.
SUMS = [
    *("customer_count", "buyer_count", "repeat_count", "amount", "order_count", "saved"),
    *("first_count", "up_count", "down_count", "out_count", "won_back_count"),
]


class CustomerTierOverview(models.AbstractModel):
    """The page *Customer Overview*: what a period came to beside the one before it, from the
    figures of the months, and where customers stand today. Each number opens what it counts."""

    _name = "customer.tier.overview"
    _description = "Customer Overview"

    # What the client asks for

    @api.model
    @api.readonly
    def read_page(self, chosen):
        """Everything on the page.

        :param chosen: dict of ``months``, ``program_id`` and ``user_id``, each may be missing
        :return: dict of plain values
        """
        self._check_rights()
        filters = Filters(self.env, chosen)
        months = self._by_month(filters)
        now, before = (self._period(months, span) for span in filters.spans)
        return {
            "title": filters.title(),
            "empty": not months,
            "choices": self._choices(filters),
            "cards": self._cards(filters, now, before),
            "tiers": self._tier_table(filters, now, before),
            "charts": self._charts(filters, months),
            "sentences": self._sentences(filters),
        }

    @api.model
    def open_figure(self, name, key, chosen):
        """The records behind a number.

        :param name: what kind of number, a method ``_open_…``
        :param key: what it is of: a dict of ``tier_id``, ``stage``, ``band``, ``month`` …
        :return: action
        """
        self._check_rights()
        opener = name in OPENERS and getattr(self, f"_open_{name}")
        if not opener or not isinstance(key, dict):
            raise UserError(self.env._("There is nothing to open."))
        return opener(Filters(self.env, chosen), key)

    def _check_rights(self):
        self.env["customer.tier.snapshot"].check_access("read")

    def _choices(self, filters):
        programs = self.env["customer.tier.program"].search(
            [("company_id", "in", self.env.companies.ids)]
        )
        groups = self.env["customer.tier.snapshot"]._read_group(
            [("company_id", "in", self.env.companies.ids)], ["user_id"]
        )
        users = self.env["res.users"].union(*(user for (user,) in groups))
        several = len(programs.company_id) > 1
        return {
            "months": [[number, filters.months_text(number)] for number in MONTHS],
            "programs": [
                [p.id, bracketed(self.env, p.name, p.company_id.name) if several else p.name]
                for p in programs
            ],
            # Colleagues' names are everybody's to read; profiles are not.
            "users": [[user.id, user.name] for user in users.sudo().sorted("name")],
            "chosen": filters.plain(),
        }

    # Reading

    def _by_month(self, filters):
        """Sums by month and tier: ``{month: {tier id: Counter}}``, money in the currency of the
        user's company."""
        Snapshot = self.env["customer.tier.snapshot"]
        rows = Snapshot._read_group(
            filters.snapshots(filters.first_month()),
            ["month:month", "company_id", "tier_id"],
            [f"{name}:sum" for name in SUMS],
        )
        found = defaultdict(lambda: defaultdict(Counter))
        for month, company, tier, *sums in rows:
            values = dict(zip(SUMS, sums, strict=True))
            for name in ("amount", "saved"):
                values[name] = self._in_currency(values[name] or 0, company, month)
            found[month][tier.id].update({name: value or 0 for name, value in values.items()})
        self._add_reminders(filters, found)
        return found

    def _add_reminders(self, filters, found):
        """Orders may end reminders of months that are over."""
        rows = self.env["customer.reminder"]._read_group(
            filters.reminders(filters.first_month()), ["date:month", "state"], ["__count"]
        )
        for month, state, number in rows:
            sums = found[month][False]
            sums["reminded_count"] += number
            sums[ORDERED_AFTER] += number if state == "ordered" else 0

    def _in_currency(self, amount, company, day):
        own = self.env.company.currency_id
        if company.currency_id == own:
            return amount
        return company.currency_id._convert(amount, own, company, day)

    def _stock_by(self, filters, name):
        """Customers at the end of each month by a choice: ``{month: {key: number}}``."""
        rows = self.env["customer.tier.snapshot"]._read_group(
            filters.snapshots(filters.first_month()),
            ["month:month", name],
            ["customer_count:sum"],
        )
        found = defaultdict(Counter)
        for month, key, number in rows:
            found[month][key or ""] += number
        return found

    def _period(self, months, span):
        """Flows of a span of months by tier, and what was so at the end of it."""
        flows, last = defaultdict(Counter), months.get(span[-1], {})
        for month in span:
            for tier, values in months.get(month, {}).items():
                flows[tier].update(values)
        stocks = ("customer_count", "buyer_count", "repeat_count")
        for tier in flows.keys() | last.keys():
            for name in stocks:
                flows[tier][name] = last.get(tier, {}).get(name, 0)
        known = any(month in months for month in span)
        return {"tiers": flows, "all": sum(flows.values(), Counter()), "known": known}

    def _standings(self, filters, by):
        """Customers of today by a field."""
        rows = self.env["customer.tier.standing"]._read_group(
            filters.standings(), [by], ["__count"]
        )
        return {getattr(key, "id", key) or False: number for key, number in rows}

    # Cards

    def _cards(self, filters, now, before):
        tiers = self._standings(filters, "tier_id")
        stages = self._standings(filters, "lifecycle_stage")
        bands = self._standings(filters, "credit_band")
        then_stages = self._stock_by(filters, "lifecycle_stage").get(filters.before_month, {})
        then_bands = self._stock_by(filters, "credit_band").get(filters.before_month, {})
        graded = sum(number for tier, number in tiers.items() if tier)
        graded_then = sum(
            values["customer_count"] for tier, values in before["tiers"].items() if tier
        )
        count, money = self._count, self._money
        flow = [
            ("amount", self.env._("Revenue"), money, 1, "amount"),
            ("order_count", self.env._("Orders"), count, 1, "amount"),
            ("up_count", self.env._("Promoted"), count, 1, "moves"),
            ("down_count", self.env._("Demoted"), count, -1, "moves"),
            ("won_back_count", self.env._("Won back"), count, 1, "won_back"),
            ("reminded_count", self.env._("Reminders"), count, 0, "reminders"),
            (ORDERED_AFTER, self.env._("Orders after reminders"), count, 1, "reminders"),
        ]
        cards = [
            self._card(self.env._("Customers in tiers"), graded, graded_then, count, 1, "tier"),
            self._rate_card(now, before),
        ]
        for name, label, words, good, opener in flow:
            values = (period["all"][name] for period in (now, before))
            cards.append(self._card(label, *values, words, good, opener, {"of": name}))
        dormant = stages.get("dormant", 0), then_stages.get("dormant", 0)
        risky = bands.get("high", 0), then_bands.get("high", 0)
        cards += [
            self._card(self.env._("Dormant"), *dormant, count, -1, "tier", {"stage": "dormant"}),
            self._card(self.env._("High credit risk"), *risky, count, -1, "tier", {"band": "high"}),
        ]
        known = [before["known"]] * (len(cards) - 2) + [
            _is_known(then_stages),
            _is_known(then_bands),
        ]
        return [
            card if told else {**card, "before": "", "trend": 0, "mood": 0}
            for card, told in zip(cards, known, strict=True)
        ]

    def _card(self, label, now, before, words, good, opener, key=None):
        """A number with what it was before.

        :param good: 1 where more is better, -1 where less is, 0 where neither
        """
        change = (now > before) - (now < before)
        return {
            "label": label,
            "value": words(now),
            "before": words(before),
            "trend": change,
            "mood": change * good,
            "open": [opener, key or {}],
        }

    def _rate_card(self, now, before):
        rates = [_rate(period["all"]) for period in (now, before)]
        label = self.env._("Repurchase rate")
        return self._card(label, *rates, self._percent, 1, "rate")

    def _count(self, number):
        return formatLang(self.env, number, digits=0)

    def _percent(self, share):
        return percent(self.env, formatLang(self.env, share, digits=1))

    def _money(self, amount):
        # Whole units tell enough.
        currency = self.env.company.currency_id
        text = formatLang(self.env, amount, digits=0)
        parts = (text, currency.symbol) if currency.position == "after" else (currency.symbol, text)
        return "\u00a0".join(parts)

    # Tiers

    def _tiers(self, filters):
        tiers = self.env["customer.tier"].with_context(active_test=False)
        domain = Domain("company_id", "in", self.env.companies.ids)
        if filters.program_id:
            domain &= Domain("program_id", "=", filters.program_id)
        return tiers.search(domain)

    def _tier_table(self, filters, now, before):
        """A row for each tier, the best one first, and one for customers without any."""
        today = self._standings(filters, "tier_id")
        tiers = self._tiers(filters)
        known = {tier.id for tier in tiers.filtered("active")}
        used = known | today.keys() | now["tiers"].keys() | before["tiers"].keys()
        several = len(tiers.program_id) > 1
        rows = [
            self._tier_row(
                tier.id,
                f"{tier.name} – {tier.program_id.name}" if several else tier.name,
                tier.color,
                (today, now, before),
            )
            for tier in tiers.sorted(lambda t: (t.program_id.id, -t.sequence, -t.id))
            if tier.id in used
        ]
        if now["tiers"].get(False) or before["tiers"].get(False) or today.get(False):
            rows.append(self._tier_row(False, self.env._("No tier"), NONE, (today, now, before)))
        return rows

    def _tier_row(self, tier_id, name, color, periods):
        today, now, before = periods
        flows, then = now["tiers"].get(tier_id, Counter()), before["tiers"].get(tier_id, Counter())
        shares = [
            100 * of["amount"] / period["all"]["amount"] if period["all"]["amount"] else 0
            for of, period in ((flows, now), (then, before))
        ]
        old = before["known"]
        key = {"tier_id": tier_id}

        def cell(value, previous, words, opener, **more):
            return {
                "value": words(value),
                "before": words(previous) if old else "",
                "open": [opener, {**key, **more}],
            }

        return {
            "id": tier_id or 0,
            "name": name,
            "color": color,
            "cells": [
                cell(today.get(tier_id, 0), then["customer_count"], self._count, "tier"),
                cell(flows["amount"], then["amount"], self._money, "amount"),
                cell(*shares, self._percent, "amount"),
                cell(_rate(flows), _rate(then), self._percent, "rate"),
                cell(flows["saved"], then["saved"], self._money, "amount"),
                cell(flows["up_count"], then["up_count"], self._count, "moves", of="up_count"),
                cell(
                    flows["down_count"], then["down_count"], self._count, "moves", of="down_count"
                ),
            ],
        }

    # Charts

    def _charts(self, filters, months):
        shown = filters.shown_months()
        labels = [filters.label(month) for month in shown]
        tiers = self._tiers(filters)
        used = {tier for month in shown for tier in months.get(month, {})}
        series = [(t.id, t.name, t.color) for t in tiers.sorted("sequence") if t.id in used]
        if False in used:
            series.insert(0, (False, self.env._("No tier"), NONE))
        keys = [f"{month:%Y-%m-%d}" for month in shown]

        def by_tier(value, only_tiers=False):
            return [
                {
                    "label": name,
                    "color": color,
                    "key": {"tier_id": tier},
                    "data": [value(months.get(month, {}).get(tier, Counter())) for month in shown],
                }
                for tier, name, color in series
                if tier or not only_tiers
            ]

        common = {"labels": labels, "months": keys}
        return [
            {
                **common,
                "title": self.env._("Customers by tier"),
                "type": "bar",
                "open": "snapshot",
                "datasets": by_tier(lambda v: v["customer_count"]),
            },
            {
                **common,
                "title": self.env._("Moves between tiers"),
                "type": "bar",
                # Those down are drawn downwards.
                "unsigned": True,
                "open": "moves",
                "datasets": self._move_series(months, shown),
            },
            {
                **common,
                "title": self.env._("Revenue by tier"),
                "type": "bar",
                "open": "snapshot",
                "datasets": by_tier(lambda v: round(v["amount"])),
            },
            {
                **common,
                "title": self.env._("Repurchase rate by tier (%)"),
                "type": "line",
                "open": "snapshot",
                "datasets": by_tier(lambda v: round(_rate(v), 1), only_tiers=True),
            },
            {
                **common,
                "title": self.env._("Customers by stage"),
                "type": "bar",
                "open": "snapshot",
                "datasets": self._choice_series(
                    filters, shown, "lifecycle_stage", "stage", STAGE_COLORS
                ),
            },
            {
                **common,
                "title": self.env._("Customers by credit risk"),
                "type": "bar",
                "open": "snapshot",
                "datasets": self._choice_series(filters, shown, "credit_band", "band", BAND_COLORS),
            },
            {
                **common,
                "title": self.env._("Reminders"),
                "type": "bar",
                "grouped": True,
                "open": "reminders",
                "datasets": self._reminder_series(months, shown),
            },
        ]

    def _sums(self, months, shown, name, sign=1):
        return [
            sign * sum(values[name] for values in months.get(month, {}).values()) for month in shown
        ]

    def _move_series(self, months, shown):
        moves = [
            ("up_count", self.env._("Promoted"), UP, 1),
            ("down_count", self.env._("Demoted"), DOWN, -1),
            ("out_count", self.env._("No tier any more"), OUT, -1),
            ("first_count", self.env._("First graded"), FIRST, 1),
        ]
        return [
            {
                "label": label,
                "color": color,
                "key": {"of": name},
                "hidden": name == "first_count",
                "data": self._sums(months, shown, name, sign),
            }
            for name, label, color, sign in moves
        ]

    def _reminder_series(self, months, shown):
        series = [
            ("reminded_count", self.env._("Reminders"), 4),
            (ORDERED_AFTER, self.env._("Orders after them"), 10),
        ]
        return [
            {
                "label": label,
                "color": color,
                "key": {"of": name},
                "data": self._sums(months, shown, name),
            }
            for name, label, color in series
        ]

    def _choice_series(self, filters, shown, field, key, colors):
        stock = self._stock_by(filters, field)
        names = self.env["customer.tier.snapshot"]._fields[field]._description_selection(self.env)
        series = [
            {
                "label": label,
                "color": colors[code],
                "key": {key: code},
                "data": [stock.get(month, {}).get(code, 0) for month in shown],
            }
            for code, label in names
        ]
        return [one for one in series if any(one["data"])]

    def _sentences(self, filters):
        """What reminders cause, in words, where that is measured."""
        if "customer.reminder.effect" not in self.env:
            return []
        Effect = self.env["customer.reminder.effect"]
        if not Effect.has_access("read"):
            return []
        # The rows of all rules of a company together.
        rows = Effect.search([("company_id", "in", self.env.companies.ids), ("kind", "=", False)])
        several = len(rows) > 1
        return [
            labelled(self.env, row.company_id.name, row.words) if several else row.words
            for row in rows
            if row.words
        ]

    # What a number opens

    def _open_tier(self, filters, key):
        """Customers of today."""
        domain = filters.standings()
        if "tier_id" in key:
            domain &= Domain("tier_id", "=", filters.number(key["tier_id"]))
        elif key.get("stage") in dict(STAGES):
            domain &= Domain("lifecycle_stage", "=", key["stage"])
        elif key.get("band") in BAND_COLORS:
            domain &= Domain("credit_band", "=", key["band"])
        else:
            domain &= Domain("tier_id", "!=", False)
        xml_id = "customer_tiering.customer_tier_standing_action"
        return open_list(self.env, xml_id, domain)

    def _open_snapshot(self, filters, key):
        """Figures of a month."""
        return self._open_snapshots(filters, key, filters.month_of(key))

    def _open_amount(self, filters, key):
        """Figures of the period."""
        return self._open_snapshots(filters, key)

    def _open_rate(self, filters, key):
        """Figures at the end of the period."""
        return self._open_snapshots(filters, key, filters.spans[0][-1])

    def _open_snapshots(self, filters, key, month=None):
        domain = filters.snapshots(*((month, month) if month else filters.bounds()))
        if "tier_id" in key:
            domain &= Domain("tier_id", "=", filters.number(key["tier_id"]))
        if key.get("stage") in dict(STAGES):
            domain &= Domain("lifecycle_stage", "=", key["stage"])
        if key.get("band") in BAND_COLORS:
            domain &= Domain("credit_band", "=", key["band"])
        xml_id = "customer_tiering_overview.customer_tier_snapshot_action_rows"
        return open_list(self.env, xml_id, domain)

    def _open_moves(self, filters, key):
        directions = {
            "up_count": "up",
            "down_count": "down",
            "out_count": "out",
            "first_count": "first",
        }
        domain = filters.changes(key)
        domain &= Domain("direction", "=", directions.get(key.get("of"), "up"))
        if "tier_id" in key:
            domain &= Domain("to_tier_id", "=", filters.number(key["tier_id"]))
        return open_list(self.env, "customer_tiering.customer_tier_change_action", domain)

    def _open_won_back(self, filters, key):
        domain = filters.changes(key)
        domain &= Domain("to_stage", "=", "won_back") & Domain("from_stage", "!=", False)
        return open_list(self.env, "customer_tiering.customer_tier_change_action_stage", domain)

    def _open_reminders(self, filters, key):
        domain = filters.reminders(*filters.days(key))
        if key.get("of") == ORDERED_AFTER:
            domain &= Domain("state", "=", "ordered")
        return open_list(self.env, "customer_tiering_reminder.customer_reminder_action", domain)


# What can be opened.
OPENERS = {"tier", "snapshot", "amount", "rate", "moves", "won_back", "reminders"}


def _is_known(stock):
    """Whether customers of a month had any of some choices."""
    return any(number for key, number in stock.items() if key)


def _rate(values):
    """Of a hundred who bought, how many did again."""
    return 100 * values["repeat_count"] / values["buyer_count"] if values["buyer_count"] else 0.0
