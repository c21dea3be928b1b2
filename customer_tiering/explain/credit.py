"""The credit score by hand: what it is made of, to be followed with a pocket calculator.

The parts, the days beyond terms and the score come from the very functions that grading uses.
"""

from datetime import date, timedelta

from odoo.tools import format_amount, format_date, formatLang

from .words import readable

# The parts with the greatest effect that the page shows; its button opens all of them.
SHOWN = 10


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
        counts = self.parts["counts"]
        counted, left_out = self.parts[counts], self.parts[~counts]
        others = counted[SHOWN:]
        invoices = self._invoices()
        return {
            "rows": [self._row(part, invoices) for part in counted[:SHOWN].itertuples()],
            "others": len(others),
            "others_amount": self._money(others["amount"].sum()),
            "others_product": self._decimal(others["product"].sum()),
            "amount": self._money(counted["amount"].sum()),
            "product": self._decimal(counted["product"].sum()),
            "left_out": ", ".join(invoices[id_].name for id_ in left_out["invoice"].unique()),
            "clamp": self.credit.clamp,
            **self._sentences(counted["amount"].sum(), counted["product"].sum()),
        }

    def _invoices(self):
        """``account.move`` by id; their names are part of the breakdown."""
        moves = self.env["account.move"].sudo().browse(self.parts["invoice"].unique().tolist())
        return {invoice.id: invoice for invoice in moves}

    def _row(self, part, invoices):
        return {
            "invoice": invoices[part.invoice],
            "due": self._day(part.due),
            "paid": self._day(part.paid),
            "days": readable(self.env, part.days),
            "amount": self._money(part.amount),
            "product": self._decimal(part.product),
            "effect": self._decimal(part.effect),
        }

    def _found(self):
        """How the customer pays: a row of ``payment.standings``."""
        from ..grading import payment

        customer = self.parts["customer"].unique()
        return payment.standings(self.parts, customer, self.day, self.credit).iloc[0]

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
            "Paid from %(start)s to %(end)s, or open and overdue on %(end)s.",
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
