import logging
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading.policy import ORDERED
from odoo.addons.customer_tiering.tools import attempt
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# What has been bought in this time tells what goes with what.
YEAR_DAYS = 365
# Worked out anew after a week; the job of a week later may come somewhat earlier in the day.
FRESH_DAYS = 6
BOUGHT = "customer_product_bought"
STAGED = "customer_product_affinity_new"
COLUMNS = {
    "tier_id": "int4",
    "product_id": "int4",
    "other_id": "int4",
    "score": "float8",
    "customer_count": "int4",
}


class CustomerProductAffinity(models.Model):
    """What customers who buy a product buy besides, for a company as a whole and for each tier with
    enough customers; worked out every week.

    The row of a product with itself says how many customers buy it, and how likely they buy it
    again.
    """

    _name = "customer.product.affinity"
    _description = "Products Bought by the Same Customers"
    _order = "product_id, score desc, id"
    _log_access = False
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    tier_id = fields.Many2one(
        "customer.tier", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "product.product",
        string="Also Bought",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    score = fields.Float(readonly=True, digits=(10, 6), aggregator=None)
    customer_count = fields.Integer(string="Customers", readonly=True, aggregator=None)

    _pair_uniq = models.UniqueIndex(
        "(product_id, company_id, tier_id, other_id) NULLS NOT DISTINCT",
        "Two products have one affinity in a company and a tier.",
    )

    @api.model
    def _cron_refresh(self):
        """Work out each company that is graded and due; one that fails does not keep the others
        from it, and whatever is left is taken up by the next call."""
        companies = self._companies_due()
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:

            def failed(_error, company=company):
                _logger.exception("Affinities of products stay as they were: %s", company.name)

            # One that fails waits for its next turn as well, or it would always come first.
            company.customer_affinity_refreshed_on = fields.Datetime.now()
            attempt(self.env, lambda company=company: self._refresh(company), failed)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _companies_due(self):
        programs = self.env["customer.tier.program"].sudo().search([("company_id", "!=", False)])
        limit = fields.Datetime.now() - timedelta(days=FRESH_DAYS)
        return programs.company_id.filtered(
            lambda company: (company.customer_affinity_refreshed_on or datetime.min) <= limit
        )

    @api.model
    def _refresh(self, company):
        """Work out what is bought with what in a company."""
        from odoo.addons.customer_tiering.grading import baskets

        self.env.flush_all()
        self._read_bought(company)
        frames = []
        for tier in [None, *self._tiers()]:
            frames.append(self._of_products(tier))
            if tier is None or self._customer_count(tier) >= baskets.TIER_CUSTOMERS:
                frames.append(self._of_pairs(tier))
        self._write(company, frames)
        self.env.invalidate_all(flush=False)

    def _read_bought(self, company):
        """Products by customer, of customers graded in the company: order days on which they were
        bought, and how many order days ago first and last; the newest ones of each customer."""
        from odoo.addons.customer_tiering.grading import baskets

        gather = self.env["customer.tier.gather"]
        today = gather._today(company)
        scope = lambda column: SQL("TRUE")  # noqa: E731
        after = fields.Date.subtract(today, days=YEAR_DAYS)
        after = (after - fields.Date.to_date("1970-01-01")).days
        queries = [
            source.lines(company, today, scope, frozenset(), after)
            for source in gather._sources(company, self._basis(company))
            if source.lines
        ]
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(BOUGHT)))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE %(table)s ON COMMIT DROP AS
                  WITH days AS (
                       SELECT b.customer, b.product,
                              (b.at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS day
                         FROM (%(lines)s) b (customer, at, product, quantity)
                     GROUP BY 1, 2, 3
                       HAVING SUM(b.quantity) > 0
                  ), aged AS (
                       SELECT *, DENSE_RANK() OVER (PARTITION BY customer ORDER BY day DESC) - 1
                                 AS age
                         FROM days
                  ), owned AS (
                       SELECT customer, product, COUNT(*) AS number, MIN(age) AS newest,
                              MAX(age) AS oldest
                         FROM aged
                     GROUP BY customer, product
                  ), counted AS (
                       SELECT o.*, ROW_NUMBER() OVER (
                                  PARTITION BY customer ORDER BY newest, product) AS place
                         FROM owned o
                         JOIN product_product v ON v.id = o.product AND v.active
                         JOIN product_template t ON t.id = v.product_tmpl_id AND t.active
                        WHERE t.sale_ok AND t.type <> 'combo' AND o.product NOT IN (%(no_goods)s)
                          AND (t.company_id IS NULL OR t.company_id = ANY(%(companies)s))
                  )
                SELECT c.customer, s.tier_id AS tier, c.product, c.number, c.newest, c.oldest
                  FROM counted c
                  JOIN customer_tier_standing s
                    ON s.partner_id = c.customer AND s.company_id = %(company)s
                 WHERE c.place <= %(products)s
                """,
                table=SQL.identifier(BOUGHT),
                zone=gather._timezone(company),
                lines=SQL(" UNION ALL ").join(SQL("(%s)", query) for query in queries),
                no_goods=gather._products_that_are_no_goods(company),
                companies=company.sudo().parent_ids.ids,
                company=company.id,
                products=baskets.PRODUCTS,
            )
        )
        self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(BOUGHT)))

    def _basis(self, company):
        program = self.env["customer.tier.program"].sudo()
        return program.search([("company_id", "=", company.id)], limit=1).basis or ORDERED

    def _tiers(self):
        bought = SQL.identifier(BOUGHT)
        self.env.cr.execute(
            SQL("SELECT DISTINCT tier FROM %s WHERE tier IS NOT NULL ORDER BY tier", bought)
        )
        return [tier for (tier,) in self.env.cr.fetchall()]

    def _customer_count(self, tier):
        bought = SQL.identifier(BOUGHT)
        self.env.cr.execute(
            SQL("SELECT COUNT(DISTINCT customer) FROM %s WHERE tier = %s", bought, tier)
        )
        return self.env.cr.fetchone()[0]

    def _of_tier(self, alias, tier):
        if tier is None:
            return SQL("TRUE")
        return SQL("%s = %s", SQL.identifier(alias, "tier"), tier)

    def _of_products(self, tier):
        """Each product with itself: dict column → array, as :meth:`_write` takes them."""
        import numpy as np

        from odoo.addons.customer_tiering.grading import baskets

        rows = self.env["customer.tier.gather"]._read(
            SQL(
                """
                SELECT b.product, COUNT(*)::int, SUM(b.number - 1)::float8, SUM(b.oldest)::float8
                  FROM %s b WHERE %s GROUP BY b.product
                """,
                SQL.identifier(BOUGHT),
                self._of_tier("b", tier),
            ),
            {"product": "int4", "count": "int4", "repeats": "float8", "chances": "float8"},
        )
        # Fewer are people, not a habit of customers.
        some = rows["count"] >= (1 if tier is None else baskets.COMMON)
        score = baskets.repeat_shares(rows["repeats"], rows["chances"])[some]
        product, count = rows["product"][some], rows["count"][some]
        return self._columns(tier, product, product, score, count.astype(np.int64))

    def _of_pairs(self, tier):
        """Pairs of different products, both ways, as :meth:`_write` takes them."""
        from odoo.addons.customer_tiering.grading import baskets

        names = ("product", "other", "common", "own", "others")
        rows = self.env["customer.tier.gather"]._read(
            SQL(
                """
                  WITH chosen AS (SELECT * FROM %(bought)s b WHERE %(of_tier)s),
                       buyers AS (SELECT product, COUNT(*)::int AS number
                                    FROM chosen GROUP BY product),
                       pairs AS (
                       SELECT a.product, b.product AS other, COUNT(*)::int AS common,
                              SUM(POWER(%(fading)s::float8, b.oldest)) AS weight
                         FROM chosen a
                         JOIN chosen b ON b.customer = a.customer AND b.product <> a.product
                     GROUP BY a.product, b.product
                       HAVING COUNT(*) >= %(least)s
                  )
                SELECT p.product, p.other, p.common, i.number, j.number, p.weight
                  FROM pairs p
                  JOIN buyers i ON i.product = p.product
                  JOIN buyers j ON j.product = p.other
                """,
                bought=SQL.identifier(BOUGHT),
                of_tier=self._of_tier("b", tier),
                fading=baskets.RECENT,
                least=baskets.COMMON,
            ),
            {**dict.fromkeys(names, "int4"), "weight": "float8"},
        )
        kept, score = baskets.affinities(
            *(rows[name] for name in ("product", "other", "common", "weight", "own", "others"))
        )
        return self._columns(
            tier, rows["product"][kept], rows["other"][kept], score, rows["common"][kept]
        )

    def _columns(self, tier, product, other, score, count):
        import numpy as np

        return {
            # Copied without an empty value.
            "tier_id": np.full(len(product), tier or 0),
            "product_id": product,
            "other_id": other,
            "score": score,
            "customer_count": count,
        }

    def _write(self, company, frames):
        import numpy as np

        from odoo.addons.customer_tiering.binary_copy import write_columns

        values = {name: np.concatenate([frame[name] for frame in frames]) for name in COLUMNS}
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(type_)) for name, type_ in COLUMNS.items()
        )
        cr, staged = self.env.cr, SQL.identifier(STAGED)
        cr.execute(SQL("DROP TABLE IF EXISTS %s", staged))
        cr.execute(SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", staged, definition))
        write_columns(cr, STAGED, COLUMNS, values)
        table, own = SQL.identifier(self._table), SQL("company_id = %s", company.id)
        cr.execute(SQL("DELETE FROM %s WHERE %s", table, own))
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        cr.execute(
            SQL(
                "INSERT INTO %s (company_id, %s) "
                "SELECT %s, NULLIF(tier_id, 0), product_id, other_id, score, customer_count "
                "FROM %s ORDER BY product_id, tier_id, score DESC",
                table,
                names,
                company.id,
                staged,
            )
        )
