from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from .. import what_changed
from ..record_definition import RecordDefinition
from .common import OWN
from .test_partial_night import LADDER, NightCase


@tagged("post_install", "-at_install")
class TestWhatChanged(NightCase):
    """Nights compare again only what belongs to rows that others wrote since the last one.

    A test is one transaction, so that nothing in it is older than it is. Here nights take place
    between savepoints, whose rows are told apart like those of transactions.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        here = what_changed._here(cls.env)
        cls.server = here and here[0]
        cls.env.cr.execute("CREATE TEMP TABLE position (id int) ON COMMIT DROP")
        cls.startClassPatcher(patch.object(what_changed, "_here", cls._here))
        # Here are so few customers that any are many.
        cls.startClassPatcher(patch.object(what_changed, "MOST_SHARE", 1))
        cls.program = cls._create_program(tiers=LADDER, indicators=[], domain=OWN)
        with freeze_time("2025-02-03 01:00:00"):
            cls.one, cls.other, cls.third = (
                cls._create_customer(name, company_id=cls.company.id, customer_rank=1)
                for name in ("One", "Other", "Third")
            )
        # Who is entered after the day graded is as old as each day.
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = '2025-01-20' WHERE id = ANY(%s)",
            [[cls.one.id, cls.other.id, cls.third.id]],
        )
        cls.banks = cls.env["res.partner.bank"].create(
            [{"acc_number": f"CT{n}", "partner_id": cls.one.id} for n in range(2)]
        )
        cls._measure(model_name="res.partner.bank", partner_path="partner_id")
        cls.day = 3
        cls._next()

    def setUp(self):
        super().setUp()
        type(self).day = 4

    @classmethod
    def _here(cls, env):
        """As if all that was written so far were of transactions that are over."""
        with env.cr.savepoint(flush=False):
            env.cr.execute("INSERT INTO position VALUES (1) RETURNING xmin::text::bigint")
            return cls.server, env.cr.fetchone()[0] + 1

    @classmethod
    def _measure(cls, **vals):
        own = {"name": "Told", "code": "told", "kind": "record", "aggregate": "count"}
        metric = cls.env["customer.tier.metric"].create({**own, "record_domain": "[]", **vals})
        line = {"scale": "linear", "linear_zero": 0, "linear_full": 10}
        cls.program.indicator_ids = [(0, 0, {"metric_id": metric.id, "weight": 1, **line})]
        cls.metric = metric

    @classmethod
    def _next(cls):
        """The night of the next day."""
        run = cls._night(f"2025-02-{cls.day:02}")
        cls.day += 1
        cls.env.flush_all()
        return run

    def _told(self, partner):
        self.env.invalidate_all()
        return self._numbers(partner, "metric")["told"]

    def _changed(self, change):
        """How many customers a night looks at after a change."""
        with self.env.cr.savepoint():
            change()
        run = self._next()
        self.assertTrue(run.partial)
        return run.looked_count

    def test_nothing_changed(self):
        """A night grouped all records and joined all contacts to find that nobody had changed."""
        Due = type(self.env["customer.tier.due"])
        read = patch.object(Due, "_partners", side_effect=AssertionError("customers were compared"))
        queued = patch.object(Due, "_queued", lambda due, company, scope: [])
        summed = patch.object(
            what_changed.News, "_sums", side_effect=AssertionError("all rows were summed up")
        )
        with read, queued, summed:
            run = self._next()
        self.assertEqual((run.partial, run.looked_count, run.customer_count), (True, 0, 3))
        self.assertTrue(run.seen)
        self.assertEqual(run.seen, self.company.customer_tier_seen)

    def _compared(self):
        """Whom the next night compares for the metric, by ids; None for everybody."""
        Due, found = type(self.env["customer.tier.due"]), []
        news = Due._news

        def noted(*args):
            kept, affected = news(*args)
            found.append(affected.get("told"))
            return kept, affected

        with patch.object(Due, "_news", noted):
            self._next()
        return found[0]

    def test_what_a_night_wrote(self):
        """Whoever a night graded was compared again in the next one, for each metric and programme:
        two fifths of what a night took in which nothing had happened."""
        account = {"acc_number": "CT9", "partner_id": self.other.id}
        self.assertEqual(self._changed(lambda: self.banks.create(account)), 1)
        self.assertEqual(self._compared(), [])

    def test_night_of_several_transactions(self):
        """Each of them saw another state than the passes of the first one."""
        account = {"acc_number": "CT9", "partner_id": self.other.id}
        several = iter(["7", "8"])
        with patch.object(what_changed, "_transaction", lambda env: next(several)):
            self.assertEqual(self._changed(lambda: self.banks.create(account)), 1)
        self.assertFalse(self.company.customer_tier_seen.get("own"))
        self.assertEqual(self._compared(), [self.other.id])

    def test_seen_by_an_earlier_version(self):
        """What it kept of a table lacks a number; nothing is known then."""
        seen = self.company.customer_tier_seen
        tables = {name: kept[:3] for name, kept in seen["tables"].items()}
        self.company.customer_tier_seen = {**seen, "tables": tables}
        self.assertIsNone(self._compared())
        self.assertEqual(self._compared(), [])

    def test_first_row_of_all(self):
        """Where a table was empty, nothing that came was news."""
        self._changed(self.banks.unlink)
        kept = self.company.customer_tier_seen["tables"][f"metric:{self.metric.code}"]
        if kept[3]:
            self.env.cr.execute("DELETE FROM res_partner_bank")
            self._next()
        self._changed(lambda: self.banks.create({"acc_number": "CT9", "partner_id": self.other.id}))
        self.assertEqual(self._told(self.other), 1)

    def test_new_rows_are_added_up(self):
        """The sum over a table into which rows came is the one over all of its rows."""
        name = f"metric:{self.metric.code}"
        accounts = [{"acc_number": f"CT{n}", "partner_id": self.other.id} for n in (7, 8)]
        self._changed(lambda: self.banks.create(accounts))
        kept = self.company.customer_tier_seen["tables"][name]
        self.env.cr.execute(
            "SELECT MAX(id), SUM(hashint8extended((id::bigint << 32) | partner_id, 0))::text,"
            " COUNT(*) FROM res_partner_bank"
        )
        self.assertEqual(tuple(kept[1:]), self.env.cr.fetchone())

    def test_written(self):
        """Of a record that came, the night knew nothing."""
        account = {"acc_number": "CT9", "partner_id": self.other.id}
        self.assertEqual(self._changed(lambda: self.banks.create(account)), 1)
        self.assertEqual(self._told(self.other), 1)
        self.assertEqual(self._told(self.one), 2)

    def test_in_sql(self):
        """What an import wrote past the ORM, with the date of before, was no news."""
        self.env.flush_all()
        query = "UPDATE res_partner_bank SET active = FALSE WHERE id = %s"
        self.assertEqual(self._changed(lambda: self.env.cr.execute(query, [self.banks[0].id])), 1)
        self.assertEqual(self._told(self.one), 1)

    def test_of_another_customer(self):
        """The former customer of a record, which no longer tells of it, kept its number."""
        self.assertEqual(
            self._changed(lambda: self.banks[0].write({"partner_id": self.other.id})), 2
        )
        self.assertEqual((self._told(self.one), self._told(self.other)), (1, 1))

    def test_deleted(self):
        """What was deleted leaves no row that could be newer."""
        self.assertEqual(self._changed(self.banks[0].unlink), 1)
        self.assertEqual(self._told(self.one), 1)

    def test_contact_of_another(self):
        """A contact came to another customer with its records, which nobody wrote."""
        buyer = self._create_customer("Buyer", parent_id=self.one.id, is_company=False)
        self._changed(lambda: self.banks[0].write({"partner_id": buyer.id}))
        query = "UPDATE res_partner SET commercial_partner_id = %s, parent_id = %s WHERE id = %s"
        self.env.flush_all()
        ids = [self.other.id, self.other.id, buyer.id]
        self.assertEqual(self._changed(lambda: self.env.cr.execute(query, ids)), 2)
        self.assertEqual((self._told(self.one), self._told(self.other)), (1, 1))

    def test_leaves_the_window(self):
        """Nobody touches a record on the day on which it is too old to count."""
        self.metric.write({"date_path": "create_date", "window_months": 1})
        self.env.cr.execute(
            "UPDATE res_partner_bank SET create_date = %s WHERE id = ANY(%s)",
            ["2025-01-06 12:00:00", self.banks.ids],
        )
        self.assertEqual(self._next().looked_count, 3, "the metric is another one")
        self.assertEqual((self._next().looked_count, self._told(self.one)), (0, 2))
        self.assertEqual((self._next().looked_count, self._told(self.one)), (1, 0))

    def test_comes_and_goes(self):
        """Who became a customer, or none, stayed as before until the week was over."""
        with freeze_time("2025-02-03 10:00:00"):
            new = {"name": "New", "company_id": self.company.id, "customer_rank": 1}
            new |= {"is_company": True}
            self.assertEqual(self._changed(lambda: self.one.create(new)), 1)
        self._changed(lambda: self.other.write({"active": False}))
        self.env.invalidate_all()
        self.assertFalse(self._standing(self.other).program_id)
        self._changed(lambda: self.other.write({"active": True}))
        self.env.invalidate_all()
        self.assertEqual(self._standing(self.other).program_id, self.program)

    def test_works_here(self):
        """Contacts of people who work here are no customers; none of their rows tells."""
        user = {"name": "Clerk", "login": "ct_clerk", "partner_id": self.other.id}
        users = self.env["res.users"].with_context(no_reset_password=True)
        self._changed(lambda: users.create(user))
        self.env.invalidate_all()
        self.assertFalse(self._standing(self.other).program_id)

    def test_standing_is_gone(self):
        """A customer whose grading was deleted was never graded again."""
        query = "DELETE FROM customer_tier_standing WHERE partner_id = %s"
        self.env.flush_all()
        found = self._changed(lambda: self.env.cr.execute(query, [self.third.id]))
        self.assertEqual(found, 1)
        self.assertTrue(self._standing(self.third))

    def test_filter_over_other_records(self):
        """What a filter asks of other records is not on the contact."""
        tag = self.env["res.partner.category"].create({"name": "Before"})
        self.other.category_id = tag
        own = [("company_id", "=", self.company.id), ("category_id.name", "=", "After")]
        self.program.domain = str(own)
        self._next()
        self.assertFalse(self.company.customer_tier_seen["selection"])
        self._changed(lambda: tag.write({"name": "After"}))
        self.env.invalidate_all()
        self.assertEqual(self._standing(self.other).program_id, self.program)

    def test_graded_meanwhile(self):
        """A record that came and went between two nights was counted by a grading of its customer
        alone, and by nobody else."""
        self._next()
        account = self.banks.create({"acc_number": "CT9", "partner_id": self.other.id})
        with freeze_time("2025-02-04 10:00:00"), self.env.cr.savepoint():
            self.Run._grade_partners(self.other, self.company)
        self.assertEqual(self._told(self.other), 1)
        account.unlink()
        self.assertEqual((self._next().looked_count, self._told(self.other)), (1, 0))

    def test_restored_elsewhere(self):
        """Transactions of another server have other numbers: all would look old, or new."""
        query = "UPDATE res_partner_bank SET active = FALSE WHERE id = %s"
        self.env.flush_all()
        self.env.cr.execute(query, [self.banks[0].id])
        with patch.object(type(self), "server", "elsewhere"):
            self.assertEqual(self._next().looked_count, 1)
            self.assertEqual(self.company.customer_tier_seen["server"], "elsewhere")

    def test_long_ago(self):
        """After two thousand million transactions their numbers begin anew."""
        seen = self.company.customer_tier_seen
        far = {**seen, "transaction": seen["transaction"] - 2**31}
        self.assertFalse(what_changed.News.since(self.env, far).then)
        self.assertFalse(what_changed.News.since(self.env, {**seen, "transaction": 2**40}).then)
        self.assertTrue(what_changed.News.since(self.env, seen).then)

    def test_whom_a_night_missed(self):
        """A night that missed somebody because of how it looks for news was told by nobody: the
        week's grading noticed it by itself, and took it for due."""
        self._next()
        # As a row that is of no later transaction than the night.
        self.env.cr.execute(
            "UPDATE res_partner_bank SET active = FALSE WHERE id = %s", [self.banks[0].id]
        )
        self.assertEqual(self._next().looked_count, 0)
        run = self._night("2025-02-09")
        self.assertTrue(run.checks)
        self.assertEqual(run.error_ids.filtered("left_out").partner_id, self.one)
        self.assertEqual(self._told(self.one), 1)
        self.assertFalse(self.company.customer_tier_seen, "all is compared the next night")

    def test_problems(self):
        """Whoever could not be graded was not tried again in the next night."""
        Pipeline = type(self.env["customer.tier.pipeline"])
        broken = patch.object(Pipeline, "_check_finite", side_effect=ValueError("broken"))
        with broken, self.assertLogs("odoo.addons.customer_tiering", "ERROR"):
            self._changed(
                lambda: self.banks.create({"acc_number": "CT9", "partner_id": self.other.id})
            )
        self.assertFalse(self.company.customer_tier_seen)
        self.assertEqual((self._next().looked_count, self._told(self.other)), (1, 1))

    def test_old_day(self):
        """As of a day long past nothing is known of the state of tables."""
        run = self.Run.create({"company_id": self.company.id, "as_of": "2025-01-01"})
        with freeze_time("2025-02-04 10:00:00"):
            run.action_run()
        self.assertFalse(self.company.customer_tier_seen)

    def test_what_tells_less(self):
        """A path over other records, or another currency, is no column of the record."""

        def source(**vals):
            self.metric.write({"partner_path": "partner_id", "aggregate": "count", **vals})
            definition = RecordDefinition(self.metric.sudo())
            return definition.rows(self.company, date(2025, 2, 4), date(2025, 2, 3))

        self.assertTrue(source())
        self.assertIsNone(source(record_domain="[('partner_id.ref', '!=', False)]"))
        own = {"record_domain": "[]", "model_name": "sale.order"}
        self.assertTrue(source(**own, date_path="date_order"))
        self.assertIsNone(source(**own, aggregate="sum", measure_path="amount_untaxed"))
        self.assertIsNone(source(**own, date_path="partner_id.create_date"))
        lines = {"model_name": "sale.order.line", "date_path": False, "measure_path": False}
        self.assertIsNone(source(**lines, partner_path="order_id.partner_id"))
