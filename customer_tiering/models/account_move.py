from odoo import api, fields, models
from odoo.exceptions import ValidationError

# A change of one of these on a posted invoice or credit note changes what its customer bought and
# how it pays. Lines and reconciliations tell themselves.
GRADED_FIELDS = {"state", "partner_id"}
# Documents that settle invoices.
SETTLING_TYPES = ("entry", "out_refund")
LATE_REASON_READERS = (
    "account.group_account_invoice,account.group_account_readonly,sales_team.group_sale_salesman"
)


class AccountMove(models.Model):
    """Customer invoices: why they were paid late, and whose credit score they change."""

    _inherit = "account.move"

    # Lets a regrade find the few credit notes of its customers.
    _customer_tiering_refund_idx = models.Index(
        "(company_id, partner_id) INCLUDE (id, invoice_date) "
        "WHERE move_type = 'out_refund' AND state = 'posted'"
    )

    customer_late_reason_id = fields.Many2one(
        "customer.late.reason",
        string="Reason of Lateness",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        # Of this invoice alone; a credit note that is made from it could not have one.
        copy=False,
        groups=LATE_REASON_READERS,
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
        graded = GRADED_FIELDS & vals.keys()
        before = self._customer_tier_payers() | self._customer_tier_credited() if graded else set()
        excused = self._customer_tier_other_late_reason(vals)
        result = super().write(vals)
        pairs = {(move.commercial_partner_id, move.company_id) for move in excused}
        if graded:
            # A payment or credit note stays reconciled while it is a draft.
            settled = self._customer_tier_settled_invoices()
            pairs |= before | (self | settled)._customer_tier_payers()
            pairs |= self._customer_tier_credited()
        self.env["customer.tier.stale"]._mark(pairs)
        return result

    def unlink(self):
        # Posted ones are deleted only by code that is meant to.
        pairs = self._customer_tier_payers() | self._customer_tier_credited()
        result = super().unlink()
        self.env["customer.tier.stale"]._mark(pairs)
        return result

    def _customer_tier_credited(self):
        """(commercial partner, company) pairs of the customers who bought less by the posted credit
        notes among these: those of the orders, and who the credit notes are for."""
        credited = self.sudo().filtered(
            lambda move: move.move_type == "out_refund" and move.state == "posted"
        )
        pairs = {(move.partner_id.commercial_partner_id, move.company_id) for move in credited}
        for order in credited.line_ids.sale_line_ids.order_id:
            pairs.add((order.partner_id.commercial_partner_id, order.company_id))
        return pairs

    def _customer_tier_other_late_reason(self, vals):
        """Those posted that get another reason of lateness by writing these values."""
        if "customer_late_reason_id" not in vals:
            return self.browse()
        reason_id = vals["customer_late_reason_id"] or False
        return self.filtered(
            lambda move: move.state == "posted" and move.customer_late_reason_id.id != reason_id
        )

    def _customer_tier_settled_invoices(self):
        """Invoices that are reconciled with these, where anybody grades their customers."""
        # Companies of one tree settle each other's invoices.
        graded = self.env["customer.tier.program"]._graded_roots()
        settling = self.filtered(
            lambda m: m.move_type in SETTLING_TYPES and m.company_id.sudo().root_id.id in graded
        )
        if not settling:
            return settling
        # Whoever posts may not read all that is reconciled with it.
        partials = self.env["account.partial.reconcile"].sudo()
        domain = [("credit_move_id.move_id", "in", settling.ids)]
        return partials.search(domain).debit_move_id.move_id.sudo(False)

    def _customer_tier_payers(self):
        """(commercial partner, company) pairs of the posted customer invoices among these."""
        return {
            (move.partner_id.commercial_partner_id, move.company_id)
            for move in self.sudo()
            if move.move_type == "out_invoice" and move.state == "posted"
        }

    def _customer_tier_payments_changed(self):
        """Have the customers of these invoices graded anew."""
        self.env["customer.tier.stale"]._mark(self._customer_tier_payers())
