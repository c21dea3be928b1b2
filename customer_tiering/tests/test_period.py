from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import CHUNK_SIZE, GATHER_LOGGER, OWN, GradingCase


class PeriodCase(GradingCase):
    """Low for everybody, silver from 1,000 and gold from 5,000 bought in a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=[
                "Low",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
            ],
            indicators=[],
            domain=OWN,
            period="calendar",
            review_every="month",
        )
        cls.low, cls.silver, cls.gold = cls.program.tier_ids

    def _buyer(self, *orders, name="Buyer"):
        """A customer with orders given as (day, amount)."""
        partner = self._create_own_customer(name)
        for day, amount in orders:
            self._create_order(partner, amount, date=day)
        return partner

    def _graded(self, partner, *days):
        """The names of the tier after gradings on some days."""
        tiers = []
        for day in days:
            with freeze_time(f"{day} 12:00:00"):
                self._grade(as_of=fields.Date.to_date(day))
                tiers.append(self._standing(partner).tier_id.name)
        return tiers

    def _said(self, record):
        sentences = record.with_user(self.salesperson).explanation["sentences"]
        return {s["kind"]: s["text"].replace("\xa0", " ") for s in sentences}

    def _add_condition(self, tier, code, value):
        metric = self._metric(code)
        tier.condition_ids = [
            Command.create({"metric_id": metric.id, "operator": ">=", "value": value})
        ]


@tagged("post_install", "-at_install")
class TestPeriod(PeriodCase):
    """Years of their own over real orders."""

    def test_kept_through_the_next_year(self):
        """Silver of 2025 is kept through 2026 and lost at the review on 1 January 2027."""
        buyer = self._buyer(("2025-01-20", 100), ("2025-04-20", 900), ("2026-02-01", 300))
        days = ("2025-02-01", "2025-04-20", "2026-01-01", "2026-07-01", "2026-12-31", "2027-01-01")
        self.assertEqual(
            self._graded(buyer, *days), ["Low", "Silver", "Silver", "Silver", "Silver", "Low"]
        )
        self.assertEqual(
            [str(change.date) for change in self._tier_changes(buyer)],
            ["2025-02-01", "2025-04-20", "2027-01-01"],
        )

    def test_anniversary(self):
        """The same from 20 January to 19 January of each year: the review after it is that of
        1 February."""
        self.program.period = "anniversary"
        buyer = self._buyer(("2025-01-20", 100), ("2025-04-20", 900), ("2026-02-01", 300))
        days = ("2025-04-20", "2026-01-19", "2027-01-01", "2027-01-19", "2027-01-20", "2027-02-01")
        self.assertEqual(
            self._graded(buyer, *days), ["Silver", "Silver", "Silver", "Silver", "Silver", "Low"]
        )

    def test_words(self):
        """Whoever asks why in July is told by which year, how long it counts, and what is missing
        in the year that runs."""
        buyer = self._buyer(("2025-04-20", 1500), ("2026-02-01", 300))
        self._graded(buyer, "2025-05-01", "2026-07-01")
        self.assertEqual(
            self._said(self._standing(buyer)),
            {
                "why": "Silver by the figures of 2025 because Amount bought in a year "
                "1,500.00 € ≥ 1,000.00 €.",
                "year": "What was reached in 2025 counts until 12/31/2026.",
                "next": "To Gold: 4,700.00 € more bought by 12/31/2026.",
                "keep": "Keeps Silver after 12/31/2026 if in 2026 Amount bought in a year "
                "≥ 1,000.00 € (so far 300.00 €).",
            },
        )
        (row,) = self._standing(buyer).explanation["rows"]
        self.assertEqual(row["value"].replace("\xa0", " "), "1,500.00 €")
        self.assertEqual(row["beside"].replace("\xa0", " "), "2026 so far: 300.00 €")

    def test_words_of_the_running_year(self):
        """What is reached now counts until the end of the next year."""
        buyer = self._buyer(("2026-02-01", 1500))
        self._graded(buyer, "2026-07-01")
        said = self._said(self._standing(buyer))
        self.assertIn("Silver by the figures of 2026 because", said["why"])
        self.assertEqual(
            said["keep"],
            "Keeps Silver until 12/31/2027 while Amount bought in a year ≥ 1,000.00 €.",
        )
        self.assertEqual(said["next"], "To Gold: 3,500.00 € more bought by 12/31/2026.")
        self.assertNotIn("year", said)
        self.assertNotIn("beside", self._standing(buyer).explanation["rows"][0])

    def test_words_of_own_years(self):
        """A year that does not begin on 1 January is named by its days."""
        self.program.period = "anniversary"
        buyer = self._buyer(("2025-03-12", 1500))
        self._graded(buyer, "2026-04-01")
        said = self._said(self._standing(buyer))
        self.assertIn("Silver by the figures of 03/12/2025 – 03/11/2026 because", said["why"])
        self.assertEqual(said["year"].split("until ")[1], "03/11/2027.")
        self.assertIn("if in 03/12/2026 – 03/11/2027 Amount", said["keep"])
        (row,) = self._standing(buyer).explanation["rows"]
        self.assertEqual(row["beside"].replace("\xa0", " "), "since 03/12/2026: 0.00 €")

    def test_words_of_who_waits_and_of_the_past(self):
        """What the figures ask for, too, is by a year; a row of the history tells that of its
        day, without a day that is over."""
        buyer = self._buyer(("2025-04-20", 5000), ("2026-02-01", 1500))
        self.program.review_every = "year"
        self._graded(buyer, "2025-05-01", "2026-07-01")
        self.program.hold_months = 36
        self._graded(buyer, "2027-02-01")
        said = self._said(self._standing(buyer))
        self.assertIn("The figures of 2026 ask for Silver: Amount", said["why"])
        change = self._tier_changes(buyer)
        self.assertIn("Gold by the figures of 2025 because", self._said(change)["why"])

    def test_days_since_the_last_order(self):
        """What grows every day is kept as it was when the year ended, and told as of today while
        the year runs, without writing the customer every night."""
        self._add_condition(self.silver, "recency_days", -1)
        old = self._buyer(("2025-12-21", 1500), ("2026-02-01", 1))
        new = self._buyer(("2026-02-01", 1500), name="New")
        self._graded(old, "2026-03-01")
        self.assertEqual(self._numbers(old, "metric")["recency_days"], 10)
        self.assertIsNone(self._numbers(new, "metric")["recency_days"])
        rows = {r["name"]: r for r in self._standing(old).explanation["rows"]}
        row = rows[self._metric("recency_days").name]
        self.assertEqual((row["value"], row["beside"]), ("10 days", "at the grading: 28 days"))
        with freeze_time("2026-03-02 12:00:00"):
            run = self._grade(as_of=fields.Date.to_date("2026-03-02"))
        self.assertEqual(run.written_count, 0)

    def test_veto_of_today(self):
        """A veto on what is not of a year holds today, whatever year the tier comes from, and the
        sentence has the value of today."""
        self.env["customer.tier.metric"].create(
            {"name": "Trouble", "code": "trouble", "kind": "manual"}
        )
        self.program.veto_ids = [
            Command.create(
                {
                    "metric_id": self._metric("trouble").id,
                    "operator": ">=",
                    "value": 5,
                    "tier_id": self.low.id,
                }
            )
        ]
        buyer = self._buyer(("2025-04-20", 1500))
        Value = self.env["customer.tier.value"].with_user(self.officer)
        vals = {"partner_id": buyer.id, "metric_id": self._metric("trouble").id}
        Value.create({**vals, "value": 1, "date": "2025-06-01"})
        self.assertEqual(self._graded(buyer, "2026-02-01"), ["Silver"])
        Value.create({**vals, "value": 7, "date": "2026-02-15"})
        self.assertEqual(self._graded(buyer, "2026-03-01"), ["Low"])
        self.assertIn(
            "would be Silver, but Trouble 7 ≥ 5", self._said(self._standing(buyer))["veto"]
        )

    def test_simulation_and_replay_agree(self):
        """Both are the same computation."""
        self._assert_replayed("2028-01")

    def test_simulation_and_replay_agree_on_anniversaries(self):
        """Of the year from 20 January 2026, which counts until 19 January 2028."""
        self.program.period = "anniversary"
        self._assert_replayed("2028-02")

    def _assert_replayed(self, lost):
        buyer = self._buyer(("2025-01-20", 100), ("2025-04-20", 900), ("2026-02-01", 5300))
        with freeze_time("2028-03-01 12:00:00"):
            run = self._grade(
                as_of=fields.Date.to_date("2028-03-01"),
                simulation=True,
                replay_from=fields.Date.to_date("2025-02-01"),
                replay_every="month",
            )
            for day in run._replay_days():
                simulated = self._grade(as_of=day, simulation=True)
                self.assertEqual(simulated.matrix, self._grade(as_of=day).matrix)
        stored = self._tier_changes(buyer)
        months = [f"{change.date:%Y-%m}" for change in stored]
        self.assertEqual(months, ["2025-02", "2025-05", "2026-02", lost])
        replayed = {m: {k: n for k, n in row.items() if n} for m, row in run.replay.items()}
        told = [{change.direction: 1} for change in stored]
        self.assertEqual(dict(zip(months, told, strict=True)), replayed)

    def test_one_customer_alone(self):
        """A button, a chunk and the night come to the same."""
        self.program.period = "anniversary"
        buyers = [
            self._buyer((f"2025-0{n}-10", 400 * n), (f"2026-0{n}-09", 2000), name=f"Buyer {n}")
            for n in range(1, 6)
        ]
        with freeze_time("2026-03-20 12:00:00"):
            with patch(CHUNK_SIZE, 2):
                self._grade()
            night = self._snapshot(buyers)
            for buyer in buyers:
                self.assertEqual(self.env["customer.tier.run"]._grade_partners(buyer), 0)
        self.assertEqual(self._snapshot(buyers), night)

    def test_share_of_the_best(self):
        """Everybody counts with the better year where the best begin; by the running one alone,
        everybody would be among the best on 1 January."""
        tier = self._create_program(
            tiers=[
                "All",
                {"name": "Best", "top_share": 50, "top_metric_id": self._metric("amount").id},
            ],
            indicators=[],
            domain=OWN,
            period="calendar",
            sequence=1,
        ).tier_ids[1]
        last, new = self._buyer(("2025-04-20", 900)), self._buyer(("2026-01-02", 1000), name="New")
        less = [
            self._buyer(("2025-04-20", 800), ("2026-01-02", 800), name="Twice"),
            self._buyer(("2025-04-20", 5), name="Little"),
        ]
        self.assertEqual(self._graded(last, "2026-02-01"), ["Best"])
        self.assertEqual(tier.top_cut, 900)
        self.assertEqual(self._standing(new).tier_id, tier)
        self.assertEqual({self._standing(partner).tier_id.name for partner in less}, {"All"})

    def test_form(self):
        """Chosen where reviews are, and rolling unless somebody does."""
        form = Form(self.env["customer.tier.program"].with_user(self.manager))
        self.assertEqual(form.period, "rolling")
        rolling = self._create_program(tiers=["All"])
        self.assertEqual(rolling._policy().period, "rolling")
        self.assertEqual(self.program._policy().period, "calendar")
        self.assertEqual(self.program.copy().period, "calendar")


@tagged("post_install", "-at_install")
class TestPeriodOfRecords(PeriodCase):
    """Metrics that are read by queries of their own agree with those over orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Metric = cls.env["customer.tier.metric"]
        record = {
            "kind": "record",
            "model_name": "sale.order",
            "partner_path": "partner_id",
            "record_domain": "[('state', '=', 'sale')]",
        }
        for months in (12, 6, 0):
            common = {"window_months": months}
            Metric.create(
                [
                    {
                        **record,
                        **common,
                        "name": f"Counted {months}",
                        "code": f"counted_{months}",
                        "date_path": "date_order",
                    },
                    {
                        **common,
                        "name": f"Orders {months}",
                        "code": f"orders_{months}",
                        "kind": "order",
                        "measure": "order_count",
                    },
                ]
            )
        Metric.create({**record, "name": "Undated", "code": "undated", "date_path": False})
        Metric.create({"name": "By Hand", "code": "by_hand", "kind": "manual"})
        codes = [f"{name}_{months}" for name in ("counted", "orders") for months in (12, 6, 0)]
        cls.program.indicator_ids = [
            Command.create({"metric_id": cls._metric(code).id, "scale": "linear"})
            for code in [*codes, "undated", "by_hand"]
        ]

    def _assert_agree(self, partner):
        for kind in ("metric", "running"):
            values = self._numbers(partner, kind)
            for months in (12, 6, 0):
                self.assertEqual(
                    values[f"counted_{months}"], values[f"orders_{months}"], (kind, months)
                )

    def _history(self, name, shift):
        """Orders at and around the ends of years, some by a contact, some at the end of a day."""
        partner = self._create_own_customer(name)
        contact = self._create_own_customer("Contact", parent_id=partner.id)
        day = fields.Date.to_date("2024-01-31") + timedelta(days=shift)
        for number, step in enumerate((0, 150, 170, 30, 1, 364, 1, 180, 1)):
            day += timedelta(days=step)
            moment = fields.Datetime.to_datetime(f"{day} 22:30:00")
            self._create_order(contact if number % 2 else partner, 200, date=moment)
        return partner

    def test_as_orders(self):
        """The same orders counted in two ways, in the running year and in the last one."""
        self.company.partner_id.tz = "Europe/Brussels"
        partners = [self._history(f"History {shift}", shift) for shift in (0, 15, 28, 29, 60, 335)]
        for period in ("calendar", "anniversary", "rolling"):
            self.program.period = period
            for day in ("2025-01-01", "2025-12-31", "2026-01-30", "2026-01-31", "2026-03-01"):
                with freeze_time(f"{day} 12:00:00"):
                    self._grade(as_of=fields.Date.to_date(day))
                with self.subTest(period=period, day=day):
                    for partner in partners if period != "rolling" else ():
                        self._assert_agree(partner)
                        self.assertEqual(self._numbers(partner, "metric")["undated"], 9)

    def test_some_are_graded_by_the_last_year(self):
        """The comparison would prove little if it only ever saw one of the two."""
        partner = self._buyer(("2025-02-10", 600), ("2025-12-31", 600), ("2026-01-01", 1))
        for period, counted, so_far in (("calendar", 2, 1), ("anniversary", 3, 0)):
            self.program.period = period
            self._graded(partner, "2026-02-15")
            self._assert_agree(partner)
            self.assertEqual(self._numbers(partner, "metric")["counted_12"], counted)
            self.assertEqual(self._numbers(partner, "running")["counted_12"], so_far)

    def test_by_hand(self):
        """The value that counted when the year ended, for each customer's own year."""
        partner = self._buyer(("2025-02-10", 1200))
        for day, value in (("2025-06-01", 10), ("2026-01-10", 20), ("2026-02-10", 30)):
            self.env["customer.tier.value"].with_user(self.officer).create(
                {
                    "partner_id": partner.id,
                    "metric_id": self._metric("by_hand").id,
                    "date": day,
                    "value": value,
                }
            )
        for period, value in (("calendar", 10), ("anniversary", 20)):
            self.program.period = period
            self._graded(partner, "2026-02-15")
            self.assertEqual(self._numbers(partner, "metric")["by_hand"], value)
            self.assertEqual(self._numbers(partner, "running")["by_hand"], 30)

    def test_who_never_ordered(self):
        """Without a first order a year is that of the calendar."""
        never = self._create_own_customer("Never")
        never.customer_rank = 1
        self._buyer(("2025-02-10", 1200))
        metric = self._metric("counted_12")
        metric.record_domain = "[('state', '=', 'draft')]"
        for day in ("2025-12-31", "2026-01-01", "2026-01-02"):
            self._create_order(never, date=day, state="draft")
        self.program.period = "anniversary"
        self._graded(never, "2026-02-15")
        self.assertEqual(self._numbers(never, "metric")["counted_12"], 2)

    def test_records_behind(self):
        """The list that a value opens holds what was counted in the year that decided."""
        partner = self._buyer(
            ("2024-02-10", 1), ("2025-02-09", 600), ("2025-02-10", 600), ("2026-01-01", 1)
        )
        for period in ("calendar", "anniversary"):
            self.program.period = period
            for day in ("2025-06-01", "2026-02-01", "2026-02-15"):
                self._graded(partner, day)
                standing = self._standing(partner)
                for code in ("counted_12", "orders_12", "counted_0", "orders_6"):
                    with self.subTest(period=period, day=day, code=code), freeze_time(day):
                        action = standing.action_open_records(self._metric(code).id)
                        found = self.env["sale.order"].search_count(action["domain"])
                        self.assertEqual(found, self._numbers(partner, "metric")[code])

    def test_broken_metric(self):
        """What cannot be read is unknown in both years and told once; everybody else is graded."""
        partner = self._buyer(("2025-02-10", 1200))
        metric = self._metric("counted_12")
        Metric = type(self.env["customer.tier.metric"])
        whole = Metric._record_query

        def broken(metric, company, as_of, scope, span=None):
            if metric.code == "counted_12" and span:
                raise ValueError("Out of order")
            return whole(metric, company, as_of, scope, span)

        with (
            patch.object(Metric, "_record_query", broken),
            mute_logger(GATHER_LOGGER),
            freeze_time("2026-02-15"),
        ):
            run = self._grade(as_of=fields.Date.to_date("2026-02-15"))
        self.assertEqual(run.error_ids.metric_id, metric)
        self.assertEqual(len(run.error_ids), 1)
        self.assertEqual(self._standing(partner).tier_id, self.silver)
        self.assertIsNone(self._numbers(partner, "metric")["counted_12"])
        self.assertIsNone(self._numbers(partner, "running")["counted_12"])
