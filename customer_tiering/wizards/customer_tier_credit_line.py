from datetime import date, timedelta

from odoo import api, fields, models

EPOCH = date(1970, 1, 1)


class CustomerTierCreditLine(models.TransientModel):
    """A part of an invoice that somebody's credit score rests on, to be sorted, summed up and
    exported like any list. Made by looking at a score; see ``grading.payment.breakdown``."""

    _name = "customer.tier.credit.line"
    _description = "Part of a Credit Score"
    _order = "counts desc, effect desc, product desc, id"

    standing_id = fields.Many2one(
        "customer.tier.standing", string="Customer", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="standing_id.currency_id")
    move_id = fields.Many2one("account.move", string="Invoice", required=True, ondelete="cascade")
    date_due = fields.Date(string="Due")
    date_paid = fields.Date(string="Paid", help="Empty for what is open and overdue.")
    days = fields.Integer(
        aggregator=None, help="Days from the due date to the payment; negative: early."
    )
    amount = fields.Monetary()
    product = fields.Float(string="Amount × Days", digits=(16, 2))
    effect = fields.Float(
        string="Effect on DBT (days)",
        aggregator=None,
        help="By how many days the DBT is higher than it would be without this part; negative: "
        "it makes the DBT better.",
    )
    counts = fields.Boolean(
        help="Not ticked where the recorded reason of lateness is no fault of the customer's."
    )

    @api.model
    def _of(self, standing):
        """The lines behind a score; whoever asks for them has been checked."""

        def day(number):
            return EPOCH + timedelta(days=int(number)) if number == number else False

        parts = standing._credit_parts()
        # Nobody may make them up.
        return self.sudo().create(
            [
                {
                    "standing_id": standing.id,
                    "move_id": part.invoice,
                    "date_due": day(part.due),
                    "date_paid": day(part.paid),
                    "days": int(part.days),
                    "amount": part.amount,
                    "product": part.product,
                    "effect": part.effect,
                    "counts": part.counts,
                }
                for part in parts.itertuples()
            ]
        )

    def action_open_invoice(self):
        self.ensure_one()
        self.check_access("read")
        return self.move_id.get_formview_action()
