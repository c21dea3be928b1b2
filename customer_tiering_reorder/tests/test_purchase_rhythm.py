from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import purchase_lines
from .rhythm_common import RhythmCase

RHYTHM_LOGGER = "odoo.addons.customer_tiering_reorder.models.customer_purchase_rhythm"
CHUNK, FEW = f"{RHYTHM_LOGGER}.CHUNK_SIZE", f"{RHYTHM_LOGGER}.FEW"
SAMPLE = "odoo.addons.customer_tiering_reorder.models.customer_category_cycle.SAMPLE_SIZE"
NAMES = [
    *("partner_id", "category_id", "order_days", "last_date", "interval_days", "cv", "source"),
    *("own_median_days", "own_weight", "due_date", "late_date", "window_from", "window_to"),
    *("usual_quantity", "amount_year", "lost_since"),
]


@tagged("post_install", "-at_install")
class TestPurchaseRhythm(RhythmCase):
    def _rows(self):
        rows = self.Rhythm.search([("company_id", "=", self.company.id)])
        return {(r.partner_id.id, r.category_id.id): [r[name] for name in NAMES] for r in rows}

    def test_found_after_an_order(self):
        """A customer ordered, and was still reminded of the order before, until the next month."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, *self._every(30, 5, last=40), quantity=4)
        self._grade()
        self._pass()
        row = self._row(buyer)
        self.assertEqual(row.order_days, 5)
        self.assertEqual(row.last_date, self._days_ago(40))
        self.assertEqual(row.due_date, self._days_ago(10))
        self.assertEqual(row.interval_days, 30)
        self.assertEqual(row.usual_quantity, 4)
        self.assertEqual(row.amount_year, 5 * 400)
        self._buy(buyer, 0)
        self.env["customer.tier.run"]._grade_entries(self.company)
        row.invalidate_recordset()
        self.assertEqual(row.last_date, self._days_ago(0))
        self.assertGreater(row.due_date, self._days_ago(-15))

    def test_only_that_customer(self):
        """Each order had all customers of the company looked at."""
        one, other = self._create_own_customer("One"), self._create_own_customer("Other")
        for buyer in (one, other):
            self._buy(buyer, *self._every(30, 4, last=5))
        self._grade()
        self.assertFalse(self._row(one) | self._row(other))
        self.assertEqual(self.Rhythm._update(one, self.company), 1)
        self.assertTrue(self._row(one))
        self.assertFalse(self._row(other))
        self.assertEqual(self.Rhythm._update(one, self.company), 0)

    def test_same_alone_and_in_any_chunk(self):
        """Customers looked at after their orders got other days than in the monthly pass, so each
        of these wrote half of the table."""
        buyers = [self._create_own_customer(f"Buyer {n}") for n in range(12)]
        for n, buyer in enumerate(buyers):
            self._buy(buyer, *self._every(20 + n, 3 + n % 4, last=n))
            self._buy(
                buyer, *self._every(15, 2 + n % 5, last=3), product=self.filter, quantity=n + 1
            )
        self._grade()
        self._pass()
        whole = self._rows()
        self.assertGreater(len(whole), 12)
        self.assertTrue(self.env["customer.category.cycle"].search([]))
        # Of two rows and more at once, written in different ways.
        for size, few in ((1, 200), (5, 200), (5, 2), (20, 2)):
            with patch(CHUNK, size), patch(FEW, few):
                for kept in ("FALSE", "partner_id % 2 = 0", "TRUE"):
                    self.env.cr.execute(f"DELETE FROM customer_purchase_rhythm WHERE NOT ({kept})")
                    self.env.cr.execute("UPDATE customer_purchase_rhythm SET order_days = 99")
                    self.env.invalidate_all()
                    self._pass()
                    self.assertEqual(self._rows(), whole, f"{size}, {few}, {kept}")
        self.env.cr.execute("DELETE FROM customer_purchase_rhythm")
        self.env.invalidate_all()
        for buyer in buyers:
            self.Rhythm._update(buyer, self.company)
        self.assertEqual(self._rows(), whole)
        for buyer in buyers:
            self.assertEqual(self.Rhythm._update(buyer, self.company), 0)

    def test_measured_customers_are_read_once(self):
        """A pass read twice what the customers bought whom categories are measured from; or those
        whom another call had left were forgotten by the one that went on."""
        buyers = [self._create_own_customer(f"Buyer {n}") for n in range(6)]
        for n, buyer in enumerate(buyers):
            self._buy(buyer, *self._every(20 + n, 4, last=n))
        self._grade()
        today = self.env["customer.tier.gather"]._today(self.company)
        read, real = [], purchase_lines.read

        def counted(*args):
            lines = real(*args)
            read.extend(sorted(set(lines["customer"].tolist())))
            return lines

        with patch.object(purchase_lines, "read", counted), patch(CHUNK, 2):
            for sample, again in ((4, False), (4, True), (99, False)):
                with patch(SAMPLE, sample):
                    done = set()
                    self.company.customer_rhythm_last_partner_id = 0
                    self.env.cr.execute("DELETE FROM customer_purchase_rhythm")
                    self.env.invalidate_all()
                    read.clear()
                    while self.Rhythm._next_chunk(self.company, today, done):
                        done = set() if again else done
                    self.assertEqual(len(self._rows()), 6)
                    self.assertEqual(len(read), 10 if again else 6)
                    self.assertEqual(self.company.customer_rhythm_last_partner_id, 0)

    def test_deleted_customer_leaves_nothing(self):
        """A contact that was deleted left rows behind that no list could open."""
        buyer = self._create_own_customer("Buyer")
        orders = self._buy(buyer, *self._every(30, 4, last=10))
        self._grade()
        self._pass()
        self.assertTrue(self._row(buyer))
        orders._action_cancel()
        orders.unlink()
        buyer.unlink()
        left = self.Rhythm.search([("company_id", "=", self.company.id)])
        self.assertNotIn(buyer.id, left.mapped("partner_id.id"))
        self.assertFalse(left.exists().filtered(lambda row: not row.partner_id.exists()))

    def test_few_purchases_have_no_rhythm(self):
        """Two purchases made a day of which the salesperson was reminded."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, 60, 30)
        self._grade()
        self._pass()
        self.assertFalse(self._row(buyer))

    def test_what_came_back_is_no_purchase(self):
        """An order that was cancelled or taken back counted as a day on which it was bought."""
        buyer = self._create_own_customer("Buyer")
        orders = self._buy(buyer, *self._every(30, 4, last=10))
        self._grade()
        self._pass()
        self.assertEqual(self._row(buyer).order_days, 4)
        orders[0]._action_cancel()
        self.env["customer.tier.run"]._grade_entries(self.company)
        row = self._row(buyer)
        row.invalidate_recordset()
        self.assertEqual((row.order_days, row.last_date), (3, self._days_ago(40)))
        orders[1]._action_cancel()
        self.env["customer.tier.run"]._grade_entries(self.company)
        self.assertFalse(self._row(buyer))

    def test_watched_categories_only(self):
        """Categories that nobody watches were read and stored for all customers."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, *self._every(30, 4, last=10))
        self._buy(buyer, *self._every(30, 4, last=10), product=self.filter)
        parent = self._create_category("Drinks", customer_cycle_tracking="no")
        self.coffee.parent_id = parent
        self.assertFalse(self.coffee.customer_cycle_tracked)
        self._grade()
        self._pass()
        self.assertFalse(self._row(buyer))
        self.assertTrue(self._row(buyer, self.filters))
        # Nearer goes first.
        self.coffee.customer_cycle_tracking = "yes"
        self.assertTrue(self.coffee.customer_cycle_tracked)
        self._pass()
        self.assertTrue(self._row(buyer))
        # And a category that is watched no longer leaves nothing behind.
        self.coffee.customer_cycle_tracking = False
        self._pass()
        self.assertFalse(self._row(buyer))

    def test_nothing_watched_reads_no_lines(self):
        """Whoever watches nothing paid for reading all order lines every month."""
        self.env["product.category"].search([]).customer_cycle_tracking = "no"
        buyer = self._create_own_customer("Buyer", (30, 100), (10, 100))
        self._grade()
        with patch.object(
            type(self.env["customer.tier.gather"]), "_read_sources", side_effect=AssertionError
        ):
            self._pass()
            self.Rhythm._update(buyer, self.company)

    def test_harmless_writes(self):
        """Saving a product as it was has everybody's rhythm found again."""
        self.company.customer_rhythm_passed_on = self._days_ago(1)
        product = self.product.product_tmpl_id
        product.write({"categ_id": self.coffee.id, "customer_cycle_days": 0})
        self.coffee.write({"parent_id": False, "customer_cycle_days": 0, "name": "Coffees"})
        self.coffee.write({"customer_cycle_tracking": False})
        self.assertEqual(self.company.customer_rhythm_passed_on, self._days_ago(1))
        product.categ_id = self.filters
        self.assertFalse(self.company.customer_rhythm_passed_on)
        self.company.customer_rhythm_passed_on = self._days_ago(1)
        self.coffee.customer_cycle_tracking = "no"
        self.assertFalse(self.company.customer_rhythm_passed_on)

    def test_typed_cycles(self):
        """Somebody who knew better typed how long things last, and was told what orders say."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, 20)
        self._grade()
        self._pass()
        self.assertFalse(self._row(buyer))
        self.coffee.customer_cycle_days = 45
        self.assertFalse(self.company.customer_rhythm_passed_on)
        self._pass()
        row = self._row(buyer)
        self.assertEqual((row.source, row.due_date), ("category", self._days_ago(-25)))
        self.product.product_tmpl_id.customer_cycle_days = 30
        self._pass()
        row.invalidate_recordset()
        self.assertEqual((row.source, row.due_date), ("product", self._days_ago(-10)))
        self.assertGreater(row.late_date, row.due_date)

    @mute_logger("odoo.sql_db")
    def test_bad_cycles_are_refused(self):
        """A negative cycle expected everybody's order in the past."""
        for record in (self.coffee, self.product.product_tmpl_id):
            for days in (-1, 3651):
                with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                    record.customer_cycle_days = days
                    record.flush_recordset()

    def test_lost_item(self):
        """A good customer had stopped buying filters, and nobody noticed."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, *self._every(30, 12, last=5))
        self._buy(buyer, *self._every(30, 6, last=130), product=self.filter, price=50)
        gone = self._create_own_customer("Gone")
        self._buy(gone, *self._every(30, 6, last=130), product=self.filter)
        self._grade()
        self._pass()
        row = self._row(buyer, self.filters)
        self.assertTrue(row.lost_since)
        self.assertGreater(row.lost_since, row.last_date + timedelta(days=59))
        self.assertFalse(self._row(gone, self.filters).lost_since)
        self.assertIn("Filters", buyer.customer_lost_text)
        self.assertIn("300", buyer.customer_lost_text)
        self.assertFalse(gone.customer_lost_text)
        # It is back.
        self._buy(buyer, 0, product=self.filter)
        self.env["customer.tier.run"]._grade_entries(self.company)
        row.invalidate_recordset()
        self.assertFalse(row.lost_since)

    def test_candidates(self):
        """Triggers went by days of customers who are not due, or by what is bought no longer."""
        due = self._create_own_customer("Due")
        self._buy(due, *self._every(30, 5, last=31))
        late = self._create_own_customer("Late")
        self._buy(late, *self._every(30, 5, last=200))
        lost = self._create_own_customer("Lost")
        self._buy(lost, *self._every(30, 6, last=130), product=self.filter)
        self._buy(lost, *self._every(30, 9, last=1))
        archived = self._create_own_customer("Archived")
        self._buy(archived, *self._every(30, 5, last=200))
        self._grade()
        self._pass()
        archived.active = False
        today = self._days_ago(0)

        def found(kind, **more):
            rows = self.env.execute_query(self.Rhythm._due(self.company, today, kind, **more))
            return {(partner, category) for partner, category, _day, _loss in rows}

        coffee, filters = self.coffee.id, self.filters.id
        self.assertEqual(found("category_due"), {(due.id, coffee), (late.id, coffee)})
        rows = self.Rhythm.search([("late_date", "<=", today), ("lost_since", "=", False)])
        expected = {(row.partner_id.id, coffee) for row in rows} - {(archived.id, coffee)}
        self.assertEqual(found("late"), expected)
        self.assertIn((late.id, coffee), expected)
        self.assertEqual(found("lost_item"), {(lost.id, filters)})
        self.assertEqual(found("category_due", earliest=self._days_ago(5)), {(due.id, coffee)})
        with self.assertRaises(KeyError):
            found("anything")

    def test_companies_and_ungraded(self):
        """What was bought from one company made a rhythm in another; who is not graded had one."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, *self._every(30, 4, last=10))
        nobody = self._create_customer("No customer of the programme")
        self._buy(nobody, *self._every(30, 4, last=10))
        self._grade()
        self._pass()
        self._pass(self.company_b)
        rows = self.Rhythm.search([("category_id", "=", self.coffee.id)])
        self.assertEqual(rows.partner_id, buyer)
        self.assertEqual(rows.company_id, self.company)

    def test_job(self):
        """The nightly job looked at everybody each night, or went on where it was killed from the
        start."""
        self.env["customer.tier.program"].search(
            [("company_id", "!=", self.company.id)]
        ).action_archive()
        buyers = [self._create_own_customer(f"Buyer {n}") for n in range(4)]
        for buyer in buyers:
            self._buy(buyer, *self._every(30, 4, last=20))
        self._grade()
        with self.enter_registry_test_mode(), patch(CHUNK, 1):
            self.env.ref("customer_tiering_reorder.ir_cron_rhythm").method_direct_trigger()
        self.assertEqual(len(self._rows()), 4)
        self.assertEqual(self.company.customer_rhythm_passed_on, self._days_ago(0))
        self.assertFalse(self.company.customer_rhythm_last_partner_id)
        # From now on, who has ordered since.
        self._buy(buyers[0], 0)
        self._grade()
        looked = patch.object(type(self.Rhythm), "_next_chunk", side_effect=AssertionError)
        with looked, self.enter_registry_test_mode():
            self.env.ref("customer_tiering_reorder.ir_cron_rhythm").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._row(buyers[0]).last_date, self._days_ago(0))
        today = self._days_ago(0)
        self.assertFalse(self.Rhythm._is_pass_due(self.company, today + timedelta(days=29)))
        self.assertTrue(self.Rhythm._is_pass_due(self.company, today + timedelta(days=30)))

    @mute_logger(RHYTHM_LOGGER)
    def test_grading_goes_on(self):
        """A broken rhythm kept a customer from being graded, and with it from its prices."""
        buyer = self._create_own_customer("Buyer", (30, 100))
        self._grade()
        self._create_order(buyer, 50, date=0)
        with patch.object(type(self.Rhythm), "_find", side_effect=ValueError("broken")):
            self.env["customer.tier.run"]._grade_entries(self.company)
        self.assertEqual(self._standing(buyer).last_order_date, self._days_ago(0))

    def test_deleted_category_leaves_nothing(self):
        """Rows of a deleted category made every list that showed one fail."""
        buyer = self._create_own_customer("Buyer")
        self._buy(buyer, *self._every(30, 4, last=10))
        self._grade()
        self._pass()
        row = self._row(buyer)
        self.product.categ_id = self.filters
        self.coffee.unlink()
        self.assertFalse(row.exists())

    def test_measured_cycle_on_the_category(self):
        """People could not see what was measured of a category, so nobody knew what to type."""
        for n in range(6):
            buyer = self._create_own_customer(f"Buyer {n}")
            self._buy(buyer, *self._every(30, 4, last=n))
        self._grade()
        self._pass()
        coffee = self.coffee.with_user(self.salesperson).with_company(self.company)
        self.assertEqual(coffee.customer_cycle_typical, 30)
        self.assertEqual(coffee.customer_cycle_quarter, 30)
        self.assertEqual(coffee.customer_cycle_count, 18)
        self.assertEqual(coffee.customer_replenishable, 100)
        self.assertEqual(coffee.customer_cycle_learnt_on, self._days_ago(0))
        self.assertFalse(coffee.with_company(self.company_b).sudo().customer_cycle_typical)


@tagged("post_install", "-at_install")
class TestRhythmShown(RhythmCase):
    def setUp(self):
        super().setUp()
        self.buyer = self._create_own_customer("Buyer")
        self._buy(self.buyer, *self._every(30, 6, last=20))
        self._buy(self.buyer, 300, 170, 160, 20, product=self.filter)
        self._grade()
        self._pass()
        self.seen = self.buyer.with_user(self.salesperson).with_company(self.company)

    def test_words(self):
        """A date without its reason is believed by nobody."""
        rows = self.seen.customer_rhythm_ids
        self.assertEqual(rows.category_id, self.coffee | self.filters)
        coffee = rows.filtered(lambda r: r.category_id == self.coffee)
        self.assertIn("Own intervals: 5, median 30 days", coffee.source_text)
        self.assertIn("late from", coffee.next_text)

    def test_words_where_fewer_than_half_come_back(self):
        """“Half of those who buy the category buy it again within 90 days”, of what hardly anybody
        buys twice."""
        from odoo.addons.customer_tiering.grading import rhythm

        Cycle = self.env["customer.category.cycle"].sudo()
        Cycle.search([("company_id", "=", self.company.id)]).unlink()
        known = replace(rhythm.plain(90), half=0.3, most=0.3)
        for category in (self.coffee, self.env["product.category"]):
            vals = Cycle._vals(rhythm.Cycle(known, 60, 0, 10))
            self.assertEqual((vals["typical_days"], vals["late_days"]), (0, 0))
            Cycle.create({"category_id": category.id, "company_id": self.company.id, **vals})
        vals = Cycle._vals(rhythm.Cycle(rhythm.plain(90), 60, 120, 80))
        self.assertEqual(vals["typical_days"], 90)
        row = self.seen.customer_rhythm_ids.filtered(lambda r: r.category_id == self.coffee).sudo()
        for source, weight, words in (
            (
                "customer_category",
                0.5,
                "fewer than half of whose buyers were seen to buy again",
            ),
            ("category", 0.0, "Fewer than half of those who buy the category"),
            ("all", 0.0, "of all categories fewer than half"),
        ):
            with self.subTest(source=source):
                row.write({"source": source, "own_weight": weight})
                row.invalidate_recordset(["source_text"])
                self.assertIn(words, row.source_text)

    def test_page(self):
        """The page was there for contacts who never ordered, or not for customers, or it cost each
        form of a contact a query."""
        self.assertTrue(self.seen.customer_has_rhythm)
        other = self._create_own_customer("Other")
        self.assertFalse(other.with_user(self.salesperson).customer_has_rhythm)
        self.env.invalidate_all()
        self.seen.mapped("customer_is_graded")
        with self.assertQueryCount(0):
            self.seen.mapped("customer_has_rhythm")

    def test_picture(self):
        """Dots of one category stood in the line of another."""
        picture = self.seen.customer_rhythm_picture
        rows = {row["name"]: row for row in picture["rows"]}
        self.assertEqual(len(rows["Coffee"]["dots"]), 6)
        self.assertEqual(len(rows["Filters"]["dots"]), 4)
        self.assertGreater(rows["Coffee"]["due"], picture["today"])
        self.assertLess(rows["Coffee"]["dots"][-1]["x"], picture["today"])
        self.assertTrue(picture["ticks"])
        for row in rows.values():
            for x in [dot["x"] for dot in row["dots"]] + [row.get("due", 0)]:
                self.assertTrue(0 <= x <= 100)

    def test_orders_behind_it(self):
        """The orders behind a day could not be opened, or were others."""
        row = self.seen.customer_rhythm_ids.filtered(lambda r: r.category_id == self.filters)
        action = row.action_open_orders()
        orders = self.env["sale.order"].search(action["domain"])
        self.assertEqual(orders.order_line.product_id, self.filter)
        self.assertEqual(len(orders), 4)

    def test_no_query_more_for_each_row(self):
        """Each row of the list asked for its category's cycle by itself."""

        def queries(rows):
            self._grade()
            self._pass()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(self.seen.customer_rhythm_ids.mapped("source_text")), rows)
            self.assertTrue(self.seen.customer_rhythm_picture)
            return self.env.cr.sql_log_count - before

        counts = []
        for names in (range(2), range(2, 10)):
            for n in names:
                product = self._create_product(name=f"Thing {n}")
                self._create_category(f"Category {n}", product)
                self._buy(self.buyer, *self._every(30, 4, last=n), product=product)
            queries(2 + names.stop)  # what is asked once in a process, or after a product was made
            counts.append(queries(2 + names.stop))
        self.assertLessEqual(counts[1], counts[0])

    def test_demand(self):
        """Purchasing did not know what the next weeks bring, or counted what is lost."""
        Demand = self.env["customer.purchase.demand"].with_user(self.salesperson)
        Demand = Demand.with_company(self.company)
        rows = Demand.search([("partner_id", "=", self.buyer.id)])
        coffee = rows.filtered(lambda r: r.category_id == self.coffee)
        # Expected in ten and in forty days.
        self.assertEqual(
            coffee.sorted("date").mapped("date"), [self._days_ago(-10), self._days_ago(-40)]
        )
        self.assertEqual(set(coffee.mapped("quantity")), {1})
        self.assertEqual(coffee.product_id, self.product)
        self.assertTrue(all(row.week.weekday() == 0 for row in rows))
        groups = Demand.formatted_read_group([], ["product_id", "week:week"], ["quantity:sum"])
        self.assertTrue(groups)
        exported = Demand.sudo().search([], limit=1).export_data(["product_id", "quantity"])
        self.assertTrue(exported["datas"][0][0])

    def test_demand_in_the_proportion_of_products(self):
        """The usual quantity of a category was expected of each of its products."""
        beans = self._create_product(name="Beans")
        beans.categ_id = self.coffee
        self._buy(self.buyer, *self._every(30, 6, last=20), product=beans, quantity=3)
        self._grade()
        self._pass()
        rows = self.env["customer.purchase.demand"].with_company(self.company)
        rows = rows.search([("category_id", "=", self.coffee.id)])
        per_day = {row.product_id: row.quantity for row in rows}
        self.assertEqual(per_day, {self.product: 1, beans: 3})
