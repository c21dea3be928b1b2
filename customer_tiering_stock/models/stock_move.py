from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

READERS = "stock.group_stock_user,sales_team.group_sale_salesman"


class StockMove(models.Model):
    """Transfers have the customers graded anew whose orders they deliver or send back, are urgent
    where one of these orders is, and tell to which tier goods are promised."""

    _inherit = "stock.move"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        compute="_compute_customer_tier_id",
        search="_search_customer_tier_id",
        groups=READERS,
        help="Of the customer whose order it delivers, at present.",
    )

    @api.depends("sale_line_id.order_partner_id", "company_id")
    @api.depends_context("allowed_company_ids")
    def _compute_customer_tier_id(self):
        # sudo: whoever works in the warehouse reads the tier's name and nothing else of the
        # grading or the order; only in the own companies.
        standings = self.env["customer.tier.standing"].sudo()
        moves = self.filtered(lambda move: move.company_id in self.env.companies)
        customers = {
            move: move.sudo().sale_line_id.order_partner_id.commercial_partner_id for move in moves
        }
        own = [
            ("company_id", "in", moves.company_id.ids),
            ("partner_id", "in", [customer.id for customer in customers.values()]),
        ]
        rows = standings.search_fetch(own, ["partner_id", "company_id", "tier_id"])
        tiers = {(row.partner_id, row.company_id): row.tier_id for row in rows}
        for move in self:
            move.customer_tier_id = tiers.get((customers.get(move), move.company_id), False)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "customer_tier_id" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        line = query.left_join(alias, "sale_line_id", "sale_order_line", "id", "tier_line")
        partner = query.left_join(line, "order_partner_id", "res_partner", "id", "tier_partner")
        standing = query.make_alias(alias, "customer_tier_standing")
        query.add_join(
            "LEFT JOIN",
            standing,
            "customer_tier_standing",
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(standing, "partner_id"),
                SQL.identifier(partner, "commercial_partner_id"),
                SQL.identifier(standing, "company_id"),
                SQL.identifier(alias, "company_id"),
            ),
        )
        return SQL.identifier(standing, "tier_id")

    @api.model
    def _search_customer_tier_id(self, operator, value):
        field = self._fields["customer_tier_id"]

        def to_sql(model, alias, query):
            return field.condition_to_sql("customer_tier_id", operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    def _get_new_picking_values(self):
        # The priority of a procurement does not reach its transfers.
        values = super()._get_new_picking_values()
        orders = self._customer_tier_orders() | self.sudo().reference_ids.sale_ids
        if any(orders.mapped("customer_urgent")):
            values["priority"] = "1"
        return values

    def _action_done(self, cancel_backorder=False):
        orders = self._customer_tier_orders()
        with orders._customer_delivering():
            moves = super()._action_done(cancel_backorder=cancel_backorder)
        orders |= moves.exists()._customer_tier_orders()
        orders._customer_tier_lines_changed()
        return moves

    @api.model_create_multi
    def create(self, vals_list):
        with self._customer_tier_to_deliver(vals_list)._customer_delivering():
            return super().create(vals_list)

    def write(self, vals):
        if "sale_line_id" in vals and not self.env.su:
            moved = self.filtered(
                lambda move: move.state == "done" and move.sale_line_id.id != vals["sale_line_id"]
            )
            moved._customer_tier_orders()._customer_delivered_elsewhere()
        with self._customer_tier_to_deliver([vals])._customer_delivering():
            return super().write(vals)

    @api.model
    def _customer_tier_to_deliver(self, vals_list):
        """The orders that moves with these values deliver: one that was all done, and came back,
        is so no more with another delivery."""
        lines = {vals.get("sale_line_id") for vals in vals_list} - {None, False}
        # Whoever works in the warehouse need not read orders.
        return self.env["sale.order.line"].sudo().browse(lines).order_id

    def _action_cancel(self):
        orders = self._customer_tier_orders()
        result = super()._action_cancel()
        orders._customer_tier_lines_changed()
        return result

    def _customer_tier_orders(self):
        # Whoever works in the warehouse need not read orders.
        return self.sudo().sale_line_id.order_id
