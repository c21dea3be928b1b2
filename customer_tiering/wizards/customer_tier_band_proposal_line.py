from bisect import bisect_left

from odoo import api, fields, models

from ..explain.words import readable


class CustomerTierBandProposalLine(models.TransientModel):
    """One band of ``customer.tier.band.proposal``, with the customers that are in it."""

    _name = "customer.tier.band.proposal.line"
    _inherit = "customer.tier.input"
    _description = "Proposed Band"
    _order = "proposal_id, lowest desc, value_from, id"
    _rec_name = "value_from"

    proposal_id = fields.Many2one(
        "customer.tier.band.proposal", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="proposal_id.company_id", store=True)
    lowest = fields.Boolean(help="Open below: where it starts does not count.")
    blank = fields.Boolean(help="Just added in the list; nothing is typed in it yet.")
    number = fields.Integer(string="No.", help="The R, F or M of the customers in the band.")
    empty = fields.Boolean(
        help="A band that nobody is in, because the values of many customers are equal."
    )
    value_from = fields.Float(string="From", digits=(16, 2))
    value_to = fields.Char(string="To", compute="_compute_customers")
    customer_count = fields.Integer(string="Customers", compute="_compute_customers")
    share = fields.Float(compute="_compute_customers", digits=(5, 4))
    points = fields.Float(digits=(5, 2), default=0.0)

    @api.onchange("value_from", "points")
    def _onchange_value(self):
        # Unless one was typed: this runs for the defaults of a new line as well.
        if self.value_from or self.points:
            self.blank = False

    @api.depends(
        "proposal_id.sample",
        *(f"proposal_id.line_ids.{name}" for name in ("value_from", "lowest", "blank", "empty")),
    )
    @api.depends_context("lang")
    def _compute_customers(self):
        for proposal, lines in self.grouped("proposal_id").items():
            cuts = proposal._cuts()
            # Read once: a JSON field is copied each time.
            known = (proposal.sample or {}).get("known", [])
            for line in lines:
                if line.blank or line.empty:
                    line.value_to, line.customer_count, line.share = "", 0, 0.0
                    continue
                later = [cut for cut in cuts if line.lowest or cut > line.value_from]
                start = 0 if line.lowest else bisect_left(known, line.value_from)
                end = bisect_left(known, min(later)) if later else len(known)
                line.value_to = (
                    f"< {readable(self.env, min(later))}" if later else self.env._("and above")
                )
                line.customer_count = end - start
                line.share = (end - start) / len(known) if known else 0.0
