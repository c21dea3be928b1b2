from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .common import OverviewCase


@tagged("post_install", "-at_install")
class TestSnapshot(OverviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.standard_price = 60.0

    def _sums(self, rows, name):
        """A figure by tier name."""
        sums = {}
        for row in rows:
            tier = row.tier_id.name or ""
            sums[tier] = sums.get(tier, 0) + row[name]
        return {tier: value for tier, value in sums.items() if value}

    def test_present_month(self):
        """The figures of the month say something else than the lists of customers and orders."""
        noon = self.today
        self._create_own_customer("Small", (40, 300))
        for name in ("One", "Two"):
            partner = self._create_own_customer(name, (50, 900))
            self._create_order(partner, 700, date=noon)
        self._create_own_customer("Large", (70, 6000))
        self._create_own_customer("Never")
        self._grade()
        rows = self._take()
        self.assertEqual(self._sums(rows, "customer_count"), {"Bronze": 1, "Silver": 2, "Gold": 1})
        self.assertEqual(self._sums(rows, "buyer_count"), {"Bronze": 1, "Silver": 2, "Gold": 1})
        self.assertEqual(self._sums(rows, "repeat_count"), {"Silver": 2})
        self.assertEqual(self._sums(rows, "amount"), {"Silver": 1400})
        self.assertEqual(self._sums(rows, "order_count"), {"Silver": 2})
        self.assertEqual(self._sums(rows, "margin"), {"Silver": 1400 - 2 * 60})
        self.assertEqual(self._sums(rows, "first_count"), {"Bronze": 1, "Silver": 2, "Gold": 1})
        self.assertFalse(any(rows.mapped("is_final")))
        self.assertEqual(set(rows.program_id), {self.program})

    def test_counted_again(self):
        """Each night adds the same month once more."""
        self._create_own_customer("Small", (1, 300))
        self._grade()
        first = self._take()
        again = self._take()
        self.assertEqual(len(first.exists()), 0)
        self.assertEqual(self._sums(again, "customer_count"), {"Bronze": 1})

    def test_tier_of_that_time(self):
        """What was bought as Bronze is shown as bought by Gold, once the customer has risen."""
        last = self.month - relativedelta(months=1)
        partner = self._create_own_customer("Risen")
        self._create_order(partner, 400, date=last)
        self._grade(as_of=last)
        self._create_order(partner, 6000, date=self.today)
        self._grade()
        before = self._take(last)
        self.assertEqual(self._sums(before, "amount"), {"Bronze": 400})
        self.assertEqual(self._sums(before, "customer_count"), {"Bronze": 1})
        self.assertTrue(all(before.mapped("is_final")))
        rows = self._take()
        self.assertEqual(self._sums(rows, "amount"), {"Gold": 6000})
        self.assertEqual(self._sums(rows, "up_count"), {"Gold": 1})
        self._set_tier(partner, self.silver)
        rows = self._take()
        self.assertEqual(self._sums(rows, "down_count"), {"Silver": 1})
        self.assertEqual(self._sums(rows, "customer_count"), {"Silver": 1})

    def test_returned(self):
        """An order that came back in full counts as revenue and as an order."""
        partner = self._create_own_customer("Returner", (300, 2000))
        order = self._create_order(partner, 500, date=self.today)
        self._grade()
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(self._sums(self._take(), "amount"), {})

    def test_back_to_the_first_order(self):
        """A company that has worked with Odoo for a year sees an empty page until next month; or
        one that began yesterday waits for two years of nothing."""
        partner = self._create_own_customer("Old")
        long_ago = self.month - relativedelta(months=3)
        self._create_order(partner, 400, date=long_ago)
        self._grade()
        months = self.Snapshot._due_months(self.company)
        self.assertEqual(months, [self.month - relativedelta(months=n) for n in (3, 2, 1, 0)])
        for month in months:
            self._take(month)
        rows = self._rows(long_ago)
        self.assertEqual(self._sums(rows, "amount"), {"": 400}, "nobody was graded then")
        self.assertEqual(self.Snapshot._due_months(self.company), [self.month])
        self.assertNotIn(self.company, self.Snapshot._due_companies())

    def test_job(self):
        """Figures are taken by hand only; or one company that fails keeps the others waiting."""
        self._create_own_customer("Somebody", (1, 400))
        self._grade()
        take = type(self.Snapshot)._take

        def only_ours(records, company, month):
            if company == self.company:
                return take(records, company, month)
            raise ValueError("not of this test")

        with (
            patch.object(type(self.Snapshot), "_take", only_ours),
            self.enter_registry_test_mode(),
            self.assertLogs(f"odoo.addons.{self.Snapshot._module}", "ERROR")
            if self.Snapshot._due_companies() - self.company
            else self.assertNoLogs(f"odoo.addons.{self.Snapshot._module}", "ERROR"),
        ):
            self.env.ref("customer_tiering_overview.ir_cron_take").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.company.customer_tier_month_on, self.today)
        self.assertTrue(self._rows(self.month))

    def test_after_a_grading(self):
        """New figures wait for the night, also on the first day."""
        cron = self.env.ref("customer_tiering_overview.ir_cron_take")
        triggers = self.env["ir.cron.trigger"]
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self._create_own_customer("Somebody", (1, 400))
        self.company.customer_tier_month_on = False
        self._grade()._follow_up()
        self.assertGreater(triggers.search_count([("cron_id", "=", cron.id)]), before)

    def test_sums_over_months(self):
        """A pivot over a year shows twelve times as many customers, and means of percentages."""
        buyer = self._create_own_customer("Buyer", (1, 400))
        self._create_order(buyer, 400, date=self.today)
        for number in range(3):
            self._create_own_customer(f"Once {number}", (1, 300))
        self._grade()
        for n in (1, 0):
            self._take(self.month - relativedelta(months=n))
        domain = [("company_id", "=", self.company.id), ("month", "=", self.month)]
        ((count, rate),) = self.Snapshot._read_group(
            domain, [], ["customer_count:avg", "repeat_rate:avg"]
        )
        self.assertEqual((count, rate), (4, 25))
        ((count,),) = self.Snapshot._read_group(
            [("company_id", "=", self.company.id), ("tier_id", "!=", False)],
            [],
            ["customer_count:avg"],
        )
        self.assertEqual(count, 4)

    def test_merged(self):
        """The promotions of a customer who was merged into another count twice."""
        partner = self._create_own_customer("Stays", (1, 2000))
        other = self._create_own_customer("Goes", (1, 6000))
        self._grade()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((partner | other).ids, partner, extra_checks=False)
        self._grade()
        rows = self._take()
        self.assertEqual(self._sums(rows, "first_count"), {"Silver": 1})

    def test_same_cost_for_more(self):
        """Counting asks the database once more for each customer."""
        for number in range(3):
            self._create_own_customer(f"Early {number}", (1, 400))
        self._grade()
        few = self._queries()
        for number in range(6):
            self._create_own_customer(f"Later {number}", (1, 400))
        self._grade()
        self.assertEqual(self._queries(), few)

    def _queries(self):
        # What is asked once after a grading.
        self._take()
        start = self.cr.sql_log_count
        self.Snapshot._take(self.company, self.month)
        return self.cr.sql_log_count - start
