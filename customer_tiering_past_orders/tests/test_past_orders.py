from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .past_order_common import PastOrderCase


@tagged("post_install", "-at_install")
class TestPastOrders(PastOrderCase):
    def test_counts_like_an_order(self):
        """A customer of twenty years is new on the day of the change to Odoo."""
        self._create_past(21000, date=30)
        self._create_past(500, date=400)
        self._grade()
        self.assertEqual(self._figures(), (21000, 1))
        self.assertEqual(self._standing(self.buyer).tier_id.name, "Gold")
        self.assertEqual(self._standing(self.buyer).last_order_date, self._days_ago(30))

    def test_not_counted_twice(self):
        """The weeks in which both systems ran count double."""
        early = self._create_past(1000, date=60)
        late = self._create_past(200, date=20)
        self._create_order(self.buyer, 200, date=20)
        self._grade()
        self.assertEqual(self._figures(), (1200, 2))
        self.assertEqual((early.counts, late.counts), (True, False))
        self.assertEqual(self.Past.search([("counts", "=", True)]) & (early | late), early)
        self.assertEqual(self.Past.search([("counts", "=", False)]) & (early | late), late)
        late.always_counts = True
        self._grade()
        self.assertEqual(self._figures(), (1400, 3))
        self.assertTrue(late.counts)

    def test_of_contacts_and_currencies(self):
        """An order of a branch office, in its currency, counts for nobody."""
        contact = self._create_customer("Contact", parent_id=self.buyer.id)
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": self._days_ago(90),
                "rate": 2,
                "company_id": self.company.id,
            }
        )
        self._create_past(500, partner=contact, currency_id=dollar.id)
        self._grade()
        self.assertEqual(self._figures(), (250, 1))

    def test_pieces_and_categories(self):
        """Quantities of the old system are no pieces; an unknown product counts as one."""
        self.env["customer.tier.program"].search([]).action_archive()
        metrics = ("quantity", "category_count", "product_count", "margin")
        self._create_measuring_program(*metrics)
        paper, ink = self.env["product.category"].create([{"name": "Paper"}, {"name": "Ink"}])
        self._create_past(100, date=10, quantity=5, categ_id=paper.id)
        self._create_past(100, date=20, quantity=2, categ_id=ink.id)
        self._create_past(100, date=30, quantity=1)
        self._grade()
        values = self._values(self.buyer)
        self.assertEqual([values[code] for code in metrics], [8, 2, 0, 0])

    def test_graded_at_once(self):
        """History that comes in later waits for the night; what was deleted goes on counting."""
        self._grade()
        past = self._create_past(7000, date=30)
        self._grade_stale()
        self.assertEqual(self._standing(self.buyer).tier_id.name, "Silver")
        past.amount = 100
        self._grade_stale()
        self.assertEqual(self._figures(), (100, 1))
        past.unlink()
        self._grade_stale()
        self.assertFalse(self._standing(self.buyer).amount)

    def test_deleted_in_bulk(self):
        """A file that was wrong can only be taken back row by row, and its amounts count until the
        night."""
        others = [self._create_own_customer(f"Bulk {number}") for number in range(3)]
        for other in others:
            self._create_past(21000, partner=other)
            self._create_past(5, partner=other, date=60)
        self._grade()
        self.assertEqual({self._standing(other).tier_id.name for other in others}, {"Gold"})
        own = self.Past.search([("partner_id", "in", [other.id for other in others])])
        own.with_user(self.importer).unlink()
        self._grade_stale()
        for other in others:
            self.assertFalse(self._standing(other).amount)

    def test_never_in_accounting(self):
        """History makes revenue, receivables or quotations."""
        past = self._create_past(21000)
        self._grade()
        of_it = [("partner_id", "child_of", self.buyer.id)]
        for model in ("account.move", "account.move.line", "account.payment", "sale.order"):
            self.assertFalse(self.env[model].search_count(of_it), model)
        self.assertFalse(past.partner_id.credit)

    def test_as_of_a_past_day(self):
        """Replays of last year know what was only ordered since."""
        self._create_past(100, date=30)
        self._create_past(700, date=300)
        self._grade(as_of=self._days_ago(200))
        self.assertEqual(self._figures(), (700, 1))

    def test_told_apart(self):
        """Nobody can tell which figures come from a file."""
        self._create_past(21000, date=30)
        self._create_past(50, date=500)
        self._grade()
        standing = self._standing(self.buyer)
        told = [s["text"] for s in standing.explanation["sentences"] if s["kind"] == "past"]
        self.assertEqual(len(told), 1)
        self.assertIn("1 order (", told[0])
        self.assertIn("21,000.00", told[0])
        self.assertEqual(self.Past.search_count(standing.action_open_past_orders()["domain"]), 2)

    def test_other_company(self):
        """History of one company counts in another, too."""
        self._create_past(21000, company_id=self.company_b.id)
        self._grade()
        self.assertFalse(self._standing(self.buyer).amount)

    def test_bad_input(self):
        """A wrong row comes in and is noticed when the tiers are wrong."""
        with self.assertRaisesRegex(ValidationError, "dated in the future"):
            self._create_past(date=-3)
        with self.assertRaisesRegex(ValidationError, "choose a contact"):
            self.Past.create({"order_date": self._days_ago(3), "amount": 1})
        self._create_past(order_ref="A-1")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(Exception, "has come in already|order_ref_uniq"),
        ):
            self._create_past(order_ref="A-1")


@tagged("post_install", "-at_install")
class TestCustomersOfAFile(PastOrderCase):
    def _come_in(self, *names):
        return self.Past.create(
            [{"customer": n, "order_date": self._days_ago(30), "amount": 10} for n in names]
        )

    def test_looked_up(self):
        """Somebody maps a thousand customers by hand."""
        self.buyer.write({"ref": "C-77", "vat": "BE0477472701", "email": "Buy@Example.com"})
        contact = self._create_customer("Mia", parent_id=self.buyer.id, email="mia@example.com")
        rows = self._come_in("C-77", "BE0477472701", "buy@example.COM", "Buyer", "Nobody")
        self.assertEqual(rows[:4].partner_id, self.buyer)
        self.assertEqual(rows[4].match, "missing")
        self.assertFalse(rows[4].partner_id)
        self.assertEqual(self._come_in("mia@example.com").partner_id, self.buyer)
        self.assertEqual(contact.commercial_partner_id, self.buyer)

    def test_looked_up_as_people_type(self):
        """The same customer in capitals, with a space too many or its tax number with dots is
        made a second time."""
        self.buyer.write({"name": "École  du Nord", "ref": "c-77", "vat": "BE0477472701"})
        rows = self._come_in("C-77 ", "BE 0477.472.701", "ÉCOLE du nord", "École  du Nord")
        self.assertEqual(rows[:2].partner_id, self.buyer)
        self.assertEqual(rows[3].match, "found")
        self.buyer.name = "Nordic School"
        self.assertEqual(self._come_in(" nordic  SCHOOL").partner_id, self.buyer)
        new = self._come_in("Fresh Fish", "FRESH fish", "Fresh Fish ")
        new.action_create_customers()
        self.assertEqual(len(new.partner_id), 1)
        self.assertEqual(new.partner_id.name, "Fresh Fish")

    def test_the_very_name_goes_first(self):
        """Two customers differ in capitals alone, and neither is found."""
        first = self._create_own_customer("Nova", ref="no-1")
        self._create_own_customer("NOVA", ref="NO-1")
        self.assertEqual(self._come_in("no-1").partner_id, first)
        self.assertEqual(self._come_in("Nova").partner_id, first)
        self.assertEqual(self._come_in("nOVA").match, "several")

    def test_several_fit(self):
        """Orders go to the first of two customers with the same name."""
        self._create_own_customer("Twin")
        self._create_own_customer("Twin")
        row = self._come_in("Twin")
        self.assertEqual((row.match, row.partner_id.id), ("several", False))
        row.partner_id = self.buyer
        self.assertEqual(row.match, "found")

    def test_created_on_one_click(self):
        """Customers who were not found are lost, or made twice."""
        rows = self._come_in("N-1", "N-2", "N-1", "new@example.com").with_user(self.importer)
        rows.action_create_customers()
        self.assertEqual(set(rows.mapped("match")), {"found"})
        self.assertEqual(rows[0].partner_id, rows[2].partner_id)
        self.assertEqual(rows[0].partner_id.ref, "N-1")
        self.assertEqual(rows[3].partner_id.email, "new@example.com")
        self.assertEqual(len(rows.partner_id), 3)
        with self.assertRaisesRegex(UserError, "no customers to create"):
            rows.action_create_customers()

    def test_found_later(self):
        """After the contacts were imported, everything has to come in again."""
        rows = self._come_in("L-1", "L-2")
        late = self._create_own_customer("Late", ref="L-1")
        rows.action_find()
        self.assertEqual(rows[0].partner_id, late)
        self.assertEqual(rows[1].match, "missing")

    def test_hidden_contacts(self):
        """A file finds contacts of a company that the reader does not work in."""
        self._create_customer("Theirs", ref="B-1", company_id=self.company_b.id)
        self.assertEqual(self._come_in("B-1").match, "missing")


@tagged("post_install", "-at_install")
class TestStartAsOf(PastOrderCase):
    def test_start_as_of_the_last_day(self):
        """Whoever brings a file of last year sees that all customers are lost."""
        self.env["customer.tier.program"].search([]).action_archive()
        self._create_past(21000, date=400)
        self._create_past(6000, date=500)
        with Form(self.env["customer.tier.start"].with_user(self.manager)) as form:
            self.assertEqual(form.last_order_day, self._days_ago(400))
            self.assertTrue(form.as_of_last)
            form.preset = "vip"
            form.tz = "Europe/Brussels"
        form.record.action_start()
        standing = self._standing(self.buyer)
        self.assertEqual(standing.amount, 27000)
        self.assertEqual(standing.recency_days, 0)

    def test_today_where_people_order(self):
        """A running company is asked which day it is."""
        self.env["customer.tier.program"].search([]).action_archive()
        self._create_past(21000, date=400)
        self._create_order(self.buyer, 10, date=4)
        wizard = self.env["customer.tier.start"].with_user(self.manager).new({})
        self.assertFalse(wizard.last_order_day)
        self.assertFalse(wizard.as_of_last)


@tagged("post_install", "-at_install")
class TestOpeningTiers(PastOrderCase):
    def _open(self, tier="Gold", partner=None, **vals):
        tiers = self.env["customer.tier"].search(
            [("company_id", "=", self.company.id), ("name", "=", tier)]
        )
        vals.setdefault("since", self._days_ago(100))
        customer = self.buyer if partner is None else partner
        return (
            self.env["customer.tier.opening"]
            .with_user(self.importer)
            .create({"partner_id": customer.id, "tier_id": tiers.id, **vals})
        )

    def test_goes_on_from_there(self):
        """Members of five years are new on the day of the change, and lose what they were
        promised."""
        self._grade()
        until = self._days_ago(-200)
        self._open(guaranteed_until=until)
        standing = self._standing(self.buyer)
        self.assertEqual(standing.tier_id.name, "Gold")
        self.assertEqual(standing.tier_since, self._days_ago(100))
        line = standing.change_ids.filtered(lambda change: change.reason == "manual")
        self.assertIn("Opening", line.note)
        self.assertEqual(line.user_id, self.importer)
        self._grade_stale()
        self._grade()
        self.assertEqual(standing.tier_id.name, "Gold")
        self.assertEqual(standing.manual_until, until)
        self._create_past(60000, date=10)
        self._grade()
        self.assertEqual(standing.tier_id.name, "Diamond")

    def test_is_reviewed_at_once(self):
        """An opening behind the first night was reviewed a period later than one before it, as if
        that night had seen the customer in the tier."""
        program = self.env["customer.tier.program"]._for_company(self.company)
        program.write({"review_every": "year", "hold_months": 0, "misses": 1, "notice_days": 0})
        self._create_past(10)
        self._create_past(60000, date=810)
        other = self._create_own_customer("Other")
        self._create_past(10, partner=other)
        self._grade()
        low = self._standing(other).tier_id
        self._open(since=self._days_ago(800))
        self._grade()
        self.assertEqual(self._standing(self.buyer).tier_id, low)

    def test_of_somebody_unknown(self):
        """A member without an order of the last years cannot be taken along."""
        nobody = self._create_own_customer("Nobody")
        self._open(partner=nobody, guaranteed_until=self._days_ago(-10))
        self._grade()
        self.assertEqual(self._standing(nobody).tier_id.name, "Gold")

    def test_nobody_is_told(self):
        """A thousand members are congratulated on what they have had for years."""
        self._grade()
        before = self.env["customer.tier.event"].search_count([])
        self._open()
        self.assertEqual(self.env["customer.tier.event"].search_count([]), before)

    def test_set_by_hand_stays(self):
        """What an officer decided is overwritten by a file."""
        self._create_past(10)
        self._grade()
        standing = self._standing(self.buyer)
        silver = standing.program_id.tier_ids.filtered(lambda tier: tier.name == "Silver")
        standing.write({"manual_tier_id": silver.id, "manual_reason": "Agreed"})
        self._open()
        self.assertEqual((standing.tier_id, standing.computed_tier_id.name), (silver, "Gold"))

    def test_found_later(self):
        """Rows whose customer is made afterwards are never taken over."""
        row = self._open(partner=self.env["res.partner"], customer="M-1")
        self.assertEqual((row.match, row.applied_on), ("missing", False))
        row.action_create_customers()
        self.assertEqual(self._standing(row.partner_id).tier_id.name, "Gold")
        self.assertTrue(row.applied_on)

    def test_bad_input(self):
        """A wrong column comes in and is noticed when guarantees are wrong."""
        with self.assertRaisesRegex(ValidationError, "in the future"):
            self._open(since=self._days_ago(-5))
        with self.assertRaisesRegex(ValidationError, "before the tier was entered"):
            self._open(guaranteed_until=self._days_ago(300))
