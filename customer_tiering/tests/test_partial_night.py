from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..models import customer_tier_run_error
from .common import CHUNK_SIZE, OWN, CronCase
from .ledger_common import LedgerCase

LADDER = [
    "Low",
    {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
    {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
]
# Told of gradings, not of customers.
TOLD = {"id", "graded_at"}


class NightCase(CronCase):
    """Nights that look only at whom time or news may change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"customer_tier_nightly": True, "customer_tier_check_day": "6"})

    @classmethod
    def _night(cls, day):
        """The grading of the night of a day: everything is worked off that waits."""
        Cron = type(cls.env["ir.cron"])
        # Tests keep nothing.
        going_on = patch.object(Cron, "_commit_progress", lambda *args, **kwargs: 60)
        with freeze_time(f"{day} 02:00:00"), going_on:
            cls.Run._grade_stale()
            for company in cls.Run._due_companies() & cls.company:
                run = cls.Run._daily_run(company)
                cls.Run._run_in_slices(run)
                return run

    def _nights(self, first, number):
        days = [first + timedelta(days=n) for n in range(number)]
        return [self._night(day) for day in days]

    def _rows(self, *partners):
        """All that is kept of customers of the company, by customer."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(s) FROM customer_tier_standing s WHERE company_id = %s ORDER BY id",
            [self.company.id],
        )
        rows = [row for (row,) in self.env.cr.fetchall()]
        wanted = {partner.id for partner in partners}
        return {
            row["partner_id"]: {k: v for k, v in row.items() if k not in TOLD}
            for row in rows
            if not wanted or row["partner_id"] in wanted
        }


@tagged("post_install", "-at_install")
class TestPartialNight(NightCase):
    """Monday 3 February 2025 is the first night; everybody is looked at again on Sunday the 9th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=LADDER,
            indicators=[
                {"metric": "amount", "scale": "linear", "linear_zero": 0, "linear_full": 9000}
            ],
            domain=OWN,
        )
        cls.low, cls.silver, cls.gold = cls.program.tier_ids
        with freeze_time("2025-02-03 01:00:00"):
            cls.idle = cls._own("Idle", ("2024-12-30", 1500))
            cls.leaving = cls._own("Leaving", ("2024-02-05", 6000), ("2025-01-20", 100))
        cls.first = cls._night("2025-02-03")

    @classmethod
    def _own(cls, name, *orders, **vals):
        partner = cls._create_customer(name, company_id=cls.company.id, **vals)
        for day, amount in orders:
            cls._create_order(partner, amount, date=day)
        return partner

    def _tier(self, partner):
        self.env.invalidate_all()
        return self._standing(partner).tier_id

    def test_first_looks_at_everybody(self):
        """Without a grading of everybody there is nothing that could be left as it is."""
        self.assertFalse(self.first.partial)
        self.assertEqual((self.first.looked_count, self.first.customer_count), (2, 2))

    def test_nothing_changed(self):
        """A night read two million orders to find that nothing had changed."""
        kept = self._rows()
        run = self._night("2025-02-04")
        self.assertTrue(run.partial)
        self.assertEqual(run.state, "done")
        self.assertEqual((run.looked_count, run.customer_count, run.written_count), (0, 2, 0))
        self.assertEqual(self._rows(), kept)
        self.assertEqual(str(self.company.customer_tier_graded_on), "2025-02-04")
        places = {str(t.id): {str(t.id): 1} for t in (self.silver, self.gold)}
        self.assertEqual(run.matrix, places, "the list of gradings stays true")
        self.assertIn("graded: 2 · graded anew: 0", run._summary())

    def test_day_has_come(self):
        """An order left the window, and the customer kept its tier until the week was over."""
        self._night("2025-02-04")
        run = self._night("2025-02-05")
        self.assertEqual((run.partial, run.looked_count, run.down_count), (True, 1, 1))
        self.assertEqual(self._tier(self.leaving), self.low)

    def test_looks_once(self):
        """A night with more than a chunk compared everybody again for each of them: with a million
        customers it took more than a grading of all by the bare queries."""
        for name in ("Second", "Third"):
            self._own(name, ("2024-02-05", 6000), ("2025-01-20", 100))
        self._night("2025-02-04")
        Due, looks = type(self.env["customer.tier.due"]), []
        look = Due._look

        def noted(*args, **kwargs):
            looks.append(args)
            return look(*args, **kwargs)

        with patch.object(Due, "_look", noted), patch(CHUNK_SIZE, 1):
            run = self._night("2025-02-05")
        self.assertEqual(len(looks), 1)
        self.assertEqual((run.partial, run.looked_count, run.customer_count), (True, 3, 4))
        self.assertEqual(run.down_count, 3)
        moved = sum(sum(row.values()) for row in run.matrix.values())
        self.assertEqual(moved, 4, "nobody is counted twice or left out")
        self.assertFalse(run.rest)

    def test_begun_by_an_earlier_version(self):
        """A night that was under way during an update has no list of who is left."""
        self._own("Second", ("2024-02-05", 6000), ("2025-01-20", 100))
        self._night("2025-02-04")
        Run = type(self.Run)
        step = Run._next_chunk

        def forgetful(run, *args):
            run.rest = False
            return step(run, *args)

        with patch.object(Run, "_next_chunk", forgetful), patch(CHUNK_SIZE, 1):
            run = self._night("2025-02-05")
        self.assertEqual((run.partial, run.looked_count, run.down_count), (True, 2, 2))

    def test_set_by_hand_ends(self):
        """What was set by hand until Tuesday lasted until an order left the window."""
        standing = self._standing(self.idle)
        with freeze_time("2025-02-03 09:00:00"):
            standing.write(
                {
                    "manual_tier_id": self.gold.id,
                    "manual_until": "2025-02-04",
                    "manual_reason": "Fair",
                }
            )
        self._night("2025-02-04")
        self.assertEqual(self._tier(self.idle), self.gold)
        self._night("2025-02-05")
        self.assertEqual(self._tier(self.idle), self.silver)

    def test_rules_change(self):
        """Customers kept the points of rules that were long others."""
        self.program.indicator_ids.linear_full = 3000
        run = self._night("2025-02-04")
        self.assertEqual(run.looked_count, 2)
        self.assertAlmostEqual(self._standing(self.idle).score, 50)

    def test_filter_changes(self):
        """Who came into the filter, or left it, stayed where it was."""
        other = self._create_program(
            tiers=["Other"], indicators=[], domain="[('ref', '=', 'X')]", sequence=1
        )
        self._night("2025-02-04")
        self.idle.ref = "X"
        run = self._night("2025-02-05")
        self.assertEqual(self._standing(self.idle).program_id, other)
        self.assertTrue(run.partial)
        self.leaving.active = False
        self.idle.ref = False
        run = self._night("2025-02-06")
        self.assertEqual(self._standing(self.idle).program_id, self.program)
        self.assertFalse(self._standing(self.leaving).tier_id)

    def test_new_customer(self):
        """A new contact that is a customer already had to wait for the weekly grading."""
        with freeze_time("2025-02-03 10:00:00"):
            new = self._own("New", customer_rank=1)
        run = self._night("2025-02-04")
        self.assertEqual((run.partial, run.looked_count, run.first_count), (True, 1, 1))
        self.assertEqual(self._tier(new), self.low)

    def test_unknown_until_its_day(self):
        """A stranger's order of next week begins to count on its day, and nobody knew him yet."""
        with freeze_time("2025-02-03 10:00:00"):
            stranger = self._own("Stranger", ("2025-02-06", 1200), customer_rank=0)
        for day in ("2025-02-04", "2025-02-05"):
            self._night(day)
            self.assertFalse(self._standing(stranger))
        run = self._night("2025-02-06")
        self.assertTrue(run.partial)
        self.assertEqual(self._tier(stranger), self.silver)

    def test_stranger_within_what_is_kept(self):
        """An order changed by somebody is in the queue, which goes first."""
        with freeze_time("2025-02-04 10:00:00"):
            self._create_order(self.idle, 9000, date="2025-02-04")
        self._night("2025-02-05")
        self.assertEqual(self._tier(self.idle), self.gold)

    def test_setting_changes(self):
        """What counts as an order is a setting of the company, and says nothing to customers."""
        self.company.customer_tier_count_all_orders = True
        self.assertFalse(self._night("2025-02-04").partial)
        self.assertTrue(self._night("2025-02-05").partial)

    def test_time_zone_changes(self):
        """Days begin elsewhere, and each order may be of another one."""
        self.company.partner_id.tz = "Asia/Shanghai"
        self.assertFalse(self._night("2025-02-04").partial)

    def test_tag_from_its_own_side(self):
        """A contact with an entry rule's tag was in no tier until the week was over: the tag was
        given where tags are kept, which says nothing to the contact."""
        tag = self.env["res.partner.category"].create({"name": "Trade fair"})
        rule = {"name": "Trade fair", "tier_id": self.silver.id, "tag_id": tag.id}
        self.program.entry_rule_ids = [Command.create(rule)]
        with freeze_time("2025-02-03 10:00:00"):
            silent = self._own("Silent", customer_rank=1)
        # The database's own clock is not frozen, and who is entered later is as old as each day.
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2025-01-01' WHERE id = %s", [silent.id]
        )
        self._night("2025-02-04")
        self.assertEqual(self._tier(silent), self.low)
        tag.partner_ids = [Command.link(silent.id)]
        run = self._night("2025-02-05")
        self.assertTrue(run.partial)
        self.env.invalidate_all()
        self.assertEqual(self._standing(silent).entry_rule_id, self.program.entry_rule_ids)

    def test_other_records(self):
        """Contacts announce no change of what is measured of them."""
        self._use_metric(
            kind="record",
            model_name="res.partner",
            partner_path="",
            record_domain="[('ref', '!=', False)]",
            aggregate="count",
        )
        self.assertFalse(self._night("2025-02-04").looked_count == 0)
        self.assertEqual(self._night("2025-02-05").looked_count, 1)
        self.idle.ref = "Counts"
        run = self._night("2025-02-06")
        self.assertEqual((run.partial, run.looked_count), (True, 1))
        self.assertEqual(self._numbers(self.idle, "metric")["told"], 1)
        self.idle.ref = False
        self._night("2025-02-07")
        self.assertEqual(self._numbers(self.idle, "metric")["told"], 0)

    def test_entered_by_hand_for_a_later_day(self):
        """A value of next Thursday begins to count on its day without anybody doing anything."""
        metric = self._use_metric(kind="manual")
        with freeze_time("2025-02-03 10:00:00"):
            self.env["customer.tier.value"].create(
                {
                    "partner_id": self.idle.id,
                    "metric_id": metric.id,
                    "company_id": self.company.id,
                    "date": "2025-02-06",
                    "value": 7,
                }
            )
        self._night("2025-02-04")
        self._night("2025-02-05")
        self.assertIsNone(self._numbers(self.idle, "metric")["told"])
        run = self._night("2025-02-06")
        self.assertEqual((run.partial, run.looked_count), (True, 1))
        self.assertEqual(self._numbers(self.idle, "metric")["told"], 7)

    def _use_metric(self, **vals):
        metric = self.env["customer.tier.metric"].create({"name": "Told", "code": "told", **vals})
        line = {"scale": "linear", "linear_zero": 0, "linear_full": 10}
        self.program.indicator_ids = [(0, 0, {"metric_id": metric.id, "weight": 1, **line})]
        return metric

    def test_share_of_the_best(self):
        """Where the best begin moved by somebody's order, and nobody else was asked."""
        with freeze_time("2025-02-03 10:00:00"):
            best = self._own("Best", ("2025-01-10", 3000))
            share = {"top_share": 34, "top_metric_id": self._metric("amount").id}
            vals = {"condition_ids": [Command.clear()], **share}
            self.program.tier_ids = [Command.update(self.gold.id, vals)]
        self._nights(date(2025, 2, 4), 2)
        self.assertEqual(self._tier(best), self.gold)
        with freeze_time("2025-02-05 10:00:00"):
            self._create_order(self.idle, 9000, date="2025-02-05")
        self.assertTrue(self._night("2025-02-06").partial)
        self.assertEqual(self._tier(self.idle), self.gold)
        self.assertEqual(self._tier(best), self.silver)

    def test_sunday_looks_at_everybody(self):
        """Nights could have left somebody out for ever, and nobody would have known."""
        runs = self._nights(self.first.as_of + timedelta(days=1), 6)
        self.assertEqual([run.partial for run in runs], [True] * 5 + [False])
        self.assertFalse(runs[-1].error_ids)
        self.assertTrue(runs[-1].checks)

    def test_whom_nights_left_out(self):
        """An order written past Odoo changed a tier that no night looked at; the week's grading
        says whose, and in what."""
        self._night("2025-02-04")
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 8000 WHERE partner_id = %s", [self.idle.id]
        )
        self.env.invalidate_all()
        run = self._night("2025-02-05")
        self.assertEqual(self._tier(self.idle), self.silver)
        run = self._night("2025-02-09")
        self.assertEqual(run.error_ids.partner_id, self.idle)
        self.assertIn("Tier", run.error_ids.message)
        self.assertIn("put it right", run.error_ids.remedy)
        self.assertEqual(self._tier(self.idle), self.gold)
        self.assertEqual(run.state, "done")

    def test_nights_left_out_many(self):
        """An import past Odoo would have made a problem of each of 200,000 customers."""
        self._night("2025-02-04")
        with freeze_time("2025-02-04 10:00:00"):
            others = [self._own(f"Other {n}", ("2025-01-10", 1200)) for n in range(3)]
        self._night("2025-02-05")
        everybody = [self.idle, *others]
        self.env.cr.execute(
            "UPDATE sale_order SET amount_untaxed = 8000 WHERE partner_id = ANY(%s)",
            [[partner.id for partner in everybody]],
        )
        self.env.invalidate_all()
        with patch.object(customer_tier_run_error, "MOST_LEFT_OUT", 1):
            run = self._night("2025-02-09")
        named = run.error_ids.filtered("partner_id")
        self.assertEqual(len(named), 1)
        rest = run.error_ids - named
        self.assertEqual(rest.further_count, len(everybody) - 1)
        self.assertIn("3 further customers", rest.message)
        self.assertIn("put it right", rest.remedy)
        self.assertTrue(all(self._tier(partner) == self.gold for partner in everybody))

    def test_every_night(self):
        """Who imports past Odoo can have everybody looked at every night."""
        self.company.customer_tier_check_day = "every"
        run = self._night("2025-02-04")
        self.assertEqual((run.partial, run.looked_count), (False, 2))

    def test_week_without_a_sunday(self):
        """The job did not run on Sunday, and nothing was checked for another week."""
        self.assertTrue(self._night("2025-02-08").partial)
        self.assertFalse(self._night("2025-02-10").partial)

    def test_day_long_past(self):
        """Everybody was graded as of a day in January by hand, and stayed so."""
        with freeze_time("2025-02-03 12:00:00"):
            self._grade(as_of="2025-01-10")
        self.assertFalse(self._night("2025-02-04").partial)


@tagged("post_install", "-at_install")
class TestOverdueAtNight(NightCase, LedgerCase):
    """What is owed is a day later each night, of customers of whom nothing else is new."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=LADDER, domain=OWN)
        with freeze_time("2025-02-03 01:00:00"):
            cls.debtor = cls._create_customer("Debtor", company_id=cls.company.id)
            cls._create_order(cls.debtor, 1500, date="2024-12-30")
            cls.invoices = [cls._invoice(cls.debtor, due=10) for _number in range(4)]
        cls._night("2025-02-03")

    def _delays(self):
        self.env.invalidate_all()
        standing = self._standing(self.debtor)
        return standing.worst_delay, standing.days_beyond_terms

    def test_every_night(self):
        """A night graded whoever was overdue anew, orders and all, to count one day more."""
        self.assertEqual(self._delays(), (10, 10))
        for number, day in enumerate(("2025-02-04", "2025-02-05"), start=11):
            run = self._night(day)
            self.assertEqual((run.partial, run.looked_count, run.written_count), (True, 0, 1))
            self.assertEqual(run.customer_count, 1)
            self.assertEqual(self._delays(), (number, number))

    def test_week(self):
        """The week's grading of everybody took what nights had counted for what they left out."""
        for day in range(4, 9):
            self._night(f"2025-02-0{day}")
        run = self._night("2025-02-09")
        self.assertFalse(run.partial)
        self.assertFalse(run.error_ids)
        self.assertEqual(self._delays(), (16, 16))

    def test_metric_looks_at_it(self):
        """Where it counts for the tier, it has to be graded."""
        metric = self._metric("worst_delay")
        line = {"scale": "linear", "linear_zero": 60, "linear_full": 0}
        self.program.indicator_ids = [Command.create({"metric_id": metric.id, "weight": 1, **line})]
        self._night("2025-02-04")
        run = self._night("2025-02-05")
        self.assertEqual((run.partial, run.looked_count), (True, 1))
        self.assertEqual(self._delays(), (12, 12))

    def test_cannot_be_worked_out(self):
        """Somebody whose figures cannot be refreshed was left as he was."""
        Store = type(self.env["customer.tier.store"])
        with (
            patch.object(Store, "_save_payments", side_effect=ValueError("Broken")),
            self.assertLogs("odoo.addons.customer_tiering.models.customer_tier_due", "ERROR"),
        ):
            run = self._night("2025-02-04")
        self.assertEqual(run.looked_count, 1)
        self.assertEqual(self._delays(), (11, 11))

    def test_paid(self):
        """A customer who paid stayed overdue."""
        self._night("2025-02-04")
        with freeze_time("2025-02-04 10:00:00"):
            for invoice in self.invoices:
                self._pay(invoice, 0)
        self._night("2025-02-05")
        self.env.invalidate_all()
        self.assertFalse(self._standing(self.debtor).overdue_amount)
        self.assertEqual(self._delays(), (11, 11))
        self.assertEqual(self._night("2025-02-06").looked_count, 0)


@tagged("post_install", "-at_install")
class TestSameAsEverybody(NightCase):
    """What nights keep that look at few is what nights keep that look at everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            "wholesale",
            domain=OWN,
            hold_months=1,
            review_every="month",
            notice_days=7,
            promotion_days=5,
        )
        with freeze_time("2025-02-03 01:00:00"):
            for number in range(40):
                partner = cls._create_customer(
                    f"C{number}", company_id=cls.company.id, customer_rank=1
                )
                for turn in range(number % 6):
                    days = (number * 37 + turn * (20 + number * 3)) % 420
                    amount = [300, 900, 2500, 8000, 26000][(number + turn) % 5]
                    cls._create_order(partner, amount, date=cls._days_ago(days))
        cls._night("2025-02-03")

    def test_twelve_weeks(self):
        """A night left somebody out whom grading everybody would have changed."""
        buyers = self.env["res.partner"].search([("company_id", "=", self.company.id)], order="id")

        def weeks(check_day):
            self.company.customer_tier_check_day = check_day
            looked = told = 0
            for number in range(84):
                day = self.company.customer_tier_graded_on + timedelta(days=1)
                if number % 9 == 4:
                    with freeze_time(f"{day - timedelta(days=1)} 10:00:00"):
                        buyer = buyers[number * 7 % len(buyers)]
                        self._create_order(buyer, 700 * (number % 11), date=day - timedelta(days=1))
                run = self._night(day)
                looked += run.looked_count
                told += run.customer_count
                self.assertFalse(run.error_ids, day)
            self.env.cr.execute(
                "SELECT c.date, s.partner_id, c.direction, c.reason, c.from_tier_id, c.to_tier_id,"
                " c.to_stage FROM customer_tier_change c JOIN customer_tier_standing s"
                " ON s.id = c.standing_id WHERE s.company_id = %s ORDER BY 1, 2, 3",
                [self.company.id],
            )
            return self._rows(), self.env.cr.fetchall(), looked / told

        found = {}
        for check_day in ("6", "every"):
            savepoint = self.env.cr.savepoint()
            found[check_day] = weeks(check_day)
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        (few, history, share), (everybody, known, whole) = found["6"], found["every"]
        self.assertEqual(few, everybody)
        self.assertEqual(history, known)
        self.assertEqual(whole, 1)
        self.assertLess(share, 0.5)
