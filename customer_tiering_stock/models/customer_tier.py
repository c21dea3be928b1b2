from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.addons.stock.models.stock_picking import PROCUREMENT_PRIORITIES


class CustomerTier(models.Model):
    """Orders of customers in some tiers are delivered first."""

    _inherit = "customer.tier"

    delivery_priority = fields.Selection(
        PROCUREMENT_PRIORITIES,
        string="Deliveries",
        default="0",
        required=True,
        help="Deliveries of new orders are urgent (starred): they are on top of the list of the "
        "warehouse, and get goods that come in before others. Orders that are confirmed keep "
        "what they have.",
    )
    priority_warning = fields.Char(compute="_compute_priority_warning")

    @api.depends("delivery_priority", "company_id")
    @api.depends_context("lang")
    def _compute_priority_warning(self):
        """Where the star only changes the order of a list."""
        for tier in self:
            idle = tier.delivery_priority == "1" and tier._types_that_reserve_alike()
            names = series(self.env, idle.mapped("display_name")) if idle else ""
            tier.priority_warning = names and self.env._(
                "Urgent deliveries are on top of the list, but get no goods before others at: %s. "
                "There goods are reserved by hand, or by date with as many days for urgent ones as "
                "for others (Inventory › Configuration › Operation Types).",
                names,
            )

    def _types_that_reserve_alike(self):
        """Operation types that take goods for customers of the company and do not reserve urgent
        ones first."""
        if self.company_id not in self.env.companies:
            return self.env["stock.picking.type"]
        found = self.env["stock.picking.type"]._customer_types_that_take(self.company_id)
        return found.filtered(
            lambda kind: (
                kind.reservation_method == "manual"
                or (
                    kind.reservation_method == "by_date"
                    and kind.reservation_days_before_priority <= kind.reservation_days_before
                )
            )
        )

    def _benefit_fact(self, kind, customer, order, personal):
        if kind == "priority":
            # Benefits tell it in their own words.
            return None if self.delivery_priority == "1" else ""
        return super()._benefit_fact(kind, customer, order, personal)
