from odoo import api, fields, models

UNANSWERED = "0"


class CustomerTierAnswer(models.Model):
    """How one question was answered in one assessment of a customer."""

    _name = "customer.tier.answer"
    _inherit = "customer.tier.input"
    _description = "Answer about a Customer"
    _order = "question_id, id"

    value_id = fields.Many2one("customer.tier.value", required=True, ondelete="cascade", index=True)
    question_id = fields.Many2one(
        "customer.tier.question", required=True, ondelete="restrict", index=True
    )
    answer = fields.Selection(
        # The first one is what no star means.
        selection=[(UNANSWERED, "Not answered"), *((str(n), str(n)) for n in range(1, 6))],
        required=True,
        default=UNANSWERED,
    )
    weight = fields.Float(
        compute="_compute_weight",
        store=True,
        precompute=True,
        digits=(16, 2),
        help="Weight of the question on the day of the assessment.",
    )
    name = fields.Char(related="question_id.name", string="Wording")
    low_label = fields.Char(related="question_id.low_label")
    high_label = fields.Char(related="question_id.high_label")

    _question_unique = models.UniqueIndex(
        "(value_id, question_id)", "A question is answered once in an assessment."
    )

    # Not on the weight of the question: what was judged before stays what it was.
    @api.depends("question_id")
    def _compute_weight(self):
        for answer in self:
            answer.weight = answer.question_id.weight

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        answers.value_id._answers_changed()
        return answers

    def write(self, vals):
        values = self.value_id
        result = super().write(vals)
        if "value_id" in vals:
            # The ORM looks at where a record was, not at where it goes.
            self.check_access("write")
        (values | self.value_id)._answers_changed()
        return result

    def unlink(self):
        values = self.value_id
        result = super().unlink()
        values.exists()._answers_changed()
        return result
