from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import Form, tagged

from .sale_common import SaleOrderCommon

# Who, and what they pay for what costs 100 in the catalogue when nothing has happened. Prices
# abroad are in dollars, two to a euro.
CUSTOMERS = {"plain": 100.0, "gold": 90.0, "contact": 90.0, "agreed": 50.0, "abroad": 180.0}
CHANNELS = ("form", "template", "rpc", "import", "copy")
# What happened after the order that is copied was made, who asks, and what they pay.
EVENTS = (
    ("promoted", "plain", 90.0),
    ("promoted", "gold", 85.0),
    ("promoted", "contact", 85.0),
    ("promoted", "agreed", 50.0),
    ("promoted", "abroad", 170.0),
    ("demoted", "gold", 100.0),
    ("demoted", "contact", 100.0),
    ("demoted", "abroad", 200.0),
    ("without a tier", "gold", 100.0),
    ("tier archived", "gold", 100.0),
    ("tier archived", "abroad", 200.0),
    ("list archived", "gold", 100.0),
    ("discount 0", "gold", 100.0),
    ("discount 0", "abroad", 200.0),
    ("discount 25", "gold", 75.0),
    ("discount 25", "contact", 75.0),
    ("discount 25", "abroad", 150.0),
    ("standard list 20 % off", "plain", 80.0),
    ("standard list 20 % off", "gold", 72.0),
    ("standard list 20 % off", "abroad", 180.0),
    ("prices switched off", "gold", 100.0),
    ("prices switched off", "abroad", 200.0),
    ("list agreed", "gold", 50.0),
    ("agreed no more", "agreed", 90.0),
    ("moved abroad", "gold", 180.0),
    ("linked list", "gold", 50.0),
    ("programme archived", "gold", 100.0),
)


@tagged("post_install", "-at_install")
class TestPriceCases(SaleOrderCommon):
    """Who pays what: by every door of the back office, before and after what can happen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.setup_other_currency("USD", rates=[("2020-01-01", 2.0)])
        cls.spain = cls.env.ref("base.es")
        group = cls.env["res.country.group"].create(
            {"name": "Tiering Abroad", "country_ids": [Command.link(cls.spain.id)]}
        )
        cls._create_pricelist(
            "Abroad",
            currency_id=cls.dollar.id,
            country_group_ids=[Command.link(group.id)],
            sequence=2,
        )
        cls.special_list.item_ids = [
            Command.create({"applied_on": "3_global", "percent_price": 50.0})
        ]
        cls.special_list.item_ids.compute_price = "percentage"
        agreed = cls._create_customer("Agreed")
        agreed.property_product_pricelist = cls.special_list
        abroad = cls._create_customer("Abroad", country_id=cls.spain.id)
        for partner in (agreed, abroad):
            cls._set_tier(partner, cls.gold)
        cls.people = {
            "plain": cls.plain,
            "gold": cls.customer,
            "contact": cls.contact,
            "agreed": agreed,
            "abroad": abroad,
        }
        cls.salesperson.group_ids += cls.env.ref("sale_management.group_sale_order_template")
        cls.template = cls.env["sale.order.template"].create(
            {
                "name": "Coffee",
                "sale_order_template_line_ids": [Command.create({"product_id": cls.product.id})],
            }
        )
        # What is copied.
        cls.before = {
            name: cls._create_order(partner, lines=[{}], state="draft", user_id=cls.salesperson.id)
            for name, partner in cls.people.items()
        }

    def test_by_every_door(self):
        """A price is right where somebody looked, and wrong by another door."""
        for who, expected in CUSTOMERS.items():
            for channel in CHANNELS:
                with self.subTest(channel=channel, who=who), self._undone():
                    self.assertEqual(self._ask(channel, who), expected)

    def test_after_what_happened(self):
        """A price stays what it was before the tier, the list or the customer changed."""
        for event, who, expected in EVENTS:
            for channel in ("rpc", "copy"):
                with self.subTest(event=event, who=who, channel=channel), self._undone():
                    self._happen(event, self.people[who])
                    if channel == "copy":
                        self._check_copy(who, expected)
                    else:
                        self.assertEqual(self._ask(channel, who), expected)

    def _check_copy(self, who, expected):
        """A copy has the prices of what was copied, as always in the core, and says where others
        are right by now; one click takes them over."""
        order = self._by_copy(None, who)
        price = order.order_line.price_unit
        self.assertEqual(price, CUSTOMERS[who])
        other = order.currency_id != order._customer_pricelist().currency_id
        differs = order.pricelist_offer_id or order.customer_prices_differ
        self.assertEqual(bool(differs), price != expected or other)
        order.action_follow_customer_pricelist()
        order.action_update_prices()
        self.assertEqual(order.order_line.price_unit, expected)

    @contextmanager
    def _undone(self):
        """Take back what is done inside."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.env.registry.clear_cache()

    def _happen(self, event, partner):
        gold, above = self.gold, {self.plain: self.gold}.get(partner, self.diamond)
        root = partner.commercial_partner_id
        do = {
            "promoted": lambda: self._set_tier(root, above),
            "demoted": lambda: self._set_tier(root, self.regular),
            "without a tier": lambda: self._set_tier(root, self.env["customer.tier"]),
            "tier archived": gold.action_archive,
            "list archived": self.gold_list.action_archive,
            "discount 0": lambda: gold.write({"discount": 0}),
            "discount 25": lambda: gold.write({"discount": 25}),
            "standard list 20 % off": self._change_standard_list,
            "prices switched off": lambda: self.program.write({"gives_prices": False}),
            "list agreed": lambda: root.write({"property_product_pricelist": self.special_list.id}),
            "agreed no more": lambda: root.write({"property_product_pricelist": False}),
            "moved abroad": lambda: root.write({"country_id": self.spain.id}),
            "linked list": lambda: gold.write({"pricelist_id": self.special_list.id}),
            "programme archived": self.program.action_archive,
        }
        do[event]()
        # As the next request would.
        self.env.flush_all()
        self.env.invalidate_all()

    def _change_standard_list(self):
        rule = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 20.0}
        self.standard_list.item_ids = [Command.create(rule)]

    def _ask(self, channel, who):
        """The unit price, less the discount, of one sack by one of the doors."""
        order = getattr(self, f"_by_{channel}")(self.people[who], who)
        self.assertEqual(len(order.order_line), 1)
        line = order.order_line
        return order.currency_id.round(line.price_unit * (1 - line.discount / 100))

    def _orders(self):
        return self.env["sale.order"].with_user(self.salesperson)

    def _by_form(self, partner, _who):
        with Form(self._orders()) as form:
            form.partner_id = partner
            with form.order_line.new() as line:
                line.product_id = self.product
        return form.record

    def _by_template(self, partner, _who):
        with Form(self._orders()) as form:
            form.partner_id = partner
            form.sale_order_template_id = self.template
        return form.record

    def _by_rpc(self, partner, _who):
        return self._orders().create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )

    def _by_import(self, partner, _who):
        columns = ["partner_id/.id", "order_line/product_id/.id", "order_line/product_uom_qty"]
        loaded = self._orders().load(columns, [[str(partner.id), str(self.product.id), "1"]])
        self.assertTrue(loaded["ids"], loaded["messages"])
        return self._orders().browse(loaded["ids"])

    def _by_copy(self, _partner, who):
        return self.before[who].with_user(self.salesperson).copy()
