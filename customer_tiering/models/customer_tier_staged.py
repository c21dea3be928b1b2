from odoo import models
from odoo.tools import SQL

# Stages of a customer's life in their order, see ``grading.lifecycle``.
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
    """For models with a lifecycle stage: groups by stage come in the order of a customer's life
    instead of the alphabet."""

    _name = "customer.tier.staged"
    _description = "Records With a Stage"

    def _customer_stage_fields(self):
        """Names of the fields that hold a stage."""
        return {"lifecycle_stage", "previous_stage", "from_stage", "to_stage"}

    def _read_group_orderby(self, order, groupby_terms, query):
        stages = self._customer_stage_fields()
        ordered = dict(groupby_terms)
        for name in stages & groupby_terms.keys():
            ordered[name] = SQL(
                "array_position(%s::varchar[], %s)",
                [code for code, _name in STAGES],
                groupby_terms[name],
            )
        result = super()._read_group_orderby(order, ordered, query)
        # It adds what it orders by to the terms of a many2one.
        for name in groupby_terms.keys() - stages:
            groupby_terms[name] = ordered[name]
        return result
