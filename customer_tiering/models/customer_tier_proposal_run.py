from odoo import fields, models

from .customer_tier_proposal import OPEN


class CustomerTierRun(models.Model):
    """What a grading left for people to decide."""

    _inherit = "customer.tier.run"

    proposal_ids = fields.One2many("customer.tier.proposal", "run_id", readonly=True)
    proposal_count = fields.Integer(string="Proposals", compute="_compute_proposal_count")
    open_proposal_count = fields.Integer(string="Open Proposals", compute="_compute_proposal_count")
    asked_up_count = fields.Integer(
        string="Promotions to Approve",
        readonly=True,
        copy=False,
        help="Promotions that the grading would leave for approval, and those that wait already.",
    )
    asked_down_count = fields.Integer(
        string="Demotions to Approve",
        readonly=True,
        copy=False,
        help="Demotions that the grading would leave for approval, and those that wait already.",
    )

    def _add(self, tally):
        result = super()._add(tally)
        self.asked_up_count += tally.counts["asked_up"]
        self.asked_down_count += tally.counts["asked_down"]
        return result

    def _compute_proposal_count(self):
        rows = self.env["customer.tier.proposal"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in rows}
        for run in self:
            run.proposal_count = sum(
                count for (run_id, _state), count in counts.items() if run_id == run.id
            )
            run.open_proposal_count = counts.get((run.id, "open"), 0)

    def action_open_proposals(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_proposal_action"
        )
        context = {"search_default_open": bool(self.open_proposal_count)}
        return {**action, "domain": [("run_id", "=", self.id)], "context": context}

    def action_accept_proposals(self):
        """Accept everything that this grading proposed and that is still open."""
        self.ensure_one()
        self.check_access("read")
        proposals = self.env["customer.tier.proposal"]
        return proposals.search([("run_id", "=", self.id), *OPEN]).action_accept()
