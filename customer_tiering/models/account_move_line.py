from odoo import api, models

from ..receivables import condition

# A change of one of these on a posted receivable line changes what its customer owes.
GRADED_FIELDS = {"date_maturity", "partner_id", "account_id"}


class AccountMoveLine(models.Model):
    """Receivable lines: whose credit score they change."""

    _inherit = "account.move.line"

    # Lets a grading read everything it needs about debts from the index alone.
    _customer_tiering_idx = models.Index(
        "(company_id, partner_id) "
        "INCLUDE (id, move_id, account_id, date, date_maturity, balance, amount_residual, "
        "display_type) "
        f"WHERE {condition().code}"
    )

    def write(self, vals):
        graded = GRADED_FIELDS & vals.keys()
        pairs = self._customer_tier_payers() if graded else set()
        result = super().write(vals)
        if graded:
            self.env["customer.tier.stale"]._mark(pairs | self._customer_tier_payers())
        return result

    @api.model
    def _customer_tier_graded(self, records):
        """Those of some records with a company whose tree somebody grades; companies of one tree
        settle each other's invoices."""
        graded = self.env["customer.tier.program"]._graded_roots()
        return records.filtered(lambda record: record.company_id.sudo().root_id.id in graded)

    def _customer_tier_payers(self):
        """(commercial partner, company) pairs of the posted receivable lines among these."""
        # Whoever posts may not read all that is reconciled with it.
        return {
            (line.partner_id.commercial_partner_id, line.company_id)
            for line in self._customer_tier_graded(self.sudo())
            if line.partner_id
            and line.parent_state == "posted"
            and line.account_id.account_type == "asset_receivable"
        }
