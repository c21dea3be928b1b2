from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerLateReason(models.Model):
    """Reasons why invoices were paid late, and whether the customer is to blame: a delay that
    is not the customer's own leaves the credit score alone.
    """

    _name = "customer.late.reason"
    _inherit = "customer.tier.input"
    _description = "Reason of Lateness"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    counts = fields.Boolean(
        string="Counts Against the Customer",
        default=True,
        help="Whether invoices that are late for this reason count for the credit score.",
    )

    def write(self, vals):
        changed = self.browse()
        if "counts" in vals:
            changed = self.filtered(lambda reason: reason.counts != bool(vals["counts"]))
        result = super().write(vals)
        changed._mark_customers_stale()
        return result

    def _mark_customers_stale(self):
        """Have whoever has an invoice with one of these reasons graded anew."""
        if self:
            # Whoever keeps the list need not have any right on invoices.
            pairs = (
                self.env["account.move"]
                .sudo()
                ._read_group(
                    [("customer_late_reason_id", "in", self.ids), ("state", "=", "posted")],
                    ["commercial_partner_id", "company_id"],
                )
            )
            self.env["customer.tier.stale"]._mark(pairs)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for reason in self:
            used = [("customer_late_reason_id", "=", reason.id)]
            if self.env["account.move"].sudo().search_count(used, limit=1):
                raise UserError(
                    self.env._(
                        "“%s” is the reason of lateness of some invoices, so it cannot be "
                        "deleted. Archive it instead: it stays there and is not offered any more.",
                        reason.name,
                    )
                )
