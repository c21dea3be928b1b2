import re

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import PageCase

# What is only known of the other customer.
SECRETS = ("Competitor", "61,234.56", "61234")


class PortalHttp(HttpCase, PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user, cls.other_user):
            user.password = user.login

    def _open(self, url="/my/tier", user=None, **kwargs):
        user = user or self.user
        self.authenticate(user.login, user.login)
        return self.url_open(url, timeout=60, **kwargs)


@tagged("post_install", "-at_install")
class TestPortal(PortalHttp):
    """The page as a browser without JavaScript gets it."""

    def test_page(self):
        """The page broke for portal users, who read none of our records."""
        response = self._open()
        self.assertEqual(response.status_code, 200)
        for text in ("Silver", "4,199.50", "Discount: 5 %", "Dinner", "11,800.50"):
            self.assertIn(text, response.text)
        bar = re.search(r"<div[^>]*role=\"progressbar\"[^>]*>", response.text)[0]
        for attribute in ('aria-valuenow="79"', "aria-valuemin", "aria-valuemax", "aria-label"):
            self.assertIn(attribute, bar)

    def test_links_lead_to_the_orders(self):
        """An order in the list answered “not allowed”."""
        page = self._open().text
        links = re.findall(r"href=\"(/my/orders/\d+)\"", page)
        self.assertEqual(len(links), 2)
        for link in links:
            self.assertEqual(self.url_open(link).status_code, 200)

    def test_card(self):
        """Nobody found the page."""
        home = self._open("/my").text
        self.assertIn("/my/tier", home)
        self.assertIn("Silver", home)
        self.program.portal_shown = False
        self.assertNotIn("/my/tier", self._open("/my").text)

    def test_nothing_to_show(self):
        """Who has no tier got an error."""
        self.program.portal_shown = False
        response = self._open(allow_redirects=False)
        self.assertEqual(response.status_code, 303)

    def test_logged_out(self):
        """The page was there for everybody."""
        response = self.url_open("/my/tier", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

    def test_words_inside_are_not_told(self):
        """Customers read of scores, credit and what colleagues wrote about them."""
        standing = self._standing(self.customer)
        standing.sudo().write(
            {"credit_score": 43.21, "credit_band": "high", "overdue_amount": 98765}
        )
        standing.write({"lock": "up", "manual_reason": "Notorious complainer"})
        text = self._open().text
        page = text.split("<main")[-1].split("</main>")[0].lower()
        page = re.sub(r"<[^>]+>", " ", page)
        for word in ("43.21", "98,765", "notorious", "score", r"credit\b", "margin", "lock"):
            self.assertNotRegex(page, word)

    def test_quotation_in_the_portal(self):
        """The quotation online said nothing of what paper says."""
        order = self._create_order(
            self.user.partner_id,
            state="draft",
            lines=[{"product_id": self.product.id, "product_uom_qty": 10}],
            user_id=self.salesperson.id,
        )
        order._recompute_prices()
        order.action_quotation_sent()
        self.assertAlmostEqual(order.customer_tier_saving, 50)
        page = self._open(f"/my/orders/{order.id}").text
        told = re.search(r"o_customer_tier_offer.*?</div>\s*</div>", page, re.S)[0]
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", told))
        self.assertIn("You save", text)
        self.assertIn("50.00", text)
        self.assertIn("as Silver", text)
        self.assertIn("Discount: 5 %", text)

    def test_public_page(self):
        """The page for everybody was there without being switched on, or named customers."""
        self.env.ref("base.public_user").sudo().write(
            {"company_ids": [(4, self.company.id)], "company_id": self.company.id}
        )
        if "website" in self.env.registry:
            self.env["website"].search([], limit=1).company_id = self.company
        self.assertEqual(self.url_open("/tiers").status_code, 404)
        self.program.portal_public = True
        page = self.url_open("/tiers")
        self.assertEqual(page.status_code, 200)
        for text in ("Diamond", "50,000.00", "15 %", "Dinner"):
            self.assertIn(text, page.text)
        for secret in (*SECRETS, "Buyer", "o_customer_tier_own"):
            self.assertNotIn(secret, page.text.split("<main")[-1])

    def test_public_page_attacked(self):
        """A stranger reads tiers that are not public, of another company, or changes something."""
        self.env.ref("base.public_user").sudo().write(
            {"company_ids": [(4, self.company.id)], "company_id": self.company.id}
        )
        if "website" in self.env.registry:
            self.env["website"].search([], limit=1).company_id = self.company
        theirs = self._create_program(tiers=["Theirs Alone"], company=self.company_b)
        hidden = self._create_program(tiers=["Hidden Tier"])
        theirs.portal_public = True
        self.program.portal_public = True
        attacks = [
            "/tiers",
            f"/tiers?program_id={theirs.id}&id={theirs.id}",
            f"/tiers?program_id={hidden.id}&portal_public=1",
            f"/tiers?company_id={self.company_b.id}&cids={self.company_b.id}",
            f"/tiers?allowed_company_ids={self.company_b.id}",
        ]
        for url in attacks:
            with self.subTest(url):
                page = self.url_open(url, cookies={"cids": str(self.company_b.id)})
                self.assertEqual(page.status_code, 200)
                self.assertIn("Diamond", page.text)
                for secret in ("Theirs Alone", "Hidden Tier"):
                    self.assertNotIn(secret, page.text)
        for url in (f"/tiers/{theirs.id}", f"/tiers/{hidden.id}"):
            with self.subTest(url):
                self.assertEqual(self.url_open(url).status_code, 404)
        posted = self.url_open("/tiers", data={"program_id": theirs.id}, method="POST")
        self.assertEqual(posted.status_code, 405)
        self.program.action_archive()
        self.assertEqual(self.url_open("/tiers").status_code, 404)


@tagged("post_install", "-at_install")
class TestTampering(PortalHttp):
    """A portal user of one customer asks for another."""

    def _attacks(self):
        partner, contact = self.other.id, self.other_user.partner_id.id
        standing = self._standing(self.other).id
        order = self.env["sale.order"].search([("partner_id", "=", partner)], limit=1)
        names = ("partner_id", "partner", "customer", "customer_id", "commercial_partner_id", "id")
        urls = [f"/my/tier?{name}={partner}" for name in names]
        urls += [
            f"/my/tier?user_id={self.other_user.id}&uid={self.other_user.id}",
            f"/my/tier?standing_id={standing}",
            f"/my/tier?company_id={self.company_b.id}",
            f"/my/tier?partner_id={contact}&sudo=1",
            f"/my/tier?context={{'uid': {self.other_user.id}}}",
            f"/my/tier?order_id={order.id}&access_token=x",
            f"/my/tier/{partner}",
            f"/my/tier/{standing}",
            f"/my/tier/../tier?partner_id={partner}",
            f"/my/tier#tier-{partner}",
            f"/my/orders/{order.id}",
            f"/my/orders/{order.id}?access_token=",
            f"/my?partner_id={partner}",
            f"/my/home?partner_id={partner}",
            "/my/tier?partner_id[]=1&partner_id[]=2",
            "/my/tier?partner_id=1 OR 1=1",
        ]
        return urls

    def test_twenty_ways(self):
        """A customer read the tier, the orders or the name of another one."""
        attacks = self._attacks()
        self.assertGreaterEqual(len(attacks), 20)
        for url in attacks:
            with self.subTest(url):
                text = self._open(url).text
                for secret in SECRETS:
                    self.assertNotIn(secret, text)

    def test_headers_and_cookies(self):
        """What a client sends beside the address changed whose page it is."""
        for headers in (
            {"Referer": f"http://x/my/tier?partner_id={self.other.id}"},
            {"X-Partner-Id": str(self.other.id)},
            {"X-Odoo-Database": "other"},
        ):
            with self.subTest(headers):
                for secret in SECRETS:
                    self.assertNotIn(secret, self._open(headers=headers).text)

    def test_posting(self):
        """Something could be sent to the page."""
        self.assertNotEqual(self._open(data={"partner_id": self.other.id}).status_code, 200)

    def test_records_over_rpc(self):
        """What the page leaves out was readable by calling the server."""
        self.authenticate(self.user.login, self.user.login)
        standing = self._standing(self.customer)
        for model, method, args in (
            ("customer.tier.page", "_pages", [self.other_user.id]),
            ("customer.tier.page", "_page", [standing.id]),
            ("customer.tier.standing", "read", [standing.ids, ["score"]]),
            ("customer.tier.standing", "search_read", [[]]),
            ("customer.tier", "search_read", [[], ["name"]]),
            ("customer.tier.benefit", "search_read", [[], ["name"]]),
            ("customer.tier.program", "search_read", [[], ["name"]]),
            ("sale.order", "_customer_tier_offer", [[1]]),
        ):
            with self.subTest(model=model, method=method):
                response = self.url_open(
                    "/web/dataset/call_kw",
                    json={
                        "jsonrpc": "2.0",
                        "method": "call",
                        "params": {"model": model, "method": method, "args": args, "kwargs": {}},
                    },
                    headers={"Content-Type": "application/json"},
                ).json()
                self.assertIn("error", response)

    def test_contact_who_moves(self):
        """A contact who left for another company still read the old one's page."""
        self.user.partner_id.sudo().parent_id = self.other
        self.assertIn("61,234.56", self._open().text)
        self.user.partner_id.sudo().parent_id = False
        self.assertEqual(self._open(allow_redirects=False).status_code, 303)

    def test_only_dates_to_come(self):
        """A guarantee of last year stood on the page."""
        self._standing(self.customer).sudo().guaranteed_until = fields.Date.today().replace(
            year=fields.Date.today().year - 1
        )
        self.assertNotIn("Yours until", self._open().text)
