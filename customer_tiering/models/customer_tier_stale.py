from odoo import api, fields, models
from odoo.tools import SQL


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
        """Put (commercial partner, company) pairs into the queue and wake the grading job, in one
        statement: this is in everybody's way who confirms an order or books a payment.

        Salespeople cause gradings without having any right on them.
        """
        Program = self.env["customer.tier.program"]
        marked = sorted(
            (partner.id, company.id)
            for partner, company in pairs
            if partner and Program._company_has_program(company.id)
        )
        if not marked:
            return
        # Orders go on without the job; customers then wait for a grading by hand.
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id("customer_tiering.ir_cron_grade")
        partner_ids, company_ids = map(list, zip(*marked, strict=True))
        self.env.cr.execute(
            SQL(
                """
                WITH marked AS (
                    INSERT INTO customer_tier_stale (
                        partner_id, company_id, create_uid, create_date, write_uid, write_date)
                    SELECT partner, company, %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM unnest(%(partners)s::int[], %(companies)s::int[]) AS t (partner, company)
                )
                INSERT INTO ir_cron_trigger (
                    cron_id, call_at, create_uid, create_date, write_uid, write_date)
                SELECT id, %(now)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM ir_cron
                 WHERE id = %(cron)s AND active
                """,
                partners=partner_ids,
                companies=company_ids,
                cron=cron_id or None,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        if self.env.cr.rowcount:
            self.env.cr.postcommit.add(self.env["ir.cron"]._notifydb)
