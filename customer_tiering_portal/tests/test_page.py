import re
from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.addons.customer_tiering.grading.dates import day_before_window, day_number
from odoo.addons.customer_tiering.tests.query_common import Statements
from odoo.tests import tagged

from ..page_words import last_counted
from .common import TIERS, PageCase


@tagged("post_install", "-at_install")
class TestPage(Statements, PageCase):
    """What the page says in each case of the life of a customer."""

    def test_progress(self):
        """The customer reads another amount than the one that is missing, or in the words of
        whoever set the programme up."""
        page = self._page()
        self.assertEqual(page["badge"]["name"], "Silver")
        (way,) = page["next"]["ways"]
        self.assertEqual(page["next"]["tier"], "Gold")
        self.assertAlmostEqual(way.missing, 4199.5)
        self.assertEqual(way.percent, 79)
        self.assertRegex(way.text, r"^4,199\.50\D* more by \S+")
        self.assertIn("15,800.50", way.done)
        self.assertIn("20,000.00", way.wanted)

    def test_same_as_the_backend(self):
        """Customer and salesperson talked of different figures on the telephone."""
        page = self._page()
        standing = self._standing(self.customer)
        sentence = next(s["text"] for s in standing.explanation["sentences"] if s["kind"] == "next")
        self.assertIn("4,199.50", sentence)
        self.assertIn("4,199.50", page["next"]["ways"][0].text)
        day = standing.policy_id._values(standing.numbers)["lapse"]
        self.assertTrue(day)

    def test_benefits_and_ladder(self):
        """The own column was not marked, or the own discount differed from the list."""
        page = self._page()
        self.assertEqual([b["title"] for b in page["benefits"]], ["Discount: 5 %"])
        ladder = page["ladder"]
        self.assertEqual([t["own"] for t in ladder["tiers"]], [False, True, False, False])
        self.assertEqual(
            [(row["name"], row["cells"]) for row in ladder["rows"]],
            [("Discount", ["", "5 %", "10 %", "15 %"]), ("Dinner", ["", "", "", True])],
        )
        self.assertIn("20,000.00", ladder["tiers"][2]["asks"])
        self.assertIn("a year", ladder["tiers"][2]["asks"])

    def test_orders_that_count(self):
        """Orders that no longer count were listed, or the day on which one lapses was off."""
        self._create_order(self.customer, 700, date=400)
        self._grade()
        rows = self._page()["orders"]
        self.assertEqual(len(rows), 2)
        self.assertIn("11,800.50", rows[0]["amount"])
        self.assertTrue(rows[0]["url"].startswith("/my/orders/"))
        day = self._days_ago(300)
        lapse = last_counted(day, 12)
        self.assertIn(str(lapse.year), rows[1]["until"])

    def test_last_counted(self):
        """At the end of a month the page named a day on which the order no longer counted."""
        day = date(2023, 12, 1)
        while day < date(2025, 4, 1):
            for months in (1, 6, 12, 24):
                last = last_counted(day, months)
                self.assertLess(day_before_window(last, months), day_number(day))
                after = last + timedelta(days=1)
                self.assertGreaterEqual(day_before_window(after, months), day_number(day))
            day += timedelta(days=1)

    def test_contact(self):
        """The contact person was one who has left, or shown although it is switched off."""
        self.assertEqual(self._page()["contact"]["name"], self.salesperson.name)
        self.program.portal_contact = False
        self.assertIsNone(self._page()["contact"])
        self.program.portal_contact = True
        self.salesperson.active = False
        self.assertIsNone(self._page()["contact"])

    def test_what_is_switched_off_is_not_told(self):
        """A setting hid a heading and left the figures in the page."""
        self.program.write(dict.fromkeys(("portal_ladder", "portal_progress"), False))
        self.program.write(dict.fromkeys(("portal_amounts", "portal_dates"), False))
        page = self._page()
        self.assertFalse(page["ladder"] or page["next"] or page["orders"] or page["since"])
        self.assertNotIn("4,199", str(page))
        self.program.portal_shown = False
        self.assertEqual(self.env["customer.tier.page"]._pages(self.user), [])
        self.assertEqual(self.env["customer.tier.page"]._cards(self.user), [])

    def test_hidden_metrics(self):
        """Customers read of credit scores and margins that a tier asks for."""
        self._metric("amount").portal_safe = False
        page = self._page()
        self.assertEqual(page["next"]["ways"], [])
        self.assertEqual(page["next"]["text"], "Talk to us about Gold.")
        self.assertNotIn("20,000", str(page))
        self.assertFalse(page["orders"] and page["ladder"]["asks"])

    def test_one_hidden_of_several(self):
        """“4,199.50 more” was said although a second condition, which is not told, is not met
        either."""
        metric = self._metric("margin")
        self.gold.condition_ids = [
            fields.Command.create({"metric_id": metric.id, "operator": ">=", "value": 90000})
        ]
        self._grade()
        self.assertEqual(self._page()["next"]["text"], "Talk to us about Gold.")
        self.gold.condition_match = "any"
        self._grade()
        page = self._page()
        self.assertEqual(len(page["next"]["ways"]), 1)
        self.assertNotIn("argin", str(page))

    def test_several_ways(self):
        """Two conditions, either of which is enough, read as if it took both."""
        self.gold.condition_ids = [
            fields.Command.create(
                {"metric_id": self._metric("order_count").id, "operator": ">=", "value": 3}
            )
        ]
        self._grade()
        page = self._page()
        texts = [way.text for way in page["next"]["ways"]]
        self.assertEqual(len(texts), 2)
        self.assertFalse(page["next"]["any"])
        self.assertTrue(any(text.startswith("1 more order") for text in texts), texts)
        self.gold.condition_match = "any"
        self._grade()
        self.assertTrue(self._page()["next"]["any"])

    def test_by_hand(self):
        """A tier that was promised until a day read as earned, or the reason that a colleague
        wrote was shown."""
        standing = self._standing(self.customer)
        until = fields.Date.today() + timedelta(days=30)
        standing.write(
            {
                "manual_tier_id": self.gold.id,
                "manual_until": until,
                "manual_reason": "Brother of the boss",
            }
        )
        page = self._page()
        self.assertEqual(page["badge"]["name"], "Gold")
        self.assertIn("Yours until", page["kept"])
        self.assertNotIn("least", page["kept"])
        self.assertEqual(page["next"]["tier"], "Diamond")
        self.assertAlmostEqual(page["next"]["ways"][0].missing, 50000 - 15800.5)
        self.assertNotIn("Brother", str(page))
        self.assertIsNone(page["stay"])

    def test_locked(self):
        """A lock, which colleagues decide about, was told to the customer."""
        self._standing(self.customer).write({"lock": "both", "manual_reason": "In court"})
        self._create_order(self.customer, 10000)
        self._grade()
        page = self._page()
        self.assertEqual(page["badge"]["name"], "Silver")
        self.assertEqual(page["next"]["text"], "Talk to us about Gold.")
        self.assertNotIn("court", str(page))

    def test_at_the_top(self):
        """The best customers read that something is missing."""
        page = self._page(self.other_user)
        self.assertTrue(page["at_top"])
        self.assertIsNone(page["next"])
        self.assertIn("50,000", page["keep"])

    def test_demoted(self):
        """Who fell from Gold read of a loss instead of what leads back."""
        self.program.write({"hold_months": 0})
        buyer = self._create_own_customer("Faller", (380, 21000), (10, 6000))
        user = self._create_login(buyer, "tiering_faller")
        self._grade(as_of=self._days_ago(30))
        self._grade()
        page = self._page(user)
        self.assertEqual(page["badge"]["name"], "Silver")
        self.assertEqual(page["next"]["tier"], "Gold")
        for word in ("lost", "demot", "fell", "below", "Faller"):
            self.assertNotIn(word, str(page).lower())

    def test_about_to_fall(self):
        """A customer who is about to lose Gold read that all is well, or an amount that does not
        keep it."""
        self.program.write({"hold_months": 1})
        buyer = self._create_own_customer("Slower", (350, 22000), (10, 9000))
        user = self._create_login(buyer, "tiering_slower")
        self._grade()
        with freeze_time(self._days_ago(-21)):
            self._grade()
            page = self._page(user)
            self.assertEqual(page["badge"]["name"], "Gold")
            self.assertEqual(page["stay"]["tier"], "Gold")
            (way,) = page["stay"]["ways"]
            self.assertAlmostEqual(way.missing, 11000)
            self.assertIn(" by ", way.text)
            self.assertFalse(page["keep"])

    def test_kept_until(self):
        """A guarantee that ended last month stood on the page."""
        standing = self._standing(self.customer)
        for days, told in ((30, True), (0, True), (-1, False)):
            standing.sudo().write({"guaranteed_until": self._days_ago(-days)})
            with self.subTest(days=days):
                self.assertEqual(bool(self._page()["kept"]), told)

    def test_new_customer(self):
        """Who has not ordered yet got an error, or a page full of dashes."""
        partner = self._create_customer("Newcomer", company_id=self.company.id)
        standing = self.env["customer.tier.standing"].create(
            {"partner_id": partner.id, "company_id": self.company.id}
        )
        standing.sudo().write({"program_id": self.program.id})
        user = self._create_login(partner, "tiering_newcomer")
        page = self._page(user)
        self.assertEqual(page["badge"]["name"], "No tier yet")
        self.assertTrue(page["new"])
        self.assertEqual(page["orders"], [])

    def test_nothing_to_show(self):
        """Who belongs to no programme got an empty page, or an error."""
        Page = self.env["customer.tier.page"]
        plain = self._create_login(self._create_customer("Plain"), "tiering_plain")
        for user in (plain, self.env.ref("base.public_user"), self.salesperson):
            with self.subTest(user.login):
                self.assertEqual(Page.with_user(user)._pages(user), [])
        self.program.active = False
        self.assertEqual(Page._pages(self.user), [])

    def test_archived_tier(self):
        """After the tier was archived, and before the next grading, the page broke."""
        self.silver.active = False
        page = self._page()
        self.assertEqual(page["badge"]["name"], "Silver")
        self.assertIn(True, [t["own"] for t in page["ladder"]["tiers"]])
        self.assertNotIn("Discount", str(page["benefits"]))

    def test_several_companies(self):
        """Tiers of two companies were mixed, or one of them was missing."""
        program = self._create_shown(tiers=TIERS, company=self.company_b, domain="[]")
        partner = self._create_customer("Both")
        user = self._create_login(partner, "tiering_both")
        self.program.domain = "[]"
        self._create_order(partner, 6000)
        self._create_order(partner, 51000, company=self.company_b)
        for company in (self.company, self.company_b):
            self._grade(company=company)
        pages = self.env["customer.tier.page"].with_user(user)._pages(user)
        told = {page["company"]: page["badge"]["name"] for page in pages}
        self.assertEqual(told, {self.company.name: "Silver", self.company_b.name: "Diamond"})
        program.portal_shown = False
        pages = self.env["customer.tier.page"].with_user(user)._pages(user)
        self.assertEqual([page["company"] for page in pages], [self.company.name])

    def test_contact_of_several_companies(self):
        """Somebody who buys for two firms, with one address and a login at one of them, read of
        the other; or of both on one page."""
        for partner in (self.customer, self.other):
            self._create_customer("Both", parent_id=partner.id, email="both@example.com")
        page = self._page()
        self.assertEqual(page["badge"]["name"], "Silver")
        self.assertNotIn("61,234", str(page))
        # Two firms of one owner are two customers, too.
        owner = self._create_customer("Owner", is_company=False)
        user = self._create_user("tiering_owner", "base.group_portal", partner_id=owner.id)
        for firm in (self.customer, self.other):
            self._create_customer("Owner", parent_id=firm.id, email=owner.email)
        self.assertEqual(self.env["customer.tier.page"].with_user(user)._pages(user), [])

    def test_orders_add_up(self):
        """The orders on the page came to another sum than the salesperson read."""
        standing = self._standing(self.customer)
        rows = self._page()["orders"]
        amounts = [float(re.sub(r"[^\d.]", "", row["amount"])) for row in rows]
        self.assertAlmostEqual(sum(amounts), standing.amount)

    def test_in_chinese(self):
        """The page of a Chinese customer was half English."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for addon in ("customer_tiering", "customer_tiering_portal"):
            self.env.ref(f"base.module_{addon}")._update_translations("zh_CN")
        self._standing(self.customer).sudo().guaranteed_until = self._days_ago(-200)
        user = self.user.with_context(lang="zh_CN")
        (page,) = (
            self.env["customer.tier.page"].with_user(user).with_context(lang="zh_CN")._pages(user)
        )
        told = [page["since"], page["kept"], page["keep"], page["as_of"], page["next"]["title"]]
        told += [way.text for way in page["next"]["ways"]]
        for text in told:
            with self.subTest(text):
                rest = re.sub(r"Silver|Gold|Diamond|Regular", "", text)
                self.assertRegex(rest, r"[\u4e00-\u9fff]")
                self.assertNotRegex(rest, r"[A-Za-z]{3,}")

    def test_invoices_count(self):
        """Where invoices count, the page listed orders."""
        self.program.basis = "invoiced"
        self._grade()
        self.assertEqual(self._page()["orders"], [])

    def test_queries(self):
        """The page asked once for each tier, order or benefit."""
        for number in range(12):
            self._create_order(self.customer, 10, date=number + 1)
        self.program.portal_contact = False
        Page = self.env["customer.tier.page"].with_user(self.user)

        def known():
            # What logging in and the layout of every page read.
            self.user.partner_id.commercial_partner_id.mapped("name")
            self.company.partner_id.mapped("name")
            self.company.currency_id.mapped("symbol")

        def opened():
            known()
            Page._pages(self.user)

        for action in (known, opened):
            self._statements(action)
        count = len(self._statements(opened)) - len(self._statements(known))
        self.assertLessEqual(count, 8, self._statements(opened))

    def test_sentences_of_what_people_decided(self):
        """“To keep Gold it takes 20,000.00 € a year” of a tier that is kept by hand or by a
        lock."""
        self._set_tier(self.customer, self.gold)
        self._grade()
        self.assertEqual(self._page()["keep"], "")
        standing = self._set_tier(self.customer, self.env["customer.tier"])
        standing.write({"lock": "down", "manual_reason": "Friend"})
        self._grade()
        self.assertEqual(self._page()["keep"], "")

    def test_tier_that_the_orders_are_enough_for(self):
        """Whose orders were enough for Diamond read that Silver was next, and that it would be
        Silver after the return window."""
        self.program.write({"promotion": "after", "promotion_days": 14})
        newcomer = self._create_own_customer("Newcomer", (2, 60000))
        user = self._create_login(newcomer, "tiering_newcomer")
        self._grade()
        self.assertEqual(self._standing(newcomer).tier_id, self.regular)
        step = self._page(user)["next"]
        self.assertEqual((step["tier"], step["ways"]), ("Diamond", []))
        self.assertIn("enough for Diamond", step["text"])

    def test_lowest_tier_is_no_guarantee(self):
        """“Yours until 29 November at least” of the tier that is open to everybody."""
        self.program.hold_months = 12
        small = self._create_own_customer("Small", (2, 10))
        user = self._create_login(small, "tiering_small")
        self._grade()
        self.assertTrue(self._standing(small).guaranteed_until)
        self.assertEqual(self._page(user)["kept"], "")
