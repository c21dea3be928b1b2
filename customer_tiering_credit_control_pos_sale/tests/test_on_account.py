from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import CASHIER, TillCase

ON_ACCOUNT = "On account over the credit limit"


@tagged("post_install", "-at_install")
class TestOnAccount(TillCase):
    """Goods sold at a till, without any quotation, that the customer pays later."""

    def test_over_the_limit(self):
        """A customer over its limit had everything put on its account at the till."""
        with self.assertRaisesRegex(UserError, "account"), self.env.cr.savepoint():
            self._sell(501)
        self.assertEqual(self._used(), 500)
        self.assertEqual(self._sell(500).state, "paid")
        self.assertEqual(self._used(), 1000)

    def test_what_is_on_account_counts_at_once(self):
        """Until the till is closed it is in no ledger: any number of purchases of 400 went on the
        account, and orders were confirmed besides."""
        self._sell(400)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._sell(400)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._quote(400).action_confirm()
        self._quote(100).action_confirm()
        self.assertEqual(self._used(), 1000)

    def test_not_counted_twice(self):
        """Invoiced or closed, what is on account is in the ledger, and counted there."""
        self._sell(200, to_invoice=True)
        self.assertEqual(self._used(), 700)
        self._sell(200)
        self.assertEqual(self._used(), 900)
        self.till.current_session_id.action_pos_session_closing_control()
        self.assertEqual(self._used(), 900)

    def test_only_what_is_on_account(self):
        """Who pays by card was refused for what it owes elsewhere; of two ways of paying only what
        is on account counts."""
        self.assertEqual(self._sell(5000, method=self.card).state, "paid")
        self._sell(5000, parts=[(self.card, 4600), (self.account, 400)])
        self.assertEqual(self._used(), 900)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._sell(5000, parts=[(self.card, 4800), (self.account, 200)])

    def test_brought_back(self):
        """Goods that come back on account make room again."""
        self._sell(500)
        self._sell(-300)
        self.assertEqual(self._used(), 700)
        self._sell(300)

    def test_approved(self):
        """A special approval is good at the till as well."""
        self._grant(500)
        self._sell(1000)
        self.assertEqual(self._used(), 1500)

    def test_asked_or_not(self):
        """A company that is only asked has its till stopped; one that does not look is told of what
        nobody looks at."""
        self.company.customer_credit_check = "warn"
        note = html2plaintext(" ".join(self._sell(800).sudo().message_ids.mapped("body")))
        self.assertIn(ON_ACCOUNT, note)
        # What is owed is not for cashiers, who read it.
        self.assertNotIn(self._money(1300), note)
        self.company.customer_credit_check = "none"
        note = html2plaintext(" ".join(self._sell(800).sudo().message_ids.mapped("body")))
        self.assertNotIn(ON_ACCOUNT, note)

    def test_no_limit(self):
        """A customer without a limit was refused."""
        other = self._create_customer("No Limit")
        self.assertEqual(self._sell(90000, partner=other).state, "paid")
        self.company.account_use_credit_limit = False
        self._sell(90000)

    def test_ways_around(self):
        """Sold by card and put on account afterwards, paid in the back office, moved to a customer
        at its limit: over RPC each of them went past the limit."""
        Payment = self.env["pos.payment"].with_user(self.cashier)
        sold = self._sell(800, method=self.card)
        draft = self._sell(800, parts=[(self.account, 0.0)], state="draft")
        other = self._create_customer("No Limit")
        others = self._sell(800, partner=other)
        attempts = {
            "method": lambda: sold.payment_ids.write({"payment_method_id": self.account.id}),
            "command": lambda: sold.write(
                {
                    "payment_ids": [
                        Command.update(sold.payment_ids.id, {"payment_method_id": self.account.id})
                    ]
                }
            ),
            "added": lambda: Payment.create(
                {
                    "pos_order_id": sold.id,
                    "amount": 800,
                    "payment_method_id": self.account.id,
                }
            ),
            "in two steps": lambda: (
                Payment.create(
                    {
                        "pos_order_id": draft.id,
                        "amount": 800,
                        "payment_method_id": self.account.id,
                    }
                ),
                draft.write({"state": "paid"}),
            ),
            "done": lambda: (
                Payment.create(
                    {
                        "pos_order_id": draft.id,
                        "amount": 800,
                        "payment_method_id": self.account.id,
                    }
                ),
                draft.write({"state": "done"}),
            ),
            "moved": lambda: others.write({"partner_id": self.contact.id}),
            "moved payment": lambda: others.payment_ids.write({"pos_order_id": sold.id}),
        }
        for name, attempt in attempts.items():
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "account"),
                self.env.cr.savepoint(),
            ):
                attempt()
        self.assertEqual(self._used(), 500)

    def test_told_before(self):
        """The cashier learnt of it when the customer had the goods in the bag already."""
        session = self.till.current_session_id.with_user(self.cashier)
        told = session.customer_credit_on_account(self.contact.id, 501)
        self.assertTrue(told["refused"])
        self.assertIn(self._money(1), told["message"])
        self.assertFalse(session.customer_credit_on_account(self.contact.id, 500))
        self.company.customer_credit_check = "warn"
        told = session.customer_credit_on_account(self.contact.id, 501)
        self.assertFalse(told["refused"])
        self.company.customer_credit_check = "none"
        self.assertFalse(session.customer_credit_on_account(self.contact.id, 501))

    def test_told_of_a_confirmed_order(self):
        """Fetching on account what was ordered within the limit looked like owing it twice."""
        order = self._quote(500)
        order.action_confirm()
        session = self.till.current_session_id.with_user(self.cashier)
        self.assertFalse(
            session.customer_credit_on_account(self.contact.id, 500, {str(order.id): 500})
        )
        told = session.customer_credit_on_account(self.contact.id, 501, {str(order.id): 500})
        self.assertTrue(told["refused"])
        # Of somebody else's order, or more than there is of it, nothing is taken off.
        other = self._create_order(self._create_customer("Else"), 5000)
        for forged in ({str(other.id): 5000}, {str(order.id): 90000}):
            self.assertTrue(session.customer_credit_on_account(self.contact.id, 1000, forged))

    def test_cashier_reads_no_figures(self):
        """A cashier without any right on sales was told what a customer owes."""
        plain = self._create_user("tiering_plain_cashier", CASHIER)
        session = self.till.current_session_id.with_user(plain)
        told = session.customer_credit_on_account(self.contact.id, 501)
        self.assertTrue(told["refused"])
        self.assertNotIn(self._money(1), told["message"])
        self.assertNotIn(self._money(1000), told["message"])

    def test_asked_for_at_the_till(self):
        """The cashier had to send the customer away and find somebody with a right on sales: what
        is missing can be asked for at the till, once."""
        plain = self._create_user("tiering_plain_cashier", CASHIER)
        session = self.till.current_session_id.with_user(plain)
        session.customer_credit_request_on_account(self.contact.id, 800)
        session.customer_credit_request_on_account(self.contact.id, 800)
        approval = self.env["customer.credit.approval"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(approval.mapped("amount"), [300])
        self.assertEqual(approval.requester_id, plain)
        self.assertEqual(approval.activity_ids.user_id, self.approver)
        self._approve(approval)
        self.assertFalse(session.customer_credit_on_account(self.contact.id, 800))
        self._sell(800)

    def test_no_amount(self):
        """Infinity was over every limit, and a text ended in a traceback."""
        session = self.till.current_session_id.with_user(self.cashier)
        for odd in (float("inf"), float("nan"), "much", None):
            with self.subTest(odd), self.assertRaisesRegex(UserError, "amount"):
                session.customer_credit_on_account(self.contact.id, odd)

    def test_nobody_else_asks(self):
        """Whoever knew the names of the methods could ask for credit, or find out limits, without
        any till; or in another company."""
        session = self.till.current_session_id
        for user in (self.salesperson, self.salesperson_b):
            for name in ("customer_credit_on_account", "customer_credit_request_on_account"):
                with self.subTest(user=user.login, name=name), self.assertRaises(AccessError):
                    getattr(session.with_user(user), name)(self.contact.id, 800)
        hidden = self._create_customer("Theirs", company_id=self.company_b.id)
        with self.assertRaises(AccessError):
            session.with_user(self.cashier).customer_credit_on_account(hidden.id, 800)

    def test_the_till_knows_whether_to_ask(self):
        """Offline nobody can look at the limit: a till that refuses has to know beforehand."""
        fields = self.env["pos.config"]._load_pos_data_fields(self.till)
        self.assertTrue(not fields or "customer_credit_refuses" in fields)
        till = self.till.with_user(self.cashier)
        self.assertTrue(till.customer_credit_refuses)
        self.company.customer_credit_check = "warn"
        self.env.invalidate_all()
        self.assertFalse(till.customer_credit_refuses)

    def test_paid_line_of_another_sale(self):
        """A cashier sold goods by card and said afterwards that this had settled somebody else's
        order, or raised what a settled line came to: the order was owed no more."""
        order = self._quote(400)
        order.action_confirm()
        waiting = self._quote(800)
        other = self._create_customer("No Limit")
        sold = self._sell(800, method=self.card, partner=other)
        own = self._sell(800, method=self.card)
        links = {"sale_order_origin_id": order.id, "sale_order_line_id": order.order_line.id}
        cheap = self._quote(5)
        cheap.action_confirm()
        self._settle(cheap, amount=5)
        settled = cheap.sudo().pos_order_line_ids.with_user(self.cashier)
        attempts = {
            "written": lambda: sold.lines.with_user(self.cashier).write(links),
            "own sale": lambda: own.lines.with_user(self.cashier).write(links),
            "origin": lambda: sold.lines.with_user(self.cashier).write(
                {"sale_order_origin_id": waiting.id}
            ),
            "command": lambda: sold.with_user(self.cashier).write(
                {"lines": [Command.update(sold.lines.id, links)]}
            ),
            "from the order": lambda: order.with_user(self.cashier).write(
                {"pos_order_line_ids": [Command.link(sold.lines.id)]}
            ),
            "copied": lambda: sold.lines.with_user(self.cashier).copy(links),
            "price": lambda: settled.write({"price_subtotal_incl": 400}),
            "other order": lambda: settled.write({"sale_order_origin_id": order.id}),
            "moved": lambda: settled.write({"order_id": sold.id}),
        }
        before = self._used()
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(AccessError), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self._used(), before)
        # What a client sends back unchanged is no harm.
        settled.write({"sale_order_origin_id": cheap.id, "price_subtotal_incl": 5})

    def test_settled_by_somebody_else(self):
        """On the account of somebody without a limit, the till settled an order of a customer at
        its limit, which was owed no more."""
        order = self._quote(400)
        order.action_confirm()
        other = self._create_customer("No Limit")
        for method in (self.account, self.card):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._settle(order, method=method, partner_id=other.id)
            self.env.invalidate_all()
        self.assertEqual(self._used(), 900)
        self._settle(order, method=self.card)
        self.assertEqual(self._used(), 500)

    def test_let_go_at_the_till(self):
        """What a customer with a limit has on its account was moved to one without."""
        sold = self._sell(400)
        other = self._create_customer("No Limit")
        with self.assertRaisesRegex(UserError, "Owing Customer"), self.env.cr.savepoint():
            sold.with_user(self.cashier).write({"partner_id": other.id})
        self.assertEqual(self._used(), 900)

    def test_account_of_nobody(self):
        """Goods put on the account of nobody were owed by nobody: at the till, by taking the
        customer off a sale afterwards, by paying a sale without a customer anew, and by settling an
        order that way."""
        other = self._create_customer("No Limit")
        order = self._quote(400)
        order.action_confirm()
        sold = self._sell(100, partner=other).with_user(self.cashier)
        mine = self._sell(100).with_user(self.cashier)
        cash = self._sell(800, method=self.card, partner_id=False).with_user(self.cashier)
        self.assertEqual(cash.state, "paid", "whoever pays need not say who it is")
        draft = self._sell(800, parts=[(self.account, 0.0)], state="draft", partner_id=False)
        draft = draft.with_user(self.cashier)
        payment = {"amount": 800, "payment_method_id": self.account.id}
        attempts = {
            "sold": lambda: self._sell(800, partner_id=False),
            "a part of it": lambda: self._sell(
                800, parts=[(self.card, 799), (self.account, 1)], partner_id=False
            ),
            "settled": lambda: self._settle(order, method=self.account, partner_id=False),
            "taken off": lambda: sold.write({"partner_id": False}),
            "taken off who owes": lambda: mine.write({"partner_id": False}),
            "method": lambda: cash.payment_ids.write({"payment_method_id": self.account.id}),
            "in two steps": lambda: (
                self.env["pos.payment"]
                .with_user(self.cashier)
                .create({"pos_order_id": draft.id, **payment}),
                draft.write({"state": "paid"}),
            ),
        }
        before = self._used()
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self._used(), before)
        with self.assertRaisesRegex(UserError, "of no customer"), self.env.cr.savepoint():
            self._sell(800, partner_id=False)
        # What comes back is owed by nobody, and a company that only asks does not stop its till.
        self._sell(-100, partner_id=False)
        self.company.customer_credit_check = "warn"
        self.assertEqual(self._sell(800, partner_id=False).state, "paid")

    def test_taken_off_the_account(self):
        """A cashier made the payment on account smaller, took it away, linked the sale to an
        invoice of another, or put it into a session that is over: it was owed no more, and paid by
        nobody."""
        sold = self._sell(400)
        mine = sold.with_user(self.cashier)
        foreign = self._create_invoice(self._create_customer("Else"), 1)
        closed = self.env["pos.session"].create({"config_id": self.till.copy().id})
        self.env.cr.execute("UPDATE pos_session SET state = 'closed' WHERE id = %s", closed.ids)
        closed.invalidate_recordset()
        attempts = {
            "smaller": lambda: mine.payment_ids.write({"amount": 1}),
            "gone": lambda: mine.payment_ids.unlink(),
            "moved": lambda: mine.payment_ids.write(
                {"pos_order_id": self._sell(1, method=self.card).id}
            ),
            "invoice": lambda: mine.write({"account_move": foreign.id}),
            "session": lambda: mine.write({"session_id": closed.id}),
            "no session": lambda: mine.write({"session_id": False}),
            "rate": lambda: mine.write({"currency_rate": 10**6}),
            "cancelled": lambda: mine.write({"state": "cancel"}),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self._used(), 900)
        # Paid in another way after all.
        mine.payment_ids.write({"payment_method_id": self.card.id})
        self.assertEqual(self._used(), 500)
