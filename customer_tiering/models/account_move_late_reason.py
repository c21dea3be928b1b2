from odoo import api, fields, models
from odoo.exceptions import ValidationError

READERS = (
    "account.group_account_invoice,account.group_account_readonly,sales_team.group_sale_salesman"
)


class AccountMove(models.Model):
    """Why a customer invoice was, or is, paid late."""

    _inherit = "account.move"

    customer_late_reason_id = fields.Many2one(
        "customer.late.reason",
        string="Reason of Lateness",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        # Of this invoice alone; a credit note that is made from it could not have one.
        copy=False,
        groups=READERS,
        help="Why the customer paid late, or still has not paid. Reasons that do not count "
        "against the customer keep the invoice out of the credit score.",
    )

    @api.constrains("customer_late_reason_id", "move_type")
    def _check_customer_late_reason(self):
        for move in self.sudo():
            if move.customer_late_reason_id and move.move_type != "out_invoice":
                raise ValidationError(
                    self.env._(
                        "Only customer invoices have a reason of lateness. Remove “%(reason)s” "
                        "from %(document)s.",
                        reason=move.customer_late_reason_id.name,
                        document=move.display_name,
                    )
                )

    def write(self, vals):
        changed = self.browse()
        if "customer_late_reason_id" in vals:
            changed = self.filtered(
                lambda move: (
                    move.state == "posted"
                    and move.customer_late_reason_id.id
                    != (vals["customer_late_reason_id"] or False)
                )
            )
        result = super().write(vals)
        self.env["customer.tier.stale"]._mark(
            {(move.commercial_partner_id, move.company_id) for move in changed}
        )
        return result
