from dataclasses import asdict

from odoo import api, fields, models
from odoo.addons.customer_tiering.grading.policy import SAMPLE_SIZE
from odoo.addons.customer_tiering.samples import fixed_sample
from odoo.tools import SQL

from .. import purchase_lines


class CustomerCategoryCycle(models.Model):
    """How soon customers of a company buy a product category again, measured once a month and kept
    until the next time, so that a customer looked at alone gets the same as among all; the line
    without a category is that of all categories."""

    _name = "customer.category.cycle"
    _description = "Measured Cycle of a Product Category"
    _order = "company_id, category_id"
    _rec_name = "category_id"

    category_id = fields.Many2one(
        "product.category", ondelete="cascade", readonly=True, help="Empty: all categories."
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    typical_days = fields.Integer(
        string="Half Within (days)",
        readonly=True,
        aggregator=None,
        help="Half of all buyers have bought the category again within so many days; 0 where fewer "
        "were seen to buy it again.",
    )
    late_days = fields.Integer(
        string="Four of Five Within (days)",
        readonly=True,
        aggregator=None,
        help="0 where fewer were seen to buy it again.",
    )
    quarter_days = fields.Integer(string="A Quarter Within (days)", readonly=True, aggregator=None)
    three_quarter_days = fields.Integer(
        string="Three Quarters Within (days)",
        readonly=True,
        aggregator=None,
        help="0 where fewer were seen to buy it again.",
    )
    interval_count = fields.Integer(string="Intervals", readonly=True, aggregator=None)
    replenishable = fields.Integer(
        string="Bought Again (%)",
        readonly=True,
        aggregator=None,
        help="Of a hundred who bought the category for the first time, so many bought it again "
        "within twice the time that half of all take.",
    )
    rhythm = fields.Json(readonly=True)
    learnt_on = fields.Date(readonly=True)

    _one_per_category = models.UniqueIndex(
        "(company_id, COALESCE(category_id, 0))", "A category has one measured cycle per company."
    )

    @api.model
    def _sample(self, company):
        """:return: ids of the customers whom categories are measured from"""
        import numpy as np

        self.env.flush_all()
        customers = [
            id_
            for (id_,) in self.env.execute_query(
                SQL(
                    "SELECT partner_id FROM customer_tier_standing "
                    "WHERE company_id = %s AND program_id IS NOT NULL ORDER BY partner_id",
                    company.id,
                )
            )
        ]
        return fixed_sample(np.array(customers, dtype=np.int64), SAMPLE_SIZE).tolist()

    @api.model
    def _freeze(self, company, as_of, lines):
        """Measure how categories are bought until a day, and keep it until the next time.

        :param lines: of ``purchase_lines``, what the :meth:`_sample` of customers bought
        """
        from odoo.addons.customer_tiering.grading.dates import day_number

        day = int(day_number(as_of))
        self._keep(company, as_of, purchase_lines.purchases(lines).cycles(day))

    def _keep(self, company, as_of, cycles):
        """Write what differs.

        :param cycles: dict category id (``None``: all) → ``grading.rhythm.Cycle``
        """
        present = self.sudo().search([("company_id", "=", company.id)])
        known = {cycle.category_id.id or None: cycle for cycle in present}
        (present - self.union(*(known[c] for c in cycles if c in known))).unlink()
        fresh = []
        for category, cycle in cycles.items():
            vals = self._vals(cycle) | {"learnt_on": as_of}
            if category in known:
                known[category].write(vals)
            else:
                fresh.append({"category_id": category, "company_id": company.id, **vals})
        self.sudo().create(fresh)

    @api.model
    def _vals(self, cycle):
        return {
            "typical_days": cycle.rhythm.typical if cycle.rhythm.half >= 0.5 else 0,
            "late_days": cycle.rhythm.late if cycle.rhythm.most >= 0.8 else 0,
            "quarter_days": cycle.quarter,
            "three_quarter_days": cycle.three_quarters,
            "interval_count": cycle.rhythm.ended,
            "replenishable": cycle.again,
            "rhythm": asdict(cycle.rhythm),
        }

    @api.model
    def _held(self, company, categories):
        """What was typed and measured of some categories, which nobody can delete until the rows
        that refer to them are committed: ``customer.purchase.rhythm`` does without foreign keys for
        it, see ``BulkMany2one``.

        :param categories: ids
        :return: dict id → days typed for it, without those of no days; dict id (``None``: all) →
            ``policy.Rhythm``
        """
        from odoo.addons.customer_tiering.grading.policy import read_rhythm

        query = SQL(
            """
            SELECT h.id, h.customer_cycle_days, m.rhythm
              FROM (SELECT c.id, c.customer_cycle_days FROM product_category c
                     WHERE c.id = ANY(%(ids)s) FOR KEY SHARE) h
         LEFT JOIN customer_category_cycle m
                ON m.category_id = h.id AND m.company_id = %(company)s
             UNION ALL
            SELECT NULL, 0, m.rhythm
              FROM customer_category_cycle m
             WHERE m.category_id IS NULL AND m.company_id = %(company)s
            """,
            ids=sorted(categories),
            company=company.id,
        )
        typed, rhythms = {}, {}
        for category, days, rhythm in self.env.execute_query(query):
            if days:
                typed[category] = days
            if rhythm:
                rhythms[category] = read_rhythm(rhythm)
        return typed, rhythms
