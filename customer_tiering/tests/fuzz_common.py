"""Whatever an administrator may type as a programme, on whatever may stand in a database."""

import random
from contextlib import contextmanager, suppress

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import OWN
from .ledger_common import LedgerCase

# Typed by somebody who leans on a key.
EXTREME = [0, -1, 1, 99_999, 10**9, 2**31 - 1]


class Undone(Exception):
    pass


class Typist:
    """What an administrator may type into the forms of a programme, sense or nonsense."""

    def __init__(self, case, seed):
        self.case, self.random = case, random.Random(seed)
        metrics = case.env["customer.tier.metric"].search([])
        self.metrics = metrics.ids
        self.manual = metrics.filtered(lambda m: m.kind == "manual").ids

    def number(self, *usual):
        return self.random.choice(EXTREME if self.random.random() < 0.03 else usual)

    def one(self, *options):
        return self.random.choice(options)

    def some(self, most, make):
        return [make(place) for place in range(self.random.randint(0, most))]

    def threshold(self):
        usual = (0, 0.5, 1, 2, 3, 10, 30, 33.33, 90, 100, 500, 1000, 1000.01, 5000, -100)
        return self.number(*usual)

    def commands(self, most, make):
        return [Command.create(vals) for vals in self.some(most, make)]

    def condition(self, _place=0):
        return {
            "metric_id": self.one(*self.metrics),
            "operator": self.one(">=", ">", "<=", "<"),
            "value": self.threshold(),
            "keep_value": self.one(0, 0, 0, 0, self.threshold()),
        }

    def tier(self, place):
        # Mostly rising: a higher tier that is easier to reach is refused.
        score = self.one(0, 20 * place, 20 * place, 20 * place + 0.01, self.one(0, 50, 100))
        return {
            "name": f"Tier {place}",
            "sequence": self.one(place, place, place, 2),
            "min_score": score,
            "keep_score": self.one(0, 0, score / 2, score),
            "condition_match": self.one("all", "any"),
            "condition_ids": self.commands(2, self.condition),
            "top_share": self.one(0, 0, 0, 0.01, 20, 100),
            "top_metric_id": self.one(False, *self.metrics),
        }

    def bands(self):
        starts = {self.threshold() for _place in range(self.random.randint(1, 6))}
        points = (0, 10, 33.33, 50, 100)
        return [
            Command.create({"value_from": start, "points": self.one(*points)})
            for start in sorted(starts)
        ]

    def indicator(self, place):
        scale = self.one("bands", "bands", "quantile", "linear")
        return {
            "metric_id": self.one(*self.metrics),
            "weight": self.one(0, 0.01, 1, 1, 2, 12.5),
            "scale": scale,
            "direction": self.one("high", "low"),
            "quantile_count": self.one(2, 3, 5, 20),
            "linear_zero": self.threshold(),
            "linear_full": self.threshold(),
            "band_ids": self.bands() if scale == "bands" else [],
            "rfm_role": scale != "linear" and self.one(False, *"rfm"[place : place + 1]),
        }

    def segment(self, place):
        vals = {"name": f"Segment {place}", "sequence": self.one(1, 2)}
        for letter in "rfm":
            low = self.random.randint(1, 5)
            vals |= {f"{letter}_min": low, f"{letter}_max": self.random.randint(low, 5)}
        return vals

    def program(self):
        loyal = self.one(0.01, 1, 1.5)
        mature = loyal + self.one(0, 0.5, 2)
        return {
            "name": "Any",
            "company_id": self.case.company.id,
            "domain": OWN,
            "min_coverage": self.one(0, 0, 0.5, 1),
            "rfm_mode": self.one("three", "mean"),
            "typical_interval_days": self.number(0, 1, 30, 1000),
            "promotion": self.one("at_once", "review", "after"),
            "promotion_days": self.number(0, 1, 14, 100),
            "hold_months": self.number(0, 0, 1, 12),
            "review_every": self.one("day", "month", "quarter", "year", "dates", "anniversary"),
            "review_dates": self.one("06-30, 12-31", "02-29", "1-1;12-31 06-30"),
            "misses": self.number(1, 1, 2),
            "notice_days": self.number(0, 0, 1, 30),
            "one_level": self.one(True, False),
            "approval": self.one("none", "none", "up", "down", "both"),
            "period": self.one("rolling", "rolling", "calendar", "anniversary"),
            "stage_new_days": self.number(1, 90),
            "stage_new_orders": self.number(1, 2),
            "stage_loyal_orders": self.number(4, 10),
            "stage_loyal_ratio": loyal,
            "stage_mature_ratio": mature,
            "stage_lost_ratio": mature + self.number(0.01, 2),
            "stage_min_orders": self.number(2, 3, 4),
            "stage_dormant_days": self.number(1, 30, 90),
            "stage_lost_days": self.number(91, 180),
            "stage_won_back_days": self.number(1, 90),
            "tier_ids": self.commands(3, self.tier) + [Command.create(self.tier(4))],
            "indicator_ids": self.commands(4, self.indicator),
            "segment_ids": self.commands(3, self.segment),
        }

    def additions(self, program):
        """What refers to the tiers: field of the programme and values, one after the other."""
        tiers = program.tier_ids.ids
        if not tiers:
            return
        for _place in range(self.random.randint(0, 2)):
            yield (
                "veto_ids",
                {
                    "metric_id": self.one(*self.metrics),
                    "operator": self.one(">=", ">", "<=", "<"),
                    "value": self.threshold(),
                    "tier_id": self.one(*tiers),
                },
            )
        for place in range(self.random.randint(0, 2)):
            yield (
                "entry_rule_ids",
                {
                    "name": f"Entry {place}",
                    "tag_id": self.one(False, self.case.tag.id),
                    "metric_id": self.one(False, *self.manual),
                    "min_value": self.threshold(),
                    "tier_id": self.one(*tiers),
                    "follow_up_days": self.number(0, 1, 30),
                },
            )


class FuzzCase(LedgerCase):
    """Twelve customers with scattered orders and invoices, and programmes that somebody types."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create({"name": "Fair"})
        cls.partners = cls.env["res.partner"].browse()
        for number in range(12):
            cls.partners |= cls._create_own_customer(
                f"Customer {number}", category_id=[Command.set(cls.tag.ids * (number % 2))]
            )
        orders = [
            cls._create_order(cls.partners[number % 10], 100, date=20 + number, name=f"O{number}")
            for number in range(40)
        ]
        cls.orders = cls.env["sale.order"].union(*orders)
        for number, partner in enumerate(cls.partners[:6]):
            for due in (300, 100, 20)[: number % 3 + 1]:
                invoice = cls._invoice(partner, 50 + number, due=due)
                if due != 20:
                    cls._pay(invoice, due - 10 * number)
        cls.env.flush_all()

    @contextmanager
    def _undone(self):
        with suppress(Undone), self.env.cr.savepoint():
            yield
            raise Undone
        self.env.invalidate_all()

    def _accepted(self, action):
        """The result of what a user may do, None where it is refused in words."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                result = action()
                self.env.flush_all()
                return result
        except (UserError, IntegrityError):
            self.env.invalidate_all()
            return None

    def _type_program(self, typist):
        Program = self.env["customer.tier.program"].with_user(self.manager)
        program = self._accepted(lambda: Program.create(typist.program()))
        if not program:
            return None
        for name, vals in typist.additions(program):
            self._accepted(lambda n=name, v=vals: program.write({n: [Command.create(v)]}))
        return program.sudo()

    def _scatter_orders(self, rng):
        """Ties, nothing, returns, fortunes, the same day, the future and long ago."""
        for order in self.orders:
            days = rng.choice([-30, 0, 0, 1, 29, 30, 31, 90, 365, 366, 730, rng.randint(0, 900)])
            amount = rng.choice([0, 100, 100, 1000, -50, 33.33, 5e8, 1e12, rng.randint(1, 5000)])
            self.env.cr.execute(
                "UPDATE sale_order SET date_order = %s, amount_untaxed = %s, partner_id = %s "
                "WHERE id = %s",
                (
                    self._days_ago(days),
                    amount,
                    # Most orders are of few, and some customers have none.
                    self.partners[min(rng.randint(0, 9), rng.randint(0, 9))].id,
                    order.id,
                ),
            )
        self.env.invalidate_all()
