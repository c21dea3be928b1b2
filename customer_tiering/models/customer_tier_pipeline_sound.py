from odoo import models


class CustomerTierPipeline(models.AbstractModel):
    """Numbers that are none must not be stored: a single one makes the totals of all lists none,
    and browsers cannot read it at all."""

    _inherit = "customer.tier.pipeline"

    def _sound(self, frame, tally):
        """Leave out customers with an infinite figure, or no amount, and name them; they keep what
        they have.

        :param frame: graded customers of one programme, as ``settle`` returns them
        """
        import numpy as np

        figures = frame[[name for name in frame if name.startswith("metric:")]]
        numbers = figures.to_numpy(dtype=float)
        bad = np.isinf(numbers) | np.isnan(numbers) & (figures.columns == "metric:amount")
        customers = bad.any(axis=1)
        if not customers.any():
            return frame
        Metric = self.env["customer.tier.metric"].with_context(active_test=False)
        codes = {name.split(":", 1)[1] for name in figures.columns[bad.any(axis=0)]}
        names = {metric.code: metric.name for metric in Metric.search([("code", "in", [*codes])])}
        for customer, row in zip(figures.index[customers], bad[customers], strict=True):
            code = figures.columns[row][0].split(":", 1)[1]
            message = self.env._("“%s” is not a number.", names.get(code, code))
            tally.errors.append({"partner_id": int(customer), "message": message})
        return frame[~customers]
