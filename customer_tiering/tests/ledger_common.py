from odoo.fields import Command

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
