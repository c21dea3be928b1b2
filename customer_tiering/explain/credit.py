"""The credit score by hand: what it is made of, to be followed with a pocket calculator.

The parts, the days beyond terms and the score come from the very functions that grading uses.
"""

from datetime import date, timedelta

from odoo.tools import format_amount, format_date, formatLang

from .words import bracketed, readable, series

# The parts with the greatest effect that the page shows; its button opens all of them.
SHOWN = 10
# What is said of parts, in this order: those that count come first.
REASONS = (
    *("lost", "again", "unmatched"),
    *("excused", "credited", "tolerated", "returned", "spot", "surplus"),
)
# So many documents are named for a reason.
NAMED = 5
RISKS = [
    ("low", "Low risk"),
    ("medium", "Medium risk"),
    ("high", "High risk"),
    ("unknown", "Unknown"),
]


def reason_of(part):
    """Why a part is left out of the score, or counts otherwise than as the invoice that was paid
    or is open: a key of ``customer.tier.credit.line.reason``, False for the usual.

    :param part: row of ``payment.breakdown``
    """
    from ..grading import debts

    if part.excused:
        return "excused"
    reason = {
        debts.LOST: "lost",
        debts.CREDITED: "credited",
        debts.TOLERATED: "tolerated",
        debts.SPOT: "spot",
        debts.RETURNED: "returned",
        debts.SURPLUS: "surplus",
    }.get(part.kind)
    return reason or {debts.UNMATCHED: "unmatched", debts.AGAIN: "again"}.get(part.via, False)


class CreditBreakdown:
    """What the credit score of one customer rests on.

    :param standing: ``customer.tier.standing``
    :param parts: frame of ``payment.breakdown``, not empty
    :param day: the day that the figures are as of
    """

    def __init__(self, standing, parts, day):
        self.standing, self.env, self.day = standing, standing.env, day
        self.parts = parts
        self.credit = standing.company_id._customer_credit_policy()

    def values(self):
        """What the template ``customer_tiering.credit_breakdown`` shows."""
        counted = self.parts[self.parts["counts"]]
        others = counted[SHOWN:]
        invoices = self._documents()
        return {
            "rows": [self._row(part, invoices) for part in counted[:SHOWN].itertuples()],
            "others": len(others),
            "others_amount": self._money(others["amount"].sum()),
            "others_product": self._decimal(others["product"].sum()),
            "amount": self._money(counted["amount"].sum()),
            "product": self._decimal(counted["product"].sum()),
            "named": self._named(invoices),
            "owed": self._owed(),
            "clamp": self.credit.clamp,
            **self._sentences(counted["amount"].sum(), counted["product"].sum()),
        }

    def _documents(self):
        """``account.move`` by id; their names are part of the breakdown."""
        ids = {*self.parts["invoice"].tolist(), *self.parts["by"].tolist()} - {0}
        return {move.id: move for move in self.env["account.move"].sudo().browse(ids)}

    def _owed(self):
        from ..grading import debts

        customer = self.parts["customer"].unique()
        owed = self._money(debts.owed(self.parts, customer)[0])
        return self.env._("The ledger's balance of the customer is %s.", owed)

    def _named(self, documents):
        """A sentence for each reason why something is left out, or counts otherwise."""
        found = {}
        for part in self.parts.itertuples():
            if reason := reason_of(part):
                found.setdefault(reason, []).append(self._name(part, reason, documents))
        return [
            self._because(reason, self._some(found[reason]))
            for reason in REASONS
            if reason in found
        ]

    def _name(self, part, reason, documents):
        """A document, the amount, and what settled it without money."""
        named = documents[part.by if reason in ("unmatched", "surplus") else part.invoice]
        words = bracketed(self.env, named.name, self._money(part.amount))
        if reason != "lost":
            return words
        return self.env._(
            "%(invoice)s by %(entry)s, %(accounts)s",
            invoice=words,
            entry=documents[part.by].name,
            accounts=series(self.env, self._lost_on(documents[part.by])),
        )

    def _lost_on(self, entry):
        """Names of the accounts that an entry booked a debt to, instead of money."""
        receivables = self.env["customer.tier.gather"]._receivables(self.standing.company_id)
        paying = {*receivables.receivable, *receivables.money}
        accounts = entry.line_ids.filtered(lambda line: line.balance > 0).account_id
        return [account.name for account in accounts if account.id not in paying]

    def _some(self, names):
        names = list(dict.fromkeys(names))
        if len(names) <= NAMED:
            return series(self.env, names)
        return self.env._(
            "%(names)s and %(number)s more",
            names=series(self.env, names[:NAMED]),
            number=len(names) - NAMED,
        )

    def _because(self, reason, names):
        """Why some documents are left out, or count otherwise."""
        env = self.env
        return {
            "lost": env._(
                "No money came, so it counts as overdue until the window ends: %s", names
            ),
            "again": env._(
                "Charged again after the payment was given back, due as before: %s", names
            ),
            "unmatched": env._("Matched with no debt, so set against those due first: %s", names),
            "excused": env._(
                "Left out for a reason that does not count against the customer: %s", names
            ),
            "credited": env._(
                "Left out because no payment was asked for (credit note, entry reversed, exchange "
                "difference, or owed elsewhere now): %s",
                names,
            ),
            "tolerated": env._("Left out because the rest is too little to be a delay: %s", names),
            "returned": env._("Left out because the payment was given back: %s", names),
            "spot": env._("Left out because it was paid on the spot: %s", names),
            "surplus": env._(
                "Left over, as nothing is owed that it could be set against: %s", names
            ),
        }[reason]

    def _row(self, part, invoices):
        return {
            "invoice": invoices[part.invoice],
            "due": self._day(part.due),
            "paid": self._day(part.paid),
            "lost": reason_of(part) == "lost",
            "days": readable(self.env, part.days),
            "amount": self._money(part.amount),
            "product": self._decimal(part.product),
            "effect": self._decimal(part.effect),
        }

    def _found(self):
        """How the customer pays: a row of ``payment.standings``."""
        from ..grading import payment

        looked_at = self.parts[self.parts["counts"] | self.parts["excused"]]
        return payment.figures(looked_at, self.parts["customer"].unique(), self.credit).iloc[0]

    def _sentences(self, amount, product):
        """How the sums make the score."""
        found = self._found()
        sentences = {"window": self._window(), "dbt": "", "score": "", "unknown": ""}
        shown, score = self.standing.credit_score, found["credit_score"]
        if score != score:
            sentences["unknown"] = self.env._(
                "Unknown: there are %(number)s different invoices, and it takes %(least)s.",
                number=int(found["credit_invoice_count"]),
                least=self.credit.min_invoices,
            )
            return {**sentences, "stale": shown is not False}
        dbt = found["days_beyond_terms"]
        sentences["dbt"] = self.env._(
            "%(product)s / %(amount)s = %(dbt)s days beyond terms",
            product=self._decimal(product),
            amount=self._money(amount),
            dbt=self._decimal(dbt),
        )
        sentences["score"] = self._interpolation(dbt, score)
        stale = shown is False or abs(shown - score) > 0.005
        return {**sentences, "stale": bool(stale)}

    def _window(self):
        return self.env._(
            "Paid or written off from %(start)s to %(end)s, or open and overdue on %(end)s.",
            start=format_date(self.env, self.day - timedelta(days=self.credit.window_days - 1)),
            end=format_date(self.env, self.day),
        )

    def _interpolation(self, dbt, score):
        """The way from the days to the score."""
        from ..grading.payment import anchors_around

        anchors = anchors_around(dbt)
        words = {
            "dbt": self._decimal(dbt),
            "score": self._decimal(score),
            "low_days": anchors[0][0],
            "low_score": anchors[0][1],
            "high_days": anchors[-1][0],
            "high_score": anchors[-1][1],
        }
        if len(anchors) == 1:
            if dbt <= anchors[0][0]:
                return self.env._(
                    "From %(low_days)s days on and earlier the score is %(score)s.", **words
                )
            return self.env._(
                "From %(low_days)s days on and later the score is %(score)s.", **words
            )
        words["span"] = anchors[1][0] - anchors[0][0]
        words["fall"] = anchors[0][1] - anchors[1][1]
        words["beyond"] = self._decimal(dbt - anchors[0][0])
        return self.env._(
            "%(dbt)s days lie between %(low_days)s (score %(low_score)s) and %(high_days)s "
            "(score %(high_score)s): %(low_score)s − %(beyond)s / %(span)s × %(fall)s = %(score)s",
            **words,
        )

    def _day(self, number):
        """A day number in the user's format, nothing for none."""
        if number != number:
            return ""
        return format_date(self.env, date(1970, 1, 1) + timedelta(days=int(number)))

    def _decimal(self, number):
        return formatLang(self.env, number, digits=2)

    def _money(self, amount):
        return format_amount(self.env, amount, self.standing.company_id.currency_id)
