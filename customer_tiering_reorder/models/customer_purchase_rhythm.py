import logging
from collections import defaultdict
from datetime import timedelta

from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.addons.customer_tiering import scopes
from odoo.addons.customer_tiering.bulk_fields import BulkMany2one, KnownFloat
from odoo.addons.customer_tiering.grading.policy import INVOICED, ORDERED
from odoo.addons.customer_tiering.standing_columns import COUNT, DAY, MONEY, selection
from odoo.addons.customer_tiering.tools import attempt
from odoo.tools import SQL

from .. import purchase_lines
from ..explain import rhythm as words

_logger = logging.getLogger(__name__)

SOURCES = [
    ("product", "Typed on the product"),
    ("customer_category", "The customer's own rhythm in the category"),
    ("category", "The category"),
    ("customer", "The customer's own rhythm"),
    ("all", "All categories"),
]
STAGING = "customer_purchase_rhythm_staging"
# So many rows come without it, in the statement itself.
FEW = 200
# Field: how it is staged and stored, and the column of ``grading.rhythm.RHYTHM_COLUMNS``.
COLUMNS = {
    "order_days": (COUNT, "order_days"),
    "last_date": (DAY, "last_day"),
    "interval_days": (MONEY, "interval"),
    "own_median_days": (MONEY, "own_median"),
    "own_weight": (MONEY, "own_weight"),
    "cv": (MONEY, "cv"),
    "source": (selection([code for code, _name in SOURCES]), "source"),
    "due_date": (DAY, "due_day"),
    "late_date": (DAY, "late_day"),
    "window_from": (DAY, "from_day"),
    "window_to": (DAY, "until_day"),
    "usual_quantity": (MONEY, "usual_quantity"),
    "amount_year": (MONEY, "amount_year"),
    "lost_since": (DAY, "lost_day"),
}
# Day by which a trigger goes.
KINDS = {"category_due": "due_date", "late": "late_date", "lost_item": "lost_since"}
# Days after which everybody is looked at again, and categories are measured anew.
PASS_DAYS = 30
# Customers looked at in one transaction: their lines stay within some tens of megabytes.
CHUNK_SIZE = 20000
# How far a pass has come that has looked at nobody but those whom categories are measured from.
MEASURED = -1
# When the job comes back to a company that is being graded.
SOON = timedelta(minutes=1)


class CustomerPurchaseRhythm(models.Model):
    """When a customer is expected to buy a product category again, how much, and what it no longer
    buys; for salespeople, reminders and purchasing.

    Rows are written by SQL in bulk and only where they differ. They follow from a customer's own
    purchases and from what was measured of the category, and change with no day that passes, so
    that only customers who have ordered are looked at again.
    """

    _name = "customer.purchase.rhythm"
    _description = "Purchase Rhythm by Category"
    _order = "due_date, id"
    _rec_name = "category_id"
    _log_access = False

    partner_id = BulkMany2one("res.partner", string="Customer", required=True, readonly=True)
    company_id = BulkMany2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id", string="Currency")
    category_id = BulkMany2one("product.category", required=True, readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    order_days = fields.Integer(
        string="Purchases",
        readonly=True,
        aggregator=None,
        help="Days on which the category was bought.",
    )
    last_date = fields.Date(string="Last Bought", readonly=True)
    interval_days = KnownFloat(
        string="Every (days)",
        digits=(9, 1),
        readonly=True,
        aggregator="avg",
        help="Half of such customers who buy the category again do so within so many days.",
    )
    own_median_days = KnownFloat(
        string="Own Median (days)", digits=(9, 1), readonly=True, aggregator=None
    )
    own_weight = KnownFloat(digits=(4, 3), readonly=True, aggregator=None)
    cv = KnownFloat(
        string="Variation",
        digits=(9, 3),
        readonly=True,
        aggregator=None,
        help="Standard deviation of the customer's own intervals over their mean.",
    )
    source = fields.Selection(SOURCES, string="Rests On", readonly=True)
    due_date = fields.Date(
        string="Expected",
        readonly=True,
        help="The day by which half of such customers have bought the category again who do so at "
        "all.",
    )
    late_date = fields.Date(
        string="Late From",
        readonly=True,
        help="The day by which four of five such customers have bought the category again.",
    )
    window_from = fields.Date(
        readonly=True,
        help="Four of five come between these days; empty for who buys so regularly that a day "
        "can be named.",
    )
    window_to = fields.Date(readonly=True)
    usual_quantity = KnownFloat(
        string="Usual Quantity",
        digits="Product Unit",
        readonly=True,
        aggregator="sum",
        help="Median of the last five purchases, in the products' own units.",
    )
    amount_year = fields.Monetary(
        string="Amount of a Year",
        readonly=True,
        help="Untaxed, of the 365 days up to the last purchase.",
    )
    lost_since = fields.Date(
        string="No Longer Bought Since",
        readonly=True,
        help="Bought steadily, then no more for twice the usual time, while the customer still "
        "orders other things.",
    )
    next_text = fields.Char(string="Next", compute="_compute_texts")
    source_text = fields.Char(string="How It Is Known", compute="_compute_texts")

    _one_per_category = models.UniqueIndex(
        "(partner_id, company_id, category_id)", "A customer has one rhythm per category."
    )
    _due_idx = models.Index("(company_id, due_date)")
    _lost_idx = models.Index("(company_id, lost_since) WHERE lost_since IS NOT NULL")

    @api.depends("due_date", "late_date", "window_from", "window_to", "source", "lost_since")
    @api.depends_context("lang", "uid")
    def _compute_texts(self):
        cycles = words.Cycles(self)
        for row in self:
            row.next_text = words.next_text(row)
            row.source_text = cycles.source_text(row)

    def action_open_orders(self):
        """The orders that a rhythm was found in."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        return {
            **action,
            "name": self.env._(
                "%(category)s: orders of %(customer)s",
                category=self.category_id.display_name,
                customer=self.partner_id.display_name,
            ),
            "domain": [
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
                ("order_line.product_id.categ_id", "=", self.category_id.id),
            ],
            "context": {"create": False},
        }

    @api.model
    def _days(self, partner, company):
        """The days on which a customer bought, by category.

        :return: dict category id → dates, the first one first
        """
        from odoo.addons.customer_tiering.grading.metrics import as_date

        # Whoever may read the rows may know the days that they were found in.
        gather = self.sudo().env["customer.tier.gather"]
        self.env.flush_all()
        scope, today = gather._scope_of(partner.ids), gather._today(company)
        basis = purchase_lines.basis_of(company)
        lines = purchase_lines.read(gather, company, today, scope, basis)
        bought = purchase_lines.purchases(lines)
        days = defaultdict(list)
        categories = bought.categories[bought.pairs].tolist()
        for category, day in zip(categories, bought.days.tolist(), strict=True):
            days[category].append(as_date(day))
        return days

    # Who is due

    @api.model
    def _due(self, company, as_of, kind, earliest=None):
        """Customers and categories that a trigger goes by on a day, as ``SQL`` with the columns
        ``partner_id, category_id, day, loss``: the day by which it goes, and the amount of a year.

        :param kind: ``category_due``: the category is expected to be bought · ``late``: it should
            have been · ``lost_item``: it is bought no longer, while other things are
        :param earliest: only what became so on this day or after; without it, all that is so
        """
        day = SQL.identifier("r", KINDS[kind])
        return SQL(
            """
            SELECT r.partner_id, r.category_id, %(day)s AS day, r.amount_year AS loss
              FROM customer_purchase_rhythm r
              JOIN res_partner p ON p.id = r.partner_id AND p.active
             WHERE r.company_id = %(company)s AND %(due)s
            """,
            day=day,
            company=company.id,
            due=self._is_due(kind, earliest, as_of),
        )

    @api.model
    def _is_due(self, kind, earliest, latest):
        """Whether a trigger goes by row ``r`` within some days; see :meth:`_due`."""
        day = SQL.identifier("r", KINDS[kind])
        return SQL(
            "(%s <= %s AND %s AND %s)",
            day,
            latest,
            SQL("TRUE") if earliest is None else SQL("%s >= %s", day, earliest),
            SQL("TRUE") if kind == "lost_item" else SQL("r.lost_since IS NULL"),
        )

    # Who is looked at again, and when

    @api.model
    def _cron_find(self):
        """Look at customers who have ordered since the last time, and once a month at everybody, in
        chunks that are committed one by one; whatever is left is taken up by the next call."""
        companies = self._companies()
        self._commit(remaining=len(companies))
        for position, company in enumerate(companies, start=1):
            try:
                if not self._catch_up(company, later=len(companies) - position):
                    return
            except TransactionRollbackError:
                # Somebody changed the same customers at the same moment, who goes first.
                self.env.cr.rollback()
                self._come_back()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Rhythms of company %s could not be found", company.id)
        self._commit(remaining=0)

    @api.model
    def _companies(self):
        programs = self.env["customer.tier.program"].sudo()
        return programs.search([("company_id", "!=", False)]).company_id.sorted("id")

    @api.model
    def _load_demo(self):
        """Find the rhythms of demo customers, so that there is something to look at."""
        for company in self._companies():
            today = self.env["customer.tier.gather"]._today(company)
            done = set()
            while self._next_chunk(company, today, done):
                continue

    def _commit(self, done=0, remaining=0):
        return self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    def _come_back(self):
        cron = self.env.ref("customer_tiering_reorder.ir_cron_rhythm")
        cron._trigger(at=fields.Datetime.now() + SOON)

    @api.model
    def _catch_up(self, company, later=0):
        """
        :param later: what remains to be done afterwards
        :return: False when time is up
        """
        today = self.env["customer.tier.gather"]._today(company)
        if not self._is_pass_due(company, today):
            if self._lock(company):
                self._update(self._recent(company, today), company)
                company.sudo().customer_rhythm_updated_on = today
            return bool(self._commit(1, remaining=later))
        more, time_left, done = True, True, set()
        while more and time_left and self._lock(company):
            more = self._next_chunk(company, today, done)
            time_left = self._commit(1, remaining=more + later)
        return bool(time_left)

    def _lock(self, company):
        """The lock of gradings: they read and write about the same customers."""
        locked = self.env["customer.tier.pipeline"]._lock(company)
        if not locked:
            self._come_back()
        return locked

    def _is_pass_due(self, company, today):
        """Whether everybody is to be looked at: once a month, and after what was typed changed."""
        passed = company.customer_rhythm_passed_on
        return bool(
            company.customer_rhythm_last_partner_id
            or not passed
            or passed <= today - timedelta(days=PASS_DAYS)
        )

    @api.model
    def _next_chunk(self, company, today, done=None):
        """Look at the next customers of a pass over everybody, first of all at those whom
        categories are measured from, whose lines are read for that.

        :param done: set of ids of these, which is filled and then left out, by who goes on with a
            pass at once; without it, they are looked at once more
        :return: whether there are more
        """
        # Nobody works on companies here but the job.
        company = company.sudo()
        low = company.customer_rhythm_last_partner_id
        gather = self.env["customer.tier.gather"]
        if not low:
            sample = self.env["customer.category.cycle"]._sample(company)
            scope = gather._scope_of(sample)
            lines = self._lines(company, today, scope)
            self.env["customer.category.cycle"]._freeze(company, today, lines)
            self._find(company, today, scope, lines)
            company.customer_rhythm_last_partner_id = MEASURED
            if done is not None:
                # A pass that somebody has begun anew is another one.
                done.clear()
                done.update(sample)
            return True
        ids = self._next_customers(company, low, CHUNK_SIZE)
        if ids:
            left = [id_ for id_ in ids if id_ not in done] if done else ids
            if left:
                self._find(company, today, gather._scope_of(left))
            company.customer_rhythm_last_partner_id = ids[-1]
            return True
        company.write(
            {
                "customer_rhythm_last_partner_id": 0,
                "customer_rhythm_passed_on": today,
                "customer_rhythm_updated_on": today,
            }
        )
        return False

    def _next_customers(self, company, low, size):
        """Ids of the next customers who are graded, or have a row from when they were."""
        rows = self.env.execute_query(
            SQL(
                """
               (SELECT partner_id FROM customer_tier_standing
                 WHERE company_id = %(company)s AND partner_id > %(low)s
                 ORDER BY partner_id LIMIT %(size)s)
                 UNION
               (SELECT DISTINCT partner_id FROM customer_purchase_rhythm
                 WHERE company_id = %(company)s AND partner_id > %(low)s
                 ORDER BY partner_id LIMIT %(size)s)
                 ORDER BY partner_id LIMIT %(size)s
                """,
                company=company.id,
                low=low,
                size=size,
            )
        )
        return [id_ for (id_,) in rows]

    def _recent(self, company, today):
        """Customers who have ordered since everybody was looked at, and whose rows may not know:
        an order whose day has come, or that came past the order form."""
        since = (company.customer_rhythm_updated_on or today) - timedelta(days=1)
        return (
            self.env["customer.tier.standing"]
            .sudo()
            .search([("company_id", "=", company.id), ("last_order_date", ">=", since)])
            .partner_id
        )

    @api.model
    def _start_pass(self):
        """Look at everybody again soon: what was typed of categories or products has changed."""
        # Who manages products has no right on companies.
        companies = self.sudo()._companies()
        passed = companies.filtered("customer_rhythm_passed_on")
        # A pass under way begins anew.
        passed.write({"customer_rhythm_passed_on": False, "customer_rhythm_last_partner_id": 0})
        if cron := self.env.ref("customer_tiering_reorder.ir_cron_rhythm", False):
            cron.sudo()._trigger()

    @api.model
    def _follow_grading(self, ids, company):
        """Look at customers who were just graded because they ordered; a grading is no less
        finished because something about this fails.

        :param ids: of commercial partners
        """

        def failed(_error):
            _logger.exception("Rhythms of %s are left as they were", ids)

        attempt(self.env, lambda: self._update_some(ids, company), failed)

    # Finding it

    @api.model
    def _forget(self, partners):
        """Drop the rhythms of customers who become part of another.

        :return: companies in which they had any
        """
        found = self.search([("partner_id", "in", partners.ids)])
        companies = found.company_id
        found.unlink()
        return companies

    @api.model
    def _forget_deleted(self, name, ids):
        """Drop the rhythms of records that are deleted: they have no foreign key, see
        ``BulkMany2one``.

        :param name: of the field by which rows refer to these
        """
        query = SQL(
            """DELETE FROM customer_purchase_rhythm r
                WHERE r.%(column)s = ANY(%(ids)s)
                  AND NOT EXISTS (SELECT FROM %(table)s t WHERE t.id = r.%(column)s)""",
            column=SQL.identifier(name),
            table=SQL.identifier(self.env[self._fields[name].comodel_name]._table),
            ids=ids,
        )
        self.env.cr.execute(query)
        self.invalidate_model()
        registry = self.env.registry

        # What the job has committed since this transaction began is not seen in it.
        @self.env.cr.postcommit.add
        def again():
            try:
                with registry.cursor() as cr:
                    cr.execute(query)
            except Exception:
                _logger.exception("Rhythms of what was deleted stay until the next pass")

    @api.model
    def _update(self, partners, company):
        """Look at some customers again, whose orders changed.

        :return: number of rows that changed
        """
        return self._update_some(partners.commercial_partner_id.ids, company)

    def _update_some(self, ids, company):
        """The same by their ids."""
        gather = self.env["customer.tier.gather"]
        scope = gather._scope_of(ids)
        return self._find(company, gather._today(company), scope) if ids else 0

    @api.model
    def _lines(self, company, as_of, scope):
        """What customers of a scope bought, see ``purchase_lines``."""
        # Whoever confirms an order has no right on what grading reads.
        gather = self.sudo().env["customer.tier.gather"]
        self.env.flush_all()
        return purchase_lines.read(gather, company, as_of, scope, purchase_lines.basis_of(company))

    @api.model
    def _find(self, company, as_of, scope, lines=None):
        """Find the rhythms of the customers of a scope, and write what differs.

        :param scope: see ``customer.tier.gather``
        :param lines: :meth:`_lines` of the scope, where they have been read
        :return: number of rows that changed
        """
        from odoo.addons.customer_tiering.grading.dates import day_number

        # Whoever confirms an order has no right on what grading reads.
        gather = self.sudo().env["customer.tier.gather"]
        self.env.flush_all()
        basis, last_orders, scope = self._graded(company, scope)
        if lines is None and last_orders:
            few = scopes.few(scope)
            lines = purchase_lines.read(gather, company, as_of, scope, basis, few)
        elif lines is None:
            lines = purchase_lines.nothing()
        # Who is not graded has no row.
        graded = lines["customer"].isin(list(last_orders))
        lines = lines if graded.all() else lines[graded]
        bought = purchase_lines.purchases(lines)
        typed, rhythms = self.env["customer.category.cycle"]._held(
            company, set(bought.categories.tolist())
        )
        found = bought.rhythms(
            int(day_number(as_of)),
            rhythms,
            typed,
            purchase_lines.product_cycles(lines, bought),
            last_orders,
        )
        found = found[(found["source"] >= 0) & found["interval"].notna()]
        return self._save(company, scope, found.assign(source=found["source"] + 1))

    def _graded(self, company, scope):
        """What gradings know of the customers of a scope.

        :return: what counts as bought; dict id → day number of the last order of anything, of those
            who are graded, and of nobody while no category is watched; the scope, which knows of
            few whether anything came back
        """
        gather = self.sudo().env["customer.tier.gather"]
        few = scopes.few(scope)
        query = SQL(
            """
            SELECT s.partner_id, s.last_order_date - date '1970-01-01', %s, %s
              FROM customer_tier_standing s
             WHERE s.company_id = %s AND s.program_id IS NOT NULL
               AND s.last_order_date IS NOT NULL AND %s
               AND EXISTS (SELECT FROM product_category c WHERE c.customer_cycle_tracked)
            """,
            purchase_lines.all_invoiced(company),
            scopes.back(gather, company, scope) if few else True,
            company.id,
            scope(SQL("s.partner_id")),
        )
        rows = self.env.execute_query(query)
        if few and rows and not rows[0][3]:
            scope = scope.that_kept()
        basis = INVOICED if rows and rows[0][2] else ORDERED
        return basis, {customer: day for customer, day, *_same in rows}, scope

    # Writing it

    def _save(self, company, scope, frame):
        """Write what differs of the rows of a scope.

        :param frame: see ``grading.rhythm.RHYTHM_COLUMNS``
        :return: number of rows inserted, updated and deleted
        """
        staged = {
            "customer": ("int4", frame["customer"]),
            "category": ("int4", frame["category"]),
            **{name: (store.staged, frame[column]) for name, (store, column) in COLUMNS.items()},
        }
        types = {name: type_ for name, (type_, _values) in staged.items()}
        values = {name: values for name, (_type, values) in staged.items()}
        self.invalidate_model()
        if len(frame) <= FEW:
            return self._save_few(company, scope, types, values)
        self._stage(types, values)
        queries = self._save_queries(company, scope)
        if self._has_any(company, scope):
            self._prepare_comparing()
        else:
            queries = [self._insert_query(company, SQL("TRUE"))]
        changed = 0
        for query in queries:
            self.env.cr.execute(query)
            changed += self.env.cr.rowcount
        return changed

    def _save_queries(self, company, scope):
        return (
            self._delete_query(company, scope),
            self._update_query(company),
            self._insert_query(company),
        )

    def _save_few(self, company, scope, types, values):
        """The same in one statement: each row is of one of the three."""
        gone, changed, fresh = self._save_queries(company, scope)
        query = SQL(
            """
              WITH %(staging)s AS MATERIALIZED (SELECT * FROM %(rows)s r),
                   gone AS (%(gone)s RETURNING 1),
                   changed AS (%(changed)s RETURNING 1),
                   fresh AS (%(fresh)s RETURNING 1)
            SELECT (SELECT COUNT(*) FROM gone) + (SELECT COUNT(*) FROM changed)
                   + (SELECT COUNT(*) FROM fresh)
            """,
            staging=SQL.identifier(STAGING),
            rows=self.env["customer.tier.store"]._inline(types, values),
            gone=gone,
            changed=changed,
            fresh=fresh,
        )
        return self.env.execute_query(query)[0][0]

    def _stage(self, types, values):
        """Fill the staging table."""
        from odoo.addons.customer_tiering.binary_copy import write_columns

        cr, table = self.env.cr, SQL.identifier(STAGING)
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(type_)) for name, type_ in types.items()
        )
        cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        cr.execute(SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", table, definition))
        write_columns(cr, STAGING, types, values)

    def _has_any(self, company, scope):
        """Whether any customer of a scope has rows by now."""
        query = SQL(
            """SELECT EXISTS (SELECT FROM customer_purchase_rhythm t
                               WHERE t.company_id = %s AND %s)""",
            company.id,
            scope(SQL("t.partner_id")),
        )
        return self.env.execute_query(query)[0][0]

    def _prepare_comparing(self):
        cr, table = self.env.cr, SQL.identifier(STAGING)
        # Without these the planner, who may think the table empty, compares each row with each.
        cr.execute(SQL("CREATE UNIQUE INDEX ON %s (customer, category)", table))
        cr.execute(SQL("ANALYZE %s (customer, category)", table))

    def _stored(self):
        """SQL of what is stored, from the row ``s`` of the staging table, by field."""
        return {
            name: store.store(SQL.identifier("s", name)) for name, (store, _c) in COLUMNS.items()
        }

    def _delete_query(self, company, scope):
        """What a customer has no rhythm in any more."""
        return SQL(
            """
            DELETE FROM customer_purchase_rhythm t
             WHERE t.company_id = %s AND %s
               AND NOT EXISTS (SELECT FROM %s s
                                WHERE s.customer = t.partner_id AND s.category = t.category_id)
            """,
            company.id,
            scope(SQL("t.partner_id")),
            SQL.identifier(STAGING),
        )

    def _update_query(self, company):
        stored = self._stored()
        names = SQL(", ").join(map(SQL.identifier, stored))
        return SQL(
            """
            UPDATE customer_purchase_rhythm t
               SET (%(names)s) = ROW(%(fresh)s)
              FROM (SELECT s.customer, s.category, %(values)s FROM %(staging)s s)
                   AS f (customer, category, %(names)s)
             WHERE t.partner_id = f.customer AND t.category_id = f.category
               AND t.company_id = %(company)s
               AND (%(stored)s) IS DISTINCT FROM (%(fresh)s)
            """,
            names=names,
            fresh=SQL(", ").join(SQL.identifier("f", name) for name in stored),
            stored=SQL(", ").join(SQL.identifier("t", name) for name in stored),
            values=SQL(", ").join(stored.values()),
            staging=SQL.identifier(STAGING),
            company=company.id,
        )

    def _insert_query(self, company, new=None):
        """Rows that are new, of customers and categories that cannot be deleted until these are
        committed.

        :param new: condition on the row ``s`` of the staging table; by default it is looked up
        """
        stored = self._stored()
        new = new or SQL(
            """NOT EXISTS (SELECT FROM customer_purchase_rhythm t
                            WHERE t.partner_id = s.customer AND t.category_id = s.category
                              AND t.company_id = %s)""",
            company.id,
        )
        return SQL(
            """
            INSERT INTO customer_purchase_rhythm (partner_id, company_id, category_id, %(names)s)
            SELECT s.customer, %(company)s, s.category, %(values)s
              FROM %(staging)s s
              JOIN (SELECT p.id FROM res_partner p
                     WHERE p.id IN (SELECT s.customer FROM %(staging)s s WHERE %(new)s)
                       FOR KEY SHARE) held
                ON held.id = s.customer
              JOIN (SELECT c.id FROM product_category c
                     WHERE c.id IN (SELECT s.category FROM %(staging)s s WHERE %(new)s)
                       FOR KEY SHARE) kept
                ON kept.id = s.category
             WHERE %(new)s
               ON CONFLICT (partner_id, company_id, category_id) DO NOTHING
            """,
            new=new,
            names=SQL(", ").join(map(SQL.identifier, stored)),
            values=SQL(", ").join(stored.values()),
            staging=SQL.identifier(STAGING),
            company=company.id,
        )
