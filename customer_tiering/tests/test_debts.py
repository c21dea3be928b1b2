from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..grading.debts import (
    AGAIN,
    CREDITED,
    LOST,
    OPEN,
    PAID,
    PLAIN,
    RETURNED,
    SURPLUS,
    TOLERATED,
    UNMATCHED,
)
from .ledger_common import DebtCase


@tagged("post_install", "-at_install")
class TestMoney(DebtCase):
    """What pays, and what only settles."""

    def test_bad_debt_before_the_due_day(self):
        """Three invoices written off five days before they were due: 100 % on time, low risk, and
        a limit of 5,900 was proposed."""
        for due in (90, 60, 30):
            self._entry(self.bad_debt, self._invoice(self.buyer, 1000, due=due), due + 5)
        pays = self._pays()
        self.assertEqual(pays["on_time_share"], 0)
        self.assertEqual(pays["days_beyond_terms"], 60)
        self.assertEqual(pays["credit_score"], 40)
        self.assertEqual(pays["overdue_amount"], 0, "nobody asks for it any more")
        self.assertEqual(self._named(), [(LOST, PLAIN, 1000)] * 3)

    def test_marked_as_fully_paid(self):
        """Pay 1.00 and write off 999.00 in the payment window: the score was 81."""
        for due in (90, 60, 30):
            invoice = self._invoice(self.buyer, 1000, due=due)
            self._pay(
                invoice,
                due + 2,
                1,
                payment_difference_handling="reconcile",
                writeoff_account_id=self.bad_debt.id,
            )
            self.assertFalse(invoice.amount_residual)
        pays = self._pays()
        self.assertEqual(pays["on_time_share"], 0.001)
        self.assertLess(pays["credit_score"], 41)
        self.assertEqual(self._named(), [(PAID, PLAIN, 1)] * 3 + [(LOST, PLAIN, 999)] * 3)

    def test_contra_account(self):
        """Moved to an account of the customer's own, the debt was paid without any money."""
        contra = self._create_account("Contra of Buyer", "asset_current")
        self._entry(contra, self._invoice(self.buyer, 100, due=30), 35)
        self.assertEqual(self._named(), [(LOST, PLAIN, 100)])
        self.assertEqual(self._parts(), [(30, 100)])

    def test_contra_account_among_liabilities(self):
        """What is set off must have been owed: a contra account is none of our debts because of
        its type."""
        contra = self._create_account("Contra of Buyer", "liability_current")
        self._entry(contra, self._invoice(self.buyer, 100, due=30), 35)
        self.assertEqual(self._named(), [(LOST, PLAIN, 100)])

    def test_set_off_against_a_vendor_bill(self):
        """We owed the customer as much: that is money's worth, and not a loss."""
        bill = self._invoice(self.buyer, 100, due=30, move_type="in_invoice")
        payable = bill.line_ids.filtered(lambda line: line.account_type == "liability_payable")
        entry = self._entry(payable.account_id, self._invoice(self.buyer, 100, due=30), 25)
        (payable + entry.line_ids.filtered("debit")).reconcile()
        self.assertEqual(self._parts(), [(5, 100)])
        self.assertEqual(self._named(), [(PAID, PLAIN, 100)])

    def test_set_off_against_more_than_we_owed(self):
        """We owed 40 of the 100: the rest was given up."""
        bill = self._invoice(self.buyer, 40, due=30, move_type="in_invoice")
        payable = bill.line_ids.filtered(lambda line: line.account_type == "liability_payable")
        entry = self._entry(payable.account_id, self._invoice(self.buyer, 100, due=30), 25)
        (payable + entry.line_ids.filtered("debit")).reconcile()
        self.assertEqual(self._named(), [(PAID, PLAIN, 40), (LOST, PLAIN, 60)])

    def test_discount_that_was_not_agreed(self):
        """Nothing was paid, so there is nothing to give a discount on."""
        discount = self.company.account_journal_early_pay_discount_loss_account_id
        self._entry(discount, self._invoice(self.buyer, 100, due=30), 35)
        self.assertEqual(self._named(), [(LOST, PLAIN, 100)])

    def test_deposit(self):
        """Money that came long ago and was booked as a deposit pays when it is set off."""
        deposits = self._create_account("Deposits", "liability_current")
        self._book(80, (self.cash, None, 100), (deposits, self.buyer, -100))
        self._entry(deposits, self._invoice(self.buyer, 100, due=30), 25)
        self.assertEqual(self._parts(), [(5, 100)])

    def test_card_company(self):
        """A card company or a till owes it now, so the customer has paid."""
        till = self._create_account("Till", "asset_receivable", reconcile=True)
        invoice = self._invoice(self.buyer, 100, due=30)
        entry = self._book(
            30,
            (till, None, 60),
            (till, self._create_customer("Card"), 40),
            (self.receivable, self.buyer, -100),
        )
        (self._receivable(invoice) + entry.line_ids.filtered("credit")).reconcile()
        self.assertEqual(self._parts(), [(0, 100)])

    def test_other_receivable_account(self):
        """A debt that is moved to another account of the same customer is neither paid nor lost; it
        is due when it says there."""
        bills = self._create_account("Bills of exchange", "asset_receivable", reconcile=True)
        invoice = self._invoice(self.buyer, 100, due=30)
        entry = self._book(35, (bills, self.buyer, 100, 10), (self.receivable, self.buyer, -100))
        (self._receivable(invoice) + entry.line_ids.filtered("credit")).reconcile()
        self.assertEqual(self._parts(), [(None, 100)])
        self.assertEqual(self._pays()["worst_delay"], 10)
        self.assertEqual(self._named(), [(CREDITED, PLAIN, 100), (OPEN, PLAIN, 100)])

    def test_account_that_pays_by_setting(self):
        """Who pays by acceptance draft was a bad debtor because of the account that drafts are
        on."""
        drafts = self._create_account("Notes receivable", "asset_current")
        self._entry(drafts, self._invoice(self.buyer, 100, due=30), 32)
        self.assertEqual(self._named(), [(LOST, PLAIN, 100)])
        self.company.customer_credit_paying_account_ids = drafts
        self.assertEqual(self._parts(), [(-2, 100)])

    def test_outstanding_account_of_long_ago(self):
        """The journal has another outstanding account now: all former payments were losses."""
        outstanding = self._create_account("Cheques", "asset_current", reconcile=True)
        line = self._bank(self.company).inbound_payment_method_line_ids
        before = line.payment_account_id
        line.payment_account_id = outstanding
        self._pay(self._invoice(self.buyer, 100, due=30), 28)
        line.payment_account_id = before
        self.assertEqual(self._parts(), [(2, 100)])

    def test_loss_is_forgotten_with_the_window(self):
        """It counts for as long as a payment of that day would."""
        self._entry(self.bad_debt, self._invoice(self.buyer, 100, due=500), 364)
        self.assertEqual(self._parts(), [(500, 100)])
        self.assertEqual(self._parts(as_of=self._days_ago(-1)), [])

    def test_lost_later_is_open_on_the_day(self):
        """Looking back, nobody had given it up yet."""
        self._entry(self.bad_debt, self._invoice(self.buyer, 100, due=30), 10)
        self.assertEqual(self._parts(as_of=self._days_ago(11)), [(None, 100)])
        self.assertEqual(self._pays(as_of=self._days_ago(11))["overdue_amount"], 100)
        self.assertEqual(self._pays()["overdue_amount"], 0)

    def test_prepayment(self):
        """Paid before the invoice was made: it is early since the payment, not since the
        invoice."""
        payment = self._book(100, (self.cash, None, 100), (self.receivable, self.buyer, -100))
        invoice = self._invoice(self.buyer, 100, due=30)
        self._reconcile(payment, invoice)
        self.assertEqual(self._parts(), [(-70, 100)])


@tagged("post_install", "-at_install")
class TestDebts(DebtCase):
    """What is owed, whether or not there is an invoice."""

    def _owe(self, days_ago, amount, due=None, partner=None):
        """An entry by which a customer owes something."""
        income = self._account("income")
        due = days_ago if due is None else due
        partner = partner or self.buyer
        return self._book(
            days_ago, (self.receivable, partner, amount, due), (income, None, -amount)
        )

    def test_opening_balances(self):
        """Three debts of an opening entry, overdue for 120 days: nothing was overdue, and the
        customer unknown."""
        equity = self._account("equity")
        debts = [(self.receivable, self.buyer, 2000, 120)] * 3
        self._book(150, *debts, (equity, None, -6000))
        pays = self._pays()
        self.assertEqual(pays["overdue_amount"], 6000)
        self.assertEqual(pays["days_beyond_terms"], 120)
        self.assertEqual(pays["credit_band"], 3)

    def test_company_without_invoices(self):
        """Debts were looked for only where an invoice had been posted."""
        self.assertIsNotNone(self._owe(40, 50) and self._pays())
        self.assertEqual(self._pays()["overdue_amount"], 50)

    def test_without_a_due_day(self):
        """Interest that is charged without terms is due at once."""
        income = self._account("income")
        self._book(12, (self.receivable, self.buyer, 30), (income, None, -30))
        self.assertEqual(self._pays()["worst_delay"], 12)

    def test_paid_like_any_debt(self):
        """Paid, an opening balance is as late as it was."""
        debt = self._owe(90, 100, due=60)
        self._reconcile(
            debt, self._book(20, (self.cash, None, 100), (self.receivable, self.buyer, -100))
        )
        self.assertEqual(self._parts(), [(40, 100)])

    def test_paid_when_it_was_charged(self):
        """A sale over the counter that is booked as an entry tells nothing of how one pays."""
        debt = self._owe(20, 100)
        self._reconcile(
            debt, self._book(20, (self.cash, None, 100), (self.receivable, self.buyer, -100))
        )
        self.assertEqual(self._parts(), [])

    def _bounced(self, days_ago, amount):
        """The bank took the money back."""
        return self._book(
            days_ago, (self.receivable, self.buyer, amount), (self.cash, None, -amount)
        )

    def test_bounced_by_an_entry(self):
        """The cheque bounced and was charged again: paid early, low risk."""
        for due in (90, 60, 30):
            self._pay(self._invoice(self.buyer, 1000 + due, due=due), due + 5)
            self._bounced(due - 3, 1000 + due)
        pays = self._pays()
        self.assertEqual(pays["on_time_share"], 0)
        self.assertEqual(pays["overdue_amount"], 3180)
        self.assertEqual(pays["worst_delay"], 90, "since the invoice was due, not since the bounce")
        self.assertEqual(pays["credit_invoice_count"], 3)
        self.assertEqual(
            self._named(),
            [(OPEN, AGAIN, amount) for amount in (1030, 1060, 1090)]
            + [(RETURNED, PLAIN, amount) for amount in (1030, 1060, 1090)],
        )
        self.assertEqual(self._owed(), self.buyer.credit)

    def test_bounced_and_paid_again(self):
        """The second payment is the one that counts."""
        self._pay(self._invoice(self.buyer, 100, due=30), 35)
        bounce = self._bounced(27, 100)
        self._reconcile(
            bounce, self._book(7, (self.cash, None, 100), (self.receivable, self.buyer, -100))
        )
        self.assertEqual(self._parts(), [(23, 100)])
        self.assertEqual(self._parts(as_of=self._days_ago(10)), [(None, 100)])
        self.assertEqual(self._parts(as_of=self._days_ago(28)), [(-5, 100)])

    def test_payment_reversed(self):
        """A reversal of the payment opens the invoice again, or charges it anew."""
        payment = self._pay(self._invoice(self.buyer, 100, due=30), 35)
        payment.move_id._reverse_moves([{"date": self._days_ago(20)}], cancel=True)
        self.assertEqual(self._parts(), [(None, 100)])
        other = self._create_own_customer("Other")
        payment = self._pay(self._invoice(other, 100, due=30), 35)
        payment.move_id._reverse_moves([{"date": self._days_ago(20)}]).action_post()
        self.assertEqual(self._parts(other), [(None, 100)])
        self.assertEqual(self._pays(other)["worst_delay"], 30)

    def test_surplus_given_back(self):
        """Who paid too much and got the rest back has not bounced."""
        self._pay(self._invoice(self.buyer, 100, due=30), 32, 130)
        refund = self._bounced(20, 30)
        self.assertEqual(self._parts(), [(-2, 100)])
        self._reconcile(refund, self._surplus())
        self.assertEqual(self._parts(), [(-2, 100)])
        self.assertEqual(self.buyer.credit, 0)

    def _surplus(self):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.buyer.id),
                ("account_id", "=", self.receivable.id),
                ("amount_residual", "<", 0),
            ]
        )
        return lines.move_id

    def test_credit_note_paid_out(self):
        """Money for goods that came back is no payment of the customer's, and none by it."""
        self._pay(self._invoice(self.buyer, 100, due=40), 45)
        note = self._invoice(self.buyer, 60, due=20, move_type="out_refund")
        refund = self._bounced(15, 60)
        self.assertEqual(self._parts(), [(-5, 100)])
        self._reconcile(note, refund)
        self.assertEqual(self._parts(), [(-5, 100)])

    # What is matched with nothing

    def test_unmatched_credit_note(self):
        """An invoice and its credit note that nobody matched: balance 0, high risk."""
        for due in (90, 60, 30):
            self._invoice(self.buyer, 100, due=due)
        self._invoice(self.buyer, 300, due=20, move_type="out_refund")
        pays = self._pays()
        self.assertEqual(pays["overdue_amount"], 0)
        self.assertEqual(pays["credit_band"], 0)
        self.assertEqual(self.buyer.credit, 0)
        self.assertEqual(self._named(), [(CREDITED, UNMATCHED, 100)] * 3)
        self.assertEqual(self._pays(as_of=self._days_ago(55))["overdue_amount"], 200)

    def test_unmatched_payment(self):
        """A payment that nobody matched pays the oldest debt on its day; what it leaves is open."""
        for due in (90, 60, 30):
            self._invoice(self.buyer, 100, due=due)
        self._book(50, (self.cash, None, 150), (self.receivable, self.buyer, -150))
        self.assertEqual(self._parts(), [(10, 50), (40, 100), (None, 50), (None, 100)])

    def test_surplus_is_named(self):
        """What is left of a payment is in the breakdown, and lowers what is owed."""
        self._invoice(self.buyer, 100, due=30)
        self._book(50, (self.cash, None, 150), (self.receivable, self.buyer, -150))
        self.assertEqual(self._named(), [(PAID, UNMATCHED, 100), (SURPLUS, UNMATCHED, 50)])
        self.assertEqual(self._owed(), -50)

    def test_unmatched_bad_debt(self):
        """A write-off that is matched with nothing pays nothing either."""
        self._invoice(self.buyer, 100, due=30)
        self._book(20, (self.bad_debt, None, 100), (self.receivable, self.buyer, -100))
        self.assertEqual(self._named(), [(LOST, UNMATCHED, 100)])
        self.assertEqual(self._pays()["overdue_amount"], 0)

    def test_prepayment_before_the_invoice(self):
        """On the day before the invoice it was matched with, a payment covered older debts."""
        self._invoice(self.buyer, 100, due=80)
        payment = self._book(70, (self.cash, None, 100), (self.receivable, self.buyer, -100))
        self._reconcile(payment, self._invoice(self.buyer, 100, due=30))
        self.assertEqual(self._pays(as_of=self._days_ago(61))["overdue_amount"], 0)
        self.assertEqual(self._pays(as_of=self._days_ago(60))["overdue_amount"], 100)

    def test_balance_is_that_of_the_ledger(self):
        """Whatever was booked, what we call owed is what Odoo does."""
        self._unusual_ledger(self.buyer)
        self.assertEqual(self._owed(), self.buyer.with_company(self.company).credit)
        other = self._create_own_customer("Other")
        self._book(9, (self.cash, None, 77.7), (self.receivable, other, -77.7))
        self.assertEqual(self._owed(other), -77.7)
        self.assertEqual(self._owed(other), other.with_company(self.company).credit)

    def _unusual_ledger(self, partner):
        other = self._account("asset_receivable").copy({"code": "989898"})
        self._pay(self._invoice(partner, 100.13, due=30), 20, 70.1)
        self._invoice(partner, 33.33, due=-30)
        self._invoice(partner, 12.34, due=10, move_type="out_receipt")
        self._invoice(partner, 45, due=10, move_type="out_refund")
        self._entry(self.bad_debt, self._invoice(partner, 55.5, due=60), 50, 20.2)
        self._owe(80, 200, due=70)
        self._bounced(15, 25)
        self._book(5, (self.cash, None, 66), (self.receivable, partner, -66))
        self._book(6, (other, partner, 18.9), (self._account("income"), None, -18.9))
        self._credit_note(self._invoice(partner, 80, due=60), 5)

    # What is too little

    def test_one_open_cent(self):
        """Of an invoice due 300 days ago one cent is open: 300 days of delay, 0.01 overdue on
        every quotation."""
        self._pay(self._invoice(self.buyer, 1000, due=300), 305, 999.99)
        pays = self._pays()
        self.assertEqual(pays["worst_delay"], 0)
        self.assertEqual(pays["overdue_amount"], 0)
        self.assertEqual(self._named(), [(PAID, PLAIN, 999.99), (TOLERATED, PLAIN, 0.01)])
        self.assertEqual(self._owed(), 0.01)

    def test_tolerance(self):
        """A rest of just the tolerance is tolerated, a cent more is owed; nothing is tolerated of
        who paid nothing."""
        self.company.customer_credit_tolerance = 2
        self._pay(self._invoice(self.buyer, 100, due=30), 30, 98)
        self.assertEqual(self._parts(), [(0, 98)])
        self._pay(self._invoice(self.buyer, 100, due=30), 30, 97.99)
        self._invoice(self.buyer, 1.5, due=30)
        self.assertEqual(self._parts(), [(0, 97.99), (0, 98), (None, 1.5), (None, 2.01)])
        self.company.customer_credit_tolerance = 0
        self._pay(self._invoice(self.buyer, 50, due=30), 30, 49.99)
        self.assertNotIn((None, 0.01), self._parts())
        self.assertIn((None, 2), self._parts())

    def test_tolerance_of_currencies(self):
        """One of any currency means nothing: it is a hundred of the smallest amounts."""
        for name, tolerance in (("EUR", 1), ("JPY", 100), ("KWD", 0.1)):
            currency = (
                self.env["res.currency"]
                .with_context(active_test=False)
                .search([("name", "=", name)])
            )
            company = self.env["res.company"].create({"name": name, "currency_id": currency.id})
            self.assertAlmostEqual(company.customer_credit_tolerance, tolerance, msg=name)

    def test_impossible_tolerance(self):
        """Below 0 everything would be a delay."""
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.company.customer_credit_tolerance = -1
            self.env.flush_all()

    def _taken_back(self, entry, days_ago):
        entry._reverse_moves([{"date": self._days_ago(days_ago)}], cancel=True)

    def test_write_off_taken_back(self):
        """A write-off was reversed and the invoice paid after all: it was paid, and lost as
        well."""
        invoice = self._invoice(self.buyer, 1000, due=100)
        self._taken_back(self._entry(self.bad_debt, invoice, 50), 40)
        self.assertEqual(self._parts(), [(None, 1000)])
        self._pay(invoice, 30)
        self.assertEqual(self._parts(), [(70, 1000)])

    def test_charge_taken_back(self):
        """Interest charged by mistake and reversed was a loss for a year."""
        self._taken_back(self._owe(90, 200, due=60), 30)
        self.assertEqual(self._parts(), [])
        self.assertEqual(self._owed(), 0)
        self.assertEqual(self._parts(as_of=self._days_ago(31)), [(None, 200)])

    def test_payment_taken_back(self):
        """The reversal of a payment was paid on the spot by what it reverses."""
        invoice = self._invoice(self.buyer, 1000, due=100)
        self._taken_back(self._pay(invoice, 90).move_id, 60)
        self.assertEqual(self._named(), [(CREDITED, PLAIN, 1000), (OPEN, PLAIN, 1000)])

    # Reasons of lateness

    def test_reason_of_an_entry(self):
        """An opening balance that is disputed could not be excused."""
        reason = self.env.ref("customer_tiering.late_reason_dispute")
        debt = self._owe(90, 100, due=60)
        debt.customer_late_reason_id = reason
        pays = self._pays()
        self.assertEqual(pays["credit_invoice_count"], 0)
        self.assertEqual(pays["overdue_amount"], 100)
        wizard = self.env["customer.late.reason.set"].create(
            {"reason_id": False, "move_ids": [Command.set(debt.ids)]}
        )
        wizard.action_apply()
        self.assertEqual(self._pays()["credit_invoice_count"], 1)
        payment = self._book(5, (self.cash, None, 9), (self.bad_debt, None, -9))
        with self.assertRaisesRegex(UserError, "None of these"):
            wizard.copy({"move_ids": [Command.set(payment.ids)]}).action_apply()
        bill = self._invoice(self.buyer, 100, due=30, move_type="in_invoice")
        with self.assertRaisesRegex(ValidationError, "Only customer invoices, receipts"):
            bill.customer_late_reason_id = reason


@tagged("post_install", "-at_install")
class TestDebtsFollowTheLedger(DebtCase):
    """Entries have their customer graded anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(tiers=["All"], domain="[('company_id', '!=', False)]")

    def _waiting(self):
        self.env.flush_all()
        stale = self.env["customer.tier.stale"].search([])
        partners = stale.partner_id
        stale.unlink()
        return partners

    def test_entries_and_unmatched(self):
        """What no invoice knows of changed the score only at night."""
        self._waiting()
        entry = self._book(9, (self.receivable, self.buyer, 5), (self.bad_debt, None, -5))
        self.assertEqual(self._waiting(), self.buyer)
        payment = self._book(9, (self.cash, None, 5), (self.receivable, self.buyer, -5))
        self.assertEqual(self._waiting(), self.buyer)
        self._reconcile(entry, payment)
        self.assertEqual(self._waiting(), self.buyer)
        self._receivable(entry).date_maturity = self._days_ago(2)
        self.assertEqual(self._waiting(), self.buyer)
        payment.button_draft()
        self.assertEqual(self._waiting(), self.buyer)
        note = self._invoice(self.buyer, 5, due=9, move_type="out_refund")
        self.assertEqual(self._waiting(), self.buyer)
        note.button_draft()
        self.assertEqual(self._waiting(), self.buyer)
        self._book(9, (self.cash, self.buyer, 5), (self.bad_debt, None, -5))
        self.assertFalse(self._waiting(), "nobody owes any of it")
