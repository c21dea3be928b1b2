"""The credit score by hand: what it is made of, worked out again by the functions that grading
uses, for people who may look at the ledger."""

from datetime import timedelta

from odoo import fields
from odoo.tools import format_amount, format_date, formatLang

from ..models.customer_tier_metric import readable

# The parts with the greatest effect that the page shows; the button has them all.
SHOWN = 10


class CreditBreakdown:
    """What the page on the credit score of a customer says.

    :param standing: ``customer.tier.standing``
    """

    def __init__(self, standing):
        self.standing = standing
        self.env = standing.env

    def values(self):
        parts = self.standing._credit_parts()
        if not len(parts):
            return False
        counted, left_out = parts[parts["counts"]], parts[~parts["counts"]]
        invoices = self._invoices_of(parts)
        rows = self._rows(counted[:SHOWN], invoices)
        amount, product = counted["amount"].sum(), counted["product"].sum()
        others = counted[SHOWN:]
        return {
            "rows": rows,
            "others": len(others),
            "others_amount": self._money(others["amount"].sum()),
            "others_product": self._decimal(others["product"].sum()),
            "amount": self._money(amount),
            "product": self._decimal(product),
            "left_out": ", ".join(invoices[id_].name for id_ in left_out["invoice"].unique()),
            **self._sentences(counted, amount, product),
        }

    def _rows(self, parts, invoices):
        return [
            {
                "invoice": invoices[part.invoice],
                "due": self._epoch_day(part.due),
                "paid": self._epoch_day(part.paid),
                "days": readable(self.env, part.days),
                "amount": self._money(part.amount),
                "product": self._decimal(part.product),
                "effect": self._decimal(part.effect),
            }
            for part in parts.itertuples()
        ]

    def _sentences(self, counted, amount, product):
        """How the sums make the score, to be followed with a pocket calculator."""
        from ..grading import payment

        credit = self.standing.company_id._customer_credit_policy()
        day = self.standing._credit_day()
        number = counted["invoice"].nunique()
        sentences = {
            "window": self.env._(
                "Paid from %(start)s to %(end)s, or open and overdue on %(end)s.",
                start=format_date(self.env, day - timedelta(days=credit.window_days - 1)),
                end=format_date(self.env, day),
            ),
            "clamp": credit.clamp,
            "dbt": "",
            "score": "",
            "unknown": "",
            "stale": False,
        }
        if number < credit.min_invoices:
            sentences["unknown"] = self.env._(
                "Unknown: there are %(number)s different invoices, and it takes %(least)s.",
                number=number,
                least=credit.min_invoices,
            )
            sentences["stale"] = self.standing.credit_score is not False
            return sentences
        dbt = round(product / amount, 2) + 0.0
        score = float(payment.credit_score(dbt))
        sentences["dbt"] = self.env._(
            "%(product)s / %(amount)s = %(dbt)s days beyond terms",
            product=self._decimal(product),
            amount=self._money(amount),
            dbt=self._decimal(dbt),
        )
        sentences["score"] = self._score_sentence(dbt, score, payment.anchors_around(dbt))
        sentences["stale"] = (
            self.standing.credit_score is False or abs(self.standing.credit_score - score) > 0.005
        )
        return sentences

    def _score_sentence(self, dbt, score, anchors):
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

    def _invoices_of(self, parts):
        """``account.move`` by id; their names are part of the breakdown."""
        return {
            invoice.id: invoice
            for invoice in self.env["account.move"]
            .sudo()
            .browse(parts["invoice"].unique().tolist())
        }

    def _epoch_day(self, number):
        """A day number in the user's format, nothing for none."""
        if number != number:
            return ""
        return format_date(
            self.env, fields.Date.to_date("1970-01-01") + timedelta(days=int(number))
        )

    def _decimal(self, number):
        return formatLang(self.env, number, digits=2)

    def _money(self, amount):
        return format_amount(self.env, amount, self.standing.company_id.currency_id)
