from odoo import api, fields, models
from odoo.tools import SQL, format_date

STAGES = [
    ("potential", "Potential customer"),
    ("new", "New customer"),
    ("mature", "Mature"),
    ("loyal", "Loyal"),
    ("dormant", "Dormant"),
    ("lost", "Lost"),
    ("won_back", "Won back"),
]


class CustomerTierStaged(models.AbstractModel):
    """Records grouped by stage come in the order of a customer's life."""

    _name = "customer.tier.staged"
    _description = "Records With a Stage"

    def _stage_fields(self):
        return {"lifecycle_stage", "previous_stage", "from_stage", "to_stage"}

    def _read_group_orderby(self, order, groupby_terms, query):
        ordered = dict(groupby_terms)
        for name in self._stage_fields() & groupby_terms.keys():
            ordered[name] = SQL(
                "array_position(%s::varchar[], %s)",
                [code for code, _name in STAGES],
                groupby_terms[name],
            )
        result = super()._read_group_orderby(order, ordered, query)
        # It adds what it orders by to the terms of a many2one.
        for name in groupby_terms.keys() - self._stage_fields():
            groupby_terms[name] = ordered[name]
        return result


class CustomerTierStanding(models.Model):
    """Where a customer is in its life with the company, found by grading."""

    _name = "customer.tier.standing"
    _inherit = ["customer.tier.standing", "customer.tier.staged"]

    lifecycle_stage = fields.Selection(
        STAGES,
        readonly=True,
        group_expand=True,
        help="From the order history alone, compared with the customer's own rhythm; the "
        "programme says where each stage begins.",
    )
    stage_since = fields.Date(
        string="In Stage Since",
        readonly=True,
        help="The day on which the stage was entered, whenever it was noticed.",
    )
    previous_stage = fields.Selection(STAGES, readonly=True)
    next_order_from = fields.Date(readonly=True)
    next_order_until = fields.Date(
        readonly=True,
        help="Of customers who order too irregularly to be expected on a certain day: most of "
        "their next orders come between these two days.",
    )
    next_order_text = fields.Char(
        string="Next Order", compute="_compute_next_order_text", exportable=False
    )

    @api.depends("next_order_date", "next_order_from", "next_order_until")
    @api.depends_context("lang")
    def _compute_next_order_text(self):
        for standing in self:
            if standing.next_order_from:
                standing.next_order_text = self.env._(
                    "between %(start)s and %(end)s",
                    start=format_date(self.env, standing.next_order_from),
                    end=format_date(self.env, standing.next_order_until),
                )
            else:
                standing.next_order_text = format_date(self.env, standing.next_order_date)


class CustomerTierChange(models.Model):
    """Stages are in the history of tiers, in the same lines where both change.

    A line whose tier did not change has the direction “stay”; one whose stage did not has no
    stages. The first line of a customer has no stage before where everybody was graded for the
    first time.
    """

    _name = "customer.tier.change"
    _inherit = ["customer.tier.change", "customer.tier.staged"]

    from_stage = fields.Selection(STAGES, string="Stage Before", readonly=True)
    to_stage = fields.Selection(STAGES, string="Stage After", readonly=True)
    stage_since = fields.Date(
        string="Stage Entered On",
        readonly=True,
        help="The day on which the stage was entered; the line is of the grading that noticed it.",
    )
