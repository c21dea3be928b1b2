from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

OPEN = ("draft", "waiting", "confirmed", "assigned")


class SaleOrder(models.Model):
    """Whether an order is delivered before others."""

    _inherit = "sale.order"

    customer_urgent = fields.Boolean(
        string="Urgent Delivery",
        compute="_compute_customer_urgent",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        copy=False,
        help="The deliveries are starred: on top of the list, and first when goods come in. The "
        "tier of the customer says so; it can be changed until the order is confirmed, and with "
        "“Raise Priority” afterwards.",
    )

    def _auto_init(self):
        # What was ordered before is not asked about: that would rewrite every order.
        if not column_exists(self.env.cr, self._table, "customer_urgent"):
            create_column(self.env.cr, self._table, "customer_urgent", "boolean")
        return super()._auto_init()

    @api.depends("partner_id", "company_id")
    def _compute_customer_urgent(self):
        for order in self:
            # What was confirmed once is not changed by who looks at it.
            if order.state in ("draft", "sent"):
                # What the tier gives is no secret to who sells to its customers.
                order.customer_urgent = order.customer_tier_id.sudo().delivery_priority == "1"

    def action_customer_raise_priority(self):
        """Deliver these orders before others from now on."""
        return self._customer_set_urgent(True)

    def action_customer_lower_priority(self):
        """Deliver these orders like others from now on."""
        return self._customer_set_urgent(False)

    def _customer_set_urgent(self, urgent):
        self.check_access("write")
        if any(order.state != "sale" for order in self):
            raise UserError(
                self.env._("Tick or untick “Urgent Delivery” on orders that are not confirmed yet.")
            )
        self.customer_urgent = urgent
        # Whoever may change the order may have it delivered first, without rights in the warehouse.
        self.sudo()._customer_set_priority("1" if urgent else "0")
        return True

    def _customer_set_priority(self, priority):
        """Hook: set the priority of what is still to be done for these orders, with all rights.
        What another urgent order needs too stays urgent."""
        # A transfer for several orders is listed with one of them only.
        pickings = self.picking_ids | self.order_line.move_ids.picking_id
        open_ones = pickings.filtered(
            lambda picking: picking.state in OPEN and not picking.return_id
        )
        for picking in open_ones:
            orders = picking.move_ids.sale_line_id.order_id | picking.reference_ids.sale_ids
            if priority == "1" or not any((orders - self).mapped("customer_urgent")):
                picking.priority = priority
