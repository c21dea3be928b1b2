from odoo import fields, models
from odoo.fields import Domain


class CustomerTierStanding(models.Model):
    """What came back is opened as transfers, where there are no credit notes for it."""

    _inherit = "customer.tier.standing"

    def _came_back_records(self, first, last):
        transfers = (
            Domain("move_ids.sale_line_id.order_id.partner_id", "child_of", self.partner_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "done")
            & Domain("move_ids.to_refund", "=", True)
            & Domain("date_done", ">=", first)
            & Domain("date_done", "<", fields.Date.add(last, days=1))
        )
        return [*super()._came_back_records(first, last), ("stock.picking", transfers)]
