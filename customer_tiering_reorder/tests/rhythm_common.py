from odoo.addons.customer_tiering.tests.common import GradingCase


class RhythmCase(GradingCase):
    """A graded company with customers who buy coffee, filters and other things."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rhythm = cls.env["customer.purchase.rhythm"]
        cls.coffee = cls._create_category("Coffee", cls.product)
        cls.filter = cls._create_product(name="Filter", list_price=5)
        cls.filters = cls._create_category("Filters", cls.filter)
        cls._create_program(tiers=["All"], domain="[('company_id', '!=', False)]")

    @classmethod
    def _create_category(cls, name, *products, **vals):
        category = cls.env["product.category"].create({"name": name, **vals})
        for product in products:
            product.categ_id = category
        return category

    @classmethod
    def _buy(cls, partner, *days, product=None, quantity=1, price=100, **vals):
        """Orders of a product, so many days ago each."""
        line = {
            "product_id": (product or cls.product).id,
            "product_uom_qty": quantity,
            "price_unit": price,
        }
        orders = [cls._create_order(partner, date=day, lines=[line], **vals) for day in days]
        return cls.env["sale.order"].union(*orders)

    @classmethod
    def _every(cls, days, times, last):
        """Days ago of so many purchases, the last one so many days ago."""
        return [last + days * number for number in range(times)]

    @classmethod
    def _pass(cls, company=None):
        """Look at everybody."""
        company = company or cls.company
        today = cls.env["customer.tier.gather"]._today(company)
        company.customer_rhythm_last_partner_id = 0
        while cls.Rhythm._next_chunk(company, today):
            pass

    def _row(self, partner, category=None):
        return self.Rhythm.search(
            [
                ("partner_id", "=", partner.id),
                ("category_id", "=", (category or self.coffee).id),
                ("company_id", "=", self.company.id),
            ]
        )
