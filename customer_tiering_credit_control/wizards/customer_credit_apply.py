from hashlib import sha256

from odoo import api, fields, models
from odoo.addons.customer_tiering.tools import notification
from odoo.exceptions import UserError


class CustomerCreditApply(models.TransientModel):
    """Gives the customers chosen in a list the limits and terms that their credit band proposes,
    after saying what changes.
    """

    _name = "customer.credit.apply"
    _description = "Apply Credit Proposals"

    standing_ids = fields.Many2many(
        "customer.tier.standing", default=lambda self: self.env.context.get("active_ids")
    )
    changing_ids = fields.Many2many("customer.tier.standing", compute="_compute_counts")
    up_count = fields.Integer(string="Limit Goes Up", compute="_compute_counts")
    down_count = fields.Integer(string="Limit Goes Down", compute="_compute_counts")
    term_count = fields.Integer(string="Only Payment Terms Change", compute="_compute_counts")
    same_count = fields.Integer(string="Nothing Changes", compute="_compute_counts")
    missing_count = fields.Integer(string="Without Proposal", compute="_compute_counts")
    unused = fields.Boolean(compute="_compute_counts")
    seen = fields.Char(compute="_compute_seen", store=True, readonly=False)
    reason = fields.Char(required=True, default=lambda self: self.env._("By the credit table"))

    @api.depends("standing_ids")
    def _compute_counts(self):
        for wizard in self:
            standings = wizard.standing_ids
            changing = standings.filtered("credit_differs")
            directions = changing.mapped("credit_direction")
            wizard.changing_ids = changing
            wizard.up_count = directions.count("up")
            wizard.down_count = directions.count("down")
            wizard.term_count = directions.count("term")
            wizard.missing_count = len(standings.filtered(lambda s: not s.credit_rule_id))
            wizard.same_count = len(standings) - len(changing) - wizard.missing_count
            # Whether the core checks limits is no secret, but the setting is not everybody's.
            companies = changing.company_id.sudo()
            wizard.unused = not all(companies.mapped("account_use_credit_limit"))

    @api.depends("standing_ids")
    def _compute_seen(self):
        for wizard in self:
            wizard.seen = wizard._digest()

    def _digest(self):
        """What the user was shown, to be compared with what is when they say yes."""
        rows = [
            (s._origin.id, s.credit_limit, s.proposed_credit_limit, s.payment_term_id.id)
            + (s.proposed_payment_term_id.id,)
            for s in self.standing_ids.sorted(lambda standing: standing._origin.id)
        ]
        return sha256(repr(rows).encode()).hexdigest()

    def action_apply(self):
        """Give the customers what is proposed to them, and say how many changed."""
        self.ensure_one()
        self.standing_ids.invalidate_recordset()
        if self.seen != self._digest():
            raise UserError(
                self.env._(
                    "The proposals have changed since this window was opened. Close it, look at "
                    "the list and try again."
                )
            )
        changes = self.standing_ids._apply_credit_proposals((self.reason or "").strip())
        if not changes:
            raise UserError(
                self.env._("These customers have what is proposed to them. Nothing was changed.")
            )
        return notification(self.env._("Customers whose credit changed: %s.", len(changes)))
