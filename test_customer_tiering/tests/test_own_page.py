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
        gift = cls.env["loyalty.program"].with_context(
            **found["gift"].action_make_gift()["context"]
        )
        reward = {"reward_type": "product", "reward_product_id": cls.kettle.id}
        gift.create({"reward_ids": [Command.create(reward)]})
        cls.env["customer.tier.early"].create(
            {
                "benefit_id": found["early"].id,
                "product_tmpl_id": cls.kettle.product_tmpl_id.id,
                "date_public": cls._days_ago(-9),
            }
        )
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
            cls.env["customer.tier.day"].create(
                {"name": recurrence, "company_id": cls.company.id, "recurrence": recurrence}
            )
        cls.program.portal_contact = True

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

    def test_queries(self):
        """Each gift, member day and new product cost the page queries of its own."""
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
        found = self._statements(opened)
        count = len(found) - len(self._statements(known))
        self.assertLessEqual(count, QUERIES, "\n".join(map(str, found)))
