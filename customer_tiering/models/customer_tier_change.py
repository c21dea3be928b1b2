from odoo import api, fields, models
from odoo.fields import Domain

from ..bulk_fields import BulkMany2one, BulkNumbers

# Lines about the tier: where it changed, was locked, or is no longer set by hand.
TIER_LINES = Domain("direction", "!=", "stay") | Domain("reason", "!=", "rule")


class CustomerTierChange(models.Model):
    """History of tiers. Written by the system only: no group has the right to change it."""

    _name = "customer.tier.change"
    _inherit = "customer.tier.append.only"
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
    salesperson_id = fields.Many2one(
        related="standing_id.partner_id.user_id",
        string="Salesperson",
        help="Who looks after the customer today.",
    )
    program_id = fields.Many2one(
        "customer.tier.program", string="Programme", compute="_compute_program_id"
    )
    from_tier_id = BulkMany2one("customer.tier", string="Tier Before", readonly=True)
    to_tier_id = BulkMany2one("customer.tier", string="Tier After", readonly=True)
    from_color = fields.Integer(
        related="from_tier_id.color", string="Color Before", exportable=False
    )
    to_color = fields.Integer(related="to_tier_id.color", string="Color After", exportable=False)
    computed_tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="Where the rules left the customer, whatever was set by hand.",
    )
    target_tier_id = BulkMany2one(
        "customer.tier",
        string="Tier by Figures",
        readonly=True,
        help="What the figures of that day asked for.",
    )
    direction = fields.Selection(
        selection=[
            ("first", "First grading"),
            ("up", "Up"),
            ("down", "Down"),
            ("switch", "Other programme"),
            ("out", "No tier any more"),
            ("stay", "Same tier"),
        ],
        readonly=True,
    )
    date = fields.Date(required=True, readonly=True)
    reason = fields.Selection(
        selection=[
            ("rule", "Computed"),
            ("manual", "Set by hand"),
            ("approval", "Approved"),
            ("expiry", "Set by hand until then"),
            ("lock", "Locked or unlocked"),
            ("merge", "Merged contacts"),
        ],
        required=True,
        default="rule",
        readonly=True,
    )
    by_hand = fields.Boolean(
        string="Tier Set by Hand",
        readonly=True,
        help="From then on the tier is one that somebody has set.",
    )
    merged_from = fields.Char(
        readonly=True,
        help="The customer whose history this was, before it was merged into this one.",
    )
    score = fields.Float(readonly=True, aggregator="avg")
    last_order_date = fields.Date(string="Last Order Until Then", readonly=True)
    policy_id = BulkMany2one("customer.tier.policy", readonly=True)
    numbers = BulkNumbers(
        readonly=True, exportable=False, help="Values and points behind the change."
    )
    run_id = BulkMany2one(
        "customer.tier.run", string="Grading Run", readonly=True, index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    note = fields.Char(readonly=True, help="The reason that was given, or what happened.")

    @api.depends("to_tier_id", "from_tier_id")
    def _compute_program_id(self):
        for change in self:
            change.program_id = (change.to_tier_id or change.from_tier_id).program_id

    def _record(self, standing, from_tier, to_tier, reason, note=False):
        """Note one change that a person made."""
        if from_tier == to_tier:
            direction = "stay"
        elif not to_tier:
            direction = "out"
        elif not from_tier:
            direction = "first"
        elif from_tier.program_id != to_tier.program_id:
            direction = "switch"
        else:
            rank = [(tier.sequence, tier.id) for tier in (from_tier, to_tier)]
            direction = "up" if rank[1] > rank[0] else "down"
        # The system writes history, whoever caused it.
        change = self._by_system().create(
            {
                "standing_id": standing.id,
                "from_tier_id": from_tier.id,
                "to_tier_id": to_tier.id,
                "computed_tier_id": standing.computed_tier_id.id,
                "target_tier_id": standing.target_tier_id.id,
                "direction": direction,
                "date": self.env["customer.tier.gather"]._today(standing.company_id),
                "reason": reason,
                "by_hand": bool(standing.manual_tier_id),
                "note": note,
                "score": standing.score,
                "last_order_date": standing.last_order_date,
                "policy_id": standing.policy_id.id,
                "numbers": standing.numbers,
                "user_id": self.env.uid,
            }
        )
        return change.with_env(self.env)
