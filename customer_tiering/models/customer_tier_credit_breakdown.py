from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount, format_date, formatLang

from .customer_tier_metric import LEDGER_GROUPS, readable

# The parts with the greatest effect that the page shows; the button has them all.
SHOWN = 10


class CustomerTierStanding(models.Model):
    """The credit score by hand: what it is made of, worked out again by the very functions that
    grading uses, for people who may look at the ledger."""

    _inherit = "customer.tier.standing"

    credit_breakdown = fields.Html(
        compute="_compute_credit_breakdown",
        sanitize=False,
        exportable=False,
        groups=LEDGER_GROUPS,
    )

    def _credit_day(self):
        """The day that the credit figures are as of. Where nothing new was found since, they are
        the same on all days between."""
        graded_on = self.sudo().company_id.customer_tier_graded_on
        zone = self.env["customer.tier.gather"]._timezone(self.company_id)
        graded_at = self.graded_at and fields.Date.context_today(
            self.with_context(tz=zone), self.graded_at
        )
        return max(filter(None, (graded_on, graded_at)), default=fields.Date.context_today(self))

    def _credit_parts(self):
        """See ``customer.tier.gather._payment_parts``."""
        self.ensure_one()
        gather = self.env["customer.tier.gather"]
        return gather._payment_parts(self.partner_id, self.company_id, self._credit_day())

    @api.depends("credit_score", "credit_invoice_count", "overdue_amount", "graded_at")
    @api.depends_context("lang")
    def _compute_credit_breakdown(self):
        for standing in self:
            values = standing._credit_breakdown_values()
            standing.credit_breakdown = values and self.env["ir.qweb"]._render(
                "customer_tiering.credit_breakdown", values
            )

    def _credit_breakdown_values(self):
        parts = self._credit_parts()
        if not len(parts):
            return False
        counted, left_out = parts[parts["counts"]], parts[~parts["counts"]]
        invoices = self._invoices_of(parts)
        rows = self._credit_rows(counted[:SHOWN], invoices)
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
            **self._credit_sentences(counted, amount, product),
        }

    def _credit_rows(self, parts, invoices):
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

    def _credit_sentences(self, counted, amount, product):
        """How the sums make the score, to be followed with a pocket calculator."""
        from ..grading import payment

        credit = self.company_id._customer_credit_policy()
        day = self._credit_day()
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
            sentences["stale"] = self.credit_score is not False
            return sentences
        dbt = round(product / amount, 2) + 0.0
        score = float(payment.credit_score(dbt))
        sentences["dbt"] = self.env._(
            "%(product)s / %(amount)s = %(dbt)s days beyond terms",
            product=self._decimal(product),
            amount=self._money(amount),
            dbt=self._decimal(dbt),
        )
        sentences["score"] = self._credit_score_sentence(dbt, score, payment.anchors_around(dbt))
        sentences["stale"] = self.credit_score is False or abs(self.credit_score - score) > 0.005
        return sentences

    def _credit_score_sentence(self, dbt, score, anchors):
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
        return format_amount(self.env, amount, self.company_id.currency_id)

    def action_open_credit_parts(self):
        """All parts of invoices behind the credit score, the most harmful first."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_groups(LEDGER_GROUPS):
            raise AccessError(
                self.env._(
                    "The invoices behind a credit score are for people with rights on Invoicing. "
                    "Ask one of them."
                )
            )
        lines = self.env["customer.tier.credit.line"]._of(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices Behind the Credit Score of %s", self.partner_id.name),
            "res_model": lines._name,
            "view_mode": "list",
            "domain": [("id", "in", lines.ids)],
            "context": {"search_default_counts": 1},
        }
