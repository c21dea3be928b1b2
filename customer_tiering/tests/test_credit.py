from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .ledger_common import DebtCase


@tagged("post_install", "-at_install")
class TestPaymentFacts(DebtCase):
    """What is read from the ledger about invoices and their payments."""

    def test_early_on_the_day_and_late(self):
        """Days from the due date of the instalment to the day of the payment."""
        for amount, days_ago in ((10, 40), (20, 30), (30, 5)):
            self._pay(self._invoice(self.buyer, amount, due=30), days_ago)
        self.assertEqual(self._parts(), [(-10, 10), (0, 20), (25, 30)])

    def test_in_three_parts(self):
        """Each part is as late as it is, and what is left is open."""
        invoice = self._invoice(self.buyer, 100, due=30)
        for amount, days_ago in ((20, 35), (30, 25), (40, 10)):
            self._pay(invoice, days_ago, amount)
        self.assertEqual(self._parts(), [(-5, 20), (5, 30), (20, 40), (None, 10)])

    def test_overpaid(self):
        """The surplus belongs to no invoice."""
        self._pay(self._invoice(self.buyer, 100, due=30), 28, 130)
        self.assertEqual(self._parts(), [(2, 100)])

    def test_open(self):
        """Open and overdue counts, due today or later does not."""
        self._invoice(self.buyer, 10, due=1)
        self._invoice(self.buyer, 20, due=0)
        self._invoice(self.buyer, 30, due=-7)
        self.assertEqual(self._parts(), [(None, 10)])

    def test_by_credit_note(self):
        """A credit note is no payment: nothing was paid late. What it leaves is."""
        self._credit_note(self._invoice(self.buyer, 100, due=60), 5)
        partly = self._invoice(self.buyer, 80, due=20)
        note = self._credit_note(self._invoice(self.buyer, 50, due=60, post=True), 2)
        note.line_ids.remove_move_reconcile()
        (self._receivable(partly) + self._receivable(note)).reconcile()
        # The invoice that lost its credit note is open again.
        self.assertEqual(self._parts(), [(None, 30), (None, 50)])

    def test_credit_note_of_later_leaves_open(self):
        """On the day before the credit note, the invoice was overdue."""
        self._credit_note(self._invoice(self.buyer, 100, due=60), 5)
        self.assertEqual(self._parts(as_of=self._days_ago(6)), [(None, 100)])
        self.assertEqual(self._parts(as_of=self._days_ago(5)), [])

    def test_two_instalments(self):
        """Each instalment has its own due date."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Two",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 40, "nb_days": 10}),
                    Command.create({"value": "percent", "value_amount": 60, "nb_days": 40}),
                ],
            }
        )
        invoice = self._invoice(self.buyer, 100, due=30, invoice_payment_term_id=term.id)
        self.assertEqual(len(self._receivable(invoice)), 2)
        # Invoiced 60 days ago: due 50 and 20 days ago. The first in full, and 10 of the second.
        self._pay(invoice, 45, 50)
        self.assertEqual(self._parts(), [(-25, 10), (5, 40), (None, 50)])

    def test_reversed_payment(self):
        """A payment that is taken back leaves the invoice open, as if it had never been."""
        payment = self._pay(self._invoice(self.buyer, 100, due=30), 28)
        self.assertEqual(self._parts(), [(2, 100)])
        payment.action_draft()
        self.assertEqual(self._parts(), [(None, 100)])
        payment.action_cancel()
        self.assertEqual(self._parts(), [(None, 100)])

    def test_foreign_currency(self):
        """Amounts are in company currency; the exchange difference, which comes with the payment,
        is no payment and leaves nothing open."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids = [Command.clear()] + [
            Command.create({"name": day, "rate": rate, "company_id": self.company.id})
            for day, rate in ((self._days_ago(400), 2.0), (self._days_ago(40), 2.5))
        ]
        invoice = self._invoice(self.buyer, 100, due=30, currency_id=dollar.id)
        self.assertEqual(self._receivable(invoice).balance, 50)
        self._pay(invoice, 20, currency_id=dollar.id)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertTrue(self._receivable(invoice).matched_credit_ids.exchange_move_id)
        self.assertEqual(self._parts(), [(10, 40)])

    def test_child_contact(self):
        """Invoiced to a contact, the company pays; a contact's debts move with it."""
        child = self._create_own_customer("Child", parent_id=self.buyer.id)
        alone = self._create_own_customer("Alone", is_company=False)
        self._pay(self._invoice(child, 100, due=30), 27)
        self._invoice(alone, 70, due=3)
        self.assertEqual(self._parts(), [(3, 100)])
        alone.parent_id = self.buyer
        self.assertEqual(self._parts(), [(3, 100), (None, 70)])

    def test_two_companies(self):
        """Each company looks at its own ledger."""
        self._open_ledger(self.company_b)
        shared = self._create_customer("Shared")
        self._pay(self._invoice(shared, 100, due=30), 20)
        self._pay(self._invoice(shared, 60, due=30, company=self.company_b), 40)
        self.assertEqual(self._parts(shared), [(10, 100)])
        self.assertEqual(self._parts(shared, company=self.company_b), [(-10, 60)])

    def test_as_of_before_a_payment(self):
        """Looking back, later payments are not known: the invoice was open, or not yet due."""
        self._pay(self._invoice(self.buyer, 100, due=30), 10)
        self.assertEqual(self._parts(as_of=self._days_ago(10)), [(20, 100)])
        self.assertEqual(self._parts(as_of=self._days_ago(11)), [(None, 100)])
        self.assertEqual(self._parts(as_of=self._days_ago(30)), [])
        self.assertEqual(self._parts(as_of=self._days_ago(90)), [])

    def test_draft_and_cancelled(self):
        """Only what is posted is owed."""
        self._invoice(self.buyer, 10, due=30, post=False)
        self._invoice(self.buyer, 20, due=30, post=False).button_cancel()
        posted = self._invoice(self.buyer, 30, due=30)
        self.assertEqual(self._parts(), [(None, 30)])
        posted.button_draft()
        self.assertEqual(self._parts(), [])

    def test_early_payment_discount(self):
        """Who pays in time less the discount agreed on owes nothing more."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "company_id": self.company.id,
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        invoice = self._invoice(self.buyer, 100, due=30, invoice_payment_term_id=term.id)
        payment = self._pay(invoice, 55)
        self.assertEqual(payment.amount, 98)
        self.assertEqual(self._parts(), [(-25, 100)])

    def test_rounding_written_off(self):
        """Cents written off with the payment are not open for ever."""
        invoice = self._invoice(self.buyer, 100, due=30)
        self._pay(
            invoice,
            29,
            99.97,
            payment_difference_handling="reconcile",
            writeoff_account_id=self._account("expense").id,
        )
        self.assertEqual(self._parts(), [(1, 100)])

    def test_written_off_by_an_entry(self):
        """A bad debt that is given up is paid no more than before."""
        invoice = self._invoice(self.buyer, 100, due=50)
        self._entry(self._account("expense"), invoice, 10)
        self.assertEqual(self._parts(), [(50, 100)])

    def test_paid_on_a_bank_statement(self):
        """Without a payment record, the bank's day counts."""
        invoice = self._invoice(self.buyer, 100, due=30)
        line = self.env["account.bank.statement.line"].create(
            {
                "payment_ref": "Transfer",
                "journal_id": self._bank(self.company).id,
                "amount": 100,
                "date": self._days_ago(24),
            }
        )
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.with_context(skip_account_move_synchronization=True).write(
            {"account_id": self._receivable(invoice).account_id.id, "partner_id": self.buyer.id}
        )
        (suspense + self._receivable(invoice)).reconcile()
        self.assertEqual(self._parts(), [(6, 100)])

    def test_receipts_do_not_count(self):
        """A sales receipt is paid on the spot, whatever its due date says."""
        receipt = self._invoice(self.buyer, 100, due=30, move_type="out_receipt")
        self._pay(receipt, 3)
        self.assertEqual(self._parts(), [])
        self._invoice(self.buyer, 60, due=30, move_type="out_receipt")
        self.assertEqual(self._parts(), [(None, 60)], "owed all the same while it is not paid")

    def test_no_invoices_cost_nothing(self):
        """A company that does not invoice asks once whether it does, and no more."""
        gather = self.env["customer.tier.gather"]
        day = fields.Date.context_today(self.env.user)
        credit = self.company_b._customer_credit_policy()
        with self.assertQueryCount(1):
            self.assertIsNone(
                gather._payments(self.company_b, day, gather._scope_of(self.buyer.ids), credit)
            )
