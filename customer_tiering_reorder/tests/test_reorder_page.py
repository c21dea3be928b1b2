import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..controllers.rate_limit import RateLimit
from ..controllers.reorder_page import LIMIT
from .offer_common import OfferCase

# Of the page, and of asking for a quotation beyond what core takes to make one.
MOST_QUERIES = 25
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class PageCase(OfferCase, HttpCase):
    """A customer with coffee and tea on its page, and an address of its contact."""

    def setUp(self):
        super().setUp()
        LIMIT.forget()
        self.buyer.city = "Ghent"
        for days in (60, 40, 20):
            self._create_purchase(self.buyer, days, (self.coffee, 3), (self.tea, 2))
        self.reminder = self._remind()
        self.contact = self._create_customer("Ann Peeters", parent_id=self.buyer.id)
        self.path = f"/o/{self.reminder._reorder_token(self.contact)}"

    def _get(self, path=None, **headers):
        return self.url_open(path or self.path, headers=headers, allow_redirects=False)

    def _post(self, action, path=None, **data):
        return self.url_open(
            path or self.path, data={"action": action, **data}, allow_redirects=False
        )

    def _order_values(self, coffee=4, tea=0):
        return {f"q{self.coffee.id}": coffee, f"q{self.tea.id}": tea}

    def _quotations(self):
        self.env.invalidate_all()
        return self.env["sale.order"].search(
            [("customer_reminder_id", "=", self.reminder.id), ("state", "!=", "cancel")]
        )

    def _state(self):
        self.env.invalidate_all()
        names = ["quotation_id", "answer", "answered_on", "usefulness", "state", "nonce"]
        orders = self.env["sale.order"].search([("company_id", "=", self.company.id)])
        return (
            [self.reminder[name] for name in names],
            orders.ids,
            orders.message_ids.ids,
            self.env["mail.activity"].search_count([]),
            self.env["customer.tier.stale"].search_count([]),
        )


@tagged("post_install", "-at_install")
class TestReorderPage(PageCase):
    def test_looking_changes_nothing(self):
        """A scanner that opens every link in a mail orders, or says that reminders are unwanted."""
        before = self._state()
        for agent in ("Mozilla/5.0", "curl/8", "GoogleImageProxy", ""):
            response = self._get(**{"User-Agent": agent})
            self.assertEqual(response.status_code, 200)
        head = self.url_open(self.path, method="HEAD", allow_redirects=False)
        self.assertEqual((head.status_code, head.content), (200, b""))
        self.assertEqual(self._state(), before)

    def test_seen(self):
        """That a page was opened is noted by the page itself, for every scanner; or never."""
        step = self.env["customer.reminder.step"].create(
            {
                "reminder_id": self.reminder.id,
                "company_id": self.company.id,
                "channel": "email",
                "to": "customer",
                "partner_id": self.buyer.id,
                "due_at": fields.Datetime.now(),
                "send_at": fields.Datetime.now(),
                "sent_at": fields.Datetime.now(),
                "state": "sent",
            }
        )
        page = self._get()
        self.env.invalidate_all()
        self.assertFalse(step.opened_at)
        self.assertIn(f'src="{self.path}/seen"', page.text)
        before = self._state()
        self.url_open(f"{self.path}/seen", method="HEAD", allow_redirects=False)
        for name in ("Sec-Purpose", "Purpose", "X-Moz"):
            self._get(f"{self.path}/seen", **{name: "prefetch"})
        self.env.invalidate_all()
        self.assertFalse(step.opened_at, "a program that only fetched ahead counted as a look")
        for path in (f"{self.path}/seen", f"{self.path}x/seen", "/o/none/seen"):
            picture = self._get(path)
            self.assertEqual(picture.headers["Content-Type"], "image/gif")
            self.assertNotIn("Set-Cookie", picture.headers)
        self.env.invalidate_all()
        self.assertTrue(step.opened_at)
        self.assertFalse(step.confirmed_at)
        self.assertEqual(self._state(), before)

    def test_headers(self):
        """The address is passed on to a search engine, another site or a cache."""
        headers = self._get().headers
        self.assertIn("noindex", headers["X-Robots-Tag"])
        self.assertIn("no-store", headers["Cache-Control"])
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("<script", self._get().text)

    def test_list_is_the_customers_own(self):
        """The page tells what others buy, or more of the customer than its list."""
        text = self._get().text
        for part in ("Hello Ann", "Coffee", "Tea", "In 3 of your last 4 orders", "Ghent"):
            self.assertIn(part, text)
        for part in ("Peeters", self.buyer.name, "customers who buy"):
            self.assertNotIn(part, text)

    def test_prices_are_those_of_the_tier(self):
        """The quotation costs more than the page has said."""
        tier = self._standing(self.buyer).tier_id
        tier.discount = 20
        self.env.invalidate_all()
        text = self._get().text
        self.assertIn("8.00", text)
        self.assertIn("You save 20%", re.sub(r"<[^>]+>", "", text))
        self._post("order", **self._order_values(coffee=4))
        order = self._quotations()
        self.assertEqual(order.order_line.price_subtotal, 32.0)
        self.assertEqual(order.pricelist_id.customer_tier_id, tier)

    def test_post_makes_one_sent_quotation(self):
        """Pressed twice, reloaded, or from two phones: the warehouse packs it twice."""
        response = self._post("order", **self._order_values(coffee=4, tea=1.5))
        self.assertEqual(response.status_code, 303)
        order = self._quotations()
        self.assertEqual(order.state, "sent")
        self.assertEqual(order.partner_id, self.contact)
        self.assertEqual(order.user_id, self.salesperson)
        quantities = {line.product_id: line.product_uom_qty for line in order.order_line}
        self.assertEqual(quantities, {self.coffee: 4, self.tea: 1.5})
        self.assertIn(f"/my/orders/{order.id}", response.headers["Location"])
        self.assertIn("access_token", response.headers["Location"])
        for _again in range(3):
            again = self._post("order", **self._order_values(coffee=9))
            self.assertEqual(again.headers["Location"], response.headers["Location"])
        self.assertEqual(self._quotations(), order)
        self.assertEqual(self.reminder.quotation_id, order)
        self.assertEqual(self.reminder.answer, "order")
        self.assertIn(order.name, self._get().text)

    def test_draft_of_the_salesperson(self):
        """The customer opens, and signs, what the salesperson is still writing."""
        action = self.reminder.with_user(self.salesperson).action_quotation()
        draft = self.env["sale.order"].browse(action["res_id"])
        self.assertNotIn(draft.name, self._get().text)
        for _again in range(2):
            self._post("order", **self._order_values(coffee=7))
        asked = self._quotations() - draft
        self.assertEqual((asked.state, asked.order_line.product_uom_qty), ("sent", 7))
        self.assertEqual(draft.state, "draft")
        self.assertEqual(self.reminder.quotation_id, asked)
        action = self.reminder.with_user(self.salesperson).action_quotation()
        self.assertEqual(action["res_id"], asked.id)

    def test_order_of_nobody(self):
        """An order from the link belongs to the system when its customer has no salesperson, and
        the one who wrote the reminder does not find it."""
        self.reminder.user_id = self.salesperson
        (self.buyer | self.contact).user_id = False
        self._post("order", **self._order_values())
        self.assertEqual(self._quotations().user_id, self.salesperson)

    def test_nothing_left_to_order(self):
        """A page left open orders a second time what came by phone, or for who wants to hear no
        more."""
        for closed in ({"state": "ordered"}, {"state": "open", "answer": "stop"}):
            with self.subTest(closed):
                self.reminder.write(closed)
                response = self._post("order", **self._order_values())
                self.assertEqual(response.status_code, 303)
                self.assertEqual(response.headers["Location"], self.path)
                self.assertFalse(self._quotations())

    def test_old_link_opens_no_prices(self):
        """Whoever finds an old mail sees agreed prices after all by asking for a quotation."""
        with freeze_time(fields.Datetime.now() - timedelta(days=20)):
            path = f"/o/{self.reminder._reorder_token(self.contact)}"
        for _again in range(2):
            location = self._post("order", path, **self._order_values()).headers["Location"]
            self.assertEqual(location, path)
        self.assertNotIn("access_token", self._get(path).text)
        self.assertIn("access_token", self._post("order").headers["Location"])
        self._create_user("ann_portal", "base.group_portal", partner_id=self.contact.id)
        location = self._post("order", path).headers["Location"]
        self.assertEqual(location, f"/my/orders/{self._quotations().id}")
        self.assertIn("/web/login", self.url_open(location).url)

    def test_confirmed_order(self):
        """Who has signed reads that its quotation is ready, and wonders whether it ordered."""
        self._post("order", **self._order_values())
        order = self._quotations()
        order.action_confirm()
        text = self._get().text
        self.assertIn(f"Thank you, order {order.name} is confirmed.", text)
        self.assertIn("Open my order", text)
        self.assertNotIn("quotation", text)

    def test_no_saving_of_nothing(self):
        """The page says “You save 0%”."""
        self._standing(self.buyer).tier_id.discount = 0.2
        self.env.invalidate_all()
        text = self._get().text
        self.assertIn("9.98", text)
        self.assertNotIn("You save", text)

    def test_cancelled_quotation_makes_room(self):
        self._post("order", **self._order_values())
        self._quotations()._action_cancel()
        self.assertIn("Coffee", self._get().text)
        self._post("order", **self._order_values())
        self.assertEqual(len(self._quotations()), 1)

    def test_expired_quotation_makes_room(self):
        """The customer comes back by the same mail when its quotation has expired, can sign that
        no more, and gets no other: links work for longer than quotations are valid."""
        self._post("order", **self._order_values(coffee=4))
        old = self._quotations()
        old.validity_date = self._days_ago(1)
        self.env.flush_all()
        self.assertIn("Coffee", self._get().text)
        for _again in range(2):
            self._post("order", **self._order_values(coffee=7))
        fresh = self._quotations() - old
        self.assertEqual((fresh.state, fresh.order_line.product_uom_qty), ("sent", 7))
        self.assertEqual(self.reminder.quotation_id, fresh)

    def test_new_quotation_after_one_that_expired(self):
        """A salesperson answers an expired quotation by another from the reminder, and the customer
        orders a third by the mail, as the page knew the first alone."""
        self._post("order", **self._order_values(coffee=4))
        self._quotations().validity_date = self._days_ago(1)
        fresh = self.env["sale.order"].create(
            {"partner_id": self.buyer.id, "customer_reminder_id": self.reminder.id}
        )
        self.assertEqual(self.reminder.quotation_id, fresh)

    def test_product_archived_since_the_mail(self):
        """What is sold no more was ordered from a page opened before, or kept the rest from being
        ordered."""
        values = self._order_values(coffee=4, tea=2)
        self.tea.active = False
        self.env.flush_all()
        self._post("order", **values)
        self.assertEqual(self._quotations().order_line.product_id, self.coffee)

    def test_archived_customer(self):
        """The link of a customer, a contact or a company that was archived still ordered."""
        for archived in (self.contact, self.buyer):
            archived.active = False
            self.env.flush_all()
            self.assertEqual(self._get().status_code, 404)
            self.assertEqual(self._post("order", **self._order_values()).status_code, 404)
            archived.active = True
        self.assertFalse(self._quotations())

    def test_large_and_small_quantities(self):
        """Whoever buys 1,250,000 screws reads 1.25e+06, may not order as many as ever, and
        1234567 become 1234570."""
        for days in (60, 40, 20):
            self._create_purchase(
                self.buyer, days, (self.cups, 1_250_000), (self.filters, 123456.75)
            )
        page = self._get().text
        self.assertNotIn("e+0", page)
        for text in ("1250000", "123456.75"):
            self.assertIn(f'value="{text}"', page)
        self._post("order", **{f"q{self.cups.id}": "1250000", f"q{self.filters.id}": "123456.75"})
        quantities = self._quotations().order_line.mapped("product_uom_qty")
        self.assertEqual(sorted(quantities), [123456.75, 1_250_000])

    def test_only_what_was_suggested(self):
        """Somebody changes the numbers in the form and orders what is not sold to them."""
        secret = self._create_product(name="Secret", list_price=1)
        response = self._post("order", **{f"q{secret.id}": 5, "q": 1, "q" + 5000 * "9": 2})
        self.assertEqual(response.status_code, 400)
        self.assertIn("at least one product", response.text)
        for bad in ("-1", "nan", "inf", "1e99", "many", "", "0"):
            with self.subTest(bad=bad):
                self.assertEqual(self._post("order", **self._order_values(bad)).status_code, 400)
        self.assertFalse(self._quotations())
        self.assertEqual(self._post("order", **self._order_values("2,5")).status_code, 303)
        self.assertEqual(self._quotations().order_line.product_uom_qty, 2.5)

    def test_not_now(self):
        """Who says “not now” is asked again the next day."""
        response = self._post("later", days="30")
        self.assertEqual((response.status_code, response.headers["Location"]), (303, self.path))
        self.env.invalidate_all()
        self.assertEqual(self.reminder.answer, "later")
        if "snoozed_until" in self.reminder._fields:
            today = self.env["customer.tier.gather"]._today(self.company)
            self.assertEqual(self.reminder.snoozed_until, today + timedelta(days=30))
        self.assertIn("ask again later", self._get().text)
        for bad in ("-5", "99999999", "soon", ""):
            self.assertEqual(self._post("later", days=bad).status_code, 303)

    def test_other_answers(self):
        self._post("enough")
        self.env.invalidate_all()
        self.assertEqual(self.reminder.answer, "enough")
        self._post("useless")
        self.env.invalidate_all()
        self.assertEqual(self.reminder.usefulness, "useless")
        self._post("stop")
        self.env.invalidate_all()
        self.assertEqual(self.reminder.answer, "stop")
        self.assertIn("no more reminders", self._get().text)
        if "customer.contact.preference" in self.env:
            preferences = self.env["customer.contact.preference"]
            self.assertTrue(preferences._of(self.contact)[self.contact].no_reminders)
        before = self._state()
        self.assertEqual(self._post("something", reminder=1, contact=2, age=3).status_code, 303)
        self.assertEqual(self._state(), before)

    def test_one_page_for_every_bad_link(self):
        """A different answer for “expired” and “never existed” tells which addresses are real."""
        old = self.reminder._reorder_token()
        self.reminder.action_revoke_reorder_links()
        with freeze_time(fields.Datetime.now() - timedelta(days=400)):
            expired = self.reminder._reorder_token()
        good = self.reminder._reorder_token()
        # What is decoded all the same; the line break went into a header.
        stray = [f"{good}%0a", f"%20{good}", f"{good}=="]
        bad = [old, expired, good[:-2], good[::-1], "x", "A" * 3000, *stray]
        pages = {self._get(f"/o/{token}").text for token in bad}
        pages |= {self._post("order", f"/o/{token}", **self._order_values()).text for token in bad}
        self.assertEqual(len(pages), 1)
        self.assertIn("no longer valid", pages.pop())
        self.assertEqual(self._get(f"/o/{old}").status_code, 404)
        self.assertFalse(self._quotations())

    def test_somebody_else_is_logged_in(self):
        """A forwarded mail shows a competitor, logged in at the same shop, what its sender buys."""
        other = self._create_user("tiering_portal_other", "base.group_portal")
        self.authenticate("tiering_portal_other", "tiering_portal_other")
        self.assertEqual(self._get().status_code, 404)
        self.assertEqual(self._post("order", **self._order_values()).status_code, 404)
        other.partner_id.parent_id = self.buyer
        self.assertEqual(self._get().status_code, 200)
        self.assertFalse(self._quotations())

    def test_prices_are_not_shown_for_ever(self):
        """A mail found after months shows today's agreed prices."""
        self.assertIn("10.00", self._get().text)
        late = fields.Datetime.now() - timedelta(days=20)
        with freeze_time(late):
            token = self.reminder._reorder_token()
        text = self._get(f"/o/{token}").text
        self.assertIn("Coffee", text)
        self.assertNotIn("10.00", text)
        self.company.customer_reorder_price_days = 30
        self.assertIn("10.00", self._get(f"/o/{token}").text)

    def test_language_is_the_contacts(self):
        """A Chinese customer reads English because the salesperson does."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.contact.lang = "fr_FR"
        text = self._get(**{"Accept-Language": "en-US"}).text
        self.assertIn('lang="fr-FR"', text)

    def test_cookieless(self):
        """In-app browsers without cookies cannot order."""
        response = self._post("order", **self._order_values())
        self.assertEqual(response.status_code, 303)
        self.opener.cookies.clear()
        self.assertEqual(self._get().status_code, 200)
        self.assertNotIn("Set-Cookie", self._get().headers)

    def test_too_many_requests(self):
        """Somebody tries addresses by the thousand."""
        codes = {self._get("/o/guess").status_code for _number in range(31)}
        self.assertEqual(codes, {404, 429})

    def test_too_many_of_others(self):
        """Behind one proxy, or in one office, some customers lock out all others."""
        for _number in range(31):
            self._get("/o/guess")
        self.assertEqual(self._post("order", **self._order_values()).status_code, 303)

    def test_too_many_of_one_link(self):
        """A program that reloads the page keeps the server from everybody else."""
        codes = [self._get().status_code for _number in range(31)]
        self.assertEqual((codes[0], codes[-1]), (200, 429))

    def _old_path(self):
        with freeze_time(fields.Datetime.now() - timedelta(days=20)):
            return f"/o/{self.reminder._reorder_token(self.contact)}"

    def test_old_link_ends_at_no_log_in(self):
        """Who has no access to the portal orders from an old mail, and stands before a log-in."""
        self.contact.email = "ann@example.com"
        path = self._old_path()
        for _again in range(2):
            response = self._post("order", path=path, **self._order_values())
            self.assertEqual(response.headers["Location"].rpartition("/o/")[1], "/o/")
        order = self._quotations()
        self.assertEqual(order.state, "sent")
        page = self._get(path).text
        self.assertIn(order.name, page)
        self.assertIn("We send it to you", page)
        self.assertNotIn("Open my quotation", page)
        mails = self.env["mail.mail"].search([("recipient_ids", "in", self.contact.ids)])
        self.assertEqual(len(mails), 1)
        self.assertIn(order.name, mails.subject)

    def test_old_link_without_address(self):
        """The quotation waits for somebody who never gets it."""
        self.contact.email = False
        self._post("order", path=self._old_path(), **self._order_values())
        todos = self._quotations().activity_ids
        self.assertEqual(todos.user_id, self.salesperson)

    def test_old_link_with_access(self):
        self.contact.email = "ann@example.com"
        self._create_user("ann_portal", "base.group_portal", partner_id=self.contact.id)
        response = self._post("order", path=self._old_path(), **self._order_values())
        self.assertIn(f"/my/orders/{self._quotations().id}", response.headers["Location"])

    def test_another_customers_order_in_the_reminder(self):
        """Whoever may write quotations shows one customer the quotation of another."""
        stranger = self._create_buyer("Stranger")
        order = self._create_order(
            stranger, 100, state="draft", customer_reminder_id=self.reminder.id
        )
        self.assertFalse(order.customer_reminder_id)
        self.reminder.quotation_id = order
        self.assertNotIn(order.name, self._get().text)
        self._post("order", **self._order_values())
        self.assertNotEqual(self.reminder.quotation_id, order)

    def _queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _buy_more(self, count):
        """So many further products that the customer buys with each order."""
        for number in range(count):
            product = self._create_product(name=f"Product {number}", list_price=number + 1)
            for days in (60, 40, 20):
                self._create_purchase(self.buyer, days + 1, (product, number + 1))

    def test_queries_of_looking(self):
        """The page gets slow product by product, or asks for each price on its own."""
        self._standing(self.buyer).tier_id.discount = 10
        self._get()
        few = self._queries(self._get)
        self._buy_more(6)
        self._get()
        many = self._queries(self._get)
        # Names and units of what is suggested no more are read, too.
        self.assertLessEqual(many, few)
        # With a website, core itself looks for the site, its pages and its lists.
        if "website" not in self.env.registry:
            self.assertLessEqual(many, MOST_QUERIES)

    def test_queries_of_asking(self):
        """Asking for the quotation takes longer than making it does."""
        self._standing(self.buyer).tier_id.discount = 10
        vals = self.env["customer.product.suggestion"]._order_vals(
            self.contact, self.company, {self.coffee: 4, self.tea: 2}
        )

        def by_hand():
            order = self.env["sale.order"].with_company(self.company).create(vals)
            order.action_quotation_sent()
            order.get_portal_url()

        self._get()
        by_hand()
        core = self._queries(by_hand)
        ours = self._queries(lambda: self._post("order", **self._order_values(4, 2)))
        # With a website, core itself looks for the site, its pages and its lists.
        if "website" not in self.env.registry:
            told = f"{ours} in all, {core} of them core's"
            self.assertLessEqual(ours - core, MOST_QUERIES, told)


@tagged("post_install", "-at_install")
class TestReorderConfirm(PageCase):
    def _asked(self, **values):
        self._post("order", **values)
        return self._quotations()

    def _todos(self, order):
        return order.activity_ids.filtered(lambda a: a.user_id == self.salesperson)

    def test_customer_confirms(self):
        order = self._asked(**self._order_values())
        self.assertTrue(order.require_signature or order.require_payment)
        self.assertFalse(self._todos(order))

    def test_salesperson_confirms(self):
        """Orders by link are binding although the company wants to see them first."""
        self.company.customer_reorder_confirm = "salesperson"
        order = self._asked(**self._order_values())
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.require_signature or order.require_payment)
        self.assertEqual(len(self._todos(order)), 1)

    def test_nobody_could_confirm(self):
        """Without signature and payment the order waits for somebody who is never told."""
        self.company.write({"portal_confirmation_sign": False, "portal_confirmation_pay": False})
        order = self._asked(**self._order_values())
        self.assertEqual(order.state, "sent")
        self.assertEqual(len(self._todos(order)), 1)

    def test_unusually_large(self):
        """Somebody types one nought too many, and signs."""
        order = self._asked(**self._order_values(coffee=400))
        self.assertFalse(order.require_signature or order.require_payment)
        self.assertEqual(len(self._todos(order)), 1)

    def test_above_the_credit_limit(self):
        """Who owes too much orders more by a link than a salesperson may enter."""
        self.company.account_use_credit_limit = True
        self.buyer.with_company(self.company).use_partner_credit_limit = True
        self.buyer.with_company(self.company).credit_limit = 1
        order = self._asked(**self._order_values())
        if order.partner_credit_warning:
            self.assertFalse(order.require_signature or order.require_payment)
        else:
            self.fail("the core says nothing of the limit")


@tagged("post_install", "-at_install")
class TestRateLimit(OfferCase):
    def test_so_many_a_minute(self):
        limit = RateLimit(2)
        self.assertEqual([limit.allows("a", now) for now in (0, 1, 2)], [True, True, False])
        self.assertTrue(limit.allows("b", 2))
        self.assertTrue(limit.allows("a", 60.5))
        self.assertFalse(limit.allows("a", 60.6))
