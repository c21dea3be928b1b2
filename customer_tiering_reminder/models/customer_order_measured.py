from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.models.customer_tier_run import CHUNK_SIZE
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# An order counts as one after the day for half the customer's rhythm, at least so long.
SHORTEST_WINDOW = 14
# What is taken back or credited later than so many days after the window changes no outcome.
MEASURED_AGAIN = 92
# Measures for which lines tell revenue and cost.
MARGIN = frozenset({"margin"})


class CustomerOrderMeasured(models.AbstractModel):
    """Cases of customers about whom something is done, or who are held back so that it is known
    what it brings: drawn by chance, and the orders of a time counted for all of them alike."""

    _name = "customer.order.measured"
    _inherit = "customer.order.awaited"
    _description = "Measured by the Orders That Follow"

    experiment = fields.Char(
        readonly=True,
        help="What is measured together: a rule in a half-year. Empty where everybody is reminded "
        "on purpose.",
    )
    bucket = fields.Integer(
        readonly=True, aggregator=None, help="Drawn by chance, from 0 to 9999; see “Group”."
    )
    drawn_share = fields.Integer(
        string="Held Back Then (%)",
        readonly=True,
        aggregator=None,
        help="The rule's share on that day: buckets below it, times 100, were held back.",
    )
    arm = fields.Selection(
        selection=[
            (assignment.TREATED, "Reminded"),
            (assignment.CONTROL, "Held back"),
            (assignment.OFFER, "Reminded with an offer"),
        ],
        string="Group",
        required=True,
        default=assignment.TREATED,
        readonly=True,
    )
    window_end = fields.Date(
        string="Counted Until",
        readonly=True,
        help="Orders up to this day count as orders after the reminder, of customers held back as "
        "well: half the customer's rhythm, at least 14 days.",
    )
    window_orders = fields.Integer(
        string="Orders in the Time", readonly=True, help="Without those that came back in full."
    )
    window_amount = fields.Float(
        string="Amount in the Time",
        readonly=True,
        help="Untaxed, less what came back, in company currency at the rates of the days.",
    )
    window_margin = fields.Float(
        string="Margin in the Time",
        readonly=True,
        groups="customer_tiering.group_manager",
        help="What is left of the amount after the cost of what was kept, in company currency.",
    )
    measured_on = fields.Date(readonly=True, help="Empty until the time is over.")
    group_text = fields.Char(
        string="Why in This Group",
        compute="_compute_group_text",
        exportable=False,
        groups="customer_tiering.group_manager",
    )

    @api.depends("arm", "bucket", "drawn_share", "experiment")
    @api.depends_context("lang")
    def _compute_group_text(self):
        for record in self:
            saved = record._origin
            record.group_text = saved and saved._why_in_group()

    def _why_in_group(self):
        """How it was drawn, by the share of that day, whatever the rule says today."""
        if not self.experiment:
            return self.env._("Nobody was to be held back of such customers: not measured.")
        words = {
            "bucket": self.bucket,
            "all": assignment.BUCKETS,
            "limit": self.drawn_share * assignment.BUCKETS // 100,
            "share": self.drawn_share,
            "experiment": self.experiment,
        }
        return self.env._(
            "Drawn by chance: number %(bucket)s of %(all)s in %(experiment)s. Below %(limit)s "
            "(%(share)s %% on that day) customers were held back.",
            **words,
        )

    @api.model
    def _draw(self, name, standing, as_of, control_share, offer_share=0, never=False):
        """Which group a customer is in.

        :param name: of what is measured, such as ``rule:7``
        :param control_share: of a hundred customers, held back
        :param offer_share: of a hundred customers, with an offer
        :param never: whether the customer is never held back, and so is not measured
        :return: dict of values of the case
        """
        experiment = assignment.experiment(name, as_of)
        # The setting is nobody's to read.
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        bucket = assignment.bucket(database, experiment, standing.partner_id.id)
        if never:
            return {"arm": assignment.arm(bucket, 0, offer_share)}
        return {
            "experiment": experiment,
            "bucket": bucket,
            "arm": assignment.arm(bucket, control_share, offer_share),
            "drawn_share": control_share,
        }

    @api.model
    def _window_end(self, standing, as_of):
        """The day up to which orders count, for those held back as for the others."""
        last, expected = standing.last_order_date, standing.next_order_date
        rhythm = (expected - last).days if last and expected else 0
        return fields.Date.add(as_of, days=max(SHORTEST_WINDOW, rhythm // 2))

    @api.model
    def _check_share(self, share):
        """Of what is measured, more than half cannot be held back."""
        if not 0 <= share <= assignment.LARGEST_SHARE:
            raise ValidationError(
                self.env._(
                    "From 0 to %s percent of the customers can be held back; more would "
                    "measure no better.",
                    assignment.LARGEST_SHARE,
                )
            )

    @api.model
    def _counted_since(self):
        """Hook: the first day whose orders count, of record ``r``, as ``SQL``."""
        return SQL("r.date")

    @api.model
    def _measure(self, company):
        """Note what was bought in the time of each case, once it is over, less what came back of it
        since; what is taken back or credited later is looked at again for a while."""
        self.env.flush_all()
        cases = self._over(company)
        # As many customers as a grading looks at: what they bought is in the memory.
        customers = sorted({case[1] for case in cases})
        for start in range(0, len(customers), CHUNK_SIZE):
            some = set(customers[start : start + CHUNK_SIZE])
            self._note_bought(company, [case for case in cases if case[1] in some])
        self.env.invalidate_all(flush=False)

    @api.model
    def _over(self, company):
        """Cases whose time is over and may have come to something else since.

        :return: list of (id, customer, first day, last day)
        """
        today = self.env["customer.tier.gather"]._today(company)
        return self.env.execute_query(
            SQL(
                """
                SELECT r.id, p.commercial_partner_id, GREATEST(%(since)s, r.date), r.window_end
                  FROM %(table)s r
                  JOIN res_partner p ON p.id = r.partner_id
                 WHERE r.company_id = %(company)s AND r.window_end < %(today)s
                   AND (r.measured_on IS NULL OR r.window_margin IS NULL
                        OR r.window_end > %(again)s)
                """,
                table=SQL.identifier(self._table),
                since=self._counted_since(),
                company=company.id,
                today=today,
                again=fields.Date.subtract(today, days=MEASURED_AGAIN),
            )
        )

    @api.model
    def _note_bought(self, company, cases):
        """Write what some cases came to.

        :param cases: of :meth:`_over`
        """
        from odoo.addons.customer_tiering.grading import outcome

        found = outcome.of_cases(*self._bought(company, cases))
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s r
                   SET window_orders = f.orders, window_amount = f.amount,
                       window_margin = f.margin, measured_on = %(today)s
                  FROM unnest(%(ids)s, %(orders)s, %(amounts)s::float8[], %(margins)s::float8[])
                       AS f (id, orders, amount, margin)
                 WHERE f.id = r.id
                   AND (r.measured_on IS NULL OR r.window_orders IS DISTINCT FROM f.orders
                        OR r.window_amount IS DISTINCT FROM f.amount
                        OR r.window_margin IS DISTINCT FROM f.margin)
                """,
                table=SQL.identifier(self._table),
                today=self.env["customer.tier.gather"]._today(company),
                ids=found.index.tolist(),
                orders=found["orders"].tolist(),
                amounts=found["amount"].tolist(),
                margins=found["margin"].tolist(),
            )
        )

    @api.model
    def _bought(self, company, cases):
        """The same cases, and what their customers bought since the first of the days, by the rule
        that gradings go by: the arguments of ``outcome.of_cases``."""
        import pandas as pd

        from odoo.addons.customer_tiering.grading.metrics import day_number
        from odoo.addons.customer_tiering.grading.outcome import CASE_TYPES
        from odoo.addons.customer_tiering.grading.policy import ORDERED

        gather = self.env["customer.tier.gather"]
        today, since = gather._today(company), min(first for _id, _who, first, _last in cases)
        rows = [(*case[:2], *map(day_number, case[2:])) for case in cases]
        frame = pd.DataFrame(rows, columns=list(CASE_TYPES)).astype(CASE_TYPES)
        scope = gather._scope_of(frame["customer"].unique().tolist())
        return (
            frame,
            # What somebody is reminded of is to order, whatever programmes count.
            gather._purchases(company, today, scope, ORDERED, since=since),
            gather._lines(company, today, scope, MARGIN, after=day_number(since) - 1),
        )
