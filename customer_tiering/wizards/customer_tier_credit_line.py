from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..explain.credit import reason_of
from ..models.customer_tier_metric import LEDGER_GROUPS

EPOCH = date(1970, 1, 1)


class CustomerTierCreditLine(models.TransientModel):
    """A part of a debt that somebody's credit score rests on, or that is left out of it, to be
    sorted, summed up and exported like any list. Made by looking at a score; see
    ``grading.payment.breakdown``."""

    _name = "customer.tier.credit.line"
    _description = "Part of a Credit Score"
    _order = "counts desc, effect desc, product desc, id"

    standing_id = fields.Many2one(
        "customer.tier.standing", string="Customer", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="standing_id.currency_id")
    move_id = fields.Many2one("account.move", string="Document", required=True, ondelete="cascade")
    date_due = fields.Date(string="Due")
    date_paid = fields.Date(
        string="Paid", help="Empty for what is open and overdue, or was settled without money."
    )
    settled_by_id = fields.Many2one("account.move", ondelete="cascade")
    reason = fields.Selection(
        selection=[
            ("lost", "No money came"),
            ("again", "Charged again"),
            ("unmatched", "Set against the oldest debt"),
            ("excused", "Not the customer's fault"),
            ("credited", "No payment asked for"),
            ("tolerated", "Too little to be a delay"),
            ("returned", "Payment given back"),
            ("spot", "Paid on the spot"),
            ("surplus", "Left over"),
        ],
        help="Why it is left out of the score, or counts otherwise than as an invoice that is paid "
        "or open. What brought no money counts as overdue until the window ends.",
    )
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
    counts = fields.Boolean(help="Not ticked for what is left out; its reason says why.")

    @api.model
    def _open(self, standing):
        """The action that lists them; whoever asks for it may read the customer."""
        if not self.env.user.has_groups(LEDGER_GROUPS):
            raise AccessError(
                self.env._(
                    "The invoices behind a credit score are for people with rights on Invoicing. "
                    "Ask one of them."
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices Behind the Credit Score of %s", standing.partner_id.name),
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", self._of(standing).ids)],
            "context": {"search_default_counts": 1},
        }

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
                    "date_paid": reason_of(part) != "lost" and day(part.paid),
                    "settled_by_id": part.by or False,
                    "reason": reason_of(part),
                    # What is left over is due on no day.
                    "days": int(part.days) if part.days == part.days else 0,
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
