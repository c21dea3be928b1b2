from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# A change of one of these on a posted document changes what its customer bought and owes. Lines
# and reconciliations tell themselves.
GRADED_FIELDS = {"state", "partner_id"}
# Documents that settle debts.
SETTLING_TYPES = ("entry", "out_refund")
# Documents that make debts of customers.
OWED_TYPES = ("out_invoice", "out_receipt", "entry")
LATE_REASON_READERS = (
    "account.group_account_invoice,account.group_account_readonly,sales_team.group_sale_salesman"
)


class AccountMove(models.Model):
    """What customers owe: why it was paid late, and whose credit score it changes."""

    _inherit = "account.move"

    # Lets a regrade find the few credit notes of its customers.
    _customer_tiering_refund_idx = models.Index(
        "(company_id, partner_id) INCLUDE (id, invoice_date) "
        "WHERE move_type = 'out_refund' AND state = 'posted'"
    )

    customer_tier_order_ids = fields.Many2many(
        "sale.order",
        "customer_tier_credited_order_rel",
        "move_id",
        "order_id",
        string="Orders of Others",
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="Orders that a credit note takes back although it is made out neither to who ordered "
        "nor to who pays for them by now: found from there, without looking at all invoices.",
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
        "against the customer keep the document out of the credit score.",
    )

    @api.constrains("customer_late_reason_id", "move_type")
    def _check_customer_late_reason(self):
        for move in self.sudo():
            if move.customer_late_reason_id and move.move_type not in OWED_TYPES:
                raise ValidationError(
                    self.env._(
                        "Only customer invoices, receipts and entries that customers owe have a "
                        "reason of lateness. Remove “%(reason)s” from %(document)s.",
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
            settled = self._customer_tier_settled()._customer_tier_payers()
            pairs |= before | settled | self._customer_tier_payers()
            pairs |= self._customer_tier_credited()
            self._customer_tier_follow_orders()
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
        notes among these, or again by what reverses one: those of the orders and invoices, and who
        the credit notes are for."""
        credited = self.sudo().filtered(
            lambda move: (
                "out_refund" in (move.move_type, move.reversed_entry_id.move_type)
                and move.state == "posted"
            )
        )
        documents = credited._customer_tier_origins()
        pairs = {(move.partner_id.commercial_partner_id, move.company_id) for move in documents}
        for order in credited._customer_tier_orders():
            pairs.add((order.partner_id.commercial_partner_id, order.company_id))
        return pairs

    def _customer_tier_orders(self):
        """The orders that these credit notes may take back: of their lines, and of the invoices
        that they reverse."""
        return self._customer_tier_origins().line_ids.sale_line_ids.order_id

    def _customer_tier_origins(self):
        """These documents and what they reverse, and what that reverses in its turn."""
        documents, found = self.browse(), self
        while found:
            documents |= found
            found = found.reversed_entry_id - documents
        return documents

    def _customer_tier_follow_orders(self):
        """Note whose orders these credit notes take back."""
        # Whoever posts may not read the orders; nobody reads what is noted.
        for move in self.sudo().filtered(lambda move: move.move_type == "out_refund"):
            orders, addressee = move._customer_tier_orders(), move.partner_id
            known = orders.filtered_domain(
                ["|", ("partner_id", "=", addressee.id), ("partner_invoice_id", "=", addressee.id)]
            )
            others = orders - known
            if others != move.customer_tier_order_ids:
                move.customer_tier_order_ids = others

    @api.model
    def _customer_tier_find_orders(self):
        """The same of all credit notes that there are."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_credited_order_rel (move_id, order_id)
                SELECT DISTINCT m.id, o.id
                  FROM account_move m
                  JOIN account_move_line i ON i.move_id IN (m.id, m.reversed_entry_id)
                  JOIN sale_order_line_invoice_rel x ON x.invoice_line_id = i.id
                  JOIN sale_order_line l ON l.id = x.order_line_id
                  JOIN sale_order o ON o.id = l.order_id
                 WHERE m.move_type = 'out_refund' AND m.partner_id <> o.partner_id
                   AND m.partner_id <> o.partner_invoice_id
                    ON CONFLICT DO NOTHING
                """
            )
        )
        self.env.invalidate_all(flush=False)

    def _customer_tier_other_late_reason(self, vals):
        """Those posted that get another reason of lateness by writing these values."""
        if "customer_late_reason_id" not in vals:
            return self.browse()
        reason_id = vals["customer_late_reason_id"] or False
        return self.filtered(
            lambda move: move.state == "posted" and move.customer_late_reason_id.id != reason_id
        )

    def _customer_tier_debts(self):
        """Those of these documents that customers owe something by."""
        return self.filtered(
            lambda move: (
                move.move_type in OWED_TYPES
                and any(
                    line.balance > 0 and line.account_id.account_type == "asset_receivable"
                    for line in move.line_ids
                )
            )
        )

    def _customer_tier_settled(self):
        """Lines of debts that are reconciled with these, where anybody grades their customers."""
        settling = self.env["account.move.line"]._customer_tier_graded(
            self.filtered(lambda move: move.move_type in SETTLING_TYPES)
        )
        # Whoever posts may not read all that is reconciled with it.
        partials = self.env["account.partial.reconcile"].sudo()
        if not settling:
            return partials.debit_move_id
        domain = [("credit_move_id.move_id", "in", settling.ids)]
        return partials.search(domain).debit_move_id

    def _customer_tier_payers(self):
        """(commercial partner, company) pairs of whoever owes these posted documents, or is given
        something by them."""
        graded = self.env["account.move.line"]._customer_tier_graded(self.sudo())
        posted = graded.filtered(lambda move: move.state == "posted")
        return posted.line_ids._customer_tier_payers()

    def _customer_tier_payments_changed(self):
        """Have the customers of these documents graded anew."""
        self.env["customer.tier.stale"]._mark(self._customer_tier_payers())
