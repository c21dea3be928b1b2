"""What comes of a scenario, as it is shown: tables whose numbers open their customers."""

import json

from odoo.addons.customer_tiering.explain.words import (
    bracketed,
    clauses,
    labelled,
    percent,
    readable,
)
from odoo.addons.customer_tiering.tools import sentences
from odoo.tools import format_date, formatLang
from odoo.tools.i18n import format_list

from . import rules_tried

# How customers wait for a tier that they keep for now, by the words of ``movement.REASONS``.
WAITS = ("hold", "review", "miss", "notice", "locked", "approval")


def movement_text(scenario, rules):
    """The rules of movement in words.

    :param rules: dict by the names of ``rules_tried.MOVEMENT``
    """
    env = scenario.env
    reviews = dict(scenario._fields["review_every"]._description_selection(env))
    parts = [
        _guarantee(env, rules["hold_months"]),
        env._("review: %s", reviews.get(rules["review_every"], "")),
        env._("one level at a time") if rules["one_level"] else env._("to where the figures are"),
    ]
    return " · ".join(parts)


def _guarantee(env, months):
    if months == 1:
        return env._("guaranteed for a month")
    return env._("guaranteed for %s months", months) if months else env._("no guarantee")


def change_text(scenario):
    """What is tried, in a line; empty while nothing is."""
    parts = [
        labelled(scenario.env, line.tier_id.name, line._text(line.then))
        if line.tier_id
        else line._text(line.then)
        for line in scenario.line_ids
        if line.is_changed and line._record()
    ]
    known = (scenario.rules or {}).get("movement", {})
    if any(scenario[name] != value for name, value in known.items()):
        parts.append(movement_text(scenario, {name: scenario[name] for name in known}))
    return clauses(scenario.env, parts)


def differences(scenario, before, program):
    """Sentences on what a scenario tries nothing of and is different in the programme by now.

    :param before: result of ``rules_tried.parts`` when it was begun
    """
    env, now = scenario.env, rules_tried.parts(program)
    asks = dict(program._fields["approval"]._description_selection(env))
    found = []
    for name, title in (("filter", env._("Filter")), ("approval", env._("Approval"))):
        if name in before and before[name] != now[name]:
            old, new = (asks.get(of[name], of[name]) or env._("none") for of in (before, now))
            found.append(
                env._("%(what)s: %(now)s instead of %(before)s", what=title, now=new, before=old)
            )
    for name, title in (
        ("tiers", env._("Tier")),
        ("vetoes", env._("Veto")),
        ("entries", env._("Entry rule")),
        ("indicators", env._("Indicator")),
    ):
        old, new = before.get(name, now[name]), now[name]
        for key in {**old, **new}:
            values = {"what": title, "name": new.get(key) or old.get(key)}
            if key not in old:
                found.append(env._("%(what)s “%(name)s” is new", **values))
            elif key not in new:
                found.append(env._("%(what)s “%(name)s” is gone", **values))
            elif old[key] != new[key]:
                found.append(
                    env._("%(what)s “%(name)s” instead of “%(before)s”", before=old[key], **values)
                )
    old = before.get("scales", now["scales"])
    changed = [key for key in old if key in now["scales"] and old[key] != now["scales"][key]]
    return found + [
        env._("Points for “%s” are given otherwise", now["indicators"][key]) for key in changed
    ]


def results(scenario):
    """Everything that comes of a scenario that is not applied yet, as HTML."""
    worked = scenario.worked or {}
    key = scenario._key()
    if scenario.is_large:
        if worked.get("key") != key:
            return _waiting(scenario)
        found = _read("Comparison", worked["comparisons"])
    else:
        found = scenario._workings().compare(scenario._all_tried())
    years = _read("Year", worked["years"]) if worked.get("year_key") == key else []
    return _render(scenario, found, years)


def kept_results(scenario):
    """What was shown when a scenario was applied."""
    worked = scenario.worked or {}
    found = _read("Comparison", worked.get("comparisons", []))
    return found and _render(scenario, found, [], kept=True)


def _read(name, kept):
    from odoo.addons.customer_tiering.grading import whatif

    return [getattr(whatif, name).from_json(one) for one in kept]


def _waiting(scenario):
    return scenario.env["ir.qweb"]._render(
        "customer_tiering_scenario.results_waiting", {"scenario": scenario}
    )


def _render(scenario, found, years, kept=False):
    shown = _Shown(scenario, found, years, kept)
    if not found[0].customers:
        return scenario.env["ir.qweb"]._render("customer_tiering_scenario.results_nobody", {})
    return scenario.env["ir.qweb"]._render(
        "customer_tiering_scenario.results", {"shown": shown, "kept": kept}
    )


class _Shown:
    """Rows and sentences of the tables.

    :param found: ``whatif.Comparison`` of the scenario and of those beside it
    :param years: ``whatif.Year`` of the present rules, the scenario and those beside it, or none
    :param kept: whether it is of the past, so that no number opens customers
    """

    def __init__(self, scenario, found, years, kept):
        self.scenario, self.found, self.years, self.kept = scenario, found, years, kept
        self.env = scenario.env
        self.first = found[0]
        self.program = scenario._program()
        self.beside = [] if kept else scenario._beside()
        tiers = self.program.sudo().tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
        self.tiers = tiers
        self.names = {0: self.env._("No tier"), **{tier.id: tier.display_name for tier in tiers}}
        self.rank = {id_: place for place, id_ in enumerate([0, *tiers.ids])}

    def count(self, number):
        return readable(self.env, number)

    def money(self, amount):
        return formatLang(self.env, amount, digits=0)

    def cell(self, view, key, column=0):
        """What the screen needs to open the customers of a number."""
        return "" if self.kept else json.dumps([column, view, list(key)])

    def number(self, count, view, key, column=0, text=None):
        """A number with what it opens.

        :param text: instead of the number itself
        """
        said = self.count(count) if text is None else text
        return {"count": count, "text": said, "open": count and self.cell(view, key, column)}

    # By figures and at the next grading

    def steps(self, pairs):
        """How many customers a matrix moves up and down."""
        rank = self.rank
        known = {k: n for k, n in pairs.items() if k[0] in rank and k[1] in rank}
        up = sum(n for (a, b), n in known.items() if rank[b] > rank[a])
        return up, sum(n for (a, b), n in known.items() if rank[b] < rank[a])

    def matrix(self, view):
        """Rows of one of the two views."""
        pairs = getattr(self.first, view)
        used = {id_ for key in pairs for id_ in key}
        ids = [id_ for id_ in self.rank if id_ in used]
        ids += sorted(used - set(ids))
        rows = []
        for before in ids:
            cells = []
            for after in ids:
                place, goal = self.rank.get(before, -1), self.rank.get(after, -1)
                way = (goal > place) - (goal < place)
                look = {1: "text-success", -1: "text-danger", 0: "fw-bold"}[way]
                number = self.number(pairs.get((before, after), 0), view, (before, after))
                cells.append({**number, "class": look})
            if any(cell["count"] for cell in cells):
                total = sum(cell["count"] for cell in cells)
                whole = self.number(total, view, (before, None))
                rows.append({"name": self.name(before), "cells": cells, "total": whole})
        totals = [self.number(sum(pairs.get((a, b), 0) for a in ids), view, (None, b)) for b in ids]
        return {"columns": [self.name(id_) for id_ in ids], "rows": rows, "totals": totals}

    def name(self, id_):
        if id_ in self.names:
            return self.names[id_]
        # A tier of another programme, or one that is archived.
        tier = self.env["customer.tier"].sudo().browse(id_).exists()
        return tier.display_name or str(id_)

    def figures_text(self):
        up, down = self.steps(self.first.figures)
        if not up + down:
            return self.env._("The figures ask for the same tiers as by the present rules.")
        return self.env._(
            "By the figures alone, %(up)s of %(all)s customers would be in a higher tier and "
            "%(down)s in a lower one than by the present rules.",
            up=self.count(up),
            down=self.count(down),
            all=self.count(self.first.customers),
        )

    def graded_text(self):
        up, down = self.steps(self.first.graded)
        day = format_date(self.env, self.scenario._day())
        if not up + down:
            return self.env._("A grading on %s would move nobody.", day)
        return self.env._(
            "Of the customers, a grading on %(day)s would promote %(up)s and demote %(down)s.",
            day=day,
            up=self.count(up),
            down=self.count(down),
        )

    def stays_text(self):
        """Why so many stay where their figures do not keep them."""
        from odoo.addons.customer_tiering.grading.movement import REASONS

        stays = self.first.stays
        total = sum(stays.values())
        if not total:
            return ""
        words = {
            "hold": self.env._("because their tier is guaranteed"),
            "review": self._until_review(),
            "miss": self.env._("until they have missed more reviews"),
            "notice": self.env._("until they were given notice in time"),
            "locked": self.env._("because the tier is locked"),
            "approval": self.env._("until somebody approves"),
        }
        told = [key for key in WAITS if stays[REASONS[key]]]
        if total == 1:
            return self.env._("1 customer below the tier stays for now, %s.", words[told[0]])
        parts = [
            self.env._("%(count)s %(why)s", count=self.count(stays[REASONS[key]]), why=words[key])
            for key in told
        ]
        return self.env._(
            "%(total)s customers below their tier stay for now: %(parts)s.",
            total=self.count(total),
            parts=format_list(self.env, parts),
        )

    def _until_review(self):
        """What waits for the next review, with the day where it is the same for everybody."""
        from odoo.addons.customer_tiering.grading.dates import next_review
        from odoo.addons.customer_tiering.grading.metrics import as_date, day_number
        from odoo.addons.customer_tiering.grading.policy import Review

        every = self.scenario.review_every
        if every in ("day", "anniversary"):
            return self.env._("until the next review")
        dates = self.program.sudo()._review_days() if every == "dates" else ()
        today = day_number(self.scenario._day())
        day = as_date(next_review(Review(every, dates), [today], [today])[0])
        return self.env._("until the next review (%s)", format_date(self.env, day))

    def ways(self):
        """What the sentences count, by their parts of the page: numbers with what they open."""
        up, down = self.env._("Up"), self.env._("Down")
        found = {}
        for view in ("figures", "graded"):
            numbers = self.steps(getattr(self.first, view))
            pairs = zip((up, down), numbers, ("up", "down"), strict=True)
            found[view] = [(name, self.number(n, view, (way,))) for name, n, way in pairs]
        asked = self.first.asked
        found["asked"] = [
            (self.env._("Promotions that wait for approval"), self._asked(asked, "up")),
            (self.env._("Demotions that wait for approval"), self._asked(asked, "down")),
        ]
        return {
            name: [(label, number) for label, number in rows if number["count"]]
            for name, rows in found.items()
        }

    def _asked(self, asked, way):
        return self.number(asked[way], "asked", (way,))

    def past_text(self):
        """Where customers of a past day are said to come from."""
        today = self.env["customer.tier.gather"]._today(self.program.company_id)
        if self.scenario._day() >= today:
            return ""
        return self.env._(
            "Before: the tiers of that day, as history has them. What was set by hand or locked "
            "then is not looked at."
        )

    def stays_open(self):
        return self.cell("stays", ())

    # Over a year

    def year_rows(self):
        """Rows of month and, for each set of rules, moves up and down."""
        from odoo.addons.customer_tiering.explain.timeline import format_month

        from .workings import year_days

        months = dict.fromkeys(day.replace(day=1) for day in year_days(self.scenario._day()))
        return [
            {
                "month": format_month(self.env, month),
                "cells": [
                    self._of_year(year.moves[f"{month:%Y-%m}", way], place, "moves", month, way)
                    for place, year in enumerate(self.years)
                    for way in ("up", "down")
                ],
            }
            for month in months
        ]

    def year_sums(self):
        """Rows of a name and a text for each set of rules."""
        years = list(enumerate(self.years))
        rows = [
            (
                self.env._("Moves undone within 92 days"),
                [self._of_year(year.reversals, place, "flapping") for place, year in years],
            ),
            (
                self.env._("Customers who went up and down, or down and up"),
                [
                    self._of_year(
                        year.flapping,
                        place,
                        "flapping",
                        text=self._part(year.flapping, year.customers),
                    )
                    for place, year in years
                ],
            ),
        ]
        for tier in self.tiers:
            rows.append(
                (
                    self.env._("Months in %s on average", tier.display_name),
                    [
                        self._of_year(
                            year.ever[tier.id],
                            place,
                            "ever",
                            tier.id,
                            text=formatLang(self.env, year.months_in(tier.id), digits=1),
                        )
                        for place, year in years
                    ],
                )
            )
        return rows

    def _of_year(self, count, place, kind, *key, text=None):
        """A number of the year by the present rules, which come first, or a scenario."""
        key = [f"{one:%Y-%m}" if hasattr(one, "year") else one for one in key]
        return self.number(count, "year", (kind, *key), place - 1, text)

    def _part(self, number, total):
        share = formatLang(self.env, 100 * number / total if total else 0, digits=1)
        return bracketed(self.env, self.count(number), percent(self.env, share))

    # Money

    def money_rows(self):
        """One row a tier, and the sum."""
        now, then = self.first.now, self.first.then
        tried = self.scenario._tried()
        old, new = (
            type(tried)().discounts(self.program.sudo()),
            tried.discounts(self.program.sudo()),
        )
        rows = []
        for id_ in [0, *self.tiers.ids]:
            if not now[id_, "customers"] and not then[id_, "customers"]:
                continue
            rows.append(
                {
                    "name": self.names[id_],
                    "customers": self._sides(id_),
                    **{
                        name: self._sides(
                            id_, self.money(now[id_, name]), self.money(then[id_, name])
                        )
                        for name in ("revenue", "margin", "cost")
                    },
                    "discount": [
                        readable(self.env, old.get(id_, 0)),
                        readable(self.env, new.get(id_, 0)),
                    ],
                    "growth": self._growth(id_, old.get(id_, 0), new.get(id_, 0)),
                }
            )
        return rows

    def _sides(self, id_, *texts):
        """Who is in a tier by the present rules, and by what is tried."""
        both = zip(
            (self.first.now, self.first.then),
            ((id_, None), (None, id_)),
            texts or (None, None),
            strict=True,
        )
        return [
            self.number(of[id_, "customers"], "figures", key, 0, text) for of, key, text in both
        ]

    def _growth(self, id_, before, after):
        """By how much a tier must buy more for another discount to leave as much margin."""
        from odoo.addons.customer_tiering.grading.whatif import break_even

        listed, margin = self.first.then[id_, "listed"], self.first.then[id_, "margin"]
        if before == after or listed <= 0:
            return ""
        # The margin of the price before the discount, of those who are in the tier by the variant.
        rate = (margin + listed * before / 100) / listed
        growth = break_even(before / 100, after / 100, rate)
        if growth is None:
            return self.env._("never")
        return percent(self.env, f"{100 * growth:+.1f}")

    def sums(self, name):
        return [
            self.money(sum(n for (_id, key), n in of.items() if key == name))
            for of in (self.first.now, self.first.then)
        ]

    def money_title(self):
        return self.env._("Money in Twelve Months (%s)", self.program.currency_id.name)

    def money_text(self):
        """What the cost rests on, and what its last column means."""
        then = self.first.then

        def total(name):
            return sum(n for (_id, key), n in then.items() if key == name)

        bought, guessed, own = total("bought"), total("guessed"), total("own")
        texts = [self.env._("If everybody buys the same as in the twelve months before.")]
        if bought and guessed:
            texts.append(
                self.env._(
                    "For %s %% of what was ordered the discount is estimated: these orders are "
                    "from before orders kept what they would cost without the tier.",
                    formatLang(self.env, 100 * guessed / bought, digits=0),
                )
            )
        if own:
            texts.append(
                self.env._("At prices that no tier changes, %s was ordered.", self.money(own))
            )
        if not self.program.gives_prices:
            texts.append(self.env._("The programme does not give its tiers' prices at present."))
        texts.append(
            self.env._(
                "Break-even: by so much more must the tier buy for another discount to leave as "
                "much margin."
            )
        )
        return sentences(texts)

    # On the edge, and side by side

    def edges(self):
        """Rows of the tiers that somebody is on the edge of."""
        edge = self.first.edge
        return [
            {
                "name": tier.display_name,
                "cells": [
                    self.number(edge[side, tier.id], "edge", (side, tier.id))
                    for side in ("below", "above")
                ],
            }
            for tier in self.tiers
            if edge["below", tier.id] or edge["above", tier.id]
        ]

    def columns(self):
        return [self.env._("Now"), self.scenario.name, *(other.name for other in self.beside)]

    def side_by_side(self):
        """Rows of a name and a number for the present rules and each scenario; first what each of
        them tries."""
        scenarios = [self.scenario, *self.beside]
        said = [one.change_text or self.env._("nothing") for one in scenarios]
        rows = [(self.env._("What Is Tried"), [{"text": text} for text in ("", *said)])]
        for id_ in [0, *self.tiers.ids]:
            cells = self._beside(id_, "customers")
            if any(cell["count"] for cell in cells):
                rows.append((self.names[id_], cells))
        for name, view in (
            (self.env._("By figures, %s"), "figures"),
            (self.env._("At a grading, %s"), "graded"),
        ):
            steps = [self.steps(getattr(one, view)) for one in self.found]
            for place, (way, word) in enumerate(
                (("up", self.env._("up")), ("down", self.env._("down")))
            ):
                cells = [
                    self.number(step[place], view, (way,), column)
                    for column, step in enumerate(steps)
                ]
                rows.append((name % word, [{"text": ""}, *cells]))
        for tier in self.tiers.sorted("sequence", reverse=True)[:1]:
            rows.append((self.env._("Revenue in %s", tier.name), self._beside(tier.id, "revenue")))
            rows.append((self.env._("Margin in %s", tier.name), self._beside(tier.id, "margin")))
        sums = [self.first.now, *(one.then for one in self.found)]
        costs = [sum(n for (_id, key), n in of.items() if key == "cost") for of in sums]
        texts = [{"text": self.money(cost)} for cost in costs]
        rows.append((self.env._("Cost of discounts"), texts))
        if self.years:
            flaps = [self._part(year.flapping, year.customers) for year in self.years]
            rows.append(
                (
                    self.env._("Customers who went up and down, or down and up"),
                    [
                        self._of_year(year.flapping, place, "flapping", text=flaps[place])
                        for place, year in enumerate(self.years)
                    ],
                )
            )
        return rows

    def _beside(self, id_, name):
        """A number of a tier by the present rules and by each scenario."""
        cells = [self._sides(id_)[0]]
        cells += [
            self.number(one.then[id_, "customers"], "figures", (None, id_), column)
            for column, one in enumerate(self.found)
        ]
        if name == "customers":
            return cells
        sums = [self.first.now, *(one.then for one in self.found)]
        return [
            {**cell, "text": self.money(of[id_, name])}
            for cell, of in zip(cells, sums, strict=True)
        ]


# Thresholds among the customers


def sliders(scenario):
    """A picture of the customers with a slider for each threshold, as HTML."""
    rows = [] if scenario.is_large or scenario.state != "draft" else list(_slider_rows(scenario))
    return rows and scenario.env["ir.qweb"]._render(
        "customer_tiering_scenario.sliders", {"rows": rows}
    )


def _slider_rows(scenario):
    from odoo.addons.customer_tiering.grading.distribution import histogram

    lines = scenario.line_ids.filtered(
        lambda line: line.kind in ("threshold", "score") and line._origin
    )
    workings, drawn = scenario._workings(), {}
    for line in lines:
        # Empty for the score.
        code = line.condition_id.sudo().metric_id.code or ""
        if code not in drawn:
            same = lines.filtered(
                lambda other, code=code: (other.condition_id.sudo().metric_id.code or "") == code
            )
            # The axis stays where it is while thresholds are moved.
            drawn[code] = histogram(workings.values(code), same.mapped("now"))
        if len(drawn[code].counts):
            yield _slider(line, drawn[code])


def _slider(line, shape):
    highest = max(int(shape.counts.max()), 1)
    width = 100 / len(shape.counts)
    name = line._text(line.then)
    return {
        "name": f"{line.tier_id.display_name} · {name}",
        "tier": line.tier_id.display_name,
        "line": line._origin.id,
        "edges": json.dumps([float(edge) for edge in shape.edges]),
        "position": round(1000 * shape.position(line.then)),
        "now": round(100 * shape.position(line.now), 2),
        "bars": [
            {
                "x": round(place * width, 2),
                "width": round(width * 0.9, 2),
                "y": round(30 - 30 * count / highest, 2),
                "height": round(30 * count / highest, 2),
            }
            for place, count in enumerate(shape.counts.tolist())
        ],
    }
