from odoo import fields
from odoo.addons.sale.models.sale_order import SaleOrder as CoreSaleOrder
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged

from .common import QuotationCase


@tagged("post_install", "-at_install")
class TestCreditWarning(QuotationCase):
    def test_warning_of_a_salesperson(self):
        """Salespeople have no right on the ledger, and sold to who could not pay. Everything the
        customer owes counts, and each thing once."""
        self.assertFalse(self._quote(500).customer_credit_warning, "just what is left")
        order = self._quote(500.01)
        self.assertEqual(order.customer_credit_over, 0.01)
        warning = order.customer_credit_warning
        for amount in (1000, 0.01, 300, 200, 500.01):
            self.assertIn(self._money(amount), warning)
        self.assertIn("With this quotation Owing Customer goes over", warning)
        self._create_order(self.contact, 600)
        self.env.invalidate_all()
        self.assertIn("Owing Customer is over its credit limit", order.customer_credit_warning)

    def test_while_typing(self):
        """A warning after the quotation is saved comes too late: it is in the mail by then."""
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.partner_id = self.contact
            self.assertFalse(form.customer_credit_warning)
            with form.order_line.new() as line:
                line.product_id = self.product
                line.product_uom_qty = 6
            self.assertIn(self._money(1000), form.customer_credit_warning)
            self.assertTrue(form.customer_credit_asks)
            form.partner_id = self._create_customer("Free")
            self.assertFalse(form.customer_credit_warning)

    def test_company_of_the_order(self):
        """The core looks into the user's current company: a warning that is not true, or none."""
        both = (self.company | self.company_b).ids
        self.salesperson.company_ids = [fields.Command.set(both)]
        partner = self._create_customer("In Both")
        partner.with_company(self.company_b).credit_limit = 100
        partner.with_company(self.company).credit_limit = 5000
        self._create_invoice(partner, 90, company=self.company_b)
        order = self._quote(50, partner=partner, company=self.company_b)
        own = self._quote(4000, partner=partner)
        for companies in (both, both[::-1]):
            with self.subTest(companies):
                self.env.invalidate_all()
                context = {"allowed_company_ids": companies}
                seen = order.with_context(**context)
                self.assertEqual(seen.customer_credit_over, 40)
                self.assertIn(self._money(100), seen.customer_credit_warning)
                self.assertFalse(own.with_context(**context).customer_credit_warning)

    def test_special_approval(self):
        """What is granted is not warned about any more, and what is asked for is mentioned."""
        order = self._quote(700)
        self._request(amount=300, order_id=order.id)
        order.invalidate_recordset()
        self.assertIn(f"{self._money(300)} more until", order.customer_credit_warning)
        self._grant(100)
        self.assertEqual(order.customer_credit_over, 100)
        self.assertIn("from special approvals", order.customer_credit_warning)
        self._grant(100)
        self.assertFalse(order.customer_credit_warning)

    def test_no_limit(self):
        """A company that uses no limits, and a customer without one, hear nothing."""
        order = self._quote(90000)
        self.assertTrue(order.customer_credit_warning)
        self.customer.credit_limit = 0
        order.invalidate_recordset()
        self.assertFalse(order.customer_credit_warning)
        self.customer.credit_limit = 1000
        self.company.account_use_credit_limit = False
        order.invalidate_recordset()
        self.assertFalse(order.customer_credit_warning)
        self.assertFalse(order.customer_credit_over)

    def test_confirmed_orders_are_not_warned_about(self):
        """The warning stays for good on every order of who owes much."""
        order = self._quote(900)
        order.action_confirm()
        self.assertFalse(order.customer_credit_warning)
        self.assertFalse(order.customer_credit_asks)

    def test_foreign_currency(self):
        """An order in dollars compared with a limit in euro."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "rate": 2.0,
                "name": "2020-01-01",
            }
        )
        dollars = self._create_pricelist("Dollars", currency_id=dollar.id)
        order = self._quote(1000, pricelist_id=dollars.id)
        self.assertEqual(order.currency_id, dollar)
        self.assertFalse(order.customer_credit_over, "1000 dollars are 500 euro")
        order = self._quote(1100, pricelist_id=dollars.id)
        self.assertAlmostEqual(order.customer_credit_over, 50)

    def test_invoiced_in_advance(self):
        """A down payment invoiced on a quotation counted twice: as a debt, and as an order."""
        order = self._quote(600)
        self.assertEqual(order.customer_credit_over, 100)
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 250}).create_invoices()
        order.sudo().invoice_ids.action_post()
        self.env.invalidate_all()
        self.assertEqual(order.customer_credit_over, 100)

    def test_band_and_overdue(self):
        """How a customer pays is seen when selling to it, in the order's company."""
        standing = self._create_graded("Bad Payer", band="high")
        standing.sudo().overdue_amount = 44
        order = self._quote(1, partner=standing.partner_id)
        self.assertEqual((order.customer_credit_band, order.customer_overdue_amount), ("high", 44))
        elsewhere = self._create_order(
            standing.partner_id, 1, state="draft", company=self.company_b
        )
        self.assertFalse(elsewhere.customer_credit_band)

    def test_customers_do_not_see_it(self):
        """Customers may read their own orders over RPC, but not what is thought of them."""
        portal = self._create_user("credit_portal", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        order = self._quote(9000, partner=portal.partner_id, require_signature=True)
        order.sudo().write({"state": "sent"})
        seen = order.with_user(portal)
        seen.invalidate_recordset()
        self.assertFalse(seen.partner_credit_warning)
        self.assertFalse(seen.customer_credit_warning)
        for name in ("customer_credit_band", "customer_overdue_amount", "customer_credit_over"):
            with self.assertRaises(AccessError):
                seen.read([name])

    def test_queries(self):
        """The quotation form opens for everybody, many times a day."""
        order = self._quote(700)
        self._grant(10)
        names = [
            "partner_credit_warning",
            "customer_credit_warning",
            "customer_credit_over",
            "customer_credit_asks",
            "customer_credit_band",
            "customer_overdue_amount",
        ]
        # What the form reads anyway.
        usual = ["state", "amount_total", "currency_rate", "partner_id", "company_id"]
        usual += ["transaction_ids", "invoice_ids", "currency_id", "customer_tier_id"]
        counts = []
        for read in (
            lambda: CoreSaleOrder._compute_partner_credit_warning(order),
            lambda: order.read(names),
        ):
            self.env.invalidate_all()
            order.sudo().read(usual)
            order.read(["customer_tier_id"])
            order.sudo().partner_id.commercial_partner_id.read(["name"])
            order.company_id.currency_id.read(["name"])
            before = self.env.cr.sql_log_count
            read()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 2, counts)


@tagged("post_install", "-at_install")
class TestCreditBlock(QuotationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"

    def _refuses(self, order, *parts, call=None):
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            (call or order.action_confirm)()
        for part in parts:
            self.assertIn(part, str(refusal.exception))
        self.env.invalidate_all()
        self.assertNotIn("sale", order.mapped("state"))

    def test_refused_with_figures(self):
        """A refusal without figures and a way on ends at the administrator's desk."""
        order = self._quote(800)
        self._refuses(
            order,
            order.name,
            "Owing Customer",
            self._money(1300),
            self._money(300),
            self._money(1000),
            "Request Approval",
        )
        within = self._quote(500)
        within.action_confirm()
        self.assertEqual(within.state, "sale")

    def test_approval_opens_the_way(self):
        """The path from the refusal to the order: request, approval, confirmation."""
        order = self._quote(800)
        action = order.action_request_credit()
        Approval = self.env[action["res_model"]].with_user(self.salesperson)
        with Form(Approval.with_context(**action["context"])) as form:
            form.reason = "They always pay"
        approval = form.record
        self.assertEqual((approval.amount, approval.order_id), (300, order))
        self._refuses(order, "waits for approval")
        self._approve(approval)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self._refuses(self._quote(1))

    def test_other_ways_to_confirm(self):
        """Blocking only the button leaves the door open: a write over RPC, an import, a copy."""
        order = self._quote(800)
        self._refuses(order, call=lambda: order.write({"state": "sale"}))
        copy = order.copy()
        self._refuses(copy)
        Order = self.env["sale.order"].with_user(self.salesperson)
        line = {"product_id": self.product.id, "price_unit": 800, "tax_ids": False}
        vals = {
            "partner_id": self.contact.id,
            "state": "sale",
            "order_line": [fields.Command.create(line)],
        }
        with self.assertRaises(UserError), self.env.cr.savepoint():
            Order.create(vals)
        self.customer.credit_limit = 0
        self.env.invalidate_all()
        imported = Order.create({**vals, "date_order": "2024-05-06 12:00:00"})
        self.assertEqual((imported.state, str(imported.date_order)[:10]), ("sale", "2024-05-06"))

    def test_several_at_once(self):
        """Each alone is within the limit, together they are not; those that are over are named,
        and nothing is confirmed by half."""
        first, second, third = (self._quote(amount) for amount in (400, 50, 60))
        free = self._quote(9000, partner=self._create_customer("Free"))
        orders = free + first + second + third
        self._refuses(orders, third.name, "Nothing was confirmed")
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            orders.action_confirm()
        self.assertNotIn(second.name, str(refusal.exception))
        (free + first + second).action_confirm()
        self.assertEqual((free + first + second).mapped("state"), ["sale"] * 3)

    def test_one_after_the_other(self):
        """In one transaction the second order did not know of the first."""
        first, second = self._quote(400), self._quote(400)
        self.assertFalse(second.customer_credit_warning)
        first.action_confirm()
        self._refuses(second)

    def test_without_amount(self):
        """A free sample adds nothing to what the customer owes."""
        self._create_invoice(self.customer, 5000)
        free = self._quote(0)
        self.assertIn("is over its credit limit", free.customer_credit_warning)
        free.action_confirm()
        self.assertEqual(free.state, "sale")
        self._refuses(self._quote(0.01))

    def test_figures_are_for_salespeople(self):
        """Others who may confirm an order are not told what the customer owes."""
        order = self._quote(800)
        portal = self._create_user("credit_portal", "base.group_portal")
        with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
            order.with_user(portal).sudo().write({"state": "sale"})
        self.assertNotIn("1,", str(refusal.exception))
        self.assertIn("ask your salesperson", str(refusal.exception))
        self.env.invalidate_all()
        order.with_user(portal).sudo().action_confirm()
        self.assertEqual(order.state, "draft", "waits for an approval")

    def test_system_does_not_slip_through(self):
        """An automation that confirms orders is no way around the limit."""
        order = self._quote(800)
        self._refuses(order, call=lambda: order.sudo().action_confirm())

    def test_warn_and_nothing(self):
        """Where it is not forbidden, confirming works for any caller; with a note where the
        company wants to be careful."""
        for check, noted in (("warn", True), ("none", False)):
            with self.subTest(check):
                self.company.customer_credit_check = check
                order = self._quote(800)
                self.assertTrue(order.customer_credit_warning)
                self.assertEqual(order.customer_credit_asks, noted)
                order.action_confirm()
                self.assertEqual(order.state, "sale")
                bodies = " ".join(order.sudo().message_ids.mapped("body"))
                self.assertEqual("Confirmed over the credit limit" in bodies, noted)
                order._action_cancel()

    def test_write_in_one_piece(self):
        """Other addons saw a confirmation and what came with it as two writes."""
        written = []

        def write(orders, vals):
            written.append(set(vals) & {"state", "client_order_ref"})
            return core_write(orders, vals)

        core_write = CoreSaleOrder.write
        self.patch(CoreSaleOrder, "write", write)
        values = {"state": "sale", "client_order_ref": "4711"}
        for check in ("none", "warn", "block"):
            with self.subTest(check):
                self.company.customer_credit_check = check
                order = self._quote(100)
                written.clear()
                order.write(values)
                self.assertEqual([names for names in written if names], [set(values)])

    def test_other_companies(self):
        """The setting of one company blocked another's orders."""
        partner = self._create_customer("In B")
        partner.with_company(self.company_b).credit_limit = 10
        order = self._quote(800, partner=partner, company=self.company_b, user=self.salesperson_b)
        self.assertTrue(order.customer_credit_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestCreditOnline(HttpCase, QuotationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_check = "block"

    def _pay(self, order, amount, state="done"):
        """A payment that came in online for an order."""
        provider = self.env["payment.provider"].create(
            {"name": "Test", "company_id": self.company.id}
        )
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"paid {order.name}",
                "sale_order_ids": [fields.Command.set(order.ids)],
                "state": state,
            }
        )
        self.env.invalidate_all()
        return transaction

    def test_paid_online(self):
        """The customer has paid for what it ordered: the money is there, and the order must be
        too. It owes nothing for it."""
        order = self._quote(800)
        transaction = self._pay(order, 800)
        self.assertFalse(order.customer_credit_warning)
        transaction._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")

    def test_deposit_paid_online(self):
        """A customer who pays the deposit that the company asks for has an order, whatever is
        still owed; that it is over the limit is noted for the salesperson."""
        self.company.prepayment_percent = 0.25
        order = self._quote(2000, require_payment=True, prepayment_percent=0.25)
        self._pay(order, 500)._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")
        bodies = " ".join(order.sudo().message_ids.mapped("body"))
        self.assertIn("Confirmed over the credit limit", bodies)

    def test_part_paid_online(self):
        """A payment of a cent, or a deposit that the salesperson has lowered, took an order of any
        size past the limit. It waits like one that was signed, and nobody sees an error."""
        self.company.prepayment_percent = 0.5
        for values in (
            {"require_payment": False},
            {"require_payment": True, "prepayment_percent": 0.01},
        ):
            with self.subTest(values):
                order = self._quote(2000, require_signature=False, **values)
                transaction = self._pay(order, 20)
                self.assertFalse(transaction._check_amount_and_confirm_order())
                self.assertEqual(order.state, "draft")
                waiting = [("order_id", "=", order.id), ("decision", "=", "requested")]
                approvals = self.env["customer.credit.approval"].search(waiting)
                approvals.with_user(self.approver).action_refuse()
                transaction.reference += str(values)

    def _pay_in_the_portal(self, order, amount):
        """What the customer's browser sends, up to the page that waits for the payment."""
        order.sudo().write({"state": "sent"})
        token = order.sudo()._portal_ensure_token()
        form = self.env["ir.ui.view"].create(
            {"name": "Form", "type": "qweb", "arch": '<form action="dummy" method="post"/>'}
        )
        method = self.env.ref("payment.payment_method_unknown")
        provider = self.env["payment.provider"].create(
            {
                "name": "Dummy",
                "company_id": self.company.id,
                "state": "test",
                "is_published": True,
                "redirect_form_view_id": form.id,
                "payment_method_ids": method.ids,
            }
        )
        method.active = True
        bank = [("type", "=", "bank"), ("company_id", "=", self.company.id)]
        provider.journal_id = self.env["account.journal"].search(bank, limit=1)
        line = provider.journal_id.inbound_payment_method_line_ids[:1]
        line.payment_provider_id = provider
        self.env.flush_all()
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/transaction",
            {
                "access_token": token,
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "token_id": None,
                "amount": amount,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": f"/my/orders/{order.id}?access_token={token}",
            },
        )
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )
        transaction._set_done()
        self.env.flush_all()
        self.assertEqual(self.make_jsonrpc_request("/payment/status/poll", {})["state"], "done")
        self.env.invalidate_all()
        return self.url_open(f"/my/orders/{order.id}?access_token={token}").text

    def test_payment_in_the_portal(self):
        """A payment confirmed what the limit refuses, or ended in an error for whoever had just
        paid. Paid in full there is an order; of less, the customer reads that it is looked at."""
        waiting = "We are checking it"
        order = self._quote(800, require_payment=True, require_signature=False)
        self.assertNotIn(waiting, self._pay_in_the_portal(order, 800))
        self.assertEqual(order.state, "sale")
        self.company.prepayment_percent = 0.5
        order = self._quote(
            2000, require_payment=True, require_signature=False, prepayment_percent=0.01
        )
        page = self._pay_in_the_portal(order, 20)
        self.assertIn(waiting, page)
        self.assertNotIn("credit limit", page)
        self.assertEqual(order.state, "sent")
        approval = self.env["customer.credit.approval"].search([("order_id", "=", order.id)])
        self.assertEqual((approval.amount, approval.decision), (1480, "requested"))
        self.assertEqual(approval.requester_id, self.salesperson)

    def test_signed_online(self):
        """A customer accepts the quotation in the portal. It sees no error and nothing of its
        credit; the order waits, signed, for the approver."""
        order = self._quote(800, require_signature=True, require_payment=False)
        order.sudo().write({"state": "sent"})
        token = order.sudo()._portal_ensure_token()
        dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
        dot += "AABJRU5ErkJggg=="
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"access_token": token, "name": "The Buyer", "signature": dot},
        )
        self.assertTrue(answer.get("force_refresh"), answer)
        self.env.invalidate_all()
        order = order.sudo()
        self.assertEqual((order.state, order.signed_by), ("sent", "The Buyer"))
        approval = self.env["customer.credit.approval"].search([("order_id", "=", order.id)])
        self.assertRecordValues(
            approval,
            [
                {
                    "partner_id": self.customer.id,
                    "amount": 300,
                    "decision": "requested",
                    "requester_id": self.salesperson.id,
                }
            ],
        )
        self.assertEqual(approval.activity_ids.user_id, self.approver)
        page = self.url_open(f"/my/orders/{order.id}?access_token={token}&message=sign_ok")
        self.assertIn("Your order has been signed", page.text)
        self.assertIn("We are checking it", page.text)
        self.assertNotIn("credit limit", page.text)
        self._approve(approval)
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_signed_within_the_limit(self):
        """A signature confirms as ever where nothing is wrong."""
        order = self._quote(100, require_signature=True, require_payment=False)
        order.sudo()._validate_order()
        self.assertEqual(order.state, "sale")
