from odoo import api, fields, models
from odoo.addons.customer_tiering.grading import assignment
from odoo.tools import SQL

# The cases ``r`` of one kind in the columns of the report.
CASES = """
    SELECT r.id + %(first)s::bigint AS id, %(kind)s AS kind, k.id AS source_id,
           %(name)s AS name, %(rule_id)s AS rule_id, r.partner_id, r.company_id,
           %(user_id)s AS user_id, r.tier_id, r.arm, r.experiment, r.%(day)s AS date,
           r.window_end, r.measured_on IS NOT NULL AS is_measured,
           COALESCE(r.%(day)s >= e.begun AND NOT EXISTS (
               SELECT FROM %(table)s f
                WHERE f.partner_id = r.partner_id AND f.company_id = r.company_id
                  AND f.experiment = r.experiment AND f.%(day)s >= e.begun
                  AND f.id < r.id), FALSE) AS is_compared,
           r.drawn_share, %(channel)s AS channel, 1 AS case_count,
           COALESCE(%(sent)s, 0) AS sent_count,
           COALESCE(%(delivered)s, 0) AS delivered_count,
           COALESCE(%(opened)s, 0) AS opened_count,
           (%(useful)s IS NOT DISTINCT FROM 'useful')::int AS useful_count,
           (%(useful)s IS NOT DISTINCT FROM 'useless')::int AS useless_count,
           COALESCE(%(confirmed)s, 0) AS confirmed_count, o.ordered AS ordered_count,
           o.ordered * COALESCE(%(confirmed)s, 0) AS attributed_count,
           CASE WHEN r.measured_on IS NOT NULL THEN COALESCE(r.window_amount, 0) ELSE 0 END
           AS amount,
           CASE WHEN r.measured_on IS NOT NULL THEN COALESCE(r.window_margin, 0) ELSE 0 END
           AS margin,
           (SELECT AVG(t.rating) %(ratings)s) AS rating,
           (SELECT COUNT(t.rating)::integer %(ratings)s) AS rating_count
      FROM %(table)s r
      JOIN %(rules)s k ON k.id = r.%(rule)s
      -- Whoever was reminded before anybody was held back has nobody to compare with.
 LEFT JOIN (SELECT company_id, experiment, MIN(%(day)s) AS begun
              FROM %(table)s WHERE arm = %(control)s AND experiment IS NOT NULL
             GROUP BY company_id, experiment) e
        ON e.company_id = r.company_id AND e.experiment = r.experiment
      %(joins)s
CROSS JOIN LATERAL (
           SELECT (r.measured_on IS NOT NULL AND r.window_orders > 0)::int AS ordered) o
     WHERE %(where)s
"""


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

    kind = fields.Selection(
        selection=[("reminder", "Reminders")],
        readonly=True,
        help="What was done about the customer.",
    )
    source_id = fields.Integer(readonly=True, aggregator=None, exportable=False)
    name = fields.Char(string="Rule", readonly=True)
    rule_id = fields.Many2one("customer.reminder.rule", string="Reminder Rule", readonly=True)
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
    rating = fields.Float(
        string="Satisfaction (1–5)",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Mean of the ratings that the customer gave within the time, of whichever documents "
        "of the company; empty where it gave none, or where nothing is rated in this database.",
    )
    rating_count = fields.Integer(string="Ratings", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._kinds().values())

    @api.model
    def _kinds(self):
        """Hook: the cases of each kind, by its key.

        :return: dict kind → ``SQL``, see :meth:`_cases_sql`
        """
        return {"reminder": self._reminder_cases()}

    @api.model
    def _reminder_cases(self):
        steps = SQL(
            """
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
            """
        )
        return self._cases_sql(
            "reminder",
            SQL("customer_reminder"),
            SQL("customer_reminder_rule"),
            SQL("rule_id"),
            name=self._translated(SQL("k.name")),
            rule_id=SQL("r.rule_id"),
            joins=steps,
            channel=SQL("s.channel"),
            sent=SQL("s.sent"),
            delivered=SQL("s.delivered"),
            opened=SQL("s.opened"),
            confirmed=SQL("s.confirmed"),
            useful=SQL("r.usefulness"),
        )

    @api.model
    def _translated(self, column):
        """A translated text in the reader's language, as ``SQL``."""
        lang = self.env.lang or "en_US"
        return SQL("COALESCE(%s->>%s, %s->>'en_US')", column, lang, column)

    @api.model
    def _cases_sql(self, kind, table, rules, rule, number=0, day=None, where=None, **columns):
        """The cases of one kind, in the columns of this report.

        :param table: of the cases ``r``, see ``customer.order.measured``
        :param rules: table of what is measured, ``k``
        :param rule: column of ``r`` that refers to it
        :param number: of the kind; ids of cases of different kinds must differ
        :param day: column from which orders count, ``date`` by default
        :param where: condition on ``r``
        :param columns: ``SQL`` of what differs: ``name``, and where there is any ``rule_id``,
            ``user_id``, ``joins``, ``channel``, ``sent``, ``delivered``, ``opened``,
            ``confirmed`` and ``useful``
        """
        nothing, zero = SQL("NULL"), SQL("0")
        parts = {
            "kind": kind,
            "table": table,
            "rules": rules,
            "rule": rule,
            # Room for more cases than there will be, and exact in a browser.
            "first": number * 10**12,
            "day": day or SQL("date"),
            "where": where or SQL("TRUE"),
            "rule_id": SQL("NULL::integer"),
            "user_id": SQL("r.user_id"),
            "joins": SQL(),
            "channel": SQL("NULL::varchar"),
            **dict.fromkeys(("sent", "delivered", "opened", "confirmed"), zero),
            "useful": nothing,
            "control": assignment.CONTROL,
            "ratings": self._ratings_sql(day or SQL("date")),
            **columns,
        }
        return SQL(CASES, **parts)

    @api.model
    def _ratings_sql(self, day):
        """``FROM`` of the ratings ``t`` that the customer of case ``r`` gave within its time."""
        if "rating.rating" not in self.env:
            return SQL("FROM (SELECT NULL::float8 AS rating) t")
        return SQL(
            """
              FROM res_partner b
              JOIN rating_rating t ON t.partner_id = b.id AND t.consumed AND t.rating >= 1
             WHERE b.commercial_partner_id = r.partner_id
               AND COALESCE(t.rated_on, t.write_date)::date BETWEEN r.%(day)s AND r.window_end
               AND %(ours)s
            """,
            day=day,
            ours=self._of_company_sql(),
        )

    @api.model
    def _of_company_sql(self):
        """Whether what rating ``t`` is about is of the company of case ``r``, or of none."""
        rated = self.env.execute_query(
            SQL("SELECT DISTINCT res_model FROM rating_rating WHERE consumed")
        )
        parts = []
        for (name,) in rated:
            model = self.env.get(name)
            if model is None or not model._auto:
                continue
            field = model._fields.get("company_id")
            company = (
                SQL("(d.company_id IS NULL OR d.company_id = r.company_id)")
                if field is not None and field.store
                else SQL("TRUE")
            )
            parts.append(
                SQL(
                    "(t.res_model = %s AND EXISTS (SELECT FROM %s d WHERE d.id = t.res_id AND %s))",
                    name,
                    SQL.identifier(model._table),
                    company,
                )
            )
        return SQL("(%s)", SQL(" OR ").join(parts)) if parts else SQL("FALSE")
