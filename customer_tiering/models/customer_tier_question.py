from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CustomerTierQuestion(models.Model):
    """A question whose answers, from 1 to 5, make up the value of a metric kept by hand."""

    _name = "customer.tier.question"
    _inherit = "customer.tier.input"
    _description = "Question about a Customer"
    _order = "metric_id, sequence, id"

    metric_id = fields.Many2one(
        "customer.tier.metric",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("kind", "=", "manual")],
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        string="Asked",
        default=True,
        help="Switch off to ask it no more; answers given before stay as they are.",
    )
    name = fields.Char(string="Question", required=True, translate=True)
    weight = fields.Float(
        default=1.0,
        digits=(16, 2),
        help="How much the answer counts relative to the others. A change counts for "
        "assessments made from then on.",
    )
    low_label = fields.Char(string="1 Means", required=True, translate=True)
    high_label = fields.Char(string="5 Means", required=True, translate=True)

    _weight_positive = models.Constraint(
        "check(weight > 0)",
        "The weight of a question must be above 0. Switch the question off to ask it no more.",
    )

    @api.constrains("metric_id")
    def _check_metric(self):
        for question in self:
            if question.metric_id.kind != "manual":
                raise ValidationError(
                    self.env._(
                        "“%s” is computed, so nobody can be asked about it. Only metrics kept by "
                        "hand have questions.",
                        question.metric_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        answers = self.env["customer.tier.answer"].sudo()
        if answer := answers.search([("question_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Question “%s” has been answered, and its answers explain values that count. "
                    "Switch “Asked” off instead of deleting it.",
                    answer.question_id.name,
                )
            )
