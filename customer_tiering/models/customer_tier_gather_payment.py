from datetime import timedelta

from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """How invoices were paid, from the ledger."""

    _inherit = "customer.tier.gather"

    def _payments(self, company, as_of, scope, credit, first=None):
        """The parts of customer invoices: frame ``customer, invoice, due, paid, amount, counts``
        as ``grading.payment`` describes it, paid after the last day looked at first counting as
        open, or None where a company has no posted invoice.

        :param credit: ``policy.Credit``, for the length of its window
        :param first: the first of several days that will be looked at; without it, the as-of date
        """
        import pandas as pd

        accounts = self._receivable_accounts(company)
        if not accounts:
            return None
        since = (first or as_of) - timedelta(days=credit.window_days)
        rows = self._read(
            self._payment_query(company, accounts, since, as_of, scope),
            {
                "customer": "int4",
                "invoice": "int4",
                "due": "float8",
                "paid": "float8",
                "amount": "float8",
                "counts": "int4",
            },
        )
        return pd.DataFrame({**rows, "counts": rows["counts"].astype(bool)})

    def _payments_for(self, metrics, company, as_of, scope):
        """The same where one of some metrics looks at it, else None."""
        if "payment" not in metrics.mapped("kind"):
            return None
        return self._payments(company, as_of, scope, company._customer_credit_policy())

    def _payment_parts(self, partner, company, as_of):
        """What the credit score of one customer rests on: ``payment.breakdown``."""
        from ..grading import payment

        self.env.flush_all()
        credit = company._customer_credit_policy()
        scope = self._scope_of(partner.commercial_partner_id.ids)
        payments = self._payments(company, as_of, scope, credit)
        return payment.breakdown(payments, as_of, credit)

    def _receivable_accounts(self, company):
        """Ids of the accounts that customers' debts are on; none while there is no posted invoice
        of the company, of which this asks as well."""
        self.env.cr.execute(
            SQL(
                """
                SELECT a.id
                  FROM account_account a
                 WHERE a.account_type = 'asset_receivable'
                   AND EXISTS (SELECT
                                 FROM account_journal j
                                 JOIN account_move m
                                   ON m.journal_id = j.id AND m.company_id = %(company)s
                                WHERE j.type = 'sale'
                                  AND m.move_type = 'out_invoice'
                                  AND m.state = 'posted')
                """,
                company=company.id,
            )
        )
        return [id_ for (id_,) in self.env.cr.fetchall()]

    def _payment_query(self, company, accounts, since, as_of, scope):
        """Reconciled parts and open rests of the instalments, from the addon's index on these.

        Instalments are what is due on invoices: debts on a receivable account that are neither a
        payment's nor a receipt's. What is reconciled with an entry dated later, or one that is not
        posted, is open on the day. What a credit note settled was not paid, and exchange
        differences (known by not moving the invoice's own currency) are no parts of a payment
        either. A line at a time is looked up (OFFSET 0): the planner expects too few of them.
        """
        return SQL(
            """
            WITH due AS MATERIALIZED (
                SELECT p.commercial_partner_id AS customer, l.id, l.move_id AS invoice,
                       (COALESCE(l.date_maturity, l.date) - date '1970-01-01')::float8 AS day,
                       l.amount_residual AS residual, (%(counts)s)::int AS counts
                  FROM res_partner p
                  JOIN account_move_line l ON l.partner_id = p.id
                 WHERE l.company_id = %(company)s
                   AND l.display_type = 'payment_term'
                   AND l.parent_state = 'posted'
                   AND l.balance > 0
                   AND l.account_id = ANY(%(accounts)s)
                   AND l.date <= %(as_of)s
                   AND NOT EXISTS (SELECT FROM account_move m
                                    WHERE m.id = l.move_id AND m.move_type = 'out_receipt')
                   AND %(scope)s
            )
            SELECT d.customer, d.invoice, d.day,
                   CASE WHEN r.max_date <= %(as_of)s AND c.parent_state = 'posted'
                        THEN (r.max_date - date '1970-01-01')::float8 ELSE 'NaN' END,
                   r.amount::float8, d.counts
              FROM due d,
                   LATERAL (SELECT r.max_date, r.amount, r.credit_move_id
                              FROM account_partial_reconcile r
                             WHERE r.debit_move_id = d.id
                               AND r.amount > 0
                               AND r.max_date > %(since)s
                               AND (r.max_date > %(as_of)s OR r.debit_amount_currency > 0)
                            OFFSET 0) r,
                   LATERAL (SELECT c.move_id, c.display_type, c.parent_state
                              FROM account_move_line c WHERE c.id = r.credit_move_id OFFSET 0) c
             WHERE r.max_date > %(as_of)s
                OR c.parent_state <> 'posted'
                OR c.display_type <> 'payment_term'
                OR NOT EXISTS (SELECT FROM account_move m
                                WHERE m.id = c.move_id AND m.move_type = 'out_refund')
             UNION ALL
            SELECT d.customer, d.invoice, d.day, 'NaN', d.residual::float8, d.counts
              FROM due d
             WHERE d.residual >= %(rounding)s
            """,
            counts=self._payment_counts(),
            company=company.id,
            accounts=accounts,
            since=since,
            as_of=as_of,
            rounding=company.currency_id.rounding,
            scope=scope(SQL("p.commercial_partner_id")),
        )

    def _payment_counts(self):
        """Whether a delay counts against the customer, as a condition on receivable line ``l`` of
        the invoice ``l.move_id``."""
        return SQL(
            """l.move_id NOT IN (SELECT m.id
                                   FROM customer_late_reason r
                                   JOIN account_move m ON m.customer_late_reason_id = r.id
                                  WHERE NOT r.counts)"""
        )
