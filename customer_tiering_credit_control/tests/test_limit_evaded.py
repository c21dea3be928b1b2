from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .common import QuotationCase


class EvadedCase(QuotationCase):
    """The customer may owe 1,000 and owes 500; somebody else has no limit at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"
        cls.free = cls._create_customer("Free")
        cls.work = cls._create_product(name="Work", type="service", invoice_policy="delivery")
        cls.chief = cls._create_user(
            "tiering_chief",
            "customer_tiering_credit_control.group_credit,sales_team.group_sale_salesman_all_leads",
        )

    def _quote_work(self, amount=400, **vals):
        lines = [{"product_id": self.work.id, "price_unit": amount, "tax_ids": False}]
        return self._quote(lines=lines, **vals)

    def _used(self, partner=None):
        partner = partner or self.customer
        self.env.flush_all()
        self.env.invalidate_all()
        return partner._customer_credit_positions(self.company)[partner].used

    def _refused(self, pattern):
        return self.assertRaisesRegex(UserError, pattern)

    def _notes(self, order):
        return html2plaintext(" ".join(order.sudo().message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestPaidByAnother(EvadedCase):
    """A customer with a limit orders, and somebody without any is to pay."""

    def _paid_by_free(self, amount=100, **vals):
        return self._quote(amount, partner_invoice_id=self.free.id, **vals)

    def test_confirmed(self):
        """A customer at its limit ordered for any amount, once somebody without a limit stood as
        the payer on the quotation: nothing counted against any limit."""
        order = self._paid_by_free(50000)
        for name, attempt in {
            "button": lambda: order.action_confirm(),
            "state": lambda: order.write({"state": "sale"}),
            "copy": lambda: order.copy({"state": "sale", "partner_invoice_id": self.free.id}),
        }.items():
            with (
                self.subTest(name),
                self._refused("Free.*Owing Customer"),
                self.env.cr.savepoint(),
            ):
                attempt()
            self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        self.assertIn("no credit limit", order.customer_credit_warning)
        self.assertEqual(order.customer_credit_over, 50000)

    def test_cancelled_and_confirmed_again(self):
        """Cancelled, made a quotation again, given another payer and confirmed: within the limit
        at first, beyond any afterwards."""
        order = self._quote(400)
        order.action_confirm()
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.action_draft()
        order.partner_invoice_id = self.free
        with self._refused("Free.*Owing Customer"), self.env.cr.savepoint():
            order.action_confirm()

    def test_approved_for_this_order(self):
        """What was approved for one order let all others through, or made no difference."""
        order, other = self._paid_by_free(300), self._paid_by_free(300)
        vals = order.action_request_credit()["context"]
        vals = {name.removeprefix("default_"): value for name, value in vals.items()}
        self.assertEqual((vals["partner_id"], vals["amount"]), (self.free.id, 300))
        request = self.env["customer.credit.approval"].with_user(self.salesperson)
        request = request.create({**vals, "reason": "The group pays"})
        with self._refused("waits for approval"), self.env.cr.savepoint():
            order.action_confirm()
        self.env.invalidate_all()
        self.assertIn("waits for approval", order.customer_credit_warning)
        self._approve(request)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self._refused("Free.*Owing Customer"), self.env.cr.savepoint():
            other.action_confirm()
        self.env.invalidate_all()
        with self._refused("Nothing was changed"), self.env.cr.savepoint():
            order.order_line.product_uom_qty = 500
        self.env.invalidate_all()
        order.order_line.price_unit = 250

    def test_who_approves_credit(self):
        """Nobody could confirm it, not even who is asked about credit."""
        order = self._paid_by_free(300, user=self.chief)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertIn("was not approved", self._notes(order))

    def test_signed_online(self):
        """The customer signs what a colleague has prepared: it waits, and nobody meets an error."""
        order = self._paid_by_free(300).sudo()
        order.write({"signed_by": "Buyer", "signature": "R0lGODlhAQABAAD/ACwAAAAAAQABAAACADs="})
        order.with_user(self.env.ref("base.public_user")).sudo()._validate_order()
        self.assertEqual(order.state, "sent" if order.state == "sent" else "draft")
        request = self.env["customer.credit.approval"].search([("order_id", "=", order.id)])
        self.assertEqual((request.partner_id, request.amount), (self.free, 300))
        self.assertIn("no credit limit", self._notes(order))

    def test_asked_or_not(self):
        """Where the company is only asked, it was stopped; where nobody looks, it was told."""
        self.company.customer_credit_check = "warn"
        order = self._paid_by_free(300)
        self.assertTrue(order.customer_credit_asks)
        order.action_confirm()
        self.assertIn("was not approved", self._notes(order))
        self.company.customer_credit_check = "none"
        order = self._paid_by_free(300)
        order.action_confirm()
        self.assertNotIn("was not approved", self._notes(order))

    def test_payers_with_limits(self):
        """A payer with a limit of its own is checked by that; a customer without one may have
        anybody pay."""
        rich = self._create_customer("Rich", credit_limit=5000)
        self._quote(3000, partner_invoice_id=rich.id).action_confirm()
        self._quote(3000, partner=self.free).action_confirm()
        with self._refused("Rich"), self.env.cr.savepoint():
            self._quote(3000, partner_invoice_id=rich.id).action_confirm()
        self._quote(100, partner_invoice_id=self.customer.id).action_confirm()

    def test_paid_online(self):
        """Who has paid gets the goods, whoever it is."""
        order = self._paid_by_free(300)
        self._pay(order, 300)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def _pay(self, order, amount):
        provider = self.env["payment.provider"].sudo()
        provider = provider.create({"name": "Any", "company_id": self.company.id})
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": self.free.id,
                "reference": f"Paid {order.id}",
                "sale_order_ids": order.ids,
                "state": "done",
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def test_typed_only(self):
        """Typing a customer and somebody without a limit into a form told whether the customer has
        one, also of customers that the salesperson may not read."""
        secret = self._create_customer("Secret", credit_limit=77)
        self.env["ir.rule"].create(
            {
                "name": "Not the secret one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {secret.id})]",
                "groups": self.env.ref("sales_team.group_sale_salesman").ids,
            }
        )
        Order = self.env["sale.order"].with_user(self.salesperson)
        line = (0, 0, {"product_id": self.product.id, "price_unit": 100, "product_uom_qty": 1})
        for customer, told in ((self.customer, True), (secret, False)):
            vals = {
                "partner_id": customer.id,
                "partner_invoice_id": self.free.id,
                "company_id": self.company.id,
            }
            order = Order.new({**vals, "order_line": [line]})
            with self.subTest(customer.name):
                self.assertEqual(bool(order.customer_credit_warning), told)


@tagged("post_install", "-at_install")
class TestOutOfSight(EvadedCase):
    """What is owed and is put where no limit is looked at."""

    def test_dated_back(self):
        """A confirmed order was dated a year back, counted no more as long as it was not delivered,
        and the next one went past the limit."""
        order = self._quote_work()
        order.action_confirm()
        self.assertEqual(self._used(), 900)
        old = fields.Datetime.now() - timedelta(days=400)
        with self._refused("so long ago"), self.env.cr.savepoint():
            order.date_order = old
        self.env.invalidate_all()
        order.date_order = fields.Datetime.now() - timedelta(days=3)
        self.assertEqual(self._used(), 900)
        order.with_user(self.chief).date_order = old
        self.assertIn("No longer counted", self._notes(order))
        self.assertEqual(self._used(), 500)

    def test_born_long_ago(self):
        """Orders that are confirmed as of long ago counted for nothing from the first moment on."""
        old = fields.Datetime.now() - timedelta(days=400)
        order = self._quote_work()
        with self._refused("so long ago"), self.env.cr.savepoint():
            order.write({"state": "sale", "date_order": old})
        self.env.invalidate_all()
        with self._refused("so long ago"), self.env.cr.savepoint():
            order.copy({"state": "sale", "date_order": old})
        self.env.invalidate_all()
        order.with_user(SUPERUSER_ID).write({"state": "sale", "date_order": old})
        self.assertEqual(self._used(), 500)

    def test_imported_from_before(self):
        """Whoever imported orders of years ago read to leave them at their own day, which was what
        they had. What was delivered may be imported by anybody, the others by who approves."""
        old = str(fields.Datetime.now() - timedelta(days=400))[:19]
        names = ["partner_id/.id", "state", "date_order", "order_line/product_id/.id"]
        names += ["order_line/price_unit", "order_line/qty_delivered", "order_line/tax_ids/.id"]

        def load(user, delivered):
            row = [str(self.contact.id), "sale", old, str(self.work.id), "300", delivered, ""]
            answer = self.env["sale.order"].with_user(user).load(names, [row])
            self.env.invalidate_all()
            return answer

        answer = load(self.salesperson, "0")
        self.assertFalse(answer["ids"])
        said = answer["messages"][0]["message"]
        self.assertIn("imported by somebody who approves credit", said)
        self.assertIn("import what was delivered", said)
        self.assertTrue(load(self.chief, "0")["ids"])
        self.assertEqual(self._used(), 500)
        self.assertTrue(load(self.salesperson, "1")["ids"])
        self.assertGreaterEqual(self._used(), 800)

    def test_promised_day_taken_away(self):
        """An old order counted by the day for which it was promised, until that was emptied."""
        order = self._quote_work(user=self.chief)
        soon = fields.Datetime.now() + timedelta(days=10)
        old = fields.Datetime.now() - timedelta(days=400)
        order.commitment_date = soon
        order.action_confirm()
        order = order.with_user(self.salesperson).sudo(False)
        order.sudo().user_id = self.salesperson
        order.date_order = old
        self.assertEqual(self._used(), 900)
        with self._refused("so long ago"), self.env.cr.savepoint():
            order.commitment_date = False

    def test_more_delivered_than_ordered(self):
        """One hour was ordered and five hundred were put down as done: owed by nobody's leave."""
        order = self._quote_work(1)
        order.action_confirm()
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            order.order_line.qty_delivered = 501
            self.env.flush_all()
        self.env.invalidate_all()
        order.order_line.qty_delivered = 301
        self.assertEqual(self._used(), 801)
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            self._quote(300).action_confirm()

    def test_delivered_and_never_ordered(self):
        """A line of nothing, of which five hundred were put down as done, was owed by nobody."""
        order = self._quote_work(1)
        order.action_confirm()
        line = {"order_id": order.id, "product_id": self.work.id, "price_unit": 1}
        line |= {"product_uom_qty": 0, "tax_ids": False}
        line = order.order_line.create(line)
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            line.qty_delivered = 500
        self.env.invalidate_all()
        line.qty_delivered = 300
        self.assertEqual(self._used(), 801)

    def test_cancelled_after_the_delivery(self):
        """What the customer had got already was cancelled: nobody owed it, and the next order was
        within the limit."""
        order = self._quote_work()
        order.action_confirm()
        order.order_line.qty_delivered = 1
        order = order.with_context(disable_cancel_warning=True)
        with self._refused("brought back or invoiced"), self.env.cr.savepoint():
            order.action_cancel()
        self.env.invalidate_all()
        with self._refused("brought back or invoiced"), self.env.cr.savepoint():
            order.state = "draft"
        self.env.invalidate_all()
        order.order_line.qty_delivered = 0
        order.action_cancel()
        self.assertEqual(order.state, "cancel")
        again = self._quote_work()
        again.action_confirm()
        again.order_line.qty_delivered = 1
        again.with_user(self.chief).action_cancel()
        self.assertIn("No longer counted", self._notes(again))

    def test_in_a_company_that_does_not_look(self):
        """A confirmed order was moved to another company of the salesperson, which asks for no
        limits, and the customer could order once more."""
        self.salesperson.company_ids += self.company_b
        self.company_b.customer_credit_check = "none"
        order = self._quote_work()
        order.action_confirm()
        # Beside stock the core refuses it, as warehouses belong to companies.
        with self._refused("Owing Customer|crossover"), self.env.cr.savepoint():
            order.with_context(
                allowed_company_ids=(self.company | self.company_b).ids
            ).company_id = self.company_b

    def test_invoiced_to_somebody_else(self):
        """The draft of an invoice got another customer before it was posted: nobody with a limit
        owed it any more."""
        books = self._create_user("tiering_books", "account.group_account_invoice")
        self.product.invoice_policy = "order"
        order = self._quote(400)
        order.action_confirm()
        invoice = order.sudo()._create_invoices().with_user(books)
        invoice.partner_id = self.free
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            invoice.action_post()
        self.env.invalidate_all()
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(self._used(), 900)
        invoice.partner_id = self.customer
        invoice.action_post()
        self.assertEqual(self._used(), 900)

    def test_whose_limit_is_none(self):
        """Customers without a limit were asked for one."""
        order = self._quote_work(partner=self.free)
        order.action_confirm()
        order.order_line.qty_delivered = 900
        order.date_order = fields.Datetime.now() - timedelta(days=400)
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_form(self):
        """In the form nobody is told of the payer before the order is saved."""
        order = self._quote(100)
        self.salesperson.group_ids += self.env.ref("account.group_delivery_invoice_address")
        with Form(order) as form:
            form.partner_invoice_id = self.free
            self.assertIn("no credit limit", form.customer_credit_warning)


@tagged("post_install", "-at_install")
class TestOrdersReadByOthers(EvadedCase):
    """Warehouses read orders, and what is noted on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packer = cls._create_user("tiering_packer", "base.group_user")
        cls.env["ir.model.access"].create(
            {
                "name": "Orders are packed",
                "model_id": cls.env["ir.model"]._get_id("sale.order"),
                "group_id": cls.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )

    def test_warnings(self):
        """Whoever packs an order read on it what the customer owes and may owe."""
        order = self._quote(800)
        self.assertIn(self._money(1000), order.customer_credit_warning)
        read = order.with_user(self.packer)
        self.assertTrue(read.name)
        for name in ("customer_credit_warning", "partner_credit_warning"):
            with self.subTest(name):
                self.assertFalse(read[name])

    def test_notes(self):
        """Notes told everybody who reads the order what its customer owes."""
        self.company.customer_credit_check = "warn"
        orders = self._quote(800) | self._quote(800, partner_invoice_id=self.free.id)
        orders.action_confirm()
        orders.order_line.price_unit = 900
        request = self._request(amount=123, order_id=orders[0].id)
        self._approve(request)
        for order in orders:
            notes = html2plaintext(
                " ".join(order.with_user(self.packer).message_ids.sudo().mapped("body"))
            )
            self.assertIn("limit", notes)
            for amount in (123, 200, 300, 700, 800, 900, 1000, 1300, 1400):
                self.assertNotIn(self._money(amount), notes)
        self.assertIn("is approved until", self._notes(orders[0]))

    def test_company_that_is_typed(self):
        """A company that is kept from a salesperson, typed as the one that a contact belongs to,
        told what it owes and may owe."""
        secret = self._create_customer("Secret", credit_limit=77)
        self._create_invoice(secret, 55)
        self.env["ir.rule"].create(
            {
                "name": "Not the secret one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {secret.id})]",
                "groups": self.env.ref("sales_team.group_sale_salesman").ids,
            }
        )
        Partner = self.env["res.partner"].with_user(self.salesperson)
        for company, told in ((self.customer, True), (secret, False)):
            contact = Partner.new({"name": "New", "parent_id": company.id})
            with self.subTest(company.name):
                self.assertEqual(bool(contact.customer_credit_used), told)
                self.assertEqual(bool(contact.customer_credit_limit_text), told)

    def test_approver_is_told(self):
        """The figures are where they belong: on the request."""
        request = self._request(amount=123, order_id=self._quote(800).id)
        self._approve(request)
        self.assertIn(self._money(123), self._notes(request))
