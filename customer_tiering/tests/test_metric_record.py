import math
from datetime import datetime
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .common import CHUNK_SIZE, GATHER_LOGGER
from .program_common import RecordCase


@tagged("post_install", "-at_install")
class TestRecordMetric(RecordCase):
    def test_aggregates(self):
        """Each of them, also for whoever has nothing: zero where things are counted, unknown
        where nothing can be said."""
        busy, idle = self._create_own_customer("Busy"), self._create_own_customer("Idle")
        for amount in (10.5, 20, 20):
            self._create_order(busy, amount, date=3)
        expected = {
            "count": (3, 0),
            "count_distinct": (2, 0),
            "sum": (50.5, 0),
            "avg": (16.83, None),
            "min": (10.5, None),
            "max": (20, None),
        }
        metric = self._create_metric(measure_path="amount_untaxed")
        for aggregate, (value, others) in expected.items():
            with self.subTest(aggregate):
                metric.aggregate = aggregate
                got = self._read(metric, busy, idle)
                self.assertEqual(got[0], value)
                self.assertTrue(math.isnan(got[1]) if others is None else got[1] == others)

    def test_paths(self):
        """Lines lead to customer, day and amount only through their order."""
        customer = self._create_own_customer()
        self._create_order(customer, date=5, lines=[{"product_uom_qty": 2}, {"product_uom_qty": 5}])
        self._create_order(customer, date=800, lines=[{"product_uom_qty": 90}])
        metric = self._create_metric(
            model_name="sale.order.line",
            partner_path="order_id.partner_id",
            date_path="order_id.date_order",
            record_domain="[('order_id.state', '=', 'sale')]",
            aggregate="sum",
            measure_path="product_uom_qty",
        )
        self.assertEqual(self._read(metric, customer), [7])
        metric.write({"aggregate": "max", "measure_path": "order_id.amount_untaxed"})
        self.assertEqual(self._read(metric, customer), [700])
        self.product.categ_id = self.env["product.category"].create({"name": "Coffee"})
        metric.write({"aggregate": "count_distinct", "measure_path": "product_id.categ_id"})
        self.assertEqual(self._read(metric, customer), [1])

    def test_contacts_count_for_their_company(self):
        """Buyers act under their own name, some have left meanwhile; the company is graded."""
        company = self._create_own_customer("Company")
        contact = self._create_own_customer("Contact", (3, 10), parent_id=company.id)
        below = self._create_own_customer("Below", (3, 10), parent_id=contact.id)
        self._create_order(company, date=3)
        below.action_archive()
        metric = self._create_metric()
        self.assertEqual(self._read(metric, company), [3])
        owners, _values, _others = metric._values(
            self.company, self.today, lambda column: SQL("TRUE")
        )
        self.assertFalse({contact.id, below.id} & set(owners.tolist()))

    def test_contacts_themselves(self):
        """Without a path the records are contacts; a field of theirs can be measured."""
        company = self._create_own_customer("Company")
        for color in (2, 9):
            self._create_own_customer("Contact", parent_id=company.id, color=color)
        metric = self._create_metric(
            model_name="res.partner",
            partner_path=False,
            date_path=False,
            record_domain="[('parent_id', '!=', False)]",
            aggregate="max",
            measure_path="color",
        )
        self.assertEqual(self._read(metric, company), [9])
        self.assertFalse(metric.cost_warning)

    def test_window(self):
        """The day of the grading belongs to the window, the same day a year before does not;
        both are days where the company is."""
        self.company.partner_id.tz = "Asia/Shanghai"
        as_of = datetime(2024, 3, 10).date()
        customer = self._create_own_customer()
        for moment in (
            datetime(2024, 3, 10, 15, 59),
            datetime(2024, 3, 10, 16, 0),  # already the 11th there
            datetime(2023, 3, 10, 16, 0),  # the 11th: inside
            datetime(2023, 3, 10, 15, 59),
        ):
            self._create_order(customer, date=moment)
        metric = self._create_metric()
        self.assertEqual(self._read(metric, customer, as_of=as_of), [2])
        metric.window_months = 0
        self.assertEqual(self._read(metric, customer, as_of=as_of), [3])
        metric.date_path = False
        self.assertEqual(self._read(metric, customer, as_of=as_of), [4])

    def test_window_of_dates(self):
        """Fields of type date have no time zone; records without the date do not count."""
        customer = self._create_own_customer()
        for day in ("2024-03-10", "2024-03-11", "2023-03-10", "2023-03-11", False):
            self._create_order(customer, validity_date=day)
        metric = self._create_metric(date_path="validity_date")
        as_of = datetime(2024, 3, 10).date()
        self.assertEqual(self._read(metric, customer, as_of=as_of), [2])

    def test_companies(self):
        """What a customer did with another company is none of this one's business; what belongs
        to no company counts in each."""
        customer = self._create_customer()
        self._create_order(customer, date=1)
        for _n in range(2):
            self._create_order(customer, date=1, company=self.company_b)
        metric = self._create_metric()
        self.assertEqual(self._read(metric, customer), [1])
        self.assertEqual(self._read(metric, customer, company=self.company_b), [2])
        for company in (self.company.id, self.company_b.id, False):
            self._create_customer("Contact", parent_id=customer.id, company_id=company)
        shared = self._create_metric(
            code="shared",
            model_name="res.partner",
            partner_path="parent_id",
            date_path=False,
            record_domain="[]",
        )
        self.assertEqual(self._read(shared, customer), [2])

    def test_currency_at_the_rate_of_the_day(self):
        """Amounts are worth what they were on their day: today's rate would move everybody's
        tier with the market."""
        days = [self._days_ago(90), self._days_ago(5)]
        dollar = self.setup_other_currency("USD", rates=list(zip(days, (2.0, 4.0), strict=True)))
        dollar_list = self._create_pricelist("Dollar", currency_id=dollar.id)
        customer = self._create_own_customer()
        metric = self._create_metric(aggregate="sum", measure_path="amount_untaxed")
        self.assertEqual(metric.unit, "money")
        expected = 0
        # Before the first rate there is only that one.
        for days_ago in (300, 90, 6, 5, 0):
            self._create_order(customer, 100, date=days_ago, pricelist_id=dollar_list.id)
            day = self._days_ago(days_ago)
            expected += dollar._convert(100, self.company.currency_id, self.company, day)
            self.assertEqual(self._read(metric, customer), [expected], f"{days_ago} days ago")
        self.assertEqual(expected, 50 + 50 + 50 + 25 + 25)
        self._create_order(customer, 7, date=0)
        self.assertEqual(self._read(metric, customer), [expected + 7])
        metric.date_path = False
        self.assertEqual(self._read(metric, customer), [5 * 25 + 7])

    def test_rates_of_a_company(self):
        """A rate of the company goes before one of all companies; branches use the root's."""
        dollar = self.setup_other_currency("USD", rates=[])
        dollar.rate_ids.unlink()
        day = self._days_ago(10)
        Rate = self.env["res.currency.rate"]
        for company, rate in ((self.company.id, 5.0), (False, 2.0), (self.company_b.id, 8.0)):
            Rate.create(
                {"currency_id": dollar.id, "name": day, "rate": rate, "company_id": company}
            )
        customer = self._create_own_customer()
        self._create_order(
            customer,
            100,
            date=1,
            pricelist_id=self._create_pricelist("Dollar", currency_id=dollar.id).id,
        )
        metric = self._create_metric(aggregate="sum", measure_path="amount_untaxed")
        self.assertEqual(self._read(metric, customer), [20])

    def test_no_rate_is_looked_up_for_the_own_currency(self):
        """Among millions of records mostly in the company's currency, each look-up counts."""
        metric = self._create_metric(aggregate="sum", measure_path="amount_untaxed")
        self._create_order(self._create_own_customer(), 10, date=1)
        query = metric._record_query(self.company, self.today, lambda column: SQL("TRUE"))
        self.env.flush_all()
        plan = self.env.execute_query(SQL("EXPLAIN (ANALYZE, FORMAT TEXT) %s", query))
        loops = [line for (line,) in plan if "res_currency_rate" in line]
        self.assertTrue(loops)
        self.assertTrue(all("never executed" in line for line in loops), loops)

    def test_archived_records(self):
        """They count if the filter's switch “Include archived” is on, as its number says."""
        customer = self._create_own_customer()
        for active in (True, False):
            self._create_customer("Contact", parent_id=customer.id, active=active)
        vals = {
            "model_name": "res.partner",
            "partner_path": "parent_id",
            "date_path": "create_date",
        }
        metric = self._create_metric(record_domain="[]", **vals)
        # Programmes hand their metrics over in such a context, for archived metrics.
        for same in (metric, metric.with_context(active_test=False)):
            self.assertEqual(self._read(same, customer), [1])
            self._assert_opens(same, customer, 1)
        metric.record_domain = "[('active', 'in', [True, False])]"
        self.assertEqual(self._read(metric, customer), [2])
        self._assert_opens(metric, customer, 2)

    def _assert_opens(self, metric, partner, number, as_of=None, company=None):
        model, domain = metric._records_behind(
            partner, company or self.company, as_of or self.today
        )
        self.assertEqual(self.env[model].search_count(domain), number)

    def test_opening_the_records(self):
        """The list behind a number must hold exactly the records that were counted."""
        customer = self._create_customer()
        contact = self._create_customer("Contact", parent_id=customer.id)
        other = self._create_customer("Other")
        for partner, date in ((customer, 1), (contact, 40), (contact, 800), (other, 1)):
            self._create_order(partner, date=date)
        self._create_order(customer, date=1, company=self.company_b)
        self._create_order(customer, date=1, state="draft")
        metric = self._create_metric()
        for as_of, number in ((self.today, 2), (self._days_ago(10), 1), (self._days_ago(790), 1)):
            self.assertEqual(self._read(metric, customer, as_of=as_of), [number])
            self._assert_opens(metric, customer, number, as_of)
            self._assert_opens(metric, contact, number, as_of)
        self._assert_opens(metric, customer, 1, company=self.company_b)

    def test_in_a_grading(self):
        """Defined in the form as an administrator would, it earns points and opens a tier."""
        good, none = self._create_own_customer("Good"), self._create_own_customer("None")
        none.customer_rank = 1
        for _n in range(3):
            self._create_order(good, date=1)
        form = Form(self.env["customer.tier.metric"].with_user(self.manager))
        form.name, form.code, form.kind = "Deals", "deals", "record"
        form.model_id = self.env["ir.model"]._get("sale.order")
        self.assertEqual((form.partner_path, form.date_path), ("partner_id", "date_order"))
        form.record_domain = "[('state', '=', 'sale')]"
        metric = form.save()
        self.assertEqual(metric.model_name, "sale.order")
        self.assertGreater(metric.cost_seconds, 0)
        self.assertFalse(metric.cost_warning)
        self._create_program(
            tiers=["Low", {"name": "High", "conditions": [("deals", ">=", 3)]}],
            indicators=[{"metric": "deals", "scale": "linear", "linear_full": 3}],
            domain="[('company_id', '!=', False)]",
        )
        self._grade()
        self.assertEqual(self._values(good)["deals"], 3)
        self.assertEqual(self._standing(good).tier_id.name, "High")
        self.assertEqual(self._standing(good).score, 100)
        self.assertEqual((self._values(none)["deals"], self._standing(none).score), (0, 0))

    def test_breaking_later(self):
        """A field that went away must not stop the gradings, nor be told once per chunk."""
        partners = [self._create_own_customer("Customer", (2, 70)) for _n in range(3)]
        metric = self._create_metric()
        self._create_measuring_program("own", "amount")
        for broken in ("date_path = 'gone'", "record_domain = '[(''gone'', ''='', 1)]'"):
            self.env.cr.execute(f"UPDATE customer_tier_metric SET {broken} WHERE id = {metric.id}")
            self.env.invalidate_all()
            with patch(CHUNK_SIZE, 1), mute_logger(GATHER_LOGGER):
                run = self._grade()
            self.assertEqual(run.error_ids.metric_id, metric)
            self.assertEqual(len(run.error_ids), 1)
            self.assertIn("gone", run.error_ids.message)
            for partner in partners:
                self.assertEqual(self._standing(partner).amount, 70)
                self.assertIsNone(self._values(partner).get("own"))

    def test_sleeping(self):
        """Ready-made definitions wait for their app without a word."""
        partner = self._create_own_customer("Customer", (2, 70))
        metric = self._metric("complaints")
        self.assertNotIn("crm.claim", self.env)
        self.assertIn("crm.claim", metric._sleeps())
        self.assertEqual(metric.availability, "asleep")
        Metric = self.env["customer.tier.metric"]
        asleep = Metric.search([("availability", "=", "asleep")])
        self.assertIn(metric, asleep)
        self.assertFalse(asleep & Metric.search([("availability", "=", "available")]))
        self.assertIn("asleep", self._metric("returned_quantity_rate").availability)
        self._create_measuring_program("complaints", "amount")
        run = self._grade()
        self.assertFalse(run.error_ids)
        self.assertEqual(self._standing(partner).amount, 70)
        # What does not define it can be changed, and what does by nobody but the app's data.
        metric.with_user(self.manager).name = "Claims"
        self.assertFalse(metric.model_id)

    def test_return_rate(self):
        """Ready-made: credited as a percentage of invoiced, in the company's currency."""
        partner = self._create_own_customer()
        Account = self.env["account.account"]
        income, partner.property_account_receivable_id = (
            Account.create({"name": type_, "code": f"RECORD{n}", "account_type": type_})
            for n, type_ in enumerate(("income", "asset_receivable"))
        )
        self.env["account.journal"].create(
            {"name": "Sales", "code": "RECORD", "type": "sale", "company_id": self.company.id}
        )
        for move_type, amount in (("out_invoice", 200), ("out_refund", 30)):
            line = {"name": "Goods", "price_unit": amount, "tax_ids": False}
            line["account_id"] = income.id
            move = self.env["account.move"].create(
                {
                    "move_type": move_type,
                    "partner_id": partner.id,
                    "invoice_date": self._days_ago(3),
                    "invoice_line_ids": [Command.create(line)],
                }
            )
            move.action_post()
        self._create_measuring_program("return_rate", "invoiced")
        partner.customer_rank = 1
        self._grade()
        self.assertEqual(self._values(partner)["return_rate"], 15)
        self.assertEqual(self._values(partner)["invoiced"], 200)

    def test_preview(self):
        """Highest and lowest are shown, whatever the kind; customers of others are not."""
        partners = [self._create_own_customer(str(n), (3, 10 * n)) for n in range(1, 15)]
        theirs = self._create_customer("B", company_id=self.company_b.id)
        self._create_order(theirs, 999, date=1, company=self.company_b)
        count = self._create_metric(aggregate="sum", measure_path="amount_untaxed")
        ratio = self.env["customer.tier.metric"].create(
            {
                "name": "All",
                "code": "all",
                "kind": "ratio",
                "numerator_id": count.id,
                "denominator_id": self._metric("amount").id,
            }
        )
        expected = {count: (140, 10), self._metric("amount"): (140, 10), ratio: (100, 100)}
        for metric, ends in expected.items():
            with self.subTest(metric.name):
                action = metric.with_user(self.manager).action_preview()
                preview = self.env[action["res_model"]].browse(action["res_id"])
                lines = preview.line_ids.filtered(lambda line: line.partner_id in partners)
                self.assertEqual(preview.company_id, self.company)
                self.assertEqual(len(preview.line_ids), 10)
                self.assertEqual((lines[0].value, lines[-1].value), ends)
                self.assertGreaterEqual(preview.known_count, 14)
                self.assertNotIn(999, preview.line_ids.mapped("value"))
