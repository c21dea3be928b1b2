from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import by_hand
from ..tools import notification


class CustomerTierByHand(models.TransientModel):
    """Sets a tier, a lock or both by hand for the customers chosen in a list."""

    _name = "customer.tier.by.hand"
    _description = "Set Tiers by Hand"

    standing_ids = fields.Many2many(
        "customer.tier.standing", default=lambda self: self.env.context.get("active_ids")
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    count = fields.Integer(string="Customers", compute="_compute_company_id")
    tier_id = fields.Many2one(
        "customer.tier",
        domain="[('company_id', '=', company_id)]",
        help="Leave it empty to keep the present tier and only lock it.",
    )
    lock = fields.Selection(
        selection=lambda self: self.env["customer.tier.standing"]._same_choices("lock")
    )
    until = fields.Date(help="Last day; afterwards the rules decide again. Empty: for good.")
    reason = fields.Char()
    asks_reason = fields.Boolean(compute="_compute_asks_reason", export_string_translation=False)

    @api.depends("standing_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.standing_ids.company_id[:1]
            wizard.count = len(wizard.standing_ids)

    @api.depends("company_id", "lock")
    def _compute_asks_reason(self):
        for wizard in self:
            own = wizard.company_id & self.env.user.company_ids
            wizard.asks_reason = bool(wizard.lock or own and by_hand.asks(own))

    def action_apply(self):
        """Set what was chosen on all of the customers."""
        self.ensure_one()
        if not (self.tier_id or self.lock):
            raise UserError(self.env._("Choose a tier, a lock, or both."))
        if len(self.standing_ids.company_id) > 1:
            raise UserError(
                self.env._("These are customers of several companies. Choose those of one.")
            )
        vals = {"manual_until": self.until, "manual_reason": self.reason, "lock": self.lock}
        if self.tier_id:
            vals["manual_tier_id"] = self.tier_id.id
        self.standing_ids.write(vals)
        return notification(
            self.env._("Set by hand for one customer.")
            if len(self.standing_ids) == 1
            else self.env._("Set by hand for %s customers.", len(self.standing_ids))
        )
