from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class CustomerPastOrder(models.Model):
    """An order that a customer placed before the company worked with Odoo, for whoever brings the
    history along: it counts for grading like an order, and is nothing else."""

    _name = "customer.past.order"
    _inherit = "customer.past.row"
    _description = "Past Order"
    _order = "order_date desc, id desc"
    _rec_name = "order_ref"

    order_ref = fields.Char(
        string="Order Reference",
        help="The number of the order in the old system. The same number does not come in twice.",
    )
    order_date = fields.Date(required=True, index=True)
    amount = fields.Monetary(
        string="Untaxed Amount", help="A negative amount is what came back.", aggregator=None
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount_company = fields.Monetary(
        string="Amount",
        compute="_compute_amount_company",
        store=True,
        precompute=True,
        currency_field="company_currency_id",
        help="Untaxed, in the currency of the company, at the rate of the day.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company", exportable=False
    )
    quantity = fields.Float(digits="Product Unit", help="Pieces of goods, where they are known.")
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="set null",
        help="Counts for the number of categories, together with a quantity.",
    )
    always_counts = fields.Boolean(
        string="Counts in Any Case",
        help="Past orders count until the day before the customer's first order in Odoo. Tick this "
        "where the order is not in Odoo although it is later.",
    )
    counts = fields.Boolean(compute="_compute_counts", search="_search_counts")

    _order_ref_uniq = models.UniqueIndex(
        "(company_id, order_ref) WHERE order_ref IS NOT NULL",
        "This order reference has come in already. Leave out the rows that are here, or delete "
        "these first.",
    )

    @api.depends("amount", "currency_id", "order_date", "company_id")
    def _compute_amount_company(self):
        for order in self:
            own = order.company_id.currency_id
            day = order.order_date or fields.Date.today()
            order.amount_company = (
                order.currency_id._convert(order.amount, own, order.company_id, day)
                if order.currency_id and own and order.currency_id != own
                else order.amount
            )

    @api.depends("partner_id", "order_date", "always_counts", "company_id")
    def _compute_counts(self):
        self.flush_model()
        self.env.flush_all()
        ids = self._origin.ids
        self.env.cr.execute(
            SQL(
                "SELECT h.id FROM customer_past_order h JOIN res_partner p ON p.id = h.partner_id "
                "WHERE h.id = ANY(%s) AND %s",
                ids,
                self._counts_sql(),
            )
        )
        counting = {id_ for (id_,) in self.env.cr.fetchall()}
        for order in self:
            order.counts = order._origin.id in counting

    def _search_counts(self, operator, value):
        if operator != "in":
            return NotImplemented
        counting = SQL(
            "(SELECT h.id FROM customer_past_order h JOIN res_partner p ON p.id = h.partner_id "
            "WHERE %s)",
            self._counts_sql(),
        )
        domain = Domain("id", "in", counting)
        return domain if True in value else ~domain

    @api.model
    def _counts_sql(self):
        """Which past orders ``h`` of contacts ``p`` count: those from before the customer's first
        order in the company, as a condition."""
        return SQL(
            """(h.always_counts IS TRUE OR NOT EXISTS (
                SELECT FROM res_partner q
                  JOIN sale_order o ON o.partner_id = q.id
                 WHERE q.commercial_partner_id = p.commercial_partner_id
                   AND o.company_id = h.company_id AND o.state = 'sale'
                   AND o.date_order < h.order_date + 1))"""
        )

    @api.constrains("order_date")
    def _check_order_date(self):
        today = fields.Date.context_today(self)
        if any(order.order_date > today for order in self):
            raise ValidationError(
                self.env._("A past order cannot be dated in the future: look at the column Date.")
            )

    # Coming in from a file

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Past Orders"),
                "template": "/customer_tiering_past_orders/static/templates/past_orders.csv",
            }
        ]

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._mark_stale()
        return orders

    def write(self, vals):
        before = self._customers()
        result = super().write(vals)
        self.env["customer.tier.stale"]._mark(before | self._customers())
        return result

    def unlink(self):
        before = self._customers()
        result = super().unlink()
        self.env["customer.tier.stale"]._mark(before)
        return result

    def _mark_stale(self):
        self.env["customer.tier.stale"]._mark(self._customers())

    def _customers(self):
        return {
            (order.partner_id.commercial_partner_id, order.company_id)
            for order in self.sudo()
            if order.partner_id
        }
