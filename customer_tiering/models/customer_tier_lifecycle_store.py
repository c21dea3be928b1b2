from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    _inherit = "customer.tier.gather"

    def _since(self, customers, orders, company):
        """The day since when those who have not ordered are known.

        :param customers: sorted int array
        :param orders: as ``_orders`` gives them, of these customers and others
        :return: array of day numbers, NaN for whoever ordered
        """
        import numpy as np

        silent = ~np.isin(customers, orders["customer"][orders["frequent"]])
        since = np.full(len(customers), np.nan)
        if not silent.any():
            return since
        rows = self._read(
            SQL(
                "SELECT id, create_date FROM res_partner "
                "WHERE id = ANY(%s) AND create_date IS NOT NULL",
                customers[silent].tolist(),
            ),
            {"id": "int4", "created": "timestamp"},
        )
        since[np.searchsorted(customers, rows["id"])] = self._local_days(rows["created"], company)
        return since


class CustomerTierStore(models.AbstractModel):
    """The stage of a customer's life in standings and history."""

    _inherit = "customer.tier.store"

    def _stages_sql(self):
        """Names of the stages, the code of each being its position."""
        from ..grading.lifecycle import STAGES

        return SQL("(%s::varchar[])", list(STAGES))

    def _standing_columns(self):
        # Position 0 is outside of the array, which is NULL.
        names = self._stages_sql()
        return {
            **super()._standing_columns(),
            "lifecycle_stage": SQL("%s[s.stage]", names),
            "previous_stage": SQL("%s[s.stage_before]", names),
            "stage_since": SQL("(date '1970-01-01' + NULLIF(s.stage_entered, 'NaN')::int)"),
        }

    def _stage_columns(self, frame, policy):
        columns, values, numbers = super()._stage_columns(frame, policy)
        types = {
            **dict.fromkeys(("stage", "stage_before"), "int4"),
            **dict.fromkeys(("stage_entered", "next_from", "next_until"), "float8"),
        }
        values |= {name: frame[name].to_numpy() for name in types}
        return {**columns, **types}, values, numbers

    def _staged(self, moves):
        """Who changed from one stage to another, along ``moves``; leaving all programmes is no
        stage, and neither is what was not known before there were stages."""
        was, now = moves["stage_was"].to_numpy(), moves["stage"].to_numpy()
        return (was > 0) & (now > 0) & (was != now)

    def _stage_arguments(self, changes):
        """What the history keeps of stages; nothing where only the tier changed."""
        staged = self._staged(changes)
        return {
            "stage": self._stages_sql(),
            "stages": changes["stage"].where(staged, 0).astype(int).tolist(),
            "stages_before": changes["stage_was"].where(staged, 0).astype(int).tolist(),
        }
