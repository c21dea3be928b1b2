from odoo import models
from odoo.tools import SQL

# Stages of a customer's life with the company, in their order.
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
