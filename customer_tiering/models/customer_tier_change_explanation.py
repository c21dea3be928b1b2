from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .explained_years import ExplainedYears, days_behind


class ExplainedThen(ExplainedYears):
    """A grading of the past."""

    def _asked(self, tier, facts):
        if self.year:
            return super()._asked(tier, facts)
        return self.env._(
            "The figures of that day ask for %(tier)s: %(facts)s.", tier=tier, facts=facts
        )


class CustomerTierChange(models.Model):
    """The breakdown behind a change, from the numbers and rules that were kept with it."""

    _inherit = "customer.tier.change"

    explanation = fields.Json(
        compute="_compute_explanation",
        exportable=False,
        help="What the tier rested on that day, for the screen.",
    )

    @api.depends("policy_id", "numbers")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for change in self:
            # The rules a customer was graded by are nobody's secret, whoever may read them.
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
                "coverage": self._coverage(policy.rules["indicators"], numbers),
                "last_order_date": last,
                "recency_days": (self.date - last) // timedelta(days=1) if last else False,
                "policy_id": policy.id,
                "numbers": list(numbers.values()),
            }
        )

    def _coverage(self, indicators, numbers):
        """Σ w known / Σ w: indicators with a value have a share of the score."""
        whole = sum(indicator["weight"] for indicator in indicators)
        known = [i["weight"] for i in indicators if numbers.get(f"share:{i['id']}") is not None]
        return sum(known) / whole if whole else 0

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
        days = days_behind(self.sudo().policy_id, self.numbers, self.date)
        return self.standing_id._open_records(metric_id, *days)

    def action_open_standing(self):
        """The customer's grading of today."""
        self.ensure_one()
        return self.standing_id.get_formview_action()
