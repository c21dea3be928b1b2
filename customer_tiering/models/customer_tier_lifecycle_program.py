from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    _inherit = "customer.tier.gather"

    def _stage_history(self, program, as_of, typical, size):
        """What the orders of a fixed sample of a programme's customers tell until a day.

        :param typical: the population's order interval, None to measure it
        :param size: of the sample
        :return: (``lifecycle.Past``, number of all customers)
        """
        from ..grading import metrics, rhythm
        from ..grading.lifecycle import Past

        customers, orders = self._graded_customers(program, as_of)
        total = len(customers)
        chosen = self._fixed_sample(customers, size)
        if orders is None:
            scope = self._scope_of(chosen.tolist())
            orders = self._orders(program.company_id, as_of, scope)
        window = metrics.Window(self._facts(chosen, orders, None), as_of, 0)
        if typical is None:
            # It will be measured at the next grading.
            typical = rhythm.typical_interval(*window.days, window.as_of)
        return Past(*window.days, window.size, window.as_of, typical), total

    def _graded_customers(self, program, as_of):
        """Customers whom the last grading found in a programme; before the first one, those whom
        it would find.

        :return: (sorted int array, their orders where these had to be read)
        """
        import numpy as np

        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT partner_id FROM customer_tier_standing WHERE program_id = %s "
                "ORDER BY partner_id",
                program._origin.id or 0,
            )
        )
        graded = np.array([id_ for (id_,) in self.env.cr.fetchall()], dtype=np.int64)
        if len(graded):
            return graded, None
        scope = self._scope_between(0, 2**31 - 1)
        customers, known = self._customers(program, scope)
        orders = self._orders(program.company_id, as_of, scope)
        return customers[known | np.isin(customers, orders["customer"])], orders
