import logging

from dateutil.relativedelta import relativedelta
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.credit import RISKS
from odoo.addons.customer_tiering.models.customer_tier_append_only import by_system
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.tools import SQL

from ..snapshot_reader import BAND_CODES, STAGE_CODES, SnapshotReader

_logger = logging.getLogger(__name__)

# Months that are counted when the addon is new: two years, so that one has another to compare with.
MONTHS = 24
# Of one moment each; over months they are not added up.
STOCKS = ("customer_count", "buyer_count", "repeat_count")


class CustomerTierSnapshot(models.Model):
    """What a month came to, by groups of customers: programme, tier, stage, credit risk and
    salesperson at its end. Tiers change, and afterwards nobody could tell what those of that time
    bought.

    Months that are over are kept as they were counted; the present one is counted every night.
    """

    _name = "customer.tier.snapshot"
    _inherit = ["customer.tier.append.only", "customer.tier.staged"]
    _description = "Customer Tiers by Month"
    _order = "month desc, id"
    _rec_name = "month"
    _log_access = False

    month = fields.Date(required=True, readonly=True, help="Its first day.")
    is_final = fields.Boolean(string="Month Is Over", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    program_id = fields.Many2one(
        "customer.tier.program",
        string="Programme",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    tier_id = fields.Many2one(
        "customer.tier",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="At the end of the month. Empty: in no tier, or not graded yet.",
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Color", exportable=False)
    lifecycle_stage = fields.Selection(
        STAGES, string="Stage", readonly=True, help="At the end of the month."
    )
    credit_band = fields.Selection(
        RISKS,
        string="Credit Risk",
        readonly=True,
        help="At the end of the month; not known of months before the addon was there.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Who looked after them when the month was counted.",
    )

    customer_count = fields.Integer(
        string="Customers",
        readonly=True,
        aggregator="avg",
        help="In a tier at the end of the month, or without one but with an order in the year up "
        "to it. Over several months: the mean.",
    )
    buyer_count = fields.Integer(
        string="Bought in a Year",
        readonly=True,
        aggregator="avg",
        help="Customers with an order in the 365 days up to the end of the month.",
    )
    repeat_count = fields.Integer(
        string="Bought Again in a Year",
        readonly=True,
        aggregator="avg",
        help="Customers with at least two orders in the 365 days up to the end of the month.",
    )
    repeat_rate = fields.Float(
        string="Repurchase Rate",
        compute="_compute_repeat_rate",
        store=True,
        readonly=True,
        aggregator="avg",
        help="Of a hundred customers who bought in the 365 days up to the end of the month, so "
        "many did at least twice.",
    )
    amount = fields.Monetary(
        string="Revenue",
        readonly=True,
        help="Untaxed, in company currency, less what came back in the month.",
    )
    order_count = fields.Integer(string="Orders", readonly=True)
    margin = fields.Monetary(
        readonly=True,
        groups="customer_tiering.group_user",
        help="Revenue of the lines less their cost, by the costs of the day of counting.",
    )
    saved = fields.Monetary(
        string="Saved by Tier Prices",
        readonly=True,
        help="What orders of the month, without what came back of them, would have cost more "
        "without the tier, where they kept it.",
    )
    first_count = fields.Integer(string="First Graded", readonly=True)
    up_count = fields.Integer(string="Promoted", readonly=True, help="Into this tier.")
    down_count = fields.Integer(string="Demoted", readonly=True, help="Into this tier.")
    out_count = fields.Integer(string="No Tier Any More", readonly=True, help="Out of this tier.")
    won_back_count = fields.Integer(string="Won Back", readonly=True)
    reminded_count = fields.Integer(string="Reminders", readonly=True)
    reminded_order_count = fields.Integer(
        string="Orders After Reminders",
        readonly=True,
        help="Reminders of the month that an order ended until the month was counted.",
    )

    _month_idx = models.Index("(company_id, month)")

    @api.depends("buyer_count", "repeat_count")
    def _compute_repeat_rate(self):
        for row in self:
            row.repeat_rate = 100 * row.repeat_count / row.buyer_count if row.buyer_count else 0

    def _read_group_select(self, aggregate_spec, query):
        # A share of several groups is that of all their customers, not the mean of shares; and
        # customers of twelve months are as many as there were in one.
        name, _, function = aggregate_spec.partition(":")
        if function == "avg" and name in STOCKS:
            return SQL(
                "SUM(%s)::float8 / NULLIF(COUNT(DISTINCT %s), 0)",
                self._field_to_sql(self._table, name, query),
                self._field_to_sql(self._table, "month", query),
            )
        if aggregate_spec == "repeat_rate:avg":
            return SQL(
                "100.0 * SUM(%s)::float8 / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "repeat_count", query),
                self._field_to_sql(self._table, "buyer_count", query),
            )
        return super()._read_group_select(aggregate_spec, query)

    # Opening

    def action_open_changes(self):
        """The lines of history that the row's moves are counted from."""
        self.ensure_one()
        self.check_access("read")
        domain = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.month),
            ("date", "<", self.month + relativedelta(months=1)),
            ("direction", "in", ["up", "down", "out"]),
            ("merged_from", "=", False),
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_change_action"
        )
        return {**action, "domain": domain, "context": {}}

    # Counting

    @api.model
    def _cron_take(self):
        """Count the months that are not final, the oldest first; each is committed."""
        Cron = self.env["ir.cron"]
        due = [
            (company, month)
            for company in self._due_companies()
            for month in self._due_months(company)
        ]
        time_left = Cron._commit_progress(remaining=len(due))
        failed = set()
        for position, (company, month) in enumerate(due, start=1):
            if not time_left:
                return
            if company not in failed:
                try:
                    with self.env.cr.savepoint():
                        self._take(company, month)
                except TransactionRollbackError:
                    # A conflict with somebody at work: all of it is tried again.
                    raise
                except Exception:
                    # The others go on; this one is tried again tomorrow.
                    _logger.exception("No figures of %s in company %s", month, company.id)
                    failed.add(company)
            time_left = Cron._commit_progress(1, remaining=len(due) - position)

    @api.model
    def _due_companies(self):
        """Companies that were graded at all, and not counted today."""
        companies = self.env["res.company"].sudo()
        graded = companies.search([("customer_tier_graded_on", "!=", False)])
        today = self.env["customer.tier.gather"]._today
        return graded.filtered(lambda c: c.customer_tier_month_on != today(c))

    @api.model
    def _due_months(self, company):
        """First days of the months that are not final, in their order."""
        present = self.env["customer.tier.gather"]._today(company).replace(day=1)
        kept = company.customer_tier_month_kept
        month = kept + relativedelta(months=1) if kept else self._first_month(company, present)
        months = []
        while month <= present:
            months.append(month)
            month += relativedelta(months=1)
        return months

    def _first_month(self, company, present):
        """Two years back, or the month of the first order."""
        self.env.cr.execute(
            SQL(
                "SELECT MIN(date_order)::date FROM sale_order "
                "WHERE state = 'sale' AND company_id = %s",
                company.id,
            )
        )
        earliest = present - relativedelta(months=MONTHS)
        first = self.env.cr.fetchone()[0]
        return max(earliest, min(first or present, present).replace(day=1))

    @api.model
    def _take(self, company, month):
        """Count one month of a company, and forget what was counted of it before."""
        today = self.env["customer.tier.gather"]._today(company)
        end = month + relativedelta(months=1, days=-1)
        over = end < today
        # Nobody remembers earlier bands; those of a few days later are near enough.
        banded = end > today - relativedelta(months=1)
        reader = SnapshotReader(
            self.sudo().env, company, month, min(end, today), over=over, banded=banded
        )
        frame = reader.frame()
        old = self.sudo().search([("company_id", "=", company.id), ("month", "=", month)])
        by_system(old).unlink()
        vals = [self._vals(company, month, over, row) for row in frame.to_dict("records")]
        by_system(self).create(vals)
        if over:
            company.customer_tier_month_kept = month
        else:
            company.customer_tier_month_on = today

    def _vals(self, company, month, over, row):
        def known(codes, place):
            return codes[int(place) - 1] if place else False

        return {
            "month": month,
            "is_final": over,
            "company_id": company.id,
            "program_id": int(row["program"]) or False,
            "tier_id": int(row["tier"]) or False,
            "lifecycle_stage": known(STAGE_CODES, row["stage"]),
            "credit_band": known(BAND_CODES, row["band"]),
            "user_id": int(row["user"]) or False,
            "customer_count": int(row["customers"]),
            "buyer_count": int(row["buyers"]),
            "repeat_count": int(row["repeaters"]),
            "amount": row["amount"],
            "order_count": int(row["orders"]),
            "margin": row["margin"],
            "saved": row["saved"],
            "first_count": int(row["first"]),
            "up_count": int(row["up"]),
            "down_count": int(row["down"]),
            "out_count": int(row["out"]),
            "won_back_count": int(row["won_back"]),
            "reminded_count": int(row["reminded"]),
            "reminded_order_count": int(row["reminded_ordered"]),
        }

    @api.model
    def _load_demo(self):
        """Count what demo customers did so far, for who tries the addon."""
        for company in self._due_companies():
            for month in self._due_months(company):
                self._take(company, month)
