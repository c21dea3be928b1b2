from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.addons.customer_tiering.direction import TOLD
from odoo.addons.customer_tiering.grading import assignment
from odoo.addons.customer_tiering.reader_fields import ReaderInteger
from odoo.addons.customer_tiering.tools import RELOAD, notification, open_list
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..agenda_source import NEWS_DAYS, QUOTATION_DAYS, SLOTS, AgendaSource, at_stake, union
from ..phones import phones_of

OFFICERS = "customer_tiering.group_user"


class CustomerAgenda(models.Model):
    """*My Customers Today*: what salespeople have to do about their customers, in one list ordered
    by what is at stake. A row is there as long as there is something to do, and leaves by itself.

    Rows are made by a query over what other models keep, see :meth:`_sources`.
    """

    _name = "customer.agenda"
    _description = "My Customers Today"
    _auto = False
    _order = "stake desc, id"
    _rec_name = "partner_id"
    _depends = {
        "customer.agenda.done": ["kind", "res_id", "date"],
        "customer.reminder": [
            "activity_id",
            "arm",
            "date",
            "partner_id",
            "snoozed_until",
            "state",
        ],
        "customer.tier.change": ["date", "direction", "reason", "standing_id", "to_tier_id"],
        "customer.tier.event": ["activity_id", "change_id", "kind", "standing_id", "date"],
        "customer.tier.proposal": ["state", "standing_id", "date"],
        "customer.tier.standing": [
            "amount",
            "company_id",
            "computed_tier_id",
            "last_order_date",
            "noticed_on",
            "partner_id",
            "stay_away",
            "target_tier_id",
            "tier_id",
        ],
        "mail.activity": ["active", "user_id"],
        "res.partner": ["active", "user_id", "commercial_partner_id"],
        "sale.order": ["state", "partner_id", "company_id", "create_date"],
    }

    kind = fields.Selection(
        selection=[
            ("reminder", "Reminder"),
            ("notice", "Notice"),
            ("demoted", "Demoted"),
            ("promoted", "Promoted"),
            ("proposal", "Approval"),
        ],
        string="What",
        readonly=True,
    )
    res_id = fields.Integer(string="Record", readonly=True, aggregator=None, exportable=False)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    date = fields.Date(string="Since", readonly=True)
    tier_id = fields.Many2one("customer.tier", readonly=True)
    tier_color = ReaderInteger(related="tier_id.color", string="Tier Color", exportable=False)
    stake = fields.Monetary(
        string="At Stake",
        readonly=True,
        help="What is expected to be lost if nobody calls: the amount of a year, times the "
        "probability that nothing comes by itself; of credit questions the amount asked for. In "
        "company currency.",
    )
    last_order_date = fields.Date(string="Last Order", readonly=True)
    phone = fields.Char(
        compute="_compute_phone",
        help="Of the customer; where it has none, of the contact who orders.",
    )
    step = fields.Selection(
        selection=[("quote", "Quotation"), ("done", "Done"), ("decide", "Decide")],
        string="Button",
        readonly=True,
        exportable=False,
    )
    headline = fields.Char(string="What Is Up", compute="_compute_words")
    next_step = fields.Char(compute="_compute_words")

    # Rows

    @property
    def _table_query(self):
        sources = self._sources()
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT u.id::bigint * %(slots)s + u.number AS id, u.id AS res_id, u.kind, u.step,
                   u.partner_id, u.company_id, u.user_id, u.date, s.tier_id, s.last_order_date,
                   COALESCE(u.stake, %(loss)s) AS stake
              FROM (%(union)s) u
         LEFT JOIN customer_tier_standing s
                ON s.partner_id = u.partner_id AND s.company_id = u.company_id
             WHERE NOT EXISTS (
                   SELECT FROM customer_agenda_done d
                    WHERE d.kind = u.kind AND d.res_id = u.id AND d.date >= u.date
                      -- Who has read of it does not decide it.
                      AND (u.kind <> 'proposal' OR d.user_id = %(reader)s))
            """,
            slots=SLOTS,
            reader=self.env.uid,
            loss=at_stake(SQL("s")),
            union=union(sources, today - timedelta(days=QUOTATION_DAYS)),
        )

    @api.model
    def _sources(self):
        """Hook: where the rows come from. Whoever adds a kind extends ``kind``, if need be ``step``
        with a button in the views, :meth:`_headlines`, :meth:`_next_step`, :meth:`_do`
        and :meth:`_finish`.

        :return: dict kind → ``AgendaSource``
        """
        decides = self.env.user.has_group(OFFICERS)
        return {
            "reminder": AgendaSource(self._reminders, "customer.reminder", "quote", quoted=True),
            "notice": AgendaSource(self._notices, "customer.tier.standing", "quote", quoted=True),
            "demoted": AgendaSource(
                partial(self._news, SQL("c.direction IN ('down', 'out')")),
                "customer.tier.change",
                "done",
            ),
            "promoted": AgendaSource(
                partial(self._news, SQL("c.direction = 'up'")), "customer.tier.change", "done"
            ),
            "proposal": AgendaSource(
                self._proposals, "customer.tier.proposal", "decide" if decides else "done"
            ),
        }

    @api.model
    def _reminders(self):
        """Open reminders that are on somebody's desk: who is held back to measure the effect, or
        is written to first, has no activity. Those that wait for something come back later."""
        return SQL(
            """SELECT r.id, r.partner_id, r.company_id, a.user_id, r.date, NULL::numeric AS stake
                 FROM customer_reminder r
                 JOIN mail_activity a ON a.id = r.activity_id AND a.active
                WHERE r.state = 'open' AND r.arm <> %s
                  AND (r.snoozed_until IS NULL OR r.snoozed_until <= %s)""",
            assignment.CONTROL,
            fields.Date.context_today(self),
        )

    @api.model
    def _notices(self):
        """Customers who were given notice and still hold a tier that the figures do not ask for."""
        return SQL(
            """SELECT s.id, s.partner_id, s.company_id, %s AS user_id, s.noticed_on AS date,
                      NULL::numeric AS stake
                 FROM customer_tier_standing s
                 JOIN res_partner p ON p.id = s.partner_id AND p.active
                WHERE s.noticed_on IS NOT NULL AND s.tier_id = s.computed_tier_id
                  AND s.target_tier_id IS DISTINCT FROM s.tier_id
                  AND NOT EXISTS (
                      SELECT FROM customer_tier_event e
                        JOIN mail_activity a ON a.id = e.activity_id
                       WHERE e.standing_id = s.id AND e.kind = 'notice'
                         AND e.date >= s.noticed_on AND NOT a.active)""",
            self.env["customer.tier.responsible"]._looks_after(),
        )

    @api.model
    def _news(self, condition):
        """The last move of each customer, while it is new and nobody has closed the to-do about it.

        :param condition: ``SQL`` on lines of history ``c``
        """
        return SQL(
            """SELECT c.id, s.partner_id, s.company_id, %(user)s AS user_id, c.date,
                      NULL::numeric AS stake
                 FROM customer_tier_change c
                 JOIN customer_tier_standing s
                   ON s.id = c.standing_id AND s.tier_id IS NOT DISTINCT FROM c.to_tier_id
                 JOIN res_partner p ON p.id = s.partner_id AND p.active
                WHERE c.direction IN ('up', 'down', 'out') AND c.date >= %(since)s
                  AND %(condition)s AND %(told)s
                  AND NOT EXISTS (
                      SELECT FROM customer_tier_change l
                       WHERE l.standing_id = c.standing_id AND l.id > c.id
                         AND l.direction <> 'stay')
                  AND NOT EXISTS (
                      SELECT FROM customer_tier_event e
                        JOIN mail_activity a ON a.id = e.activity_id
                       WHERE e.change_id = c.id AND NOT a.active)""",
            since=fields.Date.context_today(self) - timedelta(days=NEWS_DAYS),
            condition=condition,
            told=TOLD,
            user=self.env["customer.tier.responsible"]._looks_after(),
        )

    @api.model
    def _proposals(self):
        return SQL(
            """SELECT r.id, s.partner_id, s.company_id, %s AS user_id, r.date,
                      NULL::numeric AS stake
                 FROM customer_tier_proposal r
                 JOIN customer_tier_standing s ON s.id = r.standing_id
                 JOIN res_partner p ON p.id = s.partner_id AND p.active
                WHERE r.state = 'open'""",
            self.env["customer.tier.responsible"]._looks_after(),
        )

    # Words

    @api.depends("partner_id", "company_id")
    def _compute_phone(self):
        # Nobody types a row.
        self.phone = False
        for company, rows in self.filtered("id").grouped("company_id").items():
            phones = phones_of(rows.partner_id, company)
            for row in rows:
                row.phone = phones[row.partner_id]

    @api.depends("kind", "step")
    @api.depends_context("lang")
    def _compute_words(self):
        for kind, rows in self.grouped("kind").items():
            # Rows follow the rights on these; what they say is of the same customers.
            records = rows._records().sudo()
            said = self._headlines(kind, records.exists())
            for row, record in zip(rows, records, strict=True):
                row.headline = said.get(record)
                row.next_step = self._next_step(kind, row.step)

    def _records(self):
        """The records behind these rows of one kind, in their order."""
        source = self._sources()[self[:1].kind] if self else None
        return self.env[source.model if source else self._name].browse([row.res_id for row in self])

    @api.model
    def _headlines(self, kind, records):
        """Hook: what is up, in the reader's language.

        :param records: the records behind rows of a kind; sudo
        :return: dict record → text
        """
        if kind == "reminder":
            return records._summaries_for_reader()
        return {record: self._headline(kind, record) for record in records}

    @api.model
    def _headline(self, kind, record):
        """Hook: the same of a record that says it without asking for more."""
        if kind == "notice":
            return self._moved("notice", record.tier_id, record.target_tier_id)
        said = self._moved(record.direction, record.from_tier_id, record.to_tier_id)
        if kind == "proposal":
            day = format_date(self.env, record.date)
            return self.env._("%(change)s, proposed on %(day)s", change=said, day=day)
        return said

    @api.model
    def _moved(self, kind, before, after):
        """As messages about it say it.

        :param kind: key of ``customer.tier.event.kind``
        """
        names = {"from_tier_id": before.id, "to_tier_id": after.id}
        return self.env["customer.tier.event"].sudo().new({"kind": kind, **names}).headline

    @api.model
    def _next_step(self, kind, step):
        """Hook: the next step of rows of a kind, as a short sentence."""
        return {
            "reminder": self.env._("Call, and quote what is usually bought"),
            "notice": self.env._("Call before it is decided, and quote"),
            "demoted": self.env._("Call and ask what has changed"),
            "promoted": self.env._("Congratulate, and say what it gives"),
            "proposal": self.env._("Accept or refuse")
            if step == "decide"
            else self.env._("An officer decides; nothing to do"),
        }.get(kind)

    # What people do

    def action_do(self):
        """Do the one next step of this row."""
        return self._shown()._do()

    def action_done(self):
        """Take these rows off the list: they are dealt with."""
        rows = self.search([("id", "in", self.ids)])
        for same in rows.grouped("kind").values():
            same._finish()
        message = self.env._("Done.") if len(rows) == 1 else self.env._("%s are done.", len(rows))
        return notification(message)

    def action_open_partner(self):
        """The customer."""
        return self._shown().partner_id.get_formview_action()

    def _shown(self):
        """This row, if it still is one that the user may read."""
        self.ensure_one()
        row = self.search([("id", "=", self.id)])
        if not row:
            raise UserError(
                self.env._(
                    "This is done already, or somebody else looks after the customer by now. "
                    "Reload the list."
                )
            )
        return row

    def _do(self):
        """Hook: the next step of this row.

        :return: action
        """
        if self.step == "quote":
            return self._quote()
        if self.step == "decide":
            return open_list(
                self.env,
                "customer_tiering.customer_tier_proposal_action",
                [("id", "=", self.res_id)],
            )
        self._finish()
        return RELOAD

    def _quote(self):
        """Hook: a quotation for the customer of this row.

        :return: action
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quotation"),
            "res_model": "sale.order",
            "view_mode": "form",
            "views": [[False, "form"]],
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }

    def _finish(self):
        """Hook: these rows of one kind are dealt with; their activities are done as well."""
        activities = self._activities()
        if activities:
            activities.action_feedback()
            if self[:1].kind == "reminder":
                # Its row is that of the to-do, and there may be another one later.
                return
        companies = {row.res_id: row.company_id for row in self}
        self.env["customer.agenda.done"]._note(self[:1].kind, companies)

    @api.model
    def _dealt_with(self, kind, records):
        """Something was said about the records behind rows of a kind: the rows have their time.

        :param records: with a ``company_id``
        """
        companies = {record.id: record.company_id for record in records}
        self.env["customer.agenda.done"]._note(kind, companies)

    def _activities(self):
        """Open activities about what these rows of one kind are about."""
        records, kind = self._records(), self[:1].kind
        if kind == "reminder":
            return records.activity_id.filtered("active")
        if kind not in ("notice", "promoted", "demoted"):
            return self.env["mail.activity"]
        if kind == "notice":
            about = [("standing_id", "in", records.ids), ("kind", "=", "notice")]
        else:
            about = [("change_id", "in", records.ids)]
        # Whose rows these are reads its messages, and closes no activity but about these.
        events = self.env["customer.tier.event"].sudo().search(about)
        return events.activity_id.filtered("active").sudo(False)
