from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestMovementTour(HttpCase):
    """A tier officer's morning in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        company = cls.env.company
        # Whatever demo data brought along would be graded too.
        cls.env["customer.tier.standing"].search([])._by_system().unlink()
        cls.env["customer.tier.program"].search([]).action_archive()
        cls.officer = new_test_user(
            cls.env,
            "tour_officer",
            name="Tour Officer",
            groups="customer_tiering.group_user",
            company_id=company.id,
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Tour Cup", "list_price": 100.0, "taxes_id": False, "type": "consu"}
        )
        names = ("Tour Promised", "Tour Rising", "Tour Late")
        cls.promised, cls.rising, cls.late = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in names]
        )
        for customer in (cls.promised, cls.rising, cls.late):
            cls._order(customer, 60)
        cls.program = cls.env["customer.tier.program"]._create_preset("wholesale", company)
        cls.program.domain = [("id", "in", (cls.promised + cls.rising + cls.late).ids)]
        cls.program.action_grade()
        cls.program.approval = "both"
        for customer in (cls.rising, cls.late):
            cls._order(customer, 200)

    @classmethod
    def _order(cls, customer, quantity):
        line = {"product_id": cls.product.id, "product_uom_qty": quantity}
        cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "state": "sale",
                "date_order": fields.Datetime.now() - timedelta(days=3),
                "order_line": [fields.Command.create(line)],
            }
        )

    def test_override_approve_refuse_history(self):
        """A tier by hand, a grading that asks, one change accepted and one refused, and a history
        that says who did what: each of the screens may break the way to the next."""
        self.start_tour("/odoo", "customer_tiering_movement", login="tour_officer")
        tiers = {
            customer.name: customer.customer_tier_id.name
            for customer in (self.promised, self.rising, self.late)
        }
        self.assertEqual(
            tiers, {"Tour Promised": "Diamond", "Tour Rising": "Gold", "Tour Late": "Silver"}
        )
        changes = self.env["customer.tier.change"].search([("user_id", "=", self.officer.id)])
        self.assertEqual(
            {(change.partner_id, change.reason) for change in changes},
            {(self.promised, "manual"), (self.rising, "approval")},
        )
