from odoo.addons.customer_tiering_reminder.tests.desk_common import DeskCase


class OfferCase(DeskCase):
    """A customer with a reminder and usual products."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coffee, cls.tea, cls.cups, cls.filters = (
            cls._create_product(name=name, list_price=price)
            for name, price in (("Coffee", 10), ("Tea", 8), ("Cups", 5), ("Filters", 2))
        )

    @classmethod
    def _create_purchase(cls, partner, days, *lines, **vals):
        """A confirmed order so many days ago of pairs (product, quantity)."""
        return cls._create_order(
            partner,
            date=days,
            company=partner.company_id or cls.company,
            lines=[
                {"product_id": product.id, "product_uom_qty": quantity}
                for product, quantity in lines
            ],
            team_id=False,
            **vals,
        )
