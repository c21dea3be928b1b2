from odoo import api, fields, models

from ..credit_position import limit_text


class CustomerCreditChange(models.Model):
    """History of credit limits and payment terms that were set by the credit table."""

    _name = "customer.credit.change"
    _inherit = "customer.tier.append.only"
    _description = "Credit Change"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    salesperson_id = fields.Many2one(
        related="partner_id.user_id",
        string="Salesperson",
        help="Who looks after the customer today.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict"
    )
    old_limit = fields.Monetary(
        string="Limit Before", readonly=True, aggregator=None, help="0 stands for no limit."
    )
    new_limit = fields.Monetary(
        string="Limit After", readonly=True, aggregator=None, help="0 stands for no limit."
    )
    old_limit_text = fields.Char(
        string="Credit Limit Before", compute="_compute_limit_texts", exportable=False
    )
    new_limit_text = fields.Char(
        string="Credit Limit After", compute="_compute_limit_texts", exportable=False
    )
    direction = fields.Selection(
        selection=[("up", "Up"), ("down", "Down"), ("term", "Payment terms only")],
        required=True,
        readonly=True,
    )
    old_payment_term_id = fields.Many2one(
        "account.payment.term", string="Terms Before", readonly=True, ondelete="restrict"
    )
    new_payment_term_id = fields.Many2one(
        "account.payment.term", string="Terms After", readonly=True, ondelete="restrict"
    )
    tier_id = fields.Many2one(
        "customer.tier", readonly=True, ondelete="restrict", help="The customer's tier that day."
    )
    tier_color = fields.Integer(related="tier_id.color", exportable=False)
    credit_band = fields.Selection(
        selection=lambda self: self.env["customer.tier.standing"]._same_choices("credit_band"),
        string="Credit Risk",
        readonly=True,
        help="The customer's risk that day.",
    )
    reason = fields.Char(required=True, readonly=True)

    @api.depends("old_limit", "new_limit", "company_id")
    @api.depends_context("lang")
    def _compute_limit_texts(self):
        for change in self:
            currency = change.currency_id
            change.old_limit_text = limit_text(self.env, change.old_limit, currency)
            change.new_limit_text = limit_text(self.env, change.new_limit, currency)

    def _record(self, standings, reason):
        """Note what the proposals to some customers change, before they do."""
        now = fields.Datetime.now()
        changes = self._by_system().create(
            [
                {
                    "partner_id": standing.partner_id.id,
                    "company_id": standing.company_id.id,
                    "date": now,
                    "user_id": self.env.uid,
                    "old_limit": standing.credit_limit,
                    "new_limit": standing.proposed_credit_limit,
                    "direction": standing.credit_direction,
                    "old_payment_term_id": standing.payment_term_id.id,
                    "new_payment_term_id": (
                        standing.proposed_payment_term_id or standing.payment_term_id
                    ).id,
                    "tier_id": standing.tier_id.id,
                    "credit_band": standing.credit_band or "unknown",
                    "reason": reason,
                }
                for standing in standings
            ]
        )
        return changes.with_env(self.env)
