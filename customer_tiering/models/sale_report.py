from odoo import fields, models

from ..bulk_fields import KnownFloat
from .customer_tier_staged import STAGES


class SaleReport(models.Model):
    """Sales analysis by tier, score, stage and segment of the customer."""

    _name = "sale.report"
    _inherit = ["sale.report", "customer.tier.staged"]

    customer_tier_id = fields.Many2one("customer.tier", readonly=True)
    customer_score = KnownFloat(readonly=True, aggregator="avg")
    customer_lifecycle_stage = fields.Selection(STAGES, string="Lifecycle Stage", readonly=True)
    customer_segment_id = fields.Many2one(
        "customer.tier.segment", string="RFM Segment", readonly=True
    )

    def _customer_stage_fields(self):
        return {"customer_lifecycle_stage"}

    def _select_additional_fields(self):
        columns = super()._select_additional_fields()
        columns["customer_tier_id"] = "standing.tier_id"
        columns["customer_score"] = "standing.score"
        columns["customer_lifecycle_stage"] = "standing.lifecycle_stage"
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
