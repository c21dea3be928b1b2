from odoo import fields, models
from odoo.tools import SQL

WEEKS = 8


class CustomerPurchaseDemand(models.Model):
    """What customers are expected to buy in the next eight weeks, for purchasing: by customer,
    product and week.

    Each rhythm that is neither lost nor late is taken to go on: its category is bought on the day
    expected, and again after each interval, in the usual quantity. That is divided among its
    products as in the last five purchases.
    """

    _name = "customer.purchase.demand"
    _description = "Expected Demand"
    _auto = False
    _order = "week, product_id, partner_id"
    _rec_name = "product_id"

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    category_id = fields.Many2one("product.category", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    week = fields.Date(string="Week From", readonly=True, help="The Monday of the week.")
    date = fields.Date(string="Expected On", readonly=True)
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="In the unit of the product, as if everybody who is neither late nor lost bought "
        "again on the day expected. Some will not, so that it is rather too much than too little.",
    )

    @property
    def _table_query(self):
        # Which lines are goods, and where days begin, is a company's own.
        companies = self.env.companies or self.env.company
        for name in ("customer.purchase.rhythm", "sale.order.line", "sale.order", "res.partner"):
            self.env[name].flush_model()
        return SQL(
            # The same for everybody, whichever companies are ticked.
            """SELECT d.rhythm_id * 65536 + row_number() OVER (
                          PARTITION BY d.rhythm_id ORDER BY d.date, d.product_id) AS id, d.*
                 FROM (%s) d""",
            SQL(" UNION ALL ").join(map(self._company_query, companies)),
        )

    def _company_query(self, company):
        # Grading says what counts, to whoever may see what it came to.
        gather = self.sudo().env["customer.tier.gather"]
        today = gather._today(company)
        return SQL(
            """
            SELECT e.rhythm_id, e.partner_id, e.user_id, e.company_id, e.category_id, s.product_id,
                   date_trunc('week', e.date)::date AS week, e.date,
                   (e.usual_quantity * s.share)::numeric AS quantity
              FROM (%(expected)s) e
              JOIN (%(shares)s) s
                ON s.partner_id = e.partner_id AND s.category_id = e.category_id
            """,
            expected=self._expected_query(company, today),
            shares=self._shares_query(gather, company, today),
        )

    def _expected_query(self, company, today):
        """Days on which customers are expected to buy a category. Who is overdue, but not late
        yet, is expected today."""
        return SQL(
            """
            SELECT r.id::bigint AS rhythm_id, r.partner_id, p.user_id, r.company_id,
                   r.category_id, r.usual_quantity,
                   GREATEST(r.due_date + round(n * r.interval_days)::int, %(today)s) AS date
              FROM customer_purchase_rhythm r
              JOIN res_partner p ON p.id = r.partner_id AND p.active
              JOIN generate_series(0, %(days)s) n
                ON r.due_date + round(n * r.interval_days)::int < %(end)s
               AND (n = 0 OR r.due_date + round(n * r.interval_days)::int > %(today)s)
             WHERE r.company_id = %(company)s AND r.lost_since IS NULL
               AND r.due_date < %(end)s AND COALESCE(r.late_date, r.due_date) >= %(today)s
               AND r.interval_days >= 1
            """,
            today=today,
            end=fields.Date.add(fields.Date.start_of(today, "week"), weeks=WEEKS),
            days=7 * WEEKS,
            company=company.id,
        )

    def _shares_query(self, gather, company, today):
        """Which part of what a customer bought of a category in the last five purchases was of
        which product."""
        return SQL(
            """
            SELECT partner_id, category_id, product_id,
                   SUM(quantity) / SUM(SUM(quantity)) OVER (PARTITION BY partner_id, category_id)
                       AS share
              FROM (
                SELECT c.commercial_partner_id AS partner_id, t.categ_id AS category_id,
                       l.product_id, %(quantity)s AS quantity,
                       DENSE_RANK() OVER (
                           PARTITION BY c.commercial_partner_id, t.categ_id
                           ORDER BY (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                                    DESC) AS purchase
                  FROM customer_purchase_rhythm r
                  JOIN res_partner c ON c.commercial_partner_id = r.partner_id
                  JOIN sale_order o ON o.partner_id = c.id AND o.company_id = r.company_id
                  JOIN sale_order_line l ON l.order_id = o.id
                  JOIN product_product v ON v.id = l.product_id AND v.active
                  JOIN product_template t
                    ON t.id = v.product_tmpl_id AND t.categ_id = r.category_id
             LEFT JOIN uom_uom u ON u.id = l.product_uom_id
             LEFT JOIN uom_uom own ON own.id = t.uom_id
                 WHERE r.company_id = %(company)s AND o.state = 'sale' AND l.product_uom_qty > 0
                   AND o.date_order < %(end)s AND %(goods)s
              ) lines
             WHERE purchase <= %(purchases)s
             GROUP BY partner_id, category_id, product_id
            """,
            quantity=gather._line_quantity(),
            zone=gather._timezone(company),
            company=company.id,
            end=gather._end_of_day(company, today),
            goods=gather._goods_condition(company),
            purchases=5,
        )
