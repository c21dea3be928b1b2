from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

from .explained_years import ExplainedYears, days_behind


class CustomerTierStanding(models.Model):
    """A grading in words and numbers. Everything in it was found out and decided by the grading;
    here it only gets the names it had then, and a language."""

    _inherit = "customer.tier.standing"

    explanation = fields.Json(
        compute="_compute_explanation",
        exportable=False,
        help="What the score rests on and what it takes to move, for the screen.",
    )

    @api.depends("policy_id", "numbers", "tier_id", "manual_tier_id", "score", "recency_days")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for standing in self:
            # The rules a customer was graded by are nobody's secret, whoever may read them.
            policy = standing.sudo().policy_id.exists()
            standing.explanation = policy and standing._explain(policy)

    def _explain(self, policy, rules=None, words=None):
        """The content of ``explanation``.

        :param rules: instead of those of the policy
        :param words: a kind of ``ExplainedYears``
        """
        numbers = policy._values(self.numbers)
        explained = (words or ExplainedYears)(self, rules or policy.rules, numbers)
        return {
            "model": self._name,
            "record_id": self.id,
            "score": formatLang(self.env, self.score, digits=2) if explained.scored else "",
            "coverage": self.coverage,
            "sentences": [sentence for sentence in explained.sentences() if sentence["text"]],
            "rows": list(explained.rows()),
            "marks": list(explained.marks()),
        }

    def action_open_records(self, metric_id):
        """The records that the value of a metric comes from."""
        self.ensure_one()
        self.check_access("read")
        as_of = self._counted_on() or fields.Date.context_today(self)
        days = days_behind(self.sudo().policy_id, self.numbers, as_of)
        return self._open_records(metric_id, *days)

    def _open_records(self, metric_id, as_of, since=None):
        """The records that the value of a metric came from on a day.

        :param since: see ``_records_behind`` of metrics
        """
        metric = self.env["customer.tier.metric"].browse(metric_id).exists()
        if not metric:
            raise UserError(self.env._("This metric no longer exists."))
        if reason := metric._sleeps():
            raise UserError(reason)
        model, domain = metric._records_behind(self.partner_id, self.company_id, as_of, since)
        if not self.env[model].has_access("read"):
            raise AccessError(
                self.env._(
                    "“%s” comes from records that you have no access to.", metric.display_name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": f"{metric.display_name}: {self.partner_id.display_name}",
            "res_model": model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            "context": {"create": False},
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p><p>%s</p>")
            % (
                self.env._("Nothing here that you may see"),
                self.env._(
                    "Either there is nothing behind this value, or it comes from records of "
                    "other salespeople: grading counts those too."
                ),
            ),
        }
