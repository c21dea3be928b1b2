from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.http import request

# Where orders come from that nobody of the shop has looked at; of self ordering, which need not
# be installed.
UNATTENDED = ("kiosk", "mobile")


class PosOrder(models.Model):
    """Whoever orders at a kiosk or on a phone is nobody, and gets nothing before its day."""

    _inherit = "pos.order"

    @api.model
    def _process_order(self, order, existing_order):
        # A cashier who adds something to the same order has no such rights.
        alone = self.env.su and order.get("source") in UNATTENDED
        before = existing_order._customer_early_ordered() if alone and existing_order else Counter()
        order_id = super()._process_order(order, existing_order)
        if alone:
            self.browse(order_id)._customer_early_refuse(before)
        return order_id

    def _customer_early_ordered(self):
        """How much there is of each product.

        :return: ``Counter`` by ``product.template``
        """
        ordered = Counter()
        for line in self.lines:
            ordered[line.product_id.product_tmpl_id] += line.qty
        return ordered

    def _customer_early_refuse(self, before):
        """Refuse what was added of products that are for some customers only.

        :param before: as :meth:`_customer_early_ordered` gives it
        """
        early = self.with_context(lang=self._customer_early_lang()).env["customer.tier.early"]
        waiting = early._waiting(self.company_id)
        added = self.env["product.template"].union(
            *[
                template
                for template, quantity in self._customer_early_ordered().items()
                if template.id in waiting and quantity > before[template]
            ]
        )
        if added:
            raise UserError(
                early.env._(
                    "Not everybody can have this yet: %s. Take it off your order, or ask at the "
                    "counter.",
                    early._said(added, waiting),
                )
            )

    def _customer_early_lang(self):
        """The language that was chosen at the kiosk, else that of whoever it runs as."""
        chosen = request and request.cookies.get("frontend_lang")
        installed = chosen and self.env["res.lang"]._get_data(code=chosen)
        return chosen if installed else self.env.lang
