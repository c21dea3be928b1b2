from odoo.addons.customer_tiering_point_of_sale.tests.till_common import TillCommon
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSelfOrder(TillCommon):
    """Strangers who order on their own phones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_list = cls._list(cls, "Terrace", 3)
        cls._sell_by(cls, cls.open_list)
        cls.till.write(
            {
                "self_ordering_mode": "mobile",
                "self_ordering_default_user_id": cls.pos_user.id,
            }
        )
        cls.till.with_user(cls.pos_user).open_ui()
        cls.till.current_session_id.set_opening_control(0, None)
        cls.env.flush_all()

    def test_lists_of_tiers(self):
        """Lists of tiers, and those they are on top of, were told to whoever opened the menu."""
        self.assertIn(self.gold.pricelist_id, self.till._get_available_pricelists())
        data = self.make_jsonrpc_request(f"/pos-self/data/{self.till.id}", {})
        self.assertEqual([one["id"] for one in data["product.pricelist"]], self.open_list.ids)
        lists = {item["pricelist_id"] for item in data["product.pricelist.item"]}
        self.assertEqual(lists, set(self.open_list.ids))

    def test_tier_of_somebody(self):
        """Core reads any contact to whoever guesses its number: the tier was among it."""
        fields = ("name", "phone", "street", "zip", "city")
        asked = {**dict.fromkeys(fields, "x"), "country_id": self.env.ref("base.be").id}
        data = self.make_jsonrpc_request(
            "/pos-self-order/validate-partner",
            {**asked, "access_token": self.till.access_token, "partner_id": self.customer.id},
        )
        self.assertEqual(data["res.partner"][0]["name"], self.customer.name)
        self.assertNotIn("pos_customer_tier", data["res.partner"][0])
        self.assertNotIn(self.gold.name, str(data))
