from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.sale_common import SaleOrderCommon
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPricesOfTickets(SaleOrderCommon):
    """Tickets cost what the ticket says, not what its product does."""

    def test_ticket(self):
        """With a ticket, the quotation said that its prices are others than those of its list; and
        what the tier saved on it was nothing."""
        product = self._create_product(name="Ticket", type="service", service_tracking="event")
        now = fields.Datetime.now()
        event = self.env["event.event"].create(
            {
                "name": "Tasting",
                "company_id": self.company.id,
                "date_begin": now,
                "date_end": now + timedelta(days=1),
                "event_ticket_ids": [
                    Command.create({"name": "Table", "product_id": product.id, "price": 500})
                ],
            }
        )
        line = {
            "product_id": product.id,
            "event_id": event.id,
            "event_ticket_id": event.event_ticket_ids.id,
        }
        for partner, amount, saving in ((self.customer, 450.0, 50.0), (self.plain, 500.0, 0.0)):
            order = self._quote(partner, lines=[line]).sudo()
            self.assertEqual(order.amount_untaxed, amount)
            self.assertFalse(order.customer_prices_differ)
            self.assertEqual(order.customer_tier_saving, saving)
