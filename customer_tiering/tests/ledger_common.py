import numpy as np

from odoo import fields
from odoo.fields import Command

from ..grading import debts, payment
from .common import GradingCase

CHART = "generic_coa"


class LedgerCase(GradingCase):
    """A company with a chart of accounts; invoices and payments are real ones, posted and
    reconciled. Days count back from today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_ledger(cls.company)

    @classmethod
    def _open_ledger(cls, company):
        Chart = cls.env["account.chart.template"].with_company(company)
        currency = company.currency_id
        Chart.try_loading(CHART, company=company, install_demo=False)
        # The chart has one of its own.
        company.currency_id = currency
        bank = cls._bank(company)
        account = Chart.ref("account_journal_payment_debit_account_id", raise_if_not_found=False)
        # Else a payment is an entry of the ledger only once it is on a bank statement.
        bank.inbound_payment_method_line_ids.payment_account_id = account or bank.default_account_id

    @classmethod
    def _bank(cls, company):
        domain = [("type", "=", "bank"), ("company_id", "=", company.id)]
        return cls.env["account.journal"].search(domain, limit=1)

    @classmethod
    def _invoice(cls, partner, amount=100.0, due=30, post=True, company=None, **vals):
        """A customer invoice without taxes, dated 30 days before it is due."""
        move = (
            cls.env["account.move"]
            .with_company(company or cls.company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": cls._days_ago(due + 30),
                    "date": cls._days_ago(due + 30),
                    "invoice_payment_term_id": False,
                    "invoice_date_due": cls._days_ago(due),
                    "invoice_line_ids": [
                        Command.create({"name": "Coffee", "price_unit": amount, "tax_ids": False})
                    ],
                    **vals,
                }
            )
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _pay(cls, move, days_ago, amount=None, **vals):
        """Register a payment of an invoice, by default of all of it."""
        vals = {"payment_date": cls._days_ago(days_ago), **vals}
        if amount is not None:
            vals["amount"] = amount
        return (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(vals)
            ._create_payments()
        )

    @classmethod
    def _credit_note(cls, move, days_ago):
        """Cancel an invoice by a posted credit note of the same amount."""
        action = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"date": cls._days_ago(days_ago), "journal_id": move.journal_id.id})
            .refund_moves()
        )
        note = cls.env["account.move"].browse(action["res_id"])
        note.action_post()
        return note

    @classmethod
    def _receivable(cls, move):
        return move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    @classmethod
    def _entry(cls, account, move, days_ago, amount=None):
        """A miscellaneous entry that settles an invoice against some account."""
        receivable = cls._receivable(move)
        amount = move.amount_residual if amount is None else amount
        common = {"name": "Settled", "partner_id": move.partner_id.id}
        entry = (
            cls.env["account.move"]
            .with_company(move.company_id)
            .create(
                {
                    "move_type": "entry",
                    "date": cls._days_ago(days_ago),
                    "line_ids": [
                        Command.create(
                            {**common, "account_id": receivable.account_id.id, "credit": amount}
                        ),
                        Command.create({**common, "account_id": account.id, "debit": amount}),
                    ],
                }
            )
        )
        entry.action_post()
        (receivable + cls._receivable(entry)).reconcile()
        return entry

    @classmethod
    def _account(cls, account_type, company=None):
        domain = [("account_type", "=", account_type)]
        domain.append(("company_ids", "in", (company or cls.company).ids))
        return cls.env["account.account"].search(domain, limit=1)

    @classmethod
    def _book(cls, days_ago, *lines, company=None, **vals):
        """A posted miscellaneous entry.

        :param lines: (account, partner or None, balance[, days ago that it is due])
        """
        company = company or cls.company
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "date": cls._days_ago(days_ago),
                    "line_ids": [
                        Command.create(
                            {
                                "name": "Booked",
                                "account_id": account.id,
                                "partner_id": partner and partner.id,
                                "debit": max(balance, 0),
                                "credit": max(-balance, 0),
                                "date_maturity": cls._days_ago(due[0]) if due else False,
                            }
                        )
                        for account, partner, balance, *due in lines
                    ],
                    **vals,
                }
            )
        )
        move.action_post()
        return move

    @classmethod
    def _reconcile(cls, *moves):
        """Match what customers owe and have paid by some documents."""
        lines = cls.env["account.move.line"].union(*(cls._receivable(move) for move in moves))
        lines.reconcile()

    @classmethod
    def _create_account(cls, name, account_type, **vals):
        number = cls.env["account.account"].search_count([])
        return cls.env["account.account"].create(
            {
                "name": name,
                "code": f"98{number:05}",
                "account_type": account_type,
                "company_ids": [Command.set(cls.company.ids)],
                **vals,
            }
        )


class DebtCase(LedgerCase):
    """A buyer, and what is read from the ledger about its debts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._create_own_customer("Buyer")
        cls.receivable = cls.buyer.with_company(cls.company).property_account_receivable_id
        cls.cash = cls._bank(cls.company).default_account_id
        cls.bad_debt = cls._create_account("Bad debts", "expense")

    def _parts(self, partner=None, as_of=None, company=None):
        """Parts looked at: (days from due day to payment, or ``None`` where open; amount)."""
        gather = self.env["customer.tier.gather"]
        day = as_of or fields.Date.context_today(self.env.user)
        parts = gather._payment_parts(partner or self.buyer, company or self.company, day)
        return sorted(
            (
                (int(part.days) if part.paid == part.paid else None, round(part.amount, 2))
                for part in parts.itertuples()
                if part.counts or part.excused
            ),
            key=lambda part: (part[0] is None, *part),
        )

    def _named(self, partner=None, as_of=None):
        """What is left out or told apart in the breakdown: sorted (kind, via, amount)."""
        gather = self.env["customer.tier.gather"]
        day = as_of or fields.Date.context_today(self.env.user)
        parts = gather._payment_parts(partner or self.buyer, self.company, day)
        return sorted((part.kind, part.via, part.amount) for part in parts.itertuples())

    def _pays(self, partner=None, as_of=None, company=None):
        """How a customer pays: a row of ``payment.standings``."""
        partner, company = partner or self.buyer, company or self.company
        gather, credit = self.env["customer.tier.gather"], company._customer_credit_policy()
        day = as_of or fields.Date.context_today(self.env.user)
        self.env.flush_all()
        payments = gather._payments(company, day, gather._scope_of(partner.ids), credit)
        return payment.standings(payments, np.array(partner.ids), day, credit).iloc[0]

    def _owed(self, partner=None, as_of=None):
        """What we call owed by a customer."""
        partner = partner or self.buyer
        gather, credit = self.env["customer.tier.gather"], self.company._customer_credit_policy()
        day = as_of or fields.Date.context_today(self.env.user)
        self.env.flush_all()
        payments = gather._payments(self.company, day, gather._scope_of(partner.ids), credit)
        parts = debts.on(payments, day, credit.tolerance, credit.unit)
        return debts.owed(parts, np.array(partner.ids))[0]
