from odoo import fields, models


class SaleReport(models.Model):
    _inherit = "sale.report"

    customer_tier_id = fields.Many2one("customer.tier", readonly=True)
    customer_score = fields.Float(readonly=True, aggregator="avg")
    customer_segment_id = fields.Many2one(
        "customer.tier.segment", string="RFM Segment", readonly=True
    )

    def _select_additional_fields(self):
        columns = super()._select_additional_fields()
        columns["customer_tier_id"] = "standing.tier_id"
        columns["customer_score"] = "standing.score"
        columns["customer_segment_id"] = "standing.segment_id"
        return columns

    def _from_sale(self):
        return (
            super()._from_sale()
            + """
            LEFT JOIN customer_tier_standing standing
              ON standing.partner_id = partner.commercial_partner_id
             AND standing.company_id = s.company_id
            """
        )

    def _group_by_sale(self):
        return super()._group_by_sale() + ",\n            standing.id"
