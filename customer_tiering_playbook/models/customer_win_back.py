from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_staged import STAGES
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .customer_stage_playbook_start import UNDER_WAY

LAPSED = ("dormant", "lost")
OUTCOMES = [
    ("open", "Open"),
    ("won_back", "Came back"),
    ("not_now", "Not now"),
    ("for_good", "Lost for good"),
]
# What salespeople say about it; the rest follows from the customer and its orders.
SAID = {"partner_id", "company_id", "reason_id", "note", "outcome"}
CHANGED = SAID - {"partner_id", "company_id"}
MANAGERS = "customer_tiering.group_manager"
# Who was followed up is again after so many days, as long as the win-back is open.
ASK_AGAIN_DAYS = 14


class CustomerWinBack(models.Model):
    """One follow-up of a customer who stays away: the reason, what was said and what came of it.

    An order ends it by itself. Of a customer, the last one counts: who is “lost for good” gets
    neither playbooks nor reminders until the next order. Salespeople are asked to call again after
    a while, except about customers who are held back so that the effect of it is known.
    """

    _name = "customer.win.back"
    _inherit = "customer.order.measured"
    _description = "Win-Back"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        readonly=True,
    )
    # Orders are compared with it by the days of the company.
    date = fields.Date(
        string="Followed Up On",
        required=True,
        default=lambda self: self.env["customer.tier.gather"]._today(self.env.company),
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        help="Who looked after the customer then.",
    )
    stage = fields.Selection(STAGES, string="Stage Then", readonly=True)
    tier_id = fields.Many2one(
        "customer.tier", string="Tier Then", ondelete="set null", readonly=True, index=True
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Color", exportable=False)
    reason_id = fields.Many2one("customer.loss.reason", ondelete="restrict", index="btree_not_null")
    note = fields.Text(string="What Was Said")
    outcome = fields.Selection(
        selection=OUTCOMES,
        required=True,
        default="open",
        help="An order that comes in makes it won back by itself. Who is lost for good gets "
        "neither reminders nor playbooks until then.",
    )
    order_id = fields.Many2one(
        "sale.order", ondelete="set null", readonly=True, index="btree_not_null"
    )

    # Whether calling again has an effect; who is held back is for administrators to know.

    due_on = fields.Date(
        string="To Be Called Again On",
        readonly=True,
        groups=MANAGERS,
        help="Orders count from this day on, of customers held back as well. Empty where the "
        "win-back was over before, or has not come so far.",
    )
    experiment = fields.Char(groups=MANAGERS)
    bucket = fields.Integer(groups=MANAGERS)
    drawn_share = fields.Integer(groups=MANAGERS)
    arm = fields.Selection(groups=MANAGERS)
    window_end = fields.Date(groups=MANAGERS)
    window_orders = fields.Integer(groups=MANAGERS)
    window_amount = fields.Float(groups=MANAGERS)
    measured_on = fields.Date(groups=MANAGERS)

    may_correct = fields.Boolean(
        compute="_compute_may_correct", export_string_translation=False, exportable=False
    )

    _customer_idx = models.Index("(partner_id, company_id, id)")

    @api.depends_context("uid")
    def _compute_may_correct(self):
        self.may_correct = not self._is_checked()

    @api.model_create_multi
    def create(self, vals_list):
        """What the customer was on that day is kept, whatever it becomes."""
        checked = self._is_checked()
        for vals in vals_list:
            if checked:
                # What is left out must not come from a default in the context either.
                said = {**self.default_get(["partner_id"]), **vals}
                for name in vals.keys() - SAID:
                    del vals[name]
                vals |= {"partner_id": said.get("partner_id"), "order_id": False, "user_id": False}
            if vals.get("partner_id"):
                known = self._known_of(vals)
                vals |= known if checked else {**known, **vals}
                # Forms send an empty field, too.
                vals["user_id"] = vals["user_id"] or known["user_id"]
        records = super().create(vals_list)
        if checked:
            records._check_lapsed()
            records._check_outcome()
        records._after_outcome()
        records.sudo()._draw_group()
        return records

    def _known_of(self, vals):
        """What follows from the customer and the day."""
        company = self.env["res.company"].browse(vals.setdefault("company_id", self.env.company.id))
        partner = self.env["res.partner"].browse(vals["partner_id"]).commercial_partner_id
        vals["partner_id"] = partner.id
        own = [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        standing = self.env["customer.tier.standing"].sudo().search(own, limit=1)
        return {
            "stage": standing.lifecycle_stage,
            "tier_id": standing.tier_id.id,
            "date": self.env["customer.tier.gather"]._today(company),
            "user_id": partner.sudo().user_id.id or self.env.uid,
        }

    def write(self, vals):
        checked = self._is_checked()
        if checked and vals.keys() - CHANGED:
            raise AccessError(
                self.env._(
                    "Of a win-back you can change the reason, the outcome and what was said. The "
                    "rest is what the customer was on that day; ask an administrator of customer "
                    "tiers where it is wrong."
                )
            )
        changed = self.filtered(
            lambda record: record.outcome != vals.get("outcome", record.outcome)
        )
        # What comes of it counts, whether the night or a salesperson was first.
        changed.sudo().filtered(lambda record: record.outcome == "open")._begin_case()
        result = super().write(vals)
        if vals.keys() & {"partner_id", "company_id"}:
            # The ORM looks at where a record was, not at where it goes.
            self.check_access("write")
        if checked:
            changed._check_outcome()
        if "outcome" in vals:
            self._after_outcome()
        if vals.keys() & CHANGED:
            still = self.filtered(lambda record: record.outcome == "open")
            self.env["customer.agenda"]._dealt_with("win_back", still)
        return result

    def _is_checked(self):
        """Whether somebody writes who may only say what came of it."""
        return not self.env.su and not self.env.user.has_group(MANAGERS)

    def _check_lapsed(self):
        """Win-backs are of customers who stay away, so that nobody makes them out of nothing."""
        for record in self:
            if record.stage not in LAPSED:
                raise UserError(
                    self.env._(
                        "%s is neither dormant nor lost, so there is nothing to win back.",
                        record.partner_id.display_name,
                    )
                )

    def _check_outcome(self):
        """Orders win customers back, not words; and who gives a customer up is in charge of it, as
        that ends what its colleagues have planned."""
        everybodys = self.env.user.has_group("sales_team.group_sale_salesman_all_leads")
        for record in self:
            if record.outcome == "won_back":
                raise UserError(
                    self.env._(
                        "An order of %s makes it won back by itself. Choose another outcome until "
                        "then.",
                        record.partner_id.display_name,
                    )
                )
            salesperson = record.partner_id.sudo().user_id
            in_charge = everybodys or salesperson in (self.env.user, salesperson.browse())
            if record.outcome != "open" and not in_charge:
                raise UserError(
                    self.env._(
                        "%(salesperson)s looks after %(customer)s and says what came of it. Leave "
                        "the outcome “Open” and note what you have heard.",
                        salesperson=salesperson.name,
                        customer=record.partner_id.display_name,
                    )
                )

    def _after_outcome(self):
        """Leave those in peace who are lost for good."""
        for record in self.filtered(lambda record: record.outcome == "for_good").sudo():
            reminders = self.env["customer.reminder"].sudo()
            reminders.search([*record._own_domain(), ("state", "=", "open")])._dismiss()
            Start = self.env["customer.stage.playbook.start"].sudo()
            starts = Start.search([*record._own_domain(), ("state", "in", UNDER_WAY)])
            starts._leave(reason=self.env._("Lost for good: the plan has ended."))

    @api.model
    def _follow_up(self, partner, **vals):
        """Note what a follow-up of today came to: in the record that is open, or a new one.

        What is not known (``False``) does not replace what is.

        :return: ``customer.win.back``
        """
        own = [("partner_id", "=", partner.commercial_partner_id.id)]
        own += [("company_id", "=", self.env.company.id), ("outcome", "=", "open")]
        record = self.search(own, limit=1)
        known = {name: value for name, value in vals.items() if value}
        if record:
            if record.note and known.get("note"):
                known["note"] = f"{record.note}\n{known['note']}"
            record.write(known)
            return record
        return self.create({"partner_id": partner.id, **known})

    def _own_domain(self):
        self.ensure_one()
        return [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]

    # Whether calling again has an effect

    def _due_day(self):
        return fields.Date.add(self.date, days=ASK_AGAIN_DAYS)

    def _draw_group(self):
        """Draw who is held back when the customer is to be called again, in the half-year of that
        day."""
        standings = self._standings()
        for record in self:
            share = record.company_id.customer_win_back_control_share
            standing = standings.get((record.partner_id, record.company_id))
            if standing and record.outcome == "open":
                record.write(self._draw("win_back", standing, record._due_day(), share))

    def _standings(self):
        """:return: dict (customer, company) → ``customer.tier.standing``"""
        own = [("partner_id", "in", self.partner_id.ids), ("company_id", "in", self.company_id.ids)]
        found = self.env["customer.tier.standing"].sudo().search(own)
        return {(standing.partner_id, standing.company_id): standing for standing in found}

    @api.model
    def _begin_due(self, company):
        """From the day on which customers are to be called again, what they order counts."""
        today = self.env["customer.tier.gather"]._today(company)
        due = fields.Date.subtract(today, days=ASK_AGAIN_DAYS)
        own = [("company_id", "=", company.id), ("outcome", "=", "open"), ("date", "<=", due)]
        new = [("due_on", "=", False), ("experiment", "!=", False)]
        self.sudo().search([*own, *new])._begin_case()

    def _begin_case(self):
        """Those of these whose day has come are measured from now on."""
        standings = self._standings()
        for record in self.filtered(lambda r: r.experiment and not r.due_on):
            due = record._due_day()
            standing = standings.get((record.partner_id, record.company_id))
            if standing and due <= self.env["customer.tier.gather"]._today(record.company_id):
                end = self._window_end(standing, due)
                record.write({"due_on": due, "window_end": end})

    @api.model
    def _counted_since(self):
        return SQL("r.due_on")

    # Until an order comes

    @api.model
    def _given_up_sql(self):
        """Whether the customer of standing ``s`` was last found to be lost for good."""
        return SQL(
            """(SELECT w.outcome FROM customer_win_back w
                 WHERE w.partner_id = s.partner_id AND w.company_id = s.company_id
                 ORDER BY w.id DESC LIMIT 1) IS NOT DISTINCT FROM 'for_good'"""
        )

    @api.model
    def _given_up(self, standings):
        """Those of some customers who are lost for good."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT s.id FROM customer_tier_standing s WHERE s.id = ANY(%s) AND %s",
                standings.ids,
                self._given_up_sql(),
            )
        )
        return standings.browse([id_ for (id_,) in self.env.cr.fetchall()])

    @api.model
    def _close_fulfilled(self, partners):
        """Customers who have ordered since they were followed up last are won back.

        :param partners: as for reminders
        """
        # The salesperson who confirms the order need not be the one who followed up.
        WinBack = self.sudo()
        found = WinBack.search(self._of_customers(partners), order="id desc")
        last = WinBack.union(
            *(
                records[0]
                for records in found.grouped(lambda r: (r.partner_id, r.company_id)).values()
            )
        ).filtered(lambda record: record.outcome != "won_back")
        last._end_with_orders()

    def _fulfil(self, order):
        self.write({"outcome": "won_back", "order_id": order.id})

    @api.model
    def _ended_by_order(self):
        # Without an order somebody knew it.
        return [("outcome", "=", "won_back"), ("order_id", "!=", False)]

    def _reopen(self):
        """Orders that are taken back won nobody back."""
        own = [("partner_id", "in", self.partner_id.ids), ("company_id", "in", self.company_id.ids)]
        found = self.search(own, order="id")
        last = self.union(*{(r.partner_id, r.company_id): r for r in found}.values())
        (self & last).write({"outcome": "open", "order_id": False})

    @api.model
    def _close_ordered(self, company):
        """The same for orders that came in or were taken back past the order form."""
        self._take_back([("company_id", "=", company.id)])
        pending = [("company_id", "=", company.id), ("outcome", "!=", "won_back")]
        self._close_fulfilled(self.sudo().search(pending).partner_id)

    # Demo data

    @api.model
    @api.private
    def _load_demo(self):
        """Follow-ups of the demo customers, and the playbooks of those who are dormant today."""
        from ..demo.win_back import create_win_backs, note_past_playbooks, start_playbooks

        company = self.env.ref("base.main_company")
        if not self.search_count([("company_id", "=", company.id)], limit=1):
            today = fields.Date.context_today(company)
            create_win_backs(self.env, company, today)
            note_past_playbooks(self.env, company, today)
            start_playbooks(self.env, company)
