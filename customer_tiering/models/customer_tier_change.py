from odoo import api, fields, models

from ..bulk_fields import BulkMany2one, BulkNumbers


class CustomerTierChange(models.Model):
    """History of tiers. Written by the system only: no group has the right to change it."""

    _name = "customer.tier.change"
    _description = "Tier Change"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    standing_id = fields.Many2one(
        "customer.tier.standing", required=True, ondelete="cascade", readonly=True, index=True
    )
    # Not stored: each foreign key would cost more than the rest of the row.
    partner_id = fields.Many2one(related="standing_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="standing_id.company_id")
    program_id = fields.Many2one(
        "customer.tier.program", string="Programme", compute="_compute_program_id"
    )
    from_tier_id = BulkMany2one("customer.tier", string="Tier Before", readonly=True)
    to_tier_id = BulkMany2one("customer.tier", string="Tier After", readonly=True)
    from_color = fields.Integer(
        related="from_tier_id.color", string="Color Before", exportable=False
    )
    to_color = fields.Integer(related="to_tier_id.color", string="Color After", exportable=False)
    direction = fields.Selection(
        selection=[
            ("first", "First grading"),
            ("up", "Up"),
            ("down", "Down"),
            ("switch", "Other programme"),
            ("out", "No tier any more"),
        ],
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    reason = fields.Selection(
        selection=[
            ("rule", "Computed"),
            ("manual", "Set by hand"),
            ("expiry", "Set by hand until then"),
            ("approval", "Approved"),
        ],
        required=True,
        default="rule",
        readonly=True,
    )
    score = fields.Float(readonly=True, aggregator="avg")
    policy_id = BulkMany2one("customer.tier.policy", readonly=True)
    numbers = BulkNumbers(
        readonly=True, exportable=False, help="Values and points behind the change."
    )
    run_id = BulkMany2one(
        "customer.tier.run", string="Grading Run", readonly=True, index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    note = fields.Char(readonly=True, help="What whoever set it by hand gave as the reason.")

    @api.depends("to_tier_id", "from_tier_id")
    def _compute_program_id(self):
        for change in self:
            change.program_id = (change.to_tier_id or change.from_tier_id).program_id

    def _record(self, standing, from_tier, to_tier, reason, note=False):
        """Note one change that a person made."""
        if not to_tier:
            direction = "out"
        elif not from_tier:
            direction = "first"
        elif from_tier.program_id != to_tier.program_id:
            direction = "switch"
        else:
            rank = [(tier.sequence, tier.id) for tier in (from_tier, to_tier)]
            direction = "up" if rank[1] > rank[0] else "down"
        # The system writes history, whoever caused it.
        return self.sudo().create(
            {
                "standing_id": standing.id,
                "from_tier_id": from_tier.id,
                "to_tier_id": to_tier.id,
                "direction": direction,
                "date": fields.Date.context_today(standing),
                "reason": reason,
                "note": note,
                "score": standing.score,
                "policy_id": standing.policy_id.id,
                "numbers": standing.numbers,
                "user_id": self.env.uid,
            }
        )
