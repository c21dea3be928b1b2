from odoo import models

# Who the customer behind a contact is follows from these.
FAMILY_FIELDS = {"parent_id", "is_company"}


class ResPartner(models.Model):
    """A contact that joins or leaves a company takes its orders and debts along."""

    _inherit = "res.partner"

    def write(self, vals):
        if not FAMILY_FIELDS & vals.keys():
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self.sudo()}
        result = super().write(vals)
        moved = self.browse()
        for partner, customer in before.items():
            if partner.commercial_partner_id != customer:
                moved |= customer | partner.commercial_partner_id
        moved._mark_family_changed()
        return result

    def _mark_family_changed(self):
        """Have these customers graded anew, wherever one of them is graded."""
        if not self:
            return
        # Whoever tidies up contacts need not have any right on grades.
        graded = [("partner_id", "in", self.ids)]
        companies = self.env["customer.tier.standing"].sudo().search(graded).company_id
        self.env["customer.tier.stale"]._mark(
            {(customer, company) for customer in self for company in companies}
        )
