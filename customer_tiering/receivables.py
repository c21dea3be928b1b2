"""SQL that reads debts from the ledger: what is owed on receivable accounts, and what settled it.

**What is money.** The entry that settles a debt has another side. As far as that is one of these,
the debt is paid:

* cash, a bank or credit card account; an outstanding, suspense or transfer account of a journal, or
  the outstanding account of the payment itself;
* a receivable account of somebody else, or of nobody: a card company, a till, a factor owes it now;
* what we owed (a liability account with a partner), as far as we did: a vendor bill, a deposit.
  Where it leaves the partner owing us on that account, nothing was set off;
* an agreed discount for early payment or an exchange difference, and their taxes, where more money
  came with it;
* an account that the company names in its settings, such as one of notes receivable.

It is neither paid nor lost, as no money was asked for, where a credit note or another invoice
settles it, an exchange difference, an opening or closing entry (one with an equity account), where
the same customer's debt goes on on another line, or where one entry reverses the other: what was
charged by mistake, or written off, is as if it had never been. All else brought no money and is a
loss: expenses, income, allowances, the customer's own contra account. An entry with several of
these settles its debts by all of them in proportion.
"""

from dataclasses import dataclass

from odoo.tools import SQL

# Columns of :meth:`Receivables.query`, with the types that ``binary_copy`` reads.
COLUMNS = {
    "customer": "int4",
    "debt": "int4",
    "invoice": "int4",
    "source": "int4",
    "begun": "float8",
    "due": "float8",
    "paid": "float8",
    "amount": "float8",
    "lost": "float8",
    "credited": "float8",
    "by": "int4",
    "total": "float8",
    "counts": "int4",
}


def condition(prefix=""):
    """Lines that may be debts or settle them: what is open, and debts that something settled. It is
    the addon's index, too, and so knows no accounts.

    :param prefix: of column names
    """
    posted, open_, debit, invoiced, matched = (
        f"{prefix}{column}"
        for column in (
            "parent_state = 'posted'",
            "amount_residual <> 0",
            "balance > 0",
            "display_type = 'payment_term'",
            "matching_number IS NOT NULL",
        )
    )
    return SQL(f"{posted} AND ({open_} OR ({debit} AND ({invoiced} OR {matched})))")


def accounts_query(company):
    """Accounts by what it means to have them on the other side of a debt: ids and kinds, the names
    of fields of :class:`Receivables`. Nothing while nobody owes the company, or ever did."""
    return SQL(
        """
        WITH paying AS (
            SELECT default_account_id AS id FROM account_journal
             WHERE type IN ('bank', 'cash', 'credit')
             UNION SELECT suspense_account_id FROM account_journal
             UNION SELECT payment_account_id FROM account_payment_method_line
             UNION SELECT transfer_account_id FROM res_company
             UNION SELECT account_id FROM customer_credit_paying_account_rel
                    WHERE company_id = %(company)s
        ), agreed AS (
            SELECT account_journal_early_pay_discount_loss_account_id AS id FROM res_company
             UNION SELECT account_journal_early_pay_discount_gain_account_id FROM res_company
             UNION SELECT income_currency_exchange_account_id FROM res_company
             UNION SELECT expense_currency_exchange_account_id FROM res_company
        )
        SELECT a.id,
               CASE WHEN a.account_type = 'asset_receivable' THEN 'receivable'
                    WHEN a.account_type IN ('asset_cash', 'liability_credit_card')
                         OR a.id IN (SELECT id FROM paying) THEN 'money'
                    WHEN a.id IN (SELECT id FROM agreed) THEN 'agreed'
                    WHEN a.account_type IN ('equity', 'equity_unaffected') THEN 'equity'
                    WHEN a.account_type LIKE 'liability%%' THEN 'owed' END
          FROM account_account a
         WHERE (a.account_type IN ('asset_receivable', 'asset_cash', 'equity', 'equity_unaffected')
                OR a.account_type LIKE 'liability%%'
                OR a.id IN (SELECT id FROM paying UNION SELECT id FROM agreed))
           AND EXISTS (SELECT
                         FROM account_move_line l
                         JOIN account_account r ON r.id = l.account_id
                        WHERE l.company_id = %(company)s
                          AND l.partner_id IS NOT NULL
                          AND r.account_type = 'asset_receivable'
                          AND %(condition)s)
        """,
        company=company.id,
        condition=condition("l."),
    )


# Whether of the entries of debt ``d`` and of what settled it, ``c``, one reverses the other.
_UNDONE = SQL(
    """EXISTS (SELECT FROM account_move x
                WHERE (x.id = d.move_id AND x.reversed_entry_id = c.move_id)
                   OR (x.id = c.move_id AND x.reversed_entry_id = d.move_id))"""
)


@dataclass(frozen=True)
class Receivables:
    """The debts of a company's customers. Fields are ids of accounts by kind, see
    :func:`accounts_query`."""

    receivable: tuple[int, ...] = ()
    money: tuple[int, ...] = ()
    agreed: tuple[int, ...] = ()
    equity: tuple[int, ...] = ()
    owed: tuple[int, ...] = ()

    @classmethod
    def of(cls, rows):
        """From rows of :func:`accounts_query`."""
        found = {}
        for account, kind in rows:
            found.setdefault(kind, []).append(account)
        return cls(**{kind: tuple(accounts) for kind, accounts in found.items()})

    def query(self, company, since, scope, counts):
        """Parts of debts as ``grading.debts`` describes them, with the shares of what an entry
        settled that were ``lost`` and ``credited`` instead of a kind.

        Reconciled later than ``since``, or open. The ``total`` comes where only it tells the whole.

        :param scope: function ``SQL column of commercial partner ids → SQL condition``
        :param counts: condition on receivable line ``l``: whether a delay of it counts
        """
        # Web workers read this module for the index, and shall not load pandas.
        from .grading import debts

        return SQL(
            """
            WITH line AS MATERIALIZED (
                SELECT p.commercial_partner_id AS customer, l.id, l.move_id, l.partner_id,
                       l.display_type IS NOT DISTINCT FROM 'payment_term' AS invoiced,
                       CASE WHEN m.id IS NOT NULL THEN %(receipt)s
                            WHEN l.display_type = 'payment_term' THEN %(invoice)s
                            WHEN l.balance > 0 AND %(out)s THEN %(outflow)s
                            ELSE %(other)s END AS source,
                       (l.date - date '1970-01-01')::float8 AS begun,
                       (COALESCE(l.date_maturity, l.date) - date '1970-01-01')::float8 AS due,
                       l.balance, l.amount_residual AS residual, (%(counts)s)::int AS counts
                  FROM res_partner p
                       -- Else those of everybody are read for each chunk of customers.
                  JOIN LATERAL (SELECT * FROM account_move_line l
                                 WHERE l.partner_id = p.id
                                   AND l.company_id = %(company)s
                                   AND %(condition)s
                                   AND l.account_id = ANY(%(receivable)s)
                                OFFSET 0) l ON TRUE
             LEFT JOIN account_move m ON m.id = l.move_id AND m.move_type = 'out_receipt'
                 WHERE %(scope)s
            )
            SELECT s.customer, s.id, s.move_id, s.source, s.begun, s.due, s.paid,
                   s.amount::float8, COALESCE(s.shares[1], 0),
                   COALESCE(s.shares[2], s.credited::int), s.settling_id,
                   CASE WHEN s.source = %(outflow)s THEN s.balance ELSE 0 END::float8, s.counts
              FROM (SELECT d.*, c.paid, c.amount, c.credited, c.settling_id,
                           CASE WHEN c.odd THEN %(settled_by)s END AS shares
                      FROM line d, LATERAL (%(settled)s) c
                     WHERE d.balance > 0
                    OFFSET 0) s
             UNION ALL
            SELECT s.customer, 0, s.move_id, 0, s.begun, 'NaN', s.begun,
                   -s.residual::float8, COALESCE(s.shares[1], 0),
                   COALESCE(s.shares[2], s.invoiced::int), s.move_id, 0, 1
              FROM (SELECT d.*, CASE WHEN c.odd THEN %(settled_by)s END AS shares
                      FROM line d,
                           LATERAL (SELECT d.move_id AS settling_id, d.partner_id,
                                           NOT d.invoiced AND %(odd_entry)s AS odd) c
                     WHERE d.residual < 0
                    OFFSET 0) s
             UNION ALL
            SELECT d.customer, d.id, d.move_id, d.source, d.begun, d.due, 'NaN',
                   d.residual::float8, 0, 0, 0, d.balance::float8, d.counts
              FROM line d
             WHERE d.residual > 0
            """,
            counts=counts,
            company=company.id,
            condition=condition("l."),
            receivable=list(self.receivable),
            scope=scope(SQL("p.commercial_partner_id")),
            invoice=debts.INVOICE,
            receipt=debts.RECEIPT,
            other=debts.OTHER,
            outflow=debts.OUTFLOW,
            out=self._out(),
            settled=self._settled(since),
            odd_entry=self._odd(SQL("d")),
            settled_by=self._settled_by(),
        )

    def _out(self):
        """Whether the entry of debt ``l``, which is no invoice, let money go out."""
        return SQL(
            """
            (SELECT bool_or(o.balance < 0 AND o.account_id = ANY(%(money)s))
                    AND NOT bool_or(o.account_id = ANY(%(equity)s))
               FROM account_move_line o
              WHERE o.move_id = l.move_id)
            """,
            money=list(self.money),
            equity=list(self.equity),
        )

    def _settled(self, since):
        """What settled debt ``d``: entries ``settling_id`` of a ``partner_id``, the day where these
        are posted, and whether they are ``odd``. No money was asked for where they are
        ``credited``.

        A line at a time is looked up (OFFSET 0): the planner expects too few of them.
        """
        return SQL(
            """
            SELECT CASE WHEN c.parent_state = 'posted'
                        THEN (c.date - date '1970-01-01')::float8 ELSE 'NaN' END AS paid,
                   r.amount, c.move_id AS settling_id, c.partner_id, k.credited,
                   NOT k.credited AND %(odd)s AS odd
              FROM account_partial_reconcile r
              JOIN account_move_line c ON c.id = r.credit_move_id
              JOIN LATERAL (SELECT r.debit_amount_currency = 0
                                   OR c.display_type IS NOT DISTINCT FROM 'payment_term'
                                   OR (NOT d.invoiced AND %(undone)s) AS credited) k ON TRUE
             WHERE r.debit_move_id = d.id
               AND r.amount > 0
               AND r.max_date > %(since)s
            OFFSET 0
            """,
            odd=self._odd(SQL("c")),
            undone=_UNDONE,
            since=since,
        )

    def _odd(self, line):
        """Whether a line's entry has other lines than of money. Asked first, as it is so of few and
        costs much less. (With a limit, no planner reads the whole table for it.)

        :param line: SQL of an alias
        """
        return SQL(
            """
            (SELECT TRUE
               FROM account_move_line x
              WHERE x.move_id = %(line)s.move_id
                AND x.id <> %(line)s.id
                AND x.account_id <> ALL(%(money)s)
              LIMIT 1) IS NOT NULL
            """,
            line=line,
            money=list(self.money),
        )

    def _settled_by(self):
        """What an odd entry ``c.settling_id`` brought: the shares (0–1) that were lost, and that no
        money was asked for."""
        return SQL(
            """
            (SELECT ARRAY[
                        CASE WHEN b.carried OR b.lost + b.granted <= 0 THEN 0
                             ELSE (b.lost + b.granted + b.taxes) / b.total END,
                        CASE WHEN b.carried THEN 1 ELSE b.moved / b.total END]::float8[]
               FROM (SELECT b.*, CASE WHEN 2 * b.agreed > b.total - b.taxes - b.moved - b.lost
                                      THEN b.agreed ELSE 0 END AS granted
                       FROM (%(sides)s) b) b)
            """,
            sides=self._sides(),
        )

    def _sides(self):
        """The other side of entry ``c.settling_id``, in one row of sums."""
        return SQL(
            """
            SELECT COALESCE(NULLIF(sum(o.balance) FILTER (WHERE o.balance > 0), 0), 1) AS total,
                   COALESCE(sum(o.balance) FILTER (
                       WHERE o.balance > 0 AND o.tax_line_id IS NOT NULL), 0) AS taxes,
                   COALESCE(sum(o.balance) FILTER (
                       WHERE o.balance > 0 AND o.account_id = ANY(%(receivable)s)
                         AND o.partner_id = c.partner_id), 0) AS moved,
                   COALESCE(sum(o.balance) FILTER (
                       WHERE o.balance > 0 AND o.account_id = ANY(%(agreed)s)
                         AND o.tax_line_id IS NULL), 0) AS agreed,
                   COALESCE(bool_or(o.account_id = ANY(%(equity)s)), FALSE) AS carried,
                   COALESCE(sum(%(lost)s), 0) AS lost
              FROM account_move_line o
             WHERE o.move_id = c.settling_id
            """,
            receivable=list(self.receivable),
            agreed=list(self.agreed),
            equity=list(self.equity),
            lost=self._lost(),
        )

    def _lost(self):
        """How much of line ``o`` of an entry brought no money, taxes aside."""
        return SQL(
            """
            CASE WHEN o.balance <= 0 OR o.tax_line_id IS NOT NULL
                      OR o.account_id = ANY(%(fine)s) THEN 0
                 WHEN o.partner_id IS NOT NULL AND o.account_id = ANY(%(owed)s)
                 THEN LEAST(o.balance, GREATEST(0, (
                          SELECT sum(CASE WHEN u.amount_residual <> 0 THEN u.amount_residual
                                          ELSE u.balance END)
                            FROM account_move_line u
                           WHERE u.account_id = o.account_id
                             AND u.partner_id = o.partner_id
                             AND u.reconciled IS NOT TRUE
                             AND u.parent_state = 'posted')))
                 WHEN o.payment_id IS NOT NULL AND EXISTS (
                          SELECT FROM account_payment y
                           WHERE y.id = o.payment_id AND y.outstanding_account_id = o.account_id)
                 THEN 0
                 ELSE o.balance END
            """,
            fine=[*self.receivable, *self.money, *self.agreed],
            owed=list(self.owed),
        )
