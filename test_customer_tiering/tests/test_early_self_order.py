import uuid

from odoo.addons.customer_tiering_early_access_point_of_sale.tests.till_common import TillCase
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestEarlySelfOrder(HttpCase, TillCase):
    """What some customers may have first, at a kiosk or on a phone, where nobody is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cup = cls._create_product(name="Plain Cup", available_in_pos=True, taxes_id=False)
        cls._open_kiosk()

    @classmethod
    def _open_kiosk(cls):
        cls.till.write(
            {"self_ordering_mode": "kiosk", "self_ordering_default_user_id": cls.cashier.id}
        )
        cls.opened.set_opening_control(0, None)
        cls.till._ensure_access_token()
        cls.env.flush_all()

    def _menu(self):
        return self.make_jsonrpc_request(f"/pos-self/data/{self.till.id}", {})

    def _create_set(self, *choices):
        """A product of which one chooses a part for each of some lists of products."""
        combos = self.env["product.combo"].create(
            [
                {
                    "name": f"Choice {place}",
                    "combo_item_ids": [Command.create({"product_id": one.id}) for one in products],
                }
                for place, products in enumerate(choices)
            ]
        )
        return self._create_product(
            name="Set",
            type="combo",
            combo_ids=[Command.set(combos.ids)],
            available_in_pos=True,
            taxes_id=False,
        )

    def test_menu(self):
        """A kiosk offered to everybody what some customers may have first."""
        menu = self._menu()
        names = {product["name"] for product in menu["product.template"]}
        self.assertIn("Plain Cup", names)
        self.assertNotIn("Early Kettle", str(menu))
        self.early.date_public = self._days_ago(0)
        self.assertIn("Early Kettle", str(self._menu()))

    def test_menu_of_sets(self):
        """It was offered as a part of a set, or a set that nobody could order broke the menu."""
        some = self._create_set(self.kettle | self.cup)
        none = self._create_set(self.kettle, self.cup)
        menu = self._menu()
        self.assertNotIn("Early Kettle", str(menu))
        offered = {product["id"] for product in menu["product.template"]}
        self.assertIn(some.product_tmpl_id.id, offered)
        self.assertNotIn(none.product_tmpl_id.id, offered)
        items = {item["product_id"] for item in menu["product.combo.item"]}
        self.assertEqual(items, {self.cup.id})

    def _line(self, product, qty=1, **vals):
        line = {"product_id": product.id, "qty": qty, "price_unit": 1, "uuid": str(uuid.uuid4())}
        amounts = {"price_subtotal": qty, "price_subtotal_incl": qty, "tax_ids": []}
        return {**line, **amounts, **vals}

    def _order(self, *lines, device="kiosk", lang=None, **vals):
        order = {
            "uuid": str(uuid.uuid4()),
            "access_token": "",
            "company_id": self.company.id,
            "state": "draft",
            "preset_id": False,
            "session_id": self.opened.id,
            "lines": [line if isinstance(line, list) else [0, 0, line] for line in lines],
            **dict.fromkeys(("amount_total", "amount_paid", "amount_tax", "amount_return"), 0),
            **vals,
        }
        params = {"access_token": self.till.access_token, "table_identifier": None, "order": order}
        with mute_logger("odoo.http"):
            answer = self.opener.post(
                f"{self.base_url()}/pos-self-order/process-order/{device}",
                json={"id": 0, "jsonrpc": "2.0", "method": "call", "params": params},
                cookies={"frontend_lang": lang} if lang else None,
                timeout=60,
            ).json()
        if error := answer.get("error"):
            return error["data"]
        return self.env["pos.order"].browse(answer["result"]["pos.order"][0]["id"])

    def _refused(self, *lines, **vals):
        """What whoever orders reads."""
        answer = self._order(*lines, **vals)
        self.assertIsInstance(answer, dict, "was sold")
        self.assertEqual(answer["name"], "odoo.exceptions.UserError", answer)
        return answer["message"]

    def test_order(self):
        """What a kiosk does not show was sold to whoever sent its number, and to whoever said to
        be a customer who may have it."""
        self.assertEqual(self._order(self._line(self.cup)).lines.product_id, self.cup)
        for vals in ({}, {"device": "mobile"}, {"partner_id": self.golden.id}):
            with self.subTest(vals=vals):
                said = self._refused(self._line(self.cup), self._line(self.kettle), **vals)
                self.assertRegex(said, r"^Not everybody can have this yet: Early Kettle \(from ")
        self.assertFalse(self.env["pos.order.line"].search([("product_id", "=", self.kettle.id)]))
        self.early.date_public = self._days_ago(0)
        self.assertEqual(self._order(self._line(self.kettle)).lines.product_id, self.kettle)

    def test_in_their_language(self):
        """Whoever had chosen another language at the kiosk did not understand why."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.kettle.with_context(lang="zh_CN").name = "水壶"
        self.assertIn("水壶", self._refused(self._line(self.kettle), lang="zh_CN"))
        self.assertIn("Kettle", self._refused(self._line(self.kettle), lang="xx_XX"))

    def test_changed_afterwards(self):
        """An order was sent without it, and then changed into it."""
        order = self._order(self._line(self.cup), device="mobile")
        same = {"uuid": order.uuid, "access_token": order.access_token, "device": "mobile"}
        self._refused(self._line(self.kettle), **same)
        self._refused([1, order.lines.id, self._line(self.kettle)], **same)
        self.assertEqual(order.lines.product_id, self.cup)

    def test_ordered_before(self):
        """What was ordered when everybody could have it is kept, but no more of it."""
        self.early.date_public = self._days_ago(0)
        order = self._order(self._line(self.kettle), device="mobile")
        self.early.date_public = self._days_ago(-3)
        same = {"uuid": order.uuid, "access_token": order.access_token, "device": "mobile"}
        again = self._order(
            [1, order.lines.id, self._line(self.kettle)], self._line(self.cup), **same
        )
        self.assertEqual(again.lines.product_id, self.kettle | self.cup)
        self._refused([1, order.lines[0].id, self._line(self.kettle, qty=2)], **same)

    def test_a_cashier_adds_it(self):
        """A cashier asks who it is for, also on an order that was begun at a kiosk."""
        order = self._order(self._line(self.cup))
        data = {
            "uuid": order.uuid,
            "access_token": order.access_token,
            "state": "draft",
            "source": "kiosk",
            "session_id": self.opened.id,
            "partner_id": self.golden.id,
            "lines": [[0, 0, self._line(self.kettle)]],
        }
        self.env["pos.order"].with_user(self.cashier).sync_from_ui([data])
        self.assertEqual(order.lines.product_id, self.cup | self.kettle)
