import re
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged

from .till_common import TillCase


@tagged("post_install", "-at_install")
class TestAtTheTill(HttpCase, TillCase):
    def test_who_is_told(self):
        """The till sold to everybody what only some tiers may have yet, and said nothing."""
        nobody = self.env["res.partner"]
        for partner, said in ((self.plain, "Early Plain"), (nobody, "Choose the customer")):
            told = self._told(partner)
            self.assertIn("Early Kettle", told["message"])
            self.assertIn(said, told["message"])
            self.assertFalse(told["allowed"])
        # An empty list is true in a browser.
        self.assertIs(self._told(self.golden), False)
        self.assertFalse(self._told(self.plain, self._create_product(available_in_pos=True)))
        self.assertTrue(self._told(self.plain, user=self.boss)["allowed"])
        contact = self._create_customer("Their Buyer", parent_id=self.golden.id)
        self.assertFalse(self._told(contact), "contacts have the tier of their company")
        self.early.date_public = self._days_ago(0)
        self.assertFalse(self._told(self.plain), "its day has come")

    def test_before_anybody(self):
        """Before the first day nobody may have it, the best tier neither."""
        self.early.date_from = self._days_ago(-3)
        self.assertIn("Early Golden", self._told(self.golden)["message"])

    def _loaded(self):
        """The products of which a till asks after it was opened."""
        till = self.till.with_user(self.cashier)
        return till._load_pos_data_read(till, till)[0]["_customer_early_products"]

    def test_what_the_till_loads(self):
        """Each sale asked the server, or none did."""
        self._create_product(available_in_pos=True)
        self.assertEqual(self._loaded(), self.kettle.product_tmpl_id.ids)
        self.early.date_public = self._days_ago(0)
        self.assertEqual(self._loaded(), [])

    def test_loaded_again(self):
        """Tills load again only products that were written to since, and the list of a benefit
        writes none: a till that had been opened before sold what was put on the list since."""
        till = self.till.with_user(self.cashier)
        later = fields.Datetime.now() + timedelta(days=1)
        data = till.with_context(pos_last_server_date=later, pos_limited_loading=True)
        read = self.opened.with_env(data.env).load_data(["pos.config", "product.template"])
        self.assertNotIn("Early Kettle", str(read["product.template"]))
        (config,) = read["pos.config"]
        self.assertEqual(config["_customer_early_products"], self.kettle.product_tmpl_id.ids)

    def test_another_company(self):
        """What one company keeps for its tiers is kept back at the till of another."""
        vals = {"name": "Theirs", "company_id": self.company_b.id, "payment_method_ids": False}
        theirs = self.env["pos.config"].with_company(self.company_b).create(vals)
        self.assertEqual(theirs._customer_early_products(), [])

    def _told_to_till(self, action):
        """What a till that is open is told when something happens."""
        told = []
        with patch.object(
            type(self.env["pos.config"]),
            "_notify",
            lambda till, *message, **kwargs: told.append((till.id, *message)),
        ):
            action()
        return told

    def test_told_while_open(self):
        """What was put on the list of a benefit in the morning was sold to everybody until the
        till was opened the next day."""
        cup = self._create_product(available_in_pos=True)
        kettle, news = self.kettle.product_tmpl_id.id, []

        def put():
            news.append(self._open_early(self.benefit, cup))

        for action, left in (
            (put, {kettle, cup.product_tmpl_id.id}),
            (lambda: news[0].write({"date_public": self._days_ago(0)}), {kettle}),
            (lambda: news[0].unlink(), {kettle}),
            (lambda: self.benefit.action_archive(), set()),
            (lambda: self.benefit.action_unarchive(), {kettle}),
            (lambda: self.program.action_archive(), set()),
            (lambda: self.program.action_unarchive(), {kettle}),
        ):
            told = self._told_to_till(action)
            self.assertTrue(told)
            till, channel, message = told[-1]
            self.assertEqual((till, channel), (self.till.id, "CUSTOMER_EARLY"))
            self.assertEqual(set(message["products"]), left)
        self.assertFalse(self._told_to_till(lambda: self.benefit.write({"name": "Firsts"})))

    def _sold(self):
        return (
            self.env["pos.order"]
            .search([("config_id", "=", self.till.id)])
            .filtered(lambda order: order.state == "paid")
        )

    def _run_tour(self, tour, user):
        """With the pages' scripts made before: a tour waits ten seconds for its first step."""
        url = f"/pos/ui/{self.till.id}"
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        for script in re.findall(r'"(/web/assets/[^"]+\.(?:js|css))"', self.url_open(url).text):
            self.url_open(script)
        self.start_tour(url, tour, login=user.login)

    def test_tour(self):
        """A cashier reads why, chooses the customer who may, and sells."""
        self._run_tour("customer_tiering_early_at_till", self.cashier)
        self.assertEqual(self._sold().partner_id, self.golden)

    def test_tour_of_news(self):
        """A till that is told of a new product while it is open asks about it, and does no more
        when it is told that nothing is on the list."""
        self._run_tour("customer_tiering_early_news", self.cashier)
        self.assertEqual(self._sold().partner_id, self.plain)

    def test_tour_of_who_may(self):
        """An administrator of the point of sale could not sell what the shop has to get rid of."""
        self._run_tour("customer_tiering_early_sold_anyway", self.boss)
        self.assertEqual(self._sold().partner_id, self.plain)
