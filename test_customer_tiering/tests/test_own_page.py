"""The customer's own page with everything that other addons add to benefits."""

from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.query_common import Statements
from odoo.addons.customer_tiering_portal.tests.common import PageCase
from odoo.fields import Command
from odoo.tests import tagged

QUERIES = 8


@tagged("post_install", "-at_install")
class TestOwnPage(Statements, PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program, cls.kettle = cls.program, cls._create_product(name="Kettle", type="service")
        kinds = ("gift", "early", "event", "day", "contact", "term", "priority", "text")
        program.benefit_ids = [
            Command.create({"name": f"The {kind}", "kind": kind}) for kind in kinds
        ]
        found = {benefit.kind: benefit for benefit in program.benefit_ids}
        cls.found = found
        cls._create_gift(cls.kettle)
        cls._open_early(cls.kettle)
        begin = fields.Datetime.now() + timedelta(days=30)
        cls.env["event.event"].create(
            {
                "name": "Dinner",
                "company_id": cls.company.id,
                "date_begin": begin,
                "date_end": begin + timedelta(hours=4),
                "customer_benefit_id": found["event"].id,
            }
        )
        for recurrence in ("monthly", "first_order", "tier_since"):
            cls._create_day(recurrence)
        cls.program.portal_contact = True

    @classmethod
    def _create_gift(cls, product):
        gift = cls.env["loyalty.program"].with_context(
            **cls.found["gift"].action_make_gift()["context"]
        )
        reward = {"reward_type": "product", "reward_product_id": product.id}
        return gift.create({"reward_ids": [Command.create(reward)]})

    @classmethod
    def _open_early(cls, product):
        return cls.env["customer.tier.early"].create(
            {
                "benefit_id": cls.found["early"].id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "date_public": cls._days_ago(-9),
            }
        )

    @classmethod
    def _create_day(cls, recurrence):
        vals = {"name": recurrence, "company_id": cls.company.id, "recurrence": recurrence}
        return cls.env["customer.tier.day"].create({**vals, "date": cls._days_ago(-40)})

    def test_everything_is_told(self):
        """A kind of benefit was missing on the page, or told nothing of what it is."""
        titles = " / ".join(told["title"] for told in self._page()["benefits"])
        for told in (
            "The gift: Kettle",
            "The early: Kettle (for everybody",
            "The event: ",
            "The day: ",
        ):
            self.assertIn(told, titles)
        self.assertIn(f"The contact: {self.salesperson.name}", titles)

    def _count(self):
        """How many queries the page takes beside what logging in and the layout read."""
        Page = self.env["customer.tier.page"].with_user(self.user)

        def known():
            self.user.partner_id.commercial_partner_id.mapped("name")
            self.company.partner_id.mapped("name")
            self.company.currency_id.mapped("symbol")

        def opened():
            known()
            Page._pages(self.user)

        for action in (known, opened):
            self._statements(action)
        self._told = self._statements(opened), self._statements(known)
        return len(self._told[0]) - len(self._told[1])

    def test_queries(self):
        """Each gift, member day and new product cost the page queries of its own, and contact,
        payment terms and days of each customer as many again."""
        few = self._count()
        self.assertLessEqual(few, QUERIES, self._told)
        self._create_gift(self._create_product(name="Cup", type="service"))
        self._create_gift(self._create_product(name="Pot", type="service"))
        pan = self._create_product(name="Pan", type="service")
        self._open_early(pan)
        for recurrence in ("monthly", "yearly", "first_order", "tier_since"):
            self._create_day(recurrence)
        self.assertEqual(self._count(), few)

    def test_queries_with_a_list_of_its_own(self):
        """A customer with whom a pricelist was agreed, running or archived, waited longer for its
        page than all others."""
        agreed = self.env["product.pricelist"].create(
            {"name": "Agreed", "company_id": self.company.id}
        )
        buyer = self.user.partner_id.commercial_partner_id.with_company(self.company)
        buyer.specific_property_product_pricelist = agreed
        self.assertLessEqual(self._count(), QUERIES, self._told)
        self.assertNotIn("Discount: 5 %", [told["title"] for told in self._page()["benefits"]])
        agreed.active = False
        self.assertLessEqual(self._count(), QUERIES, self._told)
        self.assertIn("Discount: 5 %", [told["title"] for told in self._page()["benefits"]])
