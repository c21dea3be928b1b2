import logging

from psycopg2.extensions import TransactionRollbackError

from odoo import models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class CustomerTierGather(models.AbstractModel):
    """Facts of a fixed sample of customers, for whatever is proposed while rules are made."""

    _inherit = "customer.tier.gather"

    def _sample(self, program, as_of, size, metrics=None, own=False):
        """Facts of a fixed sample of a programme's customers, for proposals.

        The sample depends on the customers' ids only, so it is the same each time.

        :param metrics: ``customer.tier.metric`` that will be computed from the facts
        :param own: leave out those whom an earlier programme takes, as gradings do; while rules
            are being made, such customers are as good as others
        """
        import numpy as np

        self.env.flush_all()
        customers, known = self._customers(program, lambda column: SQL("TRUE"))
        company = program.company_id
        if own:
            free = ~np.isin(customers, self._taken_before(program))
            customers, known = customers[free], known[free]
        chosen = np.isin(customers, self._fixed_sample(customers, size))
        customers, known = customers[chosen], known[chosen]
        scope = self._scope_of(customers.tolist())
        metrics = self.env["customer.tier.metric"] if metrics is None else metrics
        orders = self._orders(company, as_of, scope)
        lines, given, _errors = self._read_for(metrics._with_parts(), company, as_of, scope)
        # Of whom nothing is known there is nothing to propose from; records of other kinds alone,
        # such as a visit, make nobody a customer.
        valued = np.concatenate(
            [orders["customer"], *(owners for owners, _values, _others in given.values())]
        )
        seen = known | np.isin(customers, self._seen(orders, given))
        customers = customers[seen & np.isin(customers, valued)]
        payments = self._payments_for(metrics._with_parts(), company, as_of, scope)
        return self._facts(customers, orders, lines, given, payments=payments)

    def _fixed_sample(self, customers, size):
        """So many of some customers, the same each time.

        :param customers: sorted int array
        """
        import numpy as np

        # Multiplicative hashing spreads neighbouring ids over the whole range.
        rank = np.argsort((customers * 2654435761) % 2**32, kind="stable")
        return customers[np.sort(rank[:size])]

    def _taken_before(self, program):
        """Customers whom other programmes select before this one does: int array."""
        import numpy as np

        taken = np.array([], dtype=np.int64)
        for earlier in program._for_company(program.company_id):
            if (earlier.sequence, earlier.id) >= (program.sequence, program.id):
                break
            try:
                with self.env.cr.savepoint():
                    taken = np.union1d(
                        taken, self._customers(earlier, lambda column: SQL("TRUE"))[0]
                    )
            except TransactionRollbackError:
                raise
            except Exception:
                # A broken filter is reported by the grading itself.
                _logger.warning("Programme %s cannot select", earlier.id, exc_info=True)
        return taken
