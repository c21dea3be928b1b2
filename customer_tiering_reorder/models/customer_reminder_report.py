from odoo import fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.tools import SQL


class CustomerReminderReport(models.Model):
    """What became of reminders, a row for each case, of customers held back as well: for counting
    by rule, tier and group. What they caused is in ``customer.reminder.effect``."""

    _name = "customer.reminder.report"
    _description = "Reminder Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _depends = {
        "customer.reminder": [
            "arm",
            "company_id",
            "date",
            "drawn_share",
            "experiment",
            "measured_on",
            "partner_id",
            "rule_id",
            "tier_id",
            "user_id",
            "usefulness",
            "window_amount",
            "window_end",
            "window_margin",
            "window_orders",
        ],
        "customer.reminder.step": [
            "channel",
            "confirmed_at",
            "opened_at",
            "reminder_id",
            "sent_at",
            "state",
        ],
    }

    rule_id = fields.Many2one("customer.reminder.rule", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    tier_id = fields.Many2one("customer.tier", readonly=True)
    arm = fields.Selection(
        selection=lambda self: (
            self.env["customer.reminder"]._fields["arm"]._description_selection(self.env)
        ),
        string="Group",
        readonly=True,
    )
    channel = fields.Selection(
        selection=lambda self: [
            *self.env["customer.reminder.step"]._fields["channel"]._description_selection(self.env),
            ("several", self.env._("Several")),
        ],
        readonly=True,
        help="By which the customer was contacted, or its salesperson was asked to.",
    )
    experiment = fields.Char(readonly=True)
    date = fields.Date(string="Reminded On", readonly=True)
    window_end = fields.Date(string="Counted Until", readonly=True)
    is_measured = fields.Boolean(
        string="Time Is Over", readonly=True, help="Orders are counted once the time is over."
    )
    is_compared = fields.Boolean(
        string="Compared",
        readonly=True,
        help="The first case of the customer in a half-year in which some are held back.",
    )
    drawn_share = fields.Integer(
        string="Held Back Then (%)", readonly=True, aggregator=None, exportable=False
    )
    case_count = fields.Integer(string="Cases", readonly=True)
    sent_count = fields.Integer(string="Contacted", readonly=True)
    delivered_count = fields.Integer(
        string="Delivered",
        readonly=True,
        help="Sent, and nobody has reported that it did not arrive. What is still in the queue is "
        "not.",
    )
    opened_count = fields.Integer(
        string="Page Opened",
        readonly=True,
        help="Not reliable: programs that look for viruses open pages, too, and some people see "
        "pages without pictures.",
    )
    confirmed_count = fields.Integer(
        string="Answered", readonly=True, help="The customer pressed a button on the page."
    )
    ordered_count = fields.Integer(string="Ordered", readonly=True, help="Within the time.")
    attributed_count = fields.Integer(
        string="Answered and Ordered",
        readonly=True,
        help="What other reports call orders from reminders; most would have come anyway.",
    )
    amount = fields.Monetary(
        string="Bought", readonly=True, help="Untaxed, within the time, in company currency."
    )

    margin = fields.Monetary(
        readonly=True, help="What is left of it after cost, within the time, in company currency."
    )
    useful_count = fields.Integer(string="Called Useful", readonly=True)
    useless_count = fields.Integer(string="Called Not Useful", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.id, r.rule_id, r.partner_id, r.company_id, r.user_id, r.tier_id, r.arm,
                   r.experiment, r.date, r.window_end,
                   r.measured_on IS NOT NULL AS is_measured,
                   COALESCE(r.date >= e.begun AND NOT EXISTS (
                       SELECT FROM customer_reminder f
                        WHERE f.partner_id = r.partner_id AND f.company_id = r.company_id
                          AND f.experiment = r.experiment AND f.date >= e.begun
                          AND f.id < r.id), FALSE) AS is_compared,
                   r.drawn_share, s.channel, 1 AS case_count, COALESCE(s.sent, 0) AS sent_count,
                   COALESCE(s.delivered, 0) AS delivered_count,
                   COALESCE(s.opened, 0) AS opened_count,
                   (r.usefulness IS NOT DISTINCT FROM 'useful')::int AS useful_count,
                   (r.usefulness IS NOT DISTINCT FROM 'useless')::int AS useless_count,
                   COALESCE(s.confirmed, 0) AS confirmed_count, o.ordered AS ordered_count,
                   o.ordered * COALESCE(s.confirmed, 0) AS attributed_count,
                   CASE WHEN r.measured_on IS NOT NULL THEN COALESCE(r.window_amount, 0) ELSE 0 END
                   AS amount,
                   CASE WHEN r.measured_on IS NOT NULL THEN COALESCE(r.window_margin, 0) ELSE 0 END
                   AS margin
              FROM customer_reminder r
              -- Whoever was reminded before anybody was held back has nobody to compare with.
         LEFT JOIN (SELECT company_id, experiment, MIN(date) AS begun
                      FROM customer_reminder WHERE arm = %(control)s AND experiment IS NOT NULL
                     GROUP BY company_id, experiment) e
                ON e.company_id = r.company_id AND e.experiment = r.experiment
         LEFT JOIN (SELECT reminder_id,
                           (COUNT(sent_at) FILTER (WHERE state <> 'failed') > 0)::int AS sent,
                           (COUNT(*) FILTER (WHERE state = 'sent' AND COALESCE(mail_state, 'sent')
                                             IN ('sent', 'received')) > 0)::int AS delivered,
                           (COUNT(opened_at) > 0)::int AS opened,
                           (COUNT(confirmed_at) > 0)::int AS confirmed,
                           CASE COUNT(DISTINCT channel) FILTER (WHERE sent_at IS NOT NULL)
                           WHEN 0 THEN NULL
                           WHEN 1 THEN MIN(channel) FILTER (WHERE sent_at IS NOT NULL)
                           ELSE 'several' END AS channel
                      FROM (SELECT p.*, e.state AS mail_state FROM customer_reminder_step p
                         LEFT JOIN mail_mail e ON e.id = p.mail_id) p
                     GROUP BY reminder_id) s
                ON s.reminder_id = r.id
        CROSS JOIN LATERAL (
                   SELECT (r.measured_on IS NOT NULL AND r.window_orders > 0)::int AS ordered) o
            """,
            control=assignment.CONTROL,
        )
