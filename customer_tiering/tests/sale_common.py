from .common import TieringCommon


class SaleOrderCommon(TieringCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(
            tiers=["Regular", {"name": "Gold", "discount": 10}, {"name": "Diamond", "discount": 15}]
        )
        cls.regular, cls.gold, cls.diamond = cls.program.tier_ids
        cls.gold_list = cls.gold.pricelist_id
        cls.diamond_list = cls.diamond.pricelist_id
        cls.special_list = cls._create_pricelist("Special", sequence=50)
        cls.customer = cls._create_customer("Gold Customer")
        cls.contact = cls._create_customer("First Contact", parent_id=cls.customer.id)
        cls.other_contact = cls._create_customer("Second Contact", parent_id=cls.customer.id)
        cls.plain = cls._create_customer("Plain Customer")
        cls._set_tier(cls.customer, cls.gold)

    def _quote(self, partner=None, **vals):
        """A draft of the salesperson, priced by its list."""
        vals.setdefault("lines", [{}])
        vals.setdefault("user_id", self.salesperson.id)
        order = self._create_order(partner or self.contact, state="draft", **vals)
        return order.with_user(self.salesperson)

    def _quote_by_hand(self, partner=None, **vals):
        """The same, with the special list chosen by the salesperson."""
        order = self._quote(partner, **vals)
        order.pricelist_id = self.special_list
        return order
