import re

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

    def test_what_the_till_loads(self):
        """Each sale asked the server, or none did."""
        other = self._create_product(available_in_pos=True).product_tmpl_id
        templates = (self.kettle.product_tmpl_id | other).with_user(self.cashier)
        self.assertIn("pos_customer_early", templates._load_pos_data_fields(self.till))
        self.assertEqual(templates.mapped("pos_customer_early"), [True, False])
        self.early.date_public = self._days_ago(0)
        self.env.invalidate_all()
        self.assertEqual(templates.mapped("pos_customer_early"), [False, False])

    def test_another_company(self):
        """What one company keeps for its tiers is kept back at the till of another."""
        kettle = self.kettle.with_company(self.company_b).product_tmpl_id
        self.assertFalse(kettle.pos_customer_early)

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

    def test_tour_of_who_may(self):
        """An administrator of the point of sale could not sell what the shop has to get rid of."""
        self._run_tour("customer_tiering_early_sold_anyway", self.boss)
        self.assertEqual(self._sold().partner_id, self.plain)
