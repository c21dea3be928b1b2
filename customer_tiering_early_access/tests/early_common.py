from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command


class EarlyCase(GradingCase):
    """A programme whose better tiers may order a new product first, and a customer in each tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=["Regular", "Gold", "Diamond"], domain=OWN)
        cls.program.benefit_ids.unlink()
        cls.regular, cls.gold, cls.diamond = cls.program.tier_ids
        cls.kettle = cls._create_product(name="Kettle", type="service")
        cls.benefit = cls.env["customer.tier.benefit"].create(
            {
                "program_id": cls.program.id,
                "name": "New products first",
                "kind": "early",
                "from_tier_id": cls.gold.id,
            }
        )
        cls.day = cls._days_ago(-10)
        cls.early = cls._open_early(cls.benefit, cls.kettle)
        cls.golden = cls._create_own_customer("Golden")
        cls.plain = cls._create_own_customer("Plain")
        cls._set_tier(cls.golden, cls.gold)
        cls._set_tier(cls.plain, cls.regular)

    @classmethod
    def _open_early(cls, benefit, product, **vals):
        return cls.env["customer.tier.early"].create(
            {
                "benefit_id": benefit.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "date_public": cls.day,
                **vals,
            }
        )

    def _quote(self, partner, product=None, user=None):
        """A draft of a salesperson."""
        product = product or self.kettle
        vals = {
            "partner_id": partner.id,
            "company_id": self.company.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
        return self.env["sale.order"].with_user(user or self.salesperson).create(vals)

    def _in_days(self, days):
        return fields.Date.today() + timedelta(days=days)
