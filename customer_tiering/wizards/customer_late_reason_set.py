from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerLateReasonSet(models.TransientModel):
    """Sets the reason of lateness on the invoices chosen in a list."""

    _name = "customer.late.reason.set"
    _inherit = "customer.tier.input"
    _description = "Set the Reason of Lateness"

    move_ids = fields.Many2many(
        "account.move", default=lambda self: self.env.context.get("active_ids")
    )
    invoice_count = fields.Integer(string="Customer Invoices", compute="_compute_counts")
    other_count = fields.Integer(compute="_compute_counts")
    reason_id = fields.Many2one(
        "customer.late.reason", help="Leave it empty to remove the reason that is there."
    )

    @api.depends("move_ids")
    def _compute_counts(self):
        for wizard in self:
            wizard.invoice_count = len(wizard._invoices())
            wizard.other_count = len(wizard.move_ids) - wizard.invoice_count

    def _invoices(self):
        return self.move_ids._customer_tier_debts()

    def action_apply(self):
        """Set the reason on the debts of customers among the documents chosen."""
        self.ensure_one()
        invoices = self._invoices()
        if not invoices:
            raise UserError(
                self.env._(
                    "None of these is a customer invoice or another debt of a customer, and only "
                    "those have a reason of lateness. Choose some in the list of invoices."
                )
            )
        invoices.write({"customer_late_reason_id": self.reason_id.id})
        return {"type": "ir.actions.client", "tag": "soft_reload"}
