from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, formatLang

from .. import by_hand, review_dates
from ..bulk_fields import BulkMany2one, BulkNumbers, KnownFloat
from ..counted_fields import CountedInteger, CountedMonetary
from ..explain import came_back, next_order, run_words
from ..explain import next_look as next_looks
from ..explain.credit import RISKS, CreditBreakdown
from ..explain.timeline import picture
from ..explain.words import labelled, series
from ..explain.years import ExplainedYears, days_behind
from ..grading.policy import basis_of
from ..reader_fields import ReaderChar, ReaderInteger, ReaderMany2one
from ..tools import notification, works_in
from .customer_tier_append_only import by_system, take_system
from .customer_tier_change import TIER_LINES
from .customer_tier_metric import LEDGER_GROUPS
from .customer_tier_proposal import OPEN
from .customer_tier_staged import STAGES

# Whose history it is.
OWNER = {"partner_id", "company_id"}
# Follows from what grading found out and what people decided.
EFFECTIVE = {"tier_id", "tier_since"}


class CustomerTierStanding(models.Model):
    """What grading knows of a customer in one company, one row each: tier, score, RFM, credit
    score, stage, and why; shown on contacts, orders and lists through ``customer.tier.mixin``.

    Grading writes these rows in bulk below the ORM, see ``customer.tier.store``. People set a tier
    or a lock by hand, which stands beside the computed tier and is never mixed with it.
    """

    _name = "customer.tier.standing"
    _inherit = ["customer.tier.staged", "customer.tier.input"]
    _description = "Customer Grading"
    _order = "score desc nulls last, id"
    _rec_name = "partner_id"
    # Rows come by the hundred thousand; graded_at and the history tell what there is to tell.
    _log_access = False

    # Customer

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, ondelete="cascade"
    )
    company_id = BulkMany2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = ReaderMany2one(related="partner_id.user_id", string="Salesperson")
    country_id = ReaderMany2one(related="partner_id.country_id")
    region_id = ReaderMany2one(
        "res.country.group", string="Region", related="partner_id.country_id.customer_region_id"
    )

    # Tier

    program_id = BulkMany2one("customer.tier.program", string="Programme", readonly=True)
    tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="The tier that counts: the one set by hand, else the computed one.",
    )
    tier_color = ReaderInteger(related="tier_id.color", string="Tier Color", exportable=False)
    computed_tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="Where the rules leave the customer, with holds and reviews.",
    )
    target_tier_id = BulkMany2one(
        "customer.tier",
        string="Tier by Figures",
        readonly=True,
        help="What today's figures ask for; the programme says when customers move there.",
    )
    tier_since = fields.Date(string="In Tier Since", readonly=True)
    computed_since = fields.Date(readonly=True)
    guaranteed_until = fields.Date(
        readonly=True,
        help="The last day on which the computed tier cannot be lost, unless it rests on orders "
        "that turn out to be wrong or come back.",
    )
    review_date = fields.Date(
        string="Next Review",
        compute="_compute_review_date",
        search=review_dates.search,
        help="Empty where every day is a review.",
    )
    reviewed_on = fields.Date(string="Last Review That Counted", readonly=True)
    above_since = fields.Date(
        readonly=True, help="Since when the figures ask for a higher tier without a break."
    )
    noticed_on = fields.Date(string="Notice Given On", readonly=True)
    missed_reviews = fields.Integer(
        readonly=True, aggregator=None, help="Reviews in a row below what keeps the tier."
    )
    waiting = fields.Selection(
        selection=[
            ("hold", "For the end of the guarantee"),
            ("review", "For the next review"),
            ("window", "For the end of the return window"),
            ("miss", "For another missed review"),
            ("notice", "For a notice in time"),
            ("locked", "Locked"),
            ("approval", "For approval"),
        ],
        readonly=True,
        help="What keeps the customer from the tier that today's figures ask for.",
    )
    differs = fields.Boolean(
        string="Differs From the Figures",
        compute="_compute_differs",
        search="_search_differs",
        help="The tier is not the one that today's figures ask for.",
    )
    change_ids = fields.One2many(
        "customer.tier.change", "standing_id", string="Tier History", readonly=True
    )
    timeline = fields.Json(
        compute="_compute_timeline", exportable=False, help="The tiers over time, for the screen."
    )

    # Set by hand

    manual_tier_id = fields.Many2one(
        "customer.tier",
        string="Tier Set by Hand",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="Overrules the computed tier until it is emptied or its last day is over.",
    )
    manual_until = fields.Date(
        string="Set Until",
        help="Last day of what is set by hand; after it the rules decide again by themselves.",
    )
    manual_reason = fields.Char(string="Reason", help="Why the rules are overruled.")
    lock = fields.Selection(
        selection=[
            ("up", "Not up"),
            ("down", "Not down"),
            ("both", "Neither up nor down"),
        ],
        help="Keeps the rules from moving the customer; where they would move it is still shown.",
    )
    asks_reason = fields.Boolean(
        compute="_compute_asks_reason", exportable=False, export_string_translation=False
    )
    manual_user_id = fields.Many2one("res.users", string="Set By", readonly=True)
    manual_on = fields.Datetime(string="Set On", readonly=True)
    may_override = fields.Boolean(
        compute="_compute_may_override",
        exportable=False,
        help="Whether there is anything about overrides to see or to do for this user.",
    )

    # Waiting for approval

    proposed_tier_id = BulkMany2one(
        "customer.tier",
        readonly=True,
        help="The tier that waits for approval, or was refused since the last review.",
    )
    refused_on = fields.Date(
        string="Change Refused On",
        readonly=True,
        help="Until the next review it is not proposed again.",
    )
    proposal_ids = fields.One2many("customer.tier.proposal", "standing_id", readonly=True)

    # Entered before the first order

    entry_rule_id = fields.Many2one(
        "customer.tier.entry.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The rule by which a customer who has not ordered yet got the tier.",
    )
    next_follow_up_date = fields.Date(
        string="Next Follow-Up",
        readonly=True,
        help="For customers who have not ordered yet: every so many days from entering the tier, "
        "as the entry rule says.",
    )

    # Orders

    amount = CountedMonetary(
        string="Amount Bought",
        readonly=True,
        help="Untaxed, in company currency, over the months that the metric looks at.",
    )
    amount_label = fields.Char(
        compute="_compute_amount_label", exportable=False, export_string_translation=False
    )
    order_count = CountedInteger(string="Orders", readonly=True)
    last_order_date = fields.Date(string="Last Order", readonly=True)
    recency_days = fields.Integer(
        string="Days Since Last Order",
        compute="_compute_recency_days",
        search="_search_recency_days",
        aggregator="avg",
        help="Counted on the day of the last grading.",
    )
    next_order_date = fields.Date(
        string="Next Order Expected",
        readonly=True,
        help="Half of such customers who come back have ordered again by this day. Empty where "
        "fewer than half are seen to order again at all.",
    )
    next_order_from = fields.Date(readonly=True)
    next_order_until = fields.Date(
        readonly=True,
        help="Of customers who order too irregularly to be expected on a certain day: four of "
        "five of their next orders come between these two days.",
    )
    next_order_late = fields.Date(
        string="Late From",
        readonly=True,
        help="Four of five of such customers have ordered again by this day; where fewer are seen "
        "to order again, nine in ten of those who are.",
    )
    # Where a call is worth it, and what the days rest on, see ``grading.pipeline``
    call_date = fields.Date(string="Call From", readonly=True)
    late_share = fields.Float(readonly=True, aggregator="avg")
    interval_count = fields.Integer(string="Own Intervals", readonly=True, aggregator="avg")
    own_interval = fields.Float(string="Own Interval (days)", readonly=True, aggregator="avg")
    own_weight = fields.Float(string="Weight of Own Intervals", readonly=True, aggregator="avg")
    stay_away = fields.Float(readonly=True, aggregator="avg")
    next_order_text = fields.Char(
        string="Next Order", compute="_compute_next_order_text", exportable=False
    )
    next_order_reason = fields.Char(
        string="Why Then", compute="_compute_next_order_text", exportable=False
    )

    # Score and RFM

    score = KnownFloat(readonly=True, aggregator="avg")
    coverage = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the indicators' weight for which this customer has a value; the score "
        "rests on these.",
    )
    rfm_r = fields.Integer(string="Recency (R)", readonly=True, aggregator="avg")
    rfm_f = fields.Integer(string="Frequency (F)", readonly=True, aggregator="avg")
    rfm_m = fields.Integer(string="Monetary Value (M)", readonly=True, aggregator="avg")
    segment_id = BulkMany2one("customer.tier.segment", string="RFM Segment", readonly=True)
    segment_color = ReaderInteger(
        related="segment_id.color", string="Segment Color", exportable=False
    )
    rfm_segment = ReaderChar(related="segment_id.name", string="RFM Segment Name")

    # Stage in the life of the customer

    lifecycle_stage = fields.Selection(
        STAGES,
        readonly=True,
        group_expand=True,
        help="From the order history alone, compared with the customer's own rhythm; the "
        "programme says where each stage begins.",
    )
    stage_since = fields.Date(
        string="In Stage Since",
        readonly=True,
        help="The day on which the stage was entered, whenever it was noticed.",
    )
    previous_stage = fields.Selection(STAGES, readonly=True)

    # Credit score: how the customer pays, for people without any rights on the ledger, too

    credit_score = KnownFloat(
        readonly=True,
        aggregator="avg",
        help="0 to 100 from the days between due dates and payments, by amount; empty while there "
        "are too few invoices.",
    )
    credit_band = fields.Selection(
        selection=RISKS,
        string="Credit Risk",
        readonly=True,
    )
    days_beyond_terms = KnownFloat(
        string="Days Beyond Terms (DBT)",
        readonly=True,
        aggregator="avg",
        help="Mean number of days between due date and payment, by amount; negative: early.",
    )
    on_time_share = KnownFloat(
        string="Paid on Time",
        readonly=True,
        aggregator="avg",
        help="Share of what was due that was paid by its day.",
    )
    worst_delay = fields.Integer(string="Worst Delay (days)", readonly=True, aggregator="max")
    overdue_amount = fields.Monetary(
        string="Overdue",
        readonly=True,
        help="Open and past its due date, in company currency, after payments and credit notes "
        "that are matched with nothing.",
    )
    credit_invoice_count = fields.Integer(
        string="Invoices Counted",
        readonly=True,
        help="Invoices and other debts that the credit score rests on.",
    )
    credit_breakdown = fields.Html(
        compute="_compute_credit_breakdown",
        sanitize=False,
        exportable=False,
        groups=LEDGER_GROUPS,
    )

    # Why

    graded_at = fields.Datetime(
        string="Last Change by Grading",
        readonly=True,
        help="When grading last found something new about this customer.",
    )
    policy_id = BulkMany2one(
        "customer.tier.policy",
        readonly=True,
        help="The rules that the grading followed.",
    )
    numbers = BulkNumbers(
        readonly=True,
        exportable=False,
        help="What the grading found out and decided, in the order that its rules name.",
    )
    # Without a day, the next: something moves every day, or nothing is known.
    next_look = fields.Date(
        readonly=True,
        copy=False,
        help="Until this day grading comes to the same, unless the customer orders, pays or is "
        "changed: from it on, time alone could make a difference.",
    )
    next_look_cause = fields.Selection(next_looks.CAUSES, readonly=True, copy=False)
    next_look_text = fields.Char(string="Looked at Again", compute="_compute_next_look_text")
    explanation = fields.Json(
        compute="_compute_explanation",
        exportable=False,
        help="What the score rests on and what it takes to move, for the screen.",
    )

    _partner_company_unique = models.Constraint(
        "unique(partner_id, company_id)", "A customer has one grading per company."
    )
    _company_tier_idx = models.Index("(company_id, tier_id, score)")
    _noticed_idx = models.Index("(partner_id) WHERE noticed_on IS NOT NULL")

    @api.depends_context("lang", "allowed_company_ids")
    def _compute_amount_label(self):
        self.amount_label = self._fields["amount"]._description_string(self.env)

    @api.model
    def _same_choices(self, name):
        """The choices of field `name` in the user's language, for a field that offers the same:
        choices that a function gives have no translations of their own."""
        return self._fields[name]._description_selection(self.env)

    def _counted_on(self):
        """The day that the figures are of: that of the last grading of everybody; for whoever
        ordered after it today, as they were graded again alone."""
        graded_on, last = self.sudo().company_id.customer_tier_graded_on, self.last_order_date
        ordered_since = graded_on and last and last > graded_on
        return fields.Date.context_today(self) if ordered_since else graded_on

    @api.depends("last_order_date", "company_id.customer_tier_graded_on")
    def _compute_recency_days(self):
        today = fields.Date.context_today(self)
        for standing in self:
            # Kept out of the table: it grows by one for every customer every day.
            last, day = standing.last_order_date, standing._counted_on() or today
            standing.recency_days = max((day - last).days, 0) if last else False

    def _search_recency_days(self, operator, value):
        field = self._fields["recency_days"]
        return Domain.custom(
            to_sql=lambda model, alias, query: field.condition_to_sql(
                field.name, operator, value, model, alias, query
            )
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "recency_days" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        company = query.make_alias(alias, "company_id")
        query.add_join(
            "LEFT JOIN",
            company,
            "res_company",
            SQL(
                "%s = %s",
                SQL.identifier(alias, "company_id"),
                SQL.identifier(company, "id"),
            ),
        )
        return SQL(
            "(CASE WHEN %(graded)s >= %(last)s THEN %(graded)s - %(last)s"
            " WHEN %(last)s IS NOT NULL THEN GREATEST(%(today)s::date - %(last)s, 0) END)",
            graded=SQL.identifier(company, "customer_tier_graded_on"),
            today=fields.Date.context_today(self),
            last=SQL.identifier(alias, "last_order_date"),
        )

    @api.depends(*review_dates.DEPENDS)
    def _compute_review_date(self):
        upcoming = review_dates.of_records(self)
        for standing in self:
            standing.review_date = upcoming.get(standing._origin.id, False)

    @api.depends("next_look", "next_look_cause")
    @api.depends_context("lang")
    def _compute_next_look_text(self):
        for standing in self:
            standing.next_look_text = next_looks.sentence(standing)

    @api.depends(*next_order.FIELDS)
    @api.depends_context("lang")
    def _compute_next_order_text(self):
        for standing in self:
            standing.next_order_text = next_order.short(standing)
            standing.next_order_reason = next_order.reason(standing)

    @api.depends("change_ids", "program_id")
    @api.depends_context("lang")
    def _compute_timeline(self):
        gather = self.env["customer.tier.gather"]
        for standing in self:
            today = standing.company_id and gather._today(standing.company_id)
            changes = standing.change_ids.filtered_domain(TIER_LINES)
            standing.timeline = today and picture(standing, changes, today)

    # Writing

    @api.model_create_multi
    def create(self, vals_list):
        standings = super().create(vals_list)
        overruled = standings.filtered("manual_tier_id")
        overruled._apply_override({standing: standing.browse().tier_id for standing in overruled})
        return standings

    def write(self, vals):
        records, vals = self._check_write(vals), next_looks.anew(vals)
        if not vals.keys() & by_hand.FIELDS:
            return super(CustomerTierStanding, records).write(vals)
        over = self.filtered(
            lambda standing: (
                not vals.get("manual_tier_id", standing.manual_tier_id)
                and not vals.get("lock", standing.lock)
            )
        )
        if over and over != self:
            over.write(vals)
            return (self - over).write(vals)
        if over:
            by_hand.check_nothing_said(over, vals)
            # The end of what is set by hand is the end of its reason and of its last day.
            vals = {**vals, "manual_until": False, "manual_reason": False}
        before = {standing: standing.tier_id for standing in self}
        held = {standing: (standing.lock, standing.manual_reason) for standing in self}
        said = {s: (s.manual_tier_id, s.manual_reason or False) for s in self}
        result = super().write(vals)
        by_hand.check_reason(self, said)
        self._apply_override(before)
        self._note_unmoved(before, held)
        if vals.get("manual_tier_id") or vals.get("lock"):
            self._drop_proposals()
        return result

    def unlink(self):
        return super(CustomerTierStanding, self._check_history()).unlink()

    def _by_system(self):
        """These standings for one call by the code that may delete them or give them to another
        customer."""
        return by_system(self)

    def _check_write(self, vals):
        """:return: these standings, without the permission to give them to another customer"""
        # An import by database id writes the id as well, which the ORM leaves out.
        if not self.env.su and vals.keys() - by_hand.FIELDS - {"id"}:
            raise AccessError(
                self.env._(
                    "Grades are computed. Only the tier, its last day, the reason and a lock can "
                    "be set by hand on a customer."
                )
            )
        return self._check_history() if vals.keys() & OWNER else self

    def _check_history(self):
        """The history goes with the standing, so a person must not take it away or give it to
        somebody else.

        :return: these standings, without the permission
        """
        by_system, records = take_system(self)
        if not by_system:
            raise AccessError(
                self.env._(
                    "The history of a customer can be neither deleted nor given to another one. "
                    "It ends with the contact; merged contacts are merged here, too."
                )
            )
        return records

    # Set by hand

    @api.depends("manual_tier_id", "lock")
    @api.depends_context("uid")
    def _compute_may_override(self):
        allowed = self.env["customer.tier.standing"].has_access("write")
        for standing in self:
            standing.may_override = bool(allowed or standing.manual_tier_id or standing.lock)

    @api.depends("tier_id", "target_tier_id")
    def _compute_differs(self):
        for standing in self:
            standing.differs = standing.tier_id != standing.target_tier_id

    @api.model
    def _search_differs(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s IS DISTINCT FROM %s",
                SQL.identifier(alias, "tier_id"),
                SQL.identifier(alias, "target_tier_id"),
            )
        )

    @api.constrains("manual_tier_id", "company_id")
    def _check_manual_tier(self):
        for standing in self:
            tier = standing.manual_tier_id
            if tier and tier.company_id != standing.company_id:
                raise ValidationError(
                    self.env._(
                        "Tier “%(tier)s” belongs to %(other)s; choose one of %(company)s.",
                        tier=tier.name,
                        other=tier.company_id.name,
                        company=standing.company_id.name,
                    )
                )

    @api.constrains("manual_tier_id", "manual_until", "manual_reason", "lock")
    def _check_override(self):
        by_hand.check(self)

    @api.depends("manual_tier_id", "lock", "company_id")
    def _compute_asks_reason(self):
        for standing in self:
            tier = standing.manual_tier_id and by_hand.asks(standing.company_id)
            standing.asks_reason = bool(standing.lock or tier)

    def _apply_override(self, before):
        """Let what is set by hand count, say whose doing it is, record the change and queue what
        is told about it."""
        Event = self.env["customer.tier.event"]
        event = Event._last_id()
        for standing in self:
            # The tier of who is no customer at present waits.
            computed = standing.program_id and standing.computed_tier_id
            tier = standing.manual_tier_id or computed or standing.tier_id.browse()
            decided = bool(standing.manual_tier_id or standing.lock)
            vals = {
                "manual_user_id": decided and self.env.uid,
                "manual_on": decided and fields.Datetime.now(),
            }
            if tier != before[standing]:
                today = self.env["customer.tier.gather"]._today(standing.company_id)
                vals |= {"tier_id": tier.id, "tier_since": tier and today}
            # Read-only for officers; setting by hand goes through here alone.
            standing.sudo().write(vals)
            if tier != before[standing]:
                change = self.env["customer.tier.change"]
                note = by_hand.override_note(standing)
                change._record(standing, before[standing], tier, "manual", note)
        # Contacts, orders and prices read the tier through fields that nothing else refreshes.
        self.env.invalidate_all()
        for company in self.company_id:
            Event._settle(company, SQL("id > %s", event))

    def _note_unmoved(self, before, held):
        """Record locks, and the end of what was set by hand, where the tier stays the same.

        :param before: dict standing → tier before
        :param held: dict standing → its lock and reason before
        """
        Change = self.env["customer.tier.change"]
        for standing in self:
            tier, (lock, reason) = standing.tier_id, held[standing]
            if standing.lock != lock:
                note = by_hand.lock_note(standing, reason)
                Change._record(standing, tier, tier, "lock", note)
            elif tier == before[standing] and not standing.manual_tier_id:
                last = standing.change_ids.sorted("id")[-1:]
                if last.by_hand:
                    Change._record(standing, tier, tier, "manual", by_hand.override_note(standing))

    def action_clear_override(self):
        """Let the rules decide again."""
        self.check_access("write")
        if not any(standing.manual_tier_id or standing.lock for standing in self):
            raise UserError(self.env._("Nothing is set by hand here."))
        overruled = self.filtered(lambda standing: standing.manual_tier_id or standing.lock)
        overruled.write({"manual_tier_id": False, "lock": False})
        return notification(
            self.env._("The customer follows the rules again.")
            if len(overruled) == 1
            else self.env._("%s customers follow the rules again.", len(overruled))
        )

    # Waiting for approval

    def action_accept_proposal(self):
        """Accept what waits for approval on this customer."""
        return self._open_proposals().action_accept()

    def action_refuse_proposal(self):
        """Ask why, and refuse what waits for approval on this customer."""
        return self._open_proposals().action_refuse()

    def _open_proposals(self):
        self.check_access("write")
        proposals = self.env["customer.tier.proposal"]
        found = proposals.search([("standing_id", "in", self.ids), *OPEN])
        if not found:
            raise UserError(
                self.env._("Nothing is proposed for this customer any more. Reload the page.")
            )
        return found

    def _drop_proposals(self):
        """What is set by hand answers the question: it must not be overturned by an answer to
        the old one."""
        proposals = self.env["customer.tier.proposal"].sudo()
        settled = proposals.search([("standing_id", "in", self.ids), *OPEN]).filtered(
            lambda proposal: (
                proposal.standing_id.manual_tier_id
                or proposal.standing_id.lock in ("both", proposal._side())
            )
        )
        if settled:
            settled._close("superseded")
            settled.standing_id.write({"waiting": "locked", "proposed_tier_id": False})

    # Grading, and opening what is behind it

    @api.model
    def action_open_grading(self):
        """Entry of the menu: the graded customers, or where there is nothing yet and the user
        may change that, the choice of a preset."""
        Program = self.env["customer.tier.program"]
        may_start = self.env.user.has_group("customer_tiering.group_manager")
        if may_start and not Program._company_has_program(self.env.company.id):
            return self.env["customer.tier.start"]._open()
        return Program.action_open_standings()

    def action_grade(self):
        """Grade these customers now, as of today, and say what came of it."""
        self.check_access("write")
        changed = 0
        for company, standings in self.grouped("company_id").items():
            if not self.env["customer.tier.program"]._company_has_program(company.id):
                raise UserError(self.env._("There is no tier programme for %s.", company.name))
            run = self.env["customer.tier.run"]
            changed += run._grade_partners(standings.partner_id, company)
        return notification(run_words.graded_text(self.env, len(self), changed))

    def action_open_orders(self):
        """The confirmed orders that the grading looked at."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        domain = [
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "=", "sale"),
        ]
        return {**action, "domain": domain, "context": {"create": False}}

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # Explanation

    @api.depends("policy_id", "numbers", "tier_id", "manual_tier_id", "score", "recency_days")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for standing in self:
            # The rules a customer was graded by are no secret in the company that has them.
            policy = standing.sudo().policy_id.exists()
            # Of a grading that is not saved, the rules may have been typed.
            company = standing.company_id if standing.id else policy.program_id.company_id
            told = policy and works_in(standing.env, company)
            standing.explanation = told and standing._explain(policy)

    def _explain(self, policy, rules=None, words=None):
        """The content of ``explanation``.

        :param rules: instead of those of the policy
        :param words: a kind of ``ExplainedYears``
        """
        numbers = policy._values(self.numbers)
        explained = (words or ExplainedYears)(self, rules or policy.rules, numbers)
        return {
            "model": self._name,
            "record_id": self.id,
            "score": formatLang(self.env, self.score, digits=2) if explained.scored else "",
            "coverage": self.coverage,
            "sentences": [
                *(sentence for sentence in explained.sentences() if sentence["text"]),
                *came_back.sentences(self),
            ],
            "rows": list(explained.rows()),
            "marks": list(explained.marks()),
        }

    def action_open_came_back(self):
        """Credit notes, and whatever else of what was ordered came back."""
        self.ensure_one()
        self.check_access("read")
        return came_back.action(self)

    def _came_back_records(self, first, last):
        """Hook: where it stands what came back in some days, as pairs of a model and a domain."""
        notes = came_back.credit_notes(self.partner_id, self.company_id, first, last)
        return [("account.move", notes)]

    def action_open_records(self, metric_id):
        """The records that the value of a metric comes from."""
        self.ensure_one()
        self.check_access("read")
        as_of = self._counted_on() or fields.Date.context_today(self)
        days = days_behind(self.sudo().policy_id, self.numbers, as_of)
        return self._open_records(metric_id, *days)

    def _open_records(self, metric_id, as_of, since=None):
        """The records that the value of a metric came from on a day.

        :param since: see ``_records_behind`` of metrics
        """
        metric = self.env["customer.tier.metric"].browse(metric_id).exists()
        if not metric:
            raise UserError(self.env._("This metric no longer exists."))
        if reason := metric._sleeps():
            raise UserError(reason)
        basis = basis_of(self.sudo().policy_id.rules)
        model, domain = metric._records_behind(
            self.partner_id, self.company_id, as_of, since, basis
        )
        if not self.env[model].has_access("read"):
            raise AccessError(
                self.env._(
                    "“%s” comes from records that you have no access to.", metric.display_name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": labelled(self.env, metric.display_name, self.partner_id.display_name),
            "res_model": model,
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            "context": {"create": False},
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p><p>%s</p>")
            % (
                self.env._("Nothing here that you may see"),
                self.env._(
                    "Either there is nothing behind this value, or it comes from records of "
                    "other salespeople: grading counts those too."
                ),
            ),
        }

    # Credit score

    def _credit_day(self):
        """The day that the credit figures are as of. Where nothing new was found since, they are
        the same on all days between."""
        graded_on = self.sudo().company_id.customer_tier_graded_on
        zone = self.env["customer.tier.gather"]._timezone(self.company_id)
        graded_at = self.graded_at and fields.Date.context_today(
            self.with_context(tz=zone), self.graded_at
        )
        return max(filter(None, (graded_on, graded_at)), default=fields.Date.context_today(self))

    def _credit_parts(self):
        """See ``customer.tier.gather._payment_parts``."""
        self.ensure_one()
        gather = self.env["customer.tier.gather"]
        return gather._payment_parts(self.partner_id, self.company_id, self._credit_day())

    @api.depends("credit_score", "credit_invoice_count", "overdue_amount", "graded_at")
    @api.depends_context("lang")
    def _compute_credit_breakdown(self):
        for standing in self:
            parts, day = standing._credit_parts(), standing._credit_day()
            standing.credit_breakdown = not parts.empty and self.env["ir.qweb"]._render(
                "customer_tiering.credit_breakdown", CreditBreakdown(standing, parts, day).values()
            )

    def action_open_credit_parts(self):
        """All parts of invoices behind the credit score, the most harmful first."""
        self.ensure_one()
        self.check_access("read")
        return self.env["customer.tier.credit.line"]._open(self)

    # Merging of contacts

    def _merge_into(self, customer):
        """Make these standings those of one customer, who keeps one per company.

        It keeps the better tier of the programme with its guarantee, a tier or lock that is set by
        hand, and both histories. The next grading looks at the orders of both.
        """
        self.env.flush_all()
        own = self.search([("partner_id", "=", customer.id)])
        for standings in (self | own).grouped("company_id").values():
            kept = (standings & own) or standings._best_of(standings.program_id[:1])
            if standings != kept or kept.partner_id != customer:
                kept._take_over(standings - kept, customer)

    def _best_of(self, program):
        """The standing in the highest computed tier of a programme; the first of equals."""

        def rank(standing):
            tier = standing.computed_tier_id
            return standing.program_id == program, bool(tier), tier.sequence, tier.id

        return max(self, key=rank)

    def _take_over(self, others, customer):
        """Unite others with this standing, which becomes that of the customer. Hook: addons decide
        here what becomes of their records about the others."""
        self.ensure_one()
        before, since = self.tier_id, self.tier_since
        merged = (others.partner_id | self.partner_id) - customer
        note = self.env._("Merged with %s", series(self.env, merged.mapped("display_name")))
        best = (self | others)._best_of(self.program_id or others.program_id[:1])
        overruled = (self | others).filtered(lambda s: s.manual_tier_id or s.lock)[:1]
        # The question was about a customer who is another one now; the next grading asks anew.
        asked = self.env["customer.tier.proposal"].sudo()
        asked.search([("standing_id", "in", (self | others).ids), *OPEN])._close("superseded")
        self._copy_columns(best, self._graded_columns())
        if overruled:
            self._copy_columns(overruled, by_hand.OVERRIDE)
        tier = self.manual_tier_id or self.computed_tier_id
        today = self.env["customer.tier.gather"]._today(self.company_id)
        self._by_system().write(
            {
                "partner_id": customer.id,
                "tier_id": tier.id,
                "tier_since": since if tier == before else today,
            }
        )
        self._inherit_history(others)
        self.env["customer.tier.change"]._record(self, before, tier, "merge", note)

    def _graded_columns(self):
        stored = {name for name, field in self._fields.items() if field.store and field.column_type}
        return stored - {"id", *OWNER} - by_hand.OVERRIDE - EFFECTIVE

    def _copy_columns(self, source, names):
        """Below the ORM, for which a tier set by hand is somebody's doing today."""
        if source == self:
            return
        columns = SQL(", ").join(SQL.identifier(name) for name in sorted(names))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET (%(columns)s) = "
                "(SELECT %(columns)s FROM %(table)s WHERE id = %(source)s) WHERE id = %(id)s",
                table=SQL.identifier(self._table),
                columns=columns,
                source=source.id,
                id=self.id,
            )
        )
        self.env.invalidate_all(flush=False)

    def _inherit_history(self, others):
        """Take the history of others, marked as theirs, and whatever else refers to them."""
        for other in others:
            rows = other.change_ids.filtered(lambda change: not change.merged_from)
            rows._by_system().write({"merged_from": other.partner_id.display_name})
        if others:
            Merge = self.env["base.partner.merge.automatic.wizard"].sudo()
            Merge._update_foreign_keys_generic(self._name, others, self)
            self.env.invalidate_all()
            others._by_system().unlink()
