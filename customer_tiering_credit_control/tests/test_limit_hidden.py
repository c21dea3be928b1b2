from datetime import timedelta
from functools import partial

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .test_limit_evaded import EvadedCase


class HiddenCase(EvadedCase):
    """The customer may owe 1,000 and owes 500; goods count as ordered, or as they are delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson.group_ids += cls.env.ref("base.group_partner_manager")
        cls.books = cls._create_user("tiering_books", "account.group_account_invoice")

    def _confirmed(self, amount=400, **vals):
        order = self._quote(amount, **vals)
        order.action_confirm()
        self.env.flush_all()
        self.env.invalidate_all()
        return order

    def _done_work(self, amount=400):
        """Confirmed, and the work is done."""
        order = self._quote_work(amount)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        self.env.flush_all()
        self.env.invalidate_all()
        return order

    def _try(self, call, error=(UserError,)):
        """Whether something was let through."""
        try:
            with self.env.cr.savepoint():
                call()
                self.env.flush_all()
        except error:
            self.env.invalidate_all()
            return False
        self.env.invalidate_all()
        return True


@tagged("post_install", "-at_install")
class TestFiguresByHand(HiddenCase):
    """What Odoo computes of a line, and what is owed goes by."""

    def test_written(self):
        """A salesperson wrote over RPC that a line is a quotation's, in another currency, or not
        delivered: it was owed no more."""
        pound = self.env.ref("base.GBP")
        pound.active = True
        order = self._confirmed()
        line = order.order_line
        for vals in (
            {"state": "draft"},
            {"currency_id": pound.id},
            {"company_id": self.company_b.id},
            {"qty_delivered_method": "analytic"},
            {"is_expense": True},
        ):
            with self.subTest(vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                line.write(vals)
            self.env.invalidate_all()
            self.assertEqual(self._used(), 900)
        # Some clients send back what they have read.
        line.write({"state": "sale", "currency_id": line.currency_id.id, "is_expense": False})

    def test_born_so(self):
        """What cannot be written was given when the line was made."""
        order = self._confirmed(100)
        line = {
            "order_id": order.id,
            "product_id": self.work.id,
            "price_unit": 100,
            "tax_ids": False,
        }
        pound = self.env.ref("base.GBP")
        pound.active = True
        for vals in ({"is_downpayment": True}, {"qty_delivered_method": "analytic"}):
            with self.subTest(vals), self.assertRaises(AccessError), self.env.cr.savepoint():
                order.order_line.create({**line, **vals})
            self.env.invalidate_all()
        for vals in (
            {"state": "draft"},
            {"currency_id": pound.id},
            {"company_id": self.company_b.id},
        ):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                # Refused, or as its order is.
                self._try(lambda vals=vals: order.order_line.create({**line, **vals}))
                self.env.invalidate_all()
                for name in vals:
                    self.assertEqual(order.order_line[-1][name], order[name])
                savepoint.rollback()
            self.env.invalidate_all()
        usual = order.order_line.with_context(default_is_downpayment=True, default_state="draft")
        made = usual.create(line)
        self.assertFalse(made.is_downpayment)
        self.assertEqual(made.state, "sale")
        self.assertEqual(self._used(), 700)

    def test_amounts_of_ones_own(self):
        """Odoo keeps what taxes came to beside the price of some lines. Written to any other line,
        its price was 5,000 and it came to 1."""
        order = self._confirmed(1)
        tax = self.env["account.tax"].create(
            {"name": "None", "amount": 0, "company_id": self.company.id}
        )
        amounts = {"tax_amount_currency": 0, "base_amount_currency": 1, "base_amount": 1}
        extra = {
            "currency_id": order.currency_id.id,
            "price_unit": 5000,
            "discount": 0,
            "quantity": 1,
            "rate": 1,
            "manual_total_excluded_currency": 1,
            "manual_total_excluded": 1,
            "manual_tax_amounts": {str(tax.id): {**amounts, "tax_amount": 0}},
        }
        line = {"product_id": self.product.id, "tax_ids": [Command.set(tax.ids)]}
        attempts = {
            "made so": lambda: order.write(
                {
                    "order_line": [
                        Command.create({**line, "price_unit": 5000, "extra_tax_data": extra})
                    ]
                }
            ),
            "price later": lambda: order.order_line.create(
                {**line, "order_id": order.id, "price_unit": -1, "extra_tax_data": extra}
            ).write({"price_unit": 5000}),
            "written": lambda: order.order_line.write(
                {"extra_tax_data": extra, "tax_ids": [Command.set(tax.ids)], "price_unit": 5000}
            ),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self._used(), 501)

    def test_no_numbers(self):
        """NaN is more than nothing and less than nothing: with one such line every order of the
        customer was within the limit."""
        for name in ("price_unit", "product_uom_qty", "discount", "qty_delivered"):
            for odd in (float("nan"), float("inf"), -float("inf"), 1e300):
                order = self._quote_work(100)
                order.action_confirm()
                with self.subTest(name, odd=odd):
                    line = order.order_line
                    vals = {name: odd}
                    self._try(partial(line.write, vals), error=(Exception,))
                    used = self._used()
                    self.assertGreaterEqual(used, 0)
                    self.assertLess(used, 1001)
                order.with_user(SUPERUSER_ID).order_line.write({"qty_delivered": 0})
                order.with_context(disable_cancel_warning=True).action_cancel()
                self.env.flush_all()

    def test_deposit_that_is_none(self):
        """A line that called itself a deposit was delivered and never counted."""
        line = {"product_id": self.work.id, "price_unit": 400, "is_downpayment": True}
        order = self._quote(1)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            order.order_line = [Command.create(line)]
        self.env.invalidate_all()
        # Imported before there were limits.
        order.sudo().order_line.create({**line, "order_id": order.id, "tax_ids": False})
        order.action_confirm()
        self.assertEqual(self._used(), 901)


@tagged("post_install", "-at_install")
class TestCountedAllTheSame(HiddenCase):
    """What was owed, and did not count any more."""

    def test_invoicing_of_the_product(self):
        """The product was switched to invoices by order, or by delivery, while it was on its way:
        open orders counted for nothing, or twice."""
        order = self._quote_work(400)
        order.action_confirm()
        self.assertEqual(self._used(), 900)
        self.work.invoice_policy = "order"
        self.assertEqual(self._used(), 900)
        order = self._confirmed(50)
        self.product.invoice_policy = "delivery"
        self.assertEqual(self._used(), 950)

    def test_discount_taken_off(self):
        """Goods for nothing were confirmed, and got their price afterwards: within the limit, but
        they never counted, and the next order went past it."""
        lines = [{"product_id": self.product.id, "price_unit": 400, "discount": 100}]
        order = self._quote(lines=lines)
        order.action_confirm()
        order.order_line.discount = 0
        self.assertEqual(self._used(), 900)
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            self._quote(400).action_confirm()

    def test_made_up_return(self):
        """Goods that were put down as brought back, of a line that nothing was ordered of, made
        room for the next order; then they were put back."""
        order = self._confirmed()
        line = {"order_id": order.id, "product_id": self.work.id, "price_unit": 100}
        line = order.order_line.create({**line, "product_uom_qty": 0, "tax_ids": False})
        line.qty_delivered = -4
        self.assertEqual(self._used(), 900)

    def test_delivered_of_less_than_nothing(self):
        """One piece is to come back, and five hundred were put down as delivered."""
        order = self._confirmed(100)
        line = {"order_id": order.id, "product_id": self.work.id, "price_unit": 1}
        line = order.order_line.create({**line, "product_uom_qty": -1, "tax_ids": False})
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            line.qty_delivered = 500
        self.env.invalidate_all()
        line.qty_delivered = 300
        self.assertGreaterEqual(self._used(), 900)

    def test_promised_back(self):
        """Fifty hours were sold and forty-nine were to come back: the fifty were done, the others
        never came, and it counted as one."""
        lines = [
            {"product_id": self.work.id, "product_uom_qty": 50, "price_unit": 100},
            {"product_id": self.work.id, "product_uom_qty": -49, "price_unit": 100},
        ]
        order = self._quote(lines=lines)
        order.action_confirm()
        self.assertEqual(self._used(), 600)
        there, back = order.order_line
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            there.qty_delivered = 50
        self.env.invalidate_all()
        there.qty_delivered = 5
        self.assertEqual(self._used(), 1000)
        back.qty_delivered = -49
        there.qty_delivered = 50
        self.assertEqual(self._used(), 600)

    def test_invoiced_pieces(self):
        """More pieces than were ordered were invoiced for next to nothing: they were taken off what
        else is open."""
        lines = [
            {"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 100},
            {"product_id": self.work.id, "product_uom_qty": 1, "price_unit": 300},
        ]
        order = self._quote(lines=lines)
        order.action_confirm()
        invoice = order.sudo()._create_invoices()
        invoice.invoice_line_ids.write({"quantity": 100, "price_unit": 1})
        invoice.action_post()
        self.assertEqual(self._used(), 900)

    def test_archived(self):
        """The contact, or the product, was archived: what is open counted no more."""
        order = self._quote_work(400)
        order.action_confirm()
        self.contact.action_archive()
        self.assertEqual(self._used(), 900)
        self.work.action_archive()
        self.assertEqual(self._used(), 900)
        order.currency_id.sudo()
        self.customer.action_archive()
        self.assertEqual(self._used(), 900)

    def test_rate_of_an_old_day(self):
        """An order was confirmed as of a day when its currency was worth little."""
        pound = self.env.ref("base.GBP")
        pound.active = True
        pound.rate_ids.unlink()
        rates = ((-30, 10.0), (-3, 0.5))
        for days, rate in rates:
            self.env["res.currency.rate"].create(
                {
                    "currency_id": pound.id,
                    "company_id": self.company.id,
                    "rate": rate,
                    "name": fields.Date.add(fields.Date.today(), days=days),
                }
            )
        pounds = self._create_pricelist("Pounds", currency_id=pound.id)
        order = self._quote(400, pricelist_id=pounds.id)
        old = fields.Datetime.now() - timedelta(days=10)
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            order.write({"state": "sale", "date_order": old})

    def test_approval_of_another(self):
        """Credit that was approved for one customer went to another, along with the contact that it
        was asked for."""
        rich = self._create_customer("Rich", credit_limit=10)
        buyer = self._create_customer("Rich Buyer", parent_id=rich.id)
        other = self._create_customer("Duplicate", email="same@example.com", credit_limit=10)
        for partner in (buyer, other):
            self._approve(self._request(amount=5000, partner=partner))
        self.assertEqual(self._allowed(), 1000)
        buyer.with_user(self.salesperson).parent_id = self.customer
        self.assertEqual(self._allowed(), 1000)
        self.customer.email = other.email
        Wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.salesperson)
        Wizard._merge([other.id, self.customer.id], self.customer.with_user(self.salesperson))
        self.assertEqual(self._allowed(), 1000)

    def test_limit_in_the_context(self):
        """Nobody gives a new customer a limit by the context that could not by hand."""
        Partner = self.env["res.partner"].with_user(self.salesperson)
        Partner = Partner.with_context(default_credit_limit=10**6)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            Partner.create({"name": "New"})


@tagged("post_install", "-at_install")
class TestGrownAside(HiddenCase):
    """What makes somebody owe more, and was no change of an order."""

    def test_line_moved_away(self):
        """What was done already, or is on its way, was moved to a quotation or to an order of
        somebody without a limit."""
        targets = {
            "quotation": lambda: self._quote(1),
            "order of another": lambda: self._confirmed(1, partner=self.free),
        }
        for name, target in targets.items():
            for done in (True, False):
                order = self._done_work(200) if done else self._confirmed(200)
                with self.subTest(name, done=done):
                    there = target()
                    for user in (self.salesperson, self.books):
                        with self._refused("Owing Customer"), self.env.cr.savepoint():
                            order.order_line.with_user(user).order_id = there
                        self.env.invalidate_all()
                order.with_user(SUPERUSER_ID).order_line.qty_delivered = 0
                order.with_context(disable_cancel_warning=True).action_cancel()
        order, own = self._confirmed(20), self._confirmed(1)
        before = self._used()
        order.order_line.order_id = own
        # Odoo gives it the taxes of its product there.
        self.assertGreaterEqual(self._used(), before)

    def test_customer_with_a_limit_later(self):
        """An order of somebody without a limit was confirmed, and then became one of a customer
        with a limit: the other one still paid."""
        order = self._confirmed(5000, partner=self.free)
        for vals in (
            {"partner_id": self.customer.id, "partner_invoice_id": self.free.id},
            {"partner_id": self.contact.id, "partner_invoice_id": self.free.id},
        ):
            with self._refused("Owing Customer"), self.env.cr.savepoint():
                order.write(vals)
            self.env.invalidate_all()
        order.with_user(self.chief).sudo(False)
        order.sudo().user_id = self.chief
        order.with_user(self.chief).write(vals)
        self.assertIn("was not approved", self._notes(order))

    def test_invoiced_for_more(self):
        """An order of 100 was invoiced for 50,000."""
        order = self._confirmed(100)
        invoice = order.sudo()._create_invoices().with_user(self.books)
        invoice.invoice_line_ids.price_unit = 50000
        with self._refused("Owing Customer would owe more"), self.env.cr.savepoint():
            invoice.action_post()
        self.env.invalidate_all()
        invoice.invoice_line_ids.price_unit = 450
        invoice.action_post()
        self.assertEqual(self._used(), 950)

    def test_invoice_of_a_cancelled_order(self):
        """An order was cancelled, made room for another one, and its invoice was taken up again."""
        order = self._confirmed(400)
        invoice = order.sudo()._create_invoices().with_user(self.books)
        order.sudo().with_context(disable_cancel_warning=True).action_cancel()
        self._confirmed(400)
        invoice.button_draft()
        with self._refused("Owing Customer would owe more"), self.env.cr.savepoint():
            invoice.action_post()
        self._grant(300)
        invoice.action_post()
        self.assertEqual(self._used(), 1300)

    def test_invoiced_for_more_than_asked(self):
        """Where the company is only asked, nobody heard of it."""
        self.company.customer_credit_check = "warn"
        order = self._confirmed(100)
        invoice = order.sudo()._create_invoices().with_user(self.books)
        invoice.invoice_line_ids.price_unit = 50000
        invoice.action_post()
        self.assertIn("Made larger over the credit limit", self._notes(order))

    def test_invoiced_to_somebody_with_a_limit(self):
        """The invoice went to somebody else, who had a limit and owed too much already."""
        other = self._create_customer("Other Debtor", credit_limit=100)
        order = self._confirmed(400)
        invoice = order.sudo()._create_invoices().with_user(self.books)
        invoice.partner_id = other
        with self._refused("Other Debtor would owe more"), self.env.cr.savepoint():
            invoice.action_post()
        self.env.invalidate_all()
        other.credit_limit = 500
        invoice.action_post()
        self.assertEqual(self._used(other), 400)

    def test_payment_of_another_order(self):
        """An order was linked to the payment of another one, and confirmed as paid."""
        seller = self._create_user(
            "tiering_seller_books",
            "account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )
        provider = self.env["payment.provider"].sudo()
        provider = provider.create({"name": "Any", "company_id": self.company.id})
        paid, order = self._quote(5000, user=seller), self._quote(5000, user=seller)
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": 5000,
                "currency_id": paid.currency_id.id,
                "partner_id": self.customer.id,
                "reference": "Paid once",
                "sale_order_ids": paid.ids,
                "state": "done",
            }
        )
        attempts = {
            "order": lambda: order.write({"transaction_ids": [Command.link(payment.id)]}),
            "made so": lambda: order.copy({"transaction_ids": [Command.link(payment.id)]}),
            "payment": lambda: payment.with_user(seller).write(
                {"sale_order_ids": [Command.link(order.id)]}
            ),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
            self.env.invalidate_all()
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            order.action_confirm()

    def test_payment_given_back(self):
        """The customer had 5,000 held on its card, the order was confirmed for that, and the
        salesperson let the money go."""
        order = self._quote(5000)
        provider = self.env["payment.provider"].sudo()
        provider = provider.create({"name": "Any", "company_id": self.company.id})
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": 5000,
                "currency_id": order.currency_id.id,
                "partner_id": self.customer.id,
                "reference": "Held",
                "sale_order_ids": order.ids,
                # As one that is held: few providers can do that.
                "state": "done",
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self._refused("Owing Customer"):
            order.payment_action_void()
        order.sudo().user_id = self.chief
        order.with_user(self.chief)._customer_credit_check_void()

    def test_done_after_long(self):
        """Work of an order that counts no more, as it is so old, was done beside a newer order: the
        customer had both."""
        order = self._quote_work(400)
        old = fields.Datetime.now() - timedelta(days=400)
        order.with_user(SUPERUSER_ID).write({"state": "sale", "date_order": old})
        self._confirmed(400)
        self.assertEqual(self._used(), 900)
        with self._refused("Owing Customer"), self.env.cr.savepoint():
            order.order_line.qty_delivered = 1
        self._grant(300)
        order.order_line.qty_delivered = 1
        self.assertEqual(self._used(), 1300)

    def test_computed_delivery(self):
        """Hours that others put down are delivered, whoever owes them: they are noted on the
        order."""
        order = self._quote_work(1)
        order.action_confirm()
        line = order.order_line
        Line = type(line)
        real = Line._prepare_qty_delivered

        def hours(lines):
            return {**dict.fromkeys(lines, 0.0), **real(lines), line: 5000.0}

        self.patch(Line, "_prepare_qty_delivered", hours)
        line.sudo().modified(["analytic_line_ids"])
        self.env.add_to_compute(line._fields["qty_delivered"], line)
        self.env.flush_all()
        self.assertEqual(self.env.cr.precommit.data.get("customer_credit_delivered"), {order.id})
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        self.assertIn("Made larger over the credit limit", self._notes(order))

    def test_new_company_of_a_contact(self):
        """A contact of a customer with a limit was linked to a company while that was made."""
        self._confirmed(400)
        Partner = self.env["res.partner"].with_user(self.salesperson)
        for command in (Command.link(self.contact.id), Command.set(self.contact.ids)):
            with self._refused("Owing Customer"), self.env.cr.savepoint():
                Partner.create({"name": "New Company", "is_company": True, "child_ids": [command]})
            self.env.invalidate_all()
        self.assertEqual(self._used(), 900)

    def test_leaving_the_warehouse(self):
        """One piece was ordered, and the warehouse sent five hundred: nobody was asked."""
        order = self._quote_work(1)
        order.action_confirm()
        with self._refused(order.name), self.env.cr.savepoint():
            self._send(order, 501)
        self.env.invalidate_all()
        self._send(order, 301)
        self.assertEqual(self._used(), 801)

    def _send(self, order, pieces):
        """As if so many were computed of what has left."""
        line = order.sudo().order_line
        Line, real = type(line), type(line)._prepare_qty_delivered
        self.patch(Line, "_prepare_qty_delivered", lambda lines: {**real(lines), line: pieces})
        with order.sudo()._customer_delivering():
            self.env.add_to_compute(line._fields["qty_delivered"], line)
            self.env.flush_all()
