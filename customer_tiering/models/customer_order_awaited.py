import logging
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..tools import attempt

_logger = logging.getLogger(__name__)


class CustomerOrderAwaited(models.AbstractModel):
    """Records that end with the next order of a customer: they have a ``partner_id``, a
    ``company_id`` and a ``date`` from which orders count."""

    _name = "customer.order.awaited"
    _description = "Waiting for an Order"

    def _of_customers(self, partners):
        """Domain of the records of some customers, and of those who became contacts of theirs."""
        return [("partner_id.commercial_partner_id", "in", partners.commercial_partner_id.ids)]

    @api.model
    def _follow_merge(self, partners, customer):
        """Contacts who are merged leave what waits for an order to the customer behind them."""
        own = self.sudo().search([("partner_id", "in", (partners - customer).ids)])
        own.write({"partner_id": customer.id})

    def _orders_since(self):
        """First confirmed order on or after the day of each of these, where there is one.

        Which orders count is grading's rule: samples and returns end nothing.

        :return: dict record of ``self`` → ``sale.order``
        """
        if not self:
            return {}
        self.env.flush_all()
        gather = self.env["customer.tier.gather"]
        rows = []
        for company, awaited in self.grouped("company_id").items():
            self.env.cr.execute(
                SQL(
                    """
                    SELECT DISTINCT ON (r.id) r.id, o.id
                      FROM %(table)s r
                      -- Whoever became a contact of another customer orders as that one.
                      JOIN res_partner p ON p.id = r.partner_id
                      JOIN res_partner c ON c.commercial_partner_id = p.commercial_partner_id
                      JOIN sale_order o ON o.partner_id = c.id AND o.company_id = r.company_id
                     WHERE r.id = ANY(%(ids)s) AND o.state = 'sale' AND %(frequent)s
                       -- These have days of the company, orders moments in UTC.
                       AND (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date >= r.date
                     ORDER BY r.id, o.date_order, o.id
                    """,
                    table=SQL.identifier(self._table),
                    ids=awaited.ids,
                    frequent=gather._frequent_condition(company),
                    zone=gather._timezone(company),
                )
            )
            rows += self.env.cr.fetchall()
        order = self.env["sale.order"]
        return {self.browse(id_): order.browse(order_id) for id_, order_id in rows}

    def _end_with_orders(self):
        """End those of these that an order has come for, see :meth:`_fulfil`.

        One that cannot be ended is reported in the log and goes on.
        """
        ended = defaultdict(self.browse)
        for record, order in self._orders_since().items():
            ended[order] |= record
        for order, records in ended.items():
            # Nobody who confirms an order waits for a grading that is ending the same: it will
            # find what was ordered.
            free = records.try_lock_for_update(allow_referencing=True)
            free._try(free._fulfil, order)

    def _fulfil(self, order):
        """Hook: this order ends these."""

    def _try(self, do, *args):
        """An order is no less confirmed, nor a grading less finished, because something about
        these fails; the next grading tries again."""

        def failed(_error):
            _logger.exception("%s %s go on waiting for an order", self._name, self.ids)

        attempt(self.env, lambda: do(*args), failed)
