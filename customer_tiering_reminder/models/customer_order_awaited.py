import logging
from collections import defaultdict

from odoo import api, models
from odoo.addons.customer_tiering.tools import attempt
from odoo.tools import SQL

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

    @api.model
    def _ends_sql(self, company):
        """Whether order ``o`` is one that ends record ``r`` of the same customer."""
        gather = self.env["customer.tier.gather"]
        return SQL(
            # These have days of the company, orders moments in UTC.
            """o.state = 'sale' AND o.company_id = r.company_id AND %(frequent)s
               AND (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date >= r.date""",
            frequent=gather._frequent_condition(company),
            zone=gather._timezone(company),
        )

    def _orders_since(self):
        """First confirmed order on or after the day of each of these, where there is one.

        Which orders count is grading's rule: samples and returns end nothing.

        :return: dict record of ``self`` → ``sale.order``
        """
        if not self:
            return {}
        self.env.flush_all()
        rows = []
        for company, awaited in self.grouped("company_id").items():
            self.env.cr.execute(
                SQL(
                    """
                    SELECT r.id, f.id
                      FROM %(table)s r,
                           -- Whoever became a contact of another customer orders as that one.
                           LATERAL (
                               SELECT o.id
                                 FROM res_partner p
                                 JOIN res_partner c
                                   ON c.commercial_partner_id = p.commercial_partner_id
                                 JOIN sale_order o ON o.partner_id = c.id
                                WHERE p.id = r.partner_id AND %(ends)s
                                ORDER BY o.date_order, o.id LIMIT 1) f
                     WHERE r.id = ANY(%(ids)s)
                     ORDER BY r.id
                    """,
                    table=SQL.identifier(self._table),
                    ids=awaited.ids,
                    ends=self._ends_sql(company),
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

    # Orders that are taken back

    @api.model
    def _ended_by_order(self):
        """Hook: domain of the records that an order has ended, which is in their ``order_id``."""
        raise NotImplementedError

    def _reopen(self):
        """Hook: the order that ended these is none any more, and there is no other."""

    @api.model
    def _take_back(self, domain):
        """Open those again whose order ends them no more: it was cancelled, deleted, given to
        another customer, dated before, or is no purchase by now. Where another order has come
        since, that one takes its place.

        :param domain: of the records that are looked at
        """
        # Whoever takes an order back need have no right on these.
        Awaited = self.sudo()
        withdrawn = Awaited.search([*Awaited._ended_by_order(), *domain])._without_order()
        others = withdrawn._orders_since()
        for record, order in others.items():
            record._try(record.write, {"order_id": order.id})
        free = (withdrawn - self.union(*others)).try_lock_for_update(allow_referencing=True)
        if free:
            free._try(free._reopen)

    def _without_order(self):
        """Those of these that their order does not end."""
        if not self:
            return self
        self.env.flush_all()
        left = self.browse()
        for company, records in self.grouped("company_id").items():
            self.env.cr.execute(
                SQL(
                    """
                    SELECT r.id FROM %(table)s r
                     WHERE r.id = ANY(%(ids)s) AND NOT EXISTS (
                           SELECT FROM sale_order o
                             JOIN res_partner c ON c.id = o.partner_id
                             JOIN res_partner p ON p.commercial_partner_id = c.commercial_partner_id
                            WHERE o.id = r.order_id AND p.id = r.partner_id AND %(ends)s)
                     ORDER BY r.id
                    """,
                    table=SQL.identifier(self._table),
                    ids=records.ids,
                    ends=self._ends_sql(company),
                )
            )
            left += self.browse([id_ for (id_,) in self.env.cr.fetchall()])
        return left

    def _try(self, do, *args):
        """An order is no less confirmed, nor a grading less finished, because something about
        these fails; the next grading tries again."""

        def failed(_error):
            _logger.exception("%s %s stay as they were", self._name, self.ids)

        attempt(self.env, lambda: do(*args), failed)
