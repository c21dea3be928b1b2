from odoo import api, models

# What decides from when on goods are reserved.
RESERVING = {"reservation_method", "reservation_days_before"}


class StockPickingType(models.Model):
    """Goods are reserved earlier for urgent deliveries, as the company has it."""

    _inherit = "stock.picking.type"

    @api.model_create_multi
    def create(self, vals_list):
        kinds = super().create(vals_list)
        kinds._customer_follow_company()
        return kinds

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & RESERVING and "reservation_days_before_priority" not in vals:
            self._customer_follow_company()
        return result

    def _customer_follow_company(self):
        """Have these reserve for urgent deliveries as many days earlier as their company has it."""
        for company, kinds in self.grouped("company_id").items():
            if company.sudo().customer_urgent_days:
                (self._customer_types_that_take(company) & kinds)._customer_reserve_earlier()

    @api.model
    def _customer_types_that_take(self, company):
        """Hook: where goods for customers of a company are taken from stock: the first step of each
        warehouse, and other deliveries.

        :return: ``stock.picking.type``, sudo
        """
        # sudo: whoever sets priorities reads as little of warehouses as is told of them: names.
        warehouses = self.env["stock.warehouse"].sudo()
        warehouses = warehouses.search([("company_id", "=", company.id)])
        kinds = self.env["stock.picking.type"].sudo()
        kinds = kinds.search([("company_id", "=", company.id), ("code", "=", "outgoing")])
        for warehouse in warehouses:
            if warehouse.delivery_steps != "ship_only":
                kinds += warehouse.pick_type_id
                kinds -= warehouse.out_type_id
        return kinds.filtered("active")

    def _customer_reserve_earlier(self, before=0):
        """
        :param before: so many days earlier it was so far; where that is no more, urgent deliveries
            are as early as others again
        """
        for kind in self.filtered(lambda kind: kind.reservation_method == "by_date"):
            days = kind.company_id.sudo().customer_urgent_days
            if days or before:
                kind.reservation_days_before_priority = kind.reservation_days_before + days
