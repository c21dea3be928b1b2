from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .. import direction as tier_direction
from ..bulk_fields import BulkMany2one, BulkNumbers, KnownFloat
from ..explain.years import ExplainedThen, days_behind
from .customer_tier_staged import STAGES

# Lines about the tier: where it changed, was locked, or is no longer set by hand.
TIER_LINES = Domain("direction", "!=", "stay") | Domain("reason", "!=", "rule")


class CustomerTierChange(models.Model):
    """History of a customer's tiers and stages, for its page, for reports and for explanations of
    the past. Written by the system only: no group has the right to change it.

    A line may be about the tier, the stage, or both. One whose tier did not change has the
    direction “stay”; one whose stage did not has no stages. The first line of a customer has no
    stage before where everybody was graded for the first time.
    """

    _name = "customer.tier.change"
    _inherit = ["customer.tier.append.only", "customer.tier.staged"]
    _description = "Tier Change"
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    # Whose, when and why

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
    date = fields.Date(required=True, readonly=True)
    reason = fields.Selection(
        selection=[
            ("rule", "Computed"),
            ("manual", "Set by hand"),
            ("approval", "Approved"),
            ("expiry", "Set by hand until then"),
            ("lock", "Locked or unlocked"),
            ("merge", "Merged contacts"),
            ("correction", "Correction"),
        ],
        required=True,
        default="rule",
        readonly=True,
    )
    merged_from = fields.Char(
        readonly=True,
        help="The customer whose history this was, before it was merged into this one.",
    )
    run_id = BulkMany2one(
        "customer.tier.run", string="Grading Run", readonly=True, index="btree_not_null"
    )
    undone_id = BulkMany2one(
        "customer.tier.change",
        string="Undone Change",
        readonly=True,
        help="Of a correction: the change that rested on what was taken back since.",
    )
    undone = fields.Char(
        compute="_compute_undone",
        help="Which tier was reached by what was taken back since: orders that were cancelled, "
        "deleted, changed, moved or credited.",
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    note = fields.Char(readonly=True, help="The reason that was given, or what happened.")

    # Tier

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
    by_hand = fields.Boolean(
        string="Tier Set by Hand",
        readonly=True,
        help="From then on the tier is one that somebody has set.",
    )

    # Stage

    from_stage = fields.Selection(STAGES, string="Stage Before", readonly=True)
    to_stage = fields.Selection(STAGES, string="Stage After", readonly=True)
    stage_since = fields.Date(
        string="Stage Entered On",
        readonly=True,
        help="The day on which the stage was entered; the line is of the grading that noticed it.",
    )

    # Figures of that day

    score = KnownFloat(readonly=True, aggregator="avg")
    last_order_date = fields.Date(string="Last Order Until Then", readonly=True)
    policy_id = BulkMany2one("customer.tier.policy", readonly=True)
    numbers = BulkNumbers(
        readonly=True, exportable=False, help="Values and points behind the change."
    )
    explanation = fields.Json(
        compute="_compute_explanation",
        exportable=False,
        help="What the tier rested on that day, for the screen.",
    )

    # Of all lines, few are moves, and of these the last days are asked for every morning.
    _move_idx = models.Index("(date) WHERE direction IN ('up', 'down', 'out')")

    @api.depends("to_tier_id", "from_tier_id")
    def _compute_program_id(self):
        for change in self:
            change.program_id = (change.to_tier_id or change.from_tier_id).program_id

    @api.depends("reason", "undone_id")
    @api.depends_context("lang")
    def _compute_undone(self):
        for change in self:
            undone = change.undone_id.exists()
            if undone:
                change.undone = self.env._(
                    "%(tier)s of %(day)s",
                    # Of a promotion behind a tier that was set by hand.
                    tier=(undone.computed_tier_id or undone.to_tier_id).display_name,
                    day=format_date(self.env, undone.date),
                )
            else:
                change.undone = change.reason == "correction" and change.from_tier_id.display_name

    def _record(self, standing, from_tier, to_tier, reason, note=False):
        """Note one change that a person made, and queue what is told about it.

        :param reason: a key of the field
        :return: the line
        """
        # The system writes history, whoever caused it.
        change = self._by_system().create(
            {
                "standing_id": standing.id,
                "from_tier_id": from_tier.id,
                "to_tier_id": to_tier.id,
                "computed_tier_id": standing.computed_tier_id.id,
                "target_tier_id": standing.target_tier_id.id,
                "direction": tier_direction.direction(from_tier, to_tier),
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
        self.env.flush_all()
        self.env["customer.tier.store"]._enqueue(standing.sudo().company_id, change.id - 1)
        return change.with_env(self.env)

    # Explanation

    @api.depends("policy_id", "numbers")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for change in self:
            # Whoever reads the line knows the rules a customer was graded by.
            policy = change.sudo().policy_id.exists()
            change.explanation = policy and change._explain(policy)

    def _explain(self, policy):
        """The same as of a standing, without the last day to do more: that is over."""
        rules = {**policy.rules, "cuts": self._cuts_then(policy)}
        explanation = self._standing_then(policy)._explain(policy, rules, ExplainedThen)
        told = explanation["sentences"]
        if not self.to_tier_id and self.computed_tier_id:
            told = [{"kind": "left", "text": self._left_text()}]
        if self.merged_from:
            # The records are another customer's by now, among more of them.
            for row in explanation["rows"]:
                row["open"] = False
        return {**explanation, "model": self._name, "record_id": self.id, "sentences": told}

    def _left_text(self):
        return self.env._(
            "No programme selects this customer any more, so there is no tier. These are the "
            "figures of the grading before."
        )

    def _counted_on(self):
        """The day that the figures are of; earlier than the line where somebody graded as of a day
        after which the history had gone on."""
        run = self.sudo().run_id
        computed = self.reason in ("rule", "expiry") and run.as_of
        return min(filter(None, (self.date, computed)))

    def _cuts_then(self, policy):
        """Where shares of the best began that day: each grading of everybody measures them."""
        run = self.sudo().run_id or self.env["customer.tier.run"].sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("simulation", "=", False),
                ("state", "=", "done"),
                ("as_of", "<=", self.date),
            ],
            order="as_of desc, id desc",
            limit=1,
        )
        return {**policy.rules.get("cuts", {}), **(run.cuts or {})}

    def _standing_then(self, policy):
        """The standing as it was, in memory only."""
        numbers = {**policy._values(self.numbers), "lapse": None}
        last = self.last_order_date
        return self.env["customer.tier.standing"].new(
            {
                "partner_id": self.partner_id.id,
                "company_id": self.company_id.id,
                "program_id": policy.sudo().program_id.id,
                "tier_id": self.to_tier_id.id,
                "manual_tier_id": self.by_hand and self.to_tier_id.id,
                # Rows of before these were kept are computed ones, moved at once.
                "computed_tier_id": (self.computed_tier_id or self.to_tier_id).id,
                "target_tier_id": (self.target_tier_id or self.to_tier_id).id,
                "score": self.score,
                "coverage": policy._coverage(numbers),
                "last_order_date": last,
                "recency_days": (self._counted_on() - last) // timedelta(days=1) if last else False,
                "policy_id": policy.id,
                "numbers": list(numbers.values()),
            }
        )

    # Opening

    def action_open_records(self, metric_id):
        """The records that the value of a metric came from on the day of the change."""
        self.ensure_one()
        self.check_access("read")
        if self.merged_from:
            raise UserError(
                self.env._(
                    "The records behind this value belong to the merged customer by now and cannot "
                    "be told apart."
                )
            )
        days = days_behind(self.sudo().policy_id, self.numbers, self._counted_on())
        return self.standing_id._open_records(metric_id, *days)

    def action_open_standing(self):
        """The customer's grading of today."""
        self.ensure_one()
        return self.standing_id.get_formview_action()
