from collections.abc import Callable
from contextlib import contextmanager
from typing import NamedTuple

from odoo.addons.sale.models.sale_order import SaleOrder as CoreSaleOrder
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .common import QuotationCase

NOTES = ("Confirmed over the credit limit", "Made larger over the credit limit")


class Event(NamedTuple):
    """Something that is done to an order, and whether more is owed after it."""

    name: str
    amount: float  # of the order before
    confirmed: bool
    do: Callable
    grows: bool = True


# The customer may owe 1000 and owes 500; the order's line is one piece without tax or discount.
TOGETHER = "state and line in one"
EVENTS = (
    Event("confirm", 800, False, lambda case, o: case._confirm(o)),
    Event("state", 800, False, lambda case, o: case._write(o, {"state": "sale"})),
    Event(
        TOGETHER,
        100,
        False,
        lambda case, o: case._write(o, {"state": "sale", "order_line": case._line(price_unit=800)}),
    ),
    Event("quantity", 100, True, lambda case, o: case._write_line(o, {"product_uom_qty": 500})),
    Event("price", 100, True, lambda case, o: case._write_line(o, {"price_unit": 800})),
    Event("discount off", 800, True, lambda case, o: case._write_line(o, {"discount": 0}, 50)),
    Event("tax", 450, True, lambda case, o: case._write_line(o, {"tax_ids": case._tax()})),
    Event("new line", 100, True, lambda case, o: case._write(o, {"order_line": case._line()})),
    Event("line of its own", 100, True, lambda case, o: case._create_line(o)),
    Event("line without a discount line", 800, True, lambda case, o: case._drop_discount(o)),
    Event("line moved here", 100, True, lambda case, o: case._move_line(o)),
    Event("unlocked", 100, True, lambda case, o: case._unlock_and_raise(o)),
    Event("currency", 450, True, lambda case, o: case._write(o, {"currency_id": case.pound.id})),
    Event("day of the rate", 400, True, lambda case, o: case._write_day(o)),
    Event("update prices", 100, True, lambda case, o: case._update_prices(o)),
    Event(
        "cancel, draft, raise, confirm",
        100,
        True,
        lambda case, o: case._again(o),
    ),
    # Never refused, however much the customer owes.
    Event("shrink", 400, True, lambda case, o: case._shrink(o), grows=False),
    Event("text", 400, True, lambda case, o: case._text(o), grows=False),
    Event("one up, one down", 400, True, lambda case, o: case._swap(o), grows=False),
    Event("cancel", 400, True, lambda case, o: case._cancel(o), grows=False),
)


@tagged("post_install", "-at_install")
class TestLimitHolds(QuotationCase):
    """What can be done to an order × who does it × what the company wants, in one table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pound = cls.env.ref("base.GBP")
        cls.pound.active = True
        cls.pound.rate_ids.unlink()
        for day, rate in (("2020-01-01", 0.5), ("2021-01-01", 0.8)):
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": cls.pound.id,
                    "company_id": cls.company.id,
                    "rate": rate,
                    "name": day,
                }
            )
        cls.pounds = cls._create_pricelist("Pounds", currency_id=cls.pound.id)
        cls.salesperson.group_ids += cls.env.ref("account.group_account_invoice")

    # What is done

    def _confirm(self, order):
        order.action_confirm()

    def _write(self, order, vals):
        order.write(vals)

    def _line(self, **vals):
        line = {"product_id": self.product.id, "price_unit": 800, "tax_ids": False, **vals}
        return [Command.create(line)]

    def _write_line(self, order, vals, discount=None):
        order.order_line[0].write(vals)

    def _create_line(self, order):
        vals = {"order_id": order.id, "product_id": self.product.id, "price_unit": 800}
        order.order_line.create({**vals, "tax_ids": False})

    def _tax(self):
        tax = self.env["account.tax"].create(
            {"name": "Half", "amount": 50, "company_id": self.company.id}
        )
        return [Command.set(tax.ids)]

    def _drop_discount(self, order):
        order.order_line.filtered(lambda line: line.price_unit < 0).price_unit = 0

    def _move_line(self, order):
        free = self._quote(800, partner=self._create_customer("Free"))
        free.order_line.order_id = order

    def _unlock_and_raise(self, order):
        order.action_lock()
        order.action_unlock()
        order.order_line.price_unit = 800

    def _write_day(self, order):
        order.date_order = "2020-05-05 12:00:00"

    def _update_prices(self, order):
        self.product.sudo().list_price = 800
        order.action_update_prices()

    def _again(self, order):
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.action_draft()
        order.order_line.price_unit = 800
        order.action_confirm()

    def _shrink(self, order):
        order.order_line.price_unit = 399

    def _text(self, order):
        order.write({"note": "Ring twice", "client_order_ref": "4711", "commitment_date": False})
        order.order_line.write({"name": "With a ribbon", "sequence": 3})

    def _swap(self, order):
        order.write(
            {
                "order_line": [
                    *self._line(price_unit=50),
                    Command.update(order.order_line.id, {"price_unit": 350}),
                ]
            }
        )

    def _cancel(self, order):
        order.with_context(disable_cancel_warning=True).action_cancel()

    # The table

    def _prepare(self, event):
        """An order as the event needs it, of a customer that owes 500 before it."""
        self.company.customer_credit_check = "none"
        lines = [{"price_unit": event.amount}]
        vals = {}
        if event.name == "discount off":
            lines[0]["discount"] = 50
        if event.name == "line without a discount line":
            lines.append({"price_unit": -700})
        if event.name == "day of the rate":
            vals["pricelist_id"] = self.pounds.id
        order = self._quote(partner=self.contact, lines=lines, **vals)
        if event.confirmed:
            order.action_confirm()
        if not event.grows:
            # However much it owes: nothing is refused that does not add to it.
            self.customer.credit_limit = 10
        self.env.flush_all()
        self.env.invalidate_all()
        return order

    def _notes(self, order):
        text = html2plaintext(" ".join(order.sudo().message_ids.mapped("body")))
        return [note for note in NOTES if note in text]

    @contextmanager
    def _one_case(self):
        """Each case begins with the same customer."""
        try:
            with self.env.cr.savepoint() as savepoint:
                yield
                savepoint.rollback()
        finally:
            self.env.invalidate_all()

    def test_every_event_in_every_mode(self):
        """With “block”, an order of 100 was confirmed and then made one of 50,000. Whatever makes
        somebody owe more is refused, noted or let through as set; what does not, never."""
        for event in EVENTS:
            if event.name == TOGETHER and "stock.picking" in self.env:
                # Beside it Odoo itself cannot write both at once.
                continue
            for door in ("person", "system"):
                for mode in ("none", "warn", "block"):
                    with (
                        self.subTest(event=event.name, door=door, mode=mode),
                        self._one_case(),
                    ):
                        self._try(event, door, mode)

    def _try(self, event, door, mode):
        order = self._prepare(event)
        order = order.sudo() if door == "system" else order
        self.company.customer_credit_check = mode
        before = order.amount_total
        refused = False
        try:
            with self.env.cr.savepoint():
                event.do(self, order)
                self.env.flush_all()
        except UserError as error:
            refused = True
            self.assertIn("credit limit", str(error))
        self.env.invalidate_all()
        self.assertEqual(refused, mode == "block" and event.grows)
        self.assertEqual(bool(self._notes(order)), mode == "warn" and event.grows)
        if refused:
            self.assertEqual(order.amount_total, before)

    # Who owes

    def test_who_owes(self):
        """Under an unlimited customer, orders went to the invoice address of one that was far over
        its limit; or they were moved to it once they were confirmed."""
        free = self._create_customer("Free")
        self.company.customer_credit_check = "block"
        to_us = self._quote(800, partner=free, partner_invoice_id=self.contact.id)
        self.assertIn("Owing Customer", to_us.customer_credit_warning)
        with self.assertRaisesRegex(UserError, "Owing Customer"), self.env.cr.savepoint():
            to_us.action_confirm()
        to_them = self._quote(800, partner=free)
        self.assertFalse(to_them.customer_credit_warning)
        to_them.action_confirm()
        for vals in (
            {"partner_invoice_id": self.contact.id},
            {"partner_id": self.customer.id, "partner_invoice_id": self.customer.id},
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(UserError, "Owing Customer"),
                self.env.cr.savepoint(),
            ):
                to_them.write(vals)
            self.env.invalidate_all()
        approval = self.env[to_us.action_request_credit()["res_model"]].with_user(self.salesperson)
        approval = approval.with_context(**to_us.action_request_credit()["context"])
        approval = approval.create({"reason": "They always pay"})
        self.assertEqual(approval.partner_id, self.customer)
        self._approve(approval)
        to_us.action_confirm()
        self.assertEqual(to_us.state, "sale")

    def test_other_customer_of_a_confirmed_order(self):
        """The customer of a confirmed order was changed to one without credit."""
        self.company.customer_credit_check = "block"
        order = self._quote(800, partner=self._create_customer("Free"))
        order.action_confirm()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.write({"partner_id": self.contact.id, "partner_invoice_id": self.contact.id})

    # Together

    def test_three_orders(self):
        """Three orders of 400 against a limit of 1,000; one by one and in one call."""
        self.company.customer_credit_check = "block"
        buyer = self._create_customer("Buyer", credit_limit=1000)
        orders = (
            self.env["sale.order"]
            .union(*(self._quote(400, partner=buyer) for _number in range(3)))
            .with_user(self.salesperson)
        )
        with self.assertRaisesRegex(UserError, orders[2].name), self.env.cr.savepoint():
            orders.action_confirm()
        self.env.invalidate_all()
        orders[0].action_confirm()
        orders[1].action_confirm()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            orders[2].action_confirm()

    def test_automation_inside(self):
        """What an automation does to another order while one is saved is looked at as well."""
        self.company.customer_credit_check = "block"
        order, other = (self._quote(100) for _number in range(2))
        (order + other).action_confirm()
        core_write = CoreSaleOrder.write

        def write(orders, vals):
            if orders == order and "note" in vals:
                other.order_line.sudo().price_unit = 5000
            return core_write(orders, vals)

        self.patch(CoreSaleOrder, "write", write)
        with self.assertRaisesRegex(UserError, other.name), self.env.cr.savepoint():
            order.note = "Please raise"

    # Approvals

    def test_approved_and_then_more(self):
        """An approval for 300 was good for whatever the order became afterwards."""
        self.company.customer_credit_check = "block"
        order = self._quote(800)
        self._grant(300)
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "Nothing was changed"), self.env.cr.savepoint():
            order.order_line.price_unit = 800.01
        self.env.invalidate_all()
        order.order_line.price_unit = 799
        self._grant(100)
        order.order_line.price_unit = 900
        self.assertEqual(order.amount_total, 900)

    # Other doors

    def test_import(self):
        """The import of a file confirmed what the button refused, and raised it."""
        self.company.customer_credit_check = "block"
        order = self._quote(100)
        order.action_confirm()
        Order = self.env["sale.order"].with_user(self.salesperson)
        for fields, row in (
            (
                ["partner_id/.id", "state", "order_line/product_id/.id", "order_line/price_unit"],
                [str(self.contact.id), "sale", str(self.product.id), "800"],
            ),
            (
                [".id", "order_line/.id", "order_line/price_unit"],
                [str(order.id), str(order.order_line.id), "800"],
            ),
        ):
            answer = Order.load(fields, [row])
            with self.subTest(fields):
                self.assertFalse(answer["ids"])
                self.assertIn("credit limit", answer["messages"][0]["message"])
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, 100)

    def test_copy_and_create(self):
        """Copies and new orders that are born as confirmed ones."""
        self.company.customer_credit_check = "block"
        order = self._quote(800)
        for call in (
            lambda: order.copy({"state": "sale"}),
            lambda: order.sudo().copy({"state": "sale"}),
            lambda: order.with_context(default_state="sale").create(
                {"partner_id": self.contact.id, "order_line": self._line()}
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                call()
            self.env.invalidate_all()

    def test_form(self):
        """In the form the salesperson reads what a change would do before saving it."""
        self.company.customer_credit_check = "block"
        order = self._quote(100)
        order.action_confirm()
        with self.assertRaises(UserError), self.env.cr.savepoint(), Form(order) as form:
            self.assertFalse(form.customer_credit_warning)
            with form.order_line.edit(0) as line:
                line.price_unit = 800
            self.assertIn("With what you have changed", form.customer_credit_warning)
            self.assertIn(self._money(800), form.customer_credit_warning)
        self.env.invalidate_all()
        self.assertFalse(order.customer_credit_warning)

    def test_costs_passed_on(self):
        """Bills that are passed on to customers could not be posted: the costs are there, whoever
        refuses them. Nobody but the system says that something is such a cost."""
        self.company.customer_credit_check = "block"
        order = self._quote(100)
        order.action_confirm()
        vals = {"order_id": order.id, "product_id": self.product.id, "price_unit": 800}
        vals |= {"is_expense": True, "tax_ids": False}
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.order_line.create(vals)
        self.env.invalidate_all()
        order.order_line.sudo().create(vals)
        self.assertTrue(self._notes(order))
