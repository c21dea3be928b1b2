from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# An order counts as one after the day for half the customer's rhythm, at least so long.
SHORTEST_WINDOW = 14
# Orders that are taken back later than so many days after the window change no outcome.
MEASURED_AGAIN = 92


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
    window_orders = fields.Integer(string="Orders in the Time", readonly=True)
    window_amount = fields.Float(
        string="Amount in the Time",
        readonly=True,
        help="Untaxed, in company currency at the rates of the days.",
    )
    window_margin = fields.Float(
        string="Margin in the Time",
        readonly=True,
        groups="customer_tiering.group_manager",
        help="What is left of the amount after the cost of what was bought, in company currency.",
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
        """Note what was ordered in the time of each case, once it is over; orders that are taken
        back later are looked at again for a while."""
        today = self.env["customer.tier.gather"]._today(company)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH found AS (
                    SELECT r.id, COUNT(o.id) AS orders,
                           COALESCE(SUM(o.amount_untaxed / NULLIF(o.currency_rate, 0)), 0)
                               AS amount,
                           COALESCE(SUM(m.margin), 0) AS margin
                      FROM %(table)s r
                      JOIN res_partner p ON p.id = r.partner_id
                      JOIN res_partner c ON c.commercial_partner_id = p.commercial_partner_id
                 LEFT JOIN sale_order o ON o.partner_id = c.id AND %(ends)s
                       AND (o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                           BETWEEN %(since)s AND r.window_end
                 LEFT JOIN LATERAL (%(margin)s) m ON TRUE
                     WHERE r.company_id = %(company)s AND r.window_end < %(today)s
                       AND (r.measured_on IS NULL OR r.window_margin IS NULL
                            OR r.window_end > %(again)s)
                     GROUP BY r.id)
                UPDATE %(table)s r
                   SET window_orders = f.orders, window_amount = f.amount,
                       window_margin = f.margin, measured_on = %(today)s
                  FROM found f
                 WHERE f.id = r.id
                   AND (r.measured_on IS NULL OR r.window_orders <> f.orders
                        OR r.window_amount IS DISTINCT FROM f.amount::float8
                        OR r.window_margin IS DISTINCT FROM f.margin::float8)
                """,
                table=SQL.identifier(self._table),
                ends=self._ends_sql(company),
                since=self._counted_since(),
                margin=self.env["customer.tier.gather"]._order_margin_sql(company),
                zone=self.env["customer.tier.gather"]._timezone(company),
                company=company.id,
                today=today,
                again=fields.Date.subtract(today, days=MEASURED_AGAIN),
            )
        )
        self.env.invalidate_all(flush=False)
