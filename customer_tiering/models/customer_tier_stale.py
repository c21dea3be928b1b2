from odoo import api, fields, models


class CustomerTierStale(models.Model):
    """Customers whose orders changed since they were graded.

    Rows are only ever inserted by users and deleted by the grading job: a user who confirms an
    order can neither wait for a regrade nor make one fail. The same customer may be in it twice.
    """

    _name = "customer.tier.stale"
    _description = "Customer Waiting for Grading"

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")

    @api.model
    def _mark(self, pairs):
        """Put (commercial partner, company) pairs into the queue and wake the grading job."""
        Program = self.env["customer.tier.program"]
        vals_list = [
            {"partner_id": partner.id, "company_id": company.id}
            for partner, company in pairs
            if partner and Program._company_has_program(company.id)
        ]
        if vals_list:
            # Salespeople cause gradings without having any right on them.
            self.sudo().create(vals_list)
            # Orders go on without the job; customers then wait for a grading by hand.
            cron_id = self.env["ir.model.data"]._xmlid_to_res_id("customer_tiering.ir_cron_grade")
            if cron_id:
                self.env["ir.cron"].sudo().browse(cron_id)._trigger()
