from odoo import api, fields, models

from ..grading.policy import Segment

BANDS = ("r", "f", "m")


class CustomerTierSegment(models.Model):
    """An RFM segment of a programme: a named box of band numbers."""

    _name = "customer.tier.segment"
    _inherit = ["customer.tier.badge", "customer.tier.input"]
    _description = "RFM Segment"
    _order = "program_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    sequence = fields.Integer(default=10, help="The first segment that fits is taken.")
    color = fields.Integer()
    r_min = fields.Integer(string="R from", default=1)
    r_max = fields.Integer(string="R to", default=5)
    f_min = fields.Integer(string="F from", default=1)
    f_max = fields.Integer(string="F to", default=5)
    m_min = fields.Integer(string="M from", default=1)
    m_max = fields.Integer(string="M to", default=5)
    box = fields.Char(string="R · F · M", compute="_compute_box")

    _bounds_order = models.Constraint(
        "check(r_min between 1 and r_max and f_min between 1 and f_max "
        "and m_min between 1 and m_max)",
        "In an RFM segment each lower bound is at least 1 and not above its upper bound.",
    )

    @api.depends(
        "program_id.rfm_mode", *(f"{part}_{end}" for part in BANDS for end in ("min", "max"))
    )
    def _compute_box(self):
        for segment in self:
            # The mean of F and M has its bounds in the place of F.
            parts = BANDS[:2] if segment.program_id.rfm_mode == "mean" else BANDS
            ranges = [(segment[f"{part}_min"], segment[f"{part}_max"]) for part in parts]
            segment.box = " · ".join(
                str(low) if low == high else f"{low}–{high}" for low, high in ranges
            )

    def unlink(self):
        standings = self.env["customer.tier.standing"].sudo()
        standings.search([("segment_id", "in", self.ids)]).segment_id = False
        return super().unlink()

    def _policy(self):
        """The segments as frozen values for the grading core, in the order of their ranks."""
        return tuple(
            Segment(
                id=segment.id,
                r=(segment.r_min, segment.r_max),
                f=(segment.f_min, segment.f_max),
                m=(segment.m_min, segment.m_max),
            )
            for segment in self.sorted(lambda segment: (segment.sequence, segment.id))
        )
