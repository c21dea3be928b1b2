import ast
import logging
import re
from itertools import combinations

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

from .. import samples, threshold_fit
from ..explain import lifecycle, next_order
from ..explain.advice import advise
from ..explain.lifecycle import THRESHOLDS
from ..grading.policy import SAMPLE_SIZE, Lifecycle, Movement, Program, Review, read_rhythm
from ..own_results import refuse_long, refuse_results
from ..presets import build, duplicate
from ..switches import Deferral

_logger = logging.getLogger(__name__)

# On while a programme is saved with its lines: they are checked together at the end, because
# half-way through a save two thresholds may well contradict each other.
SAVING = Deferral("customer_tier_program_saving")
# Days; see the constraint on the interval.
LONGEST_INTERVAL = 3650


class CustomerTierProgram(models.Model):
    """A tier programme: the rules by which the customers of a company get their tiers.

    Its lines (tiers, indicators, segments, vetoes, entry rules, messages) are models of their own;
    here is what holds for all of them, and the whole as a frozen value for the grading core. The
    words of advice and of the lifecycle are in ``explain``, what programmes start from is in
    ``presets``.
    """

    _name = "customer.tier.program"
    _inherit = "customer.tier.input"
    _description = "Customer Tier Programme"
    _order = "company_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="A customer belongs to the first programme whose filter selects it."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    domain = fields.Char(
        string="Customers",
        default="[]",
        required=True,
        help="Which customers this programme grades; without a filter, all of them. Companies "
        "count once: orders of their contacts are theirs.",
    )

    # Tiers and score

    tier_ids = fields.One2many("customer.tier", "program_id", copy=True)
    indicator_ids = fields.One2many("customer.tier.indicator", "program_id", copy=True)
    indicator_count = fields.Integer(compute="_compute_indicator_count")
    segment_ids = fields.One2many(
        "customer.tier.segment", "program_id", string="RFM Segments", copy=True
    )
    benefit_ids = fields.One2many("customer.tier.benefit", "program_id", string="Benefits")
    veto_ids = fields.One2many("customer.tier.veto", "program_id", string="Vetoes")
    gives_prices = fields.Boolean(
        string="Give the Tiers' Prices",
        default=True,
        help="Discounts and pricelists of the tiers apply on quotations, in the shop and at the "
        "till. Off: customers are graded and have the prices they would have without a tier; "
        "discounts stay typed for the day it is switched on.",
    )
    min_coverage = fields.Float(
        string="Minimum Coverage",
        help="A score that rests on a smaller share of the indicators' weights than this counts "
        "as unknown, so nobody gets a tier by a score that little is known about. 0 asks for none.",
    )
    rfm_mode = fields.Selection(
        selection=[
            ("three", "Recency, frequency and monetary value each"),
            ("mean", "Recency against the mean of frequency and monetary value"),
        ],
        string="Segments By",
        required=True,
        default="three",
        help="What the bounds of the segments are compared with: three band numbers, or two, "
        "where the mean of F and M is rounded half up.",
    )
    standing_count = fields.Integer(string="Graded", compute="_compute_standing_count")
    # Salespeople, who are led here from a tier, do not read runs.
    last_run_id = fields.Many2one(
        "customer.tier.run", compute="_compute_last_run_id", groups="customer_tiering.group_user"
    )

    # What counts as bought, a year, and the order interval

    basis = fields.Selection(
        selection=[
            ("ordered", "Orders, less credit notes"),
            ("invoiced", "Invoices, less credit notes"),
        ],
        string="Bought Is What Was",
        required=True,
        default="ordered",
        help="Orders: confirmed orders on their order date. Invoices: posted customer invoices on "
        "their invoice date; those for parts of one order are one order. Posted credit notes are "
        "deducted on their own date either way, and what was credited in full counts as no order.",
    )
    period = fields.Selection(
        selection=[
            ("rolling", "The last twelve months"),
            ("calendar", "Calendar year"),
            ("anniversary", "Year from each customer's first order"),
        ],
        string="A Year Is",
        required=True,
        default="rolling",
        help="What metrics look at whose months looked at are 12. The last twelve months move on "
        "every day. In a year that begins anew, figures start from nothing on its first day, and "
        "what was reached in one year counts until the end of the next. Whoever has not ordered "
        "yet has calendar years.",
    )
    typical_interval_days = fields.Integer(
        string="Typical Order Interval (days)",
        copy=False,
        help="Half of the customers order again within so many days. Customers with few orders of "
        "their own are expected to follow it. 0: measured at the next grading.",
    )
    rhythm = fields.Json(readonly=True, copy=False)
    rhythm_learnt_on = fields.Date(readonly=True, copy=False)
    rhythm_text = fields.Char(
        string="How Customers Order", compute="_compute_rhythm_text", exportable=False
    )

    first_graded_on = fields.Date(
        readonly=True,
        copy=False,
        help="As of when all customers were graded for the first time; from then on, who is new "
        "rises like others.",
    )

    # How customers move from tier to tier once their figures ask for it

    promotion = fields.Selection(
        selection=[
            ("at_once", "At once"),
            ("review", "At the next review"),
            ("after", "After a return window"),
        ],
        string="Promote",
        required=True,
        default="at_once",
        help="Also of who is graded for the first time: until then such a customer is in the "
        "lowest tier. Only in the programme's own first grading everybody is at once where the "
        "figures ask, and so is who enters by a rule.",
    )
    promotion_days = fields.Integer(
        string="Return Window (days)",
        default=14,
        help="The figures must ask for the higher tier so many days without a break, so that "
        "goods sent back do not leave a tier behind.",
    )
    hold_months = fields.Integer(
        string="Guaranteed For (months)",
        default=12,
        help="Nobody loses a tier within so many months from entering it; 0 guarantees nothing. "
        "Only what was a mistake or came back is put right at once.",
    )
    review_every = fields.Selection(
        selection=[
            ("day", "Every day"),
            ("month", "On the first of each month"),
            ("quarter", "On the first of each quarter"),
            ("year", "On 1 January"),
            ("dates", "On fixed dates"),
            ("anniversary", "A year after each customer entered its tier"),
        ],
        string="Review",
        required=True,
        default="month",
        help="Tiers are lost at reviews only. The first grading on or after the day is the review.",
    )
    review_dates = fields.Char(
        string="Dates",
        default="06-30, 12-31",
        help="Month and day of each date, such as 06-30, 12-31.",
    )
    misses = fields.Integer(
        string="Reviews Missed",
        default=1,
        help="So many reviews in a row must find a customer below what keeps its tier.",
    )
    notice_days = fields.Integer(
        string="Notice Before a Demotion (days)",
        help="Nobody loses a tier at a review unless notice was given so many days before it; 0 "
        "gives none. Who hears of it stands under Messages.",
    )
    one_level = fields.Boolean(
        string="One Level at a Time",
        help="A demotion goes one tier down, however low the figures are.",
    )
    approval = fields.Selection(
        selection=[
            ("none", "Nothing"),
            ("down", "Demotions"),
            ("up", "Promotions"),
            ("both", "Promotions and demotions"),
        ],
        string="Needs Approval",
        required=True,
        default="none",
        help="These changes are proposed and wait until an officer accepts or refuses them; first "
        "tiers are promotions from the lowest one, but for the programme's own first grading. A "
        "change that is refused comes up again at the next review; where every day is one, on the "
        "first of the next month.",
    )

    # Where the stages of a customer's life begin and end

    stage_new_days = fields.Integer(
        string="New For (days)", default=90, help="From the first order on."
    )
    stage_new_orders = fields.Integer(
        string="New Up To (orders)",
        default=1,
        help="Customers with so few orders are new however long ago the first one was, until they "
        "are dormant. Orders of one day count once.",
    )
    stage_loyal_orders = fields.Integer(string="Loyal From (orders)", default=10)
    stage_loyal_ratio = fields.Float(
        string="Loyal Within (rhythms)",
        default=1.5,
        digits=(6, 2),
        help="The last order of a loyal customer is at most so many times its own rhythm ago.",
    )
    stage_mature_ratio = fields.Float(
        string="Dormant After (rhythms)",
        default=2.0,
        digits=(6, 2),
        help="Dormant is who has not ordered for more than so many times its own rhythm. A "
        "customer who orders every 30 days and has a 2 here is dormant from day 61 on.",
    )
    stage_lost_ratio = fields.Float(
        string="Lost After (rhythms)",
        default=4.0,
        digits=(6, 2),
        help="Lost is who has not ordered for more than so many times its own rhythm.",
    )
    stage_min_orders = fields.Integer(
        string="Own Rhythm From (orders)",
        default=3,
        help="Customers with fewer orders have no rhythm yet: for them, the fixed days count.",
    )
    stage_dormant_days = fields.Integer(string="Dormant After (days)", default=90)
    stage_lost_days = fields.Integer(string="Lost After (days)", default=180)
    stage_won_back_days = fields.Integer(
        string="Won Back For (days)",
        default=90,
        help="Who orders again after having been dormant or lost is won back for so many days.",
    )
    stage_problem = fields.Char(compute="_compute_stage_problem")
    stage_preview = fields.Html(
        string="Customers by Stage",
        compute="_compute_stage_preview",
        sanitize=False,
        exportable=False,
        groups="customer_tiering.group_manager",
    )

    # Where prospects enter, and who hears of a change

    entry_rule_ids = fields.One2many("customer.tier.entry.rule", "program_id", string="Entry Rules")
    event_rule_ids = fields.One2many(
        "customer.tier.event.rule", "program_id", string="What Happens on a Change"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        # Not the system, which nobody logs in as.
        default=lambda self: self.env.user.filtered("active"),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets a to-do when a grading leaves changes to decide about.",
    )

    # Advice: what in the rules contradicts, overlaps or changes nothing

    spread = fields.Json(
        readonly=True,
        copy=False,
        help="How customers spread over tiers and points at the last grading of all of them.",
    )
    proposed_thresholds = fields.Json(
        readonly=True,
        copy=False,
        help="What would fit, where tiers told hardly anybody apart at the last grading.",
    )
    replaced_thresholds = fields.Json(
        readonly=True, copy=False, help="What was there before proposed thresholds were taken."
    )
    proposed_text = fields.Char(compute="_compute_threshold_texts")
    replaced_text = fields.Char(compute="_compute_threshold_texts")
    advice = fields.Html(compute="_compute_advice", sanitize=False)
    advice_count = fields.Integer(compute="_compute_advice")
    advice_title = fields.Char(compute="_compute_advice")

    # What the database refuses

    _min_coverage_range = models.Constraint(
        "check(min_coverage >= 0 and min_coverage <= 1)",
        "A minimum coverage lies between 0 and 100 percent.",
    )
    _movement_range = models.Constraint(
        "check(promotion_days >= 0 and hold_months >= 0 and misses >= 1)",
        "Periods cannot be negative, and at least one missed review is needed for a demotion.",
    )
    _notice_not_negative = models.Constraint(
        "check(notice_days >= 0)",
        "A notice cannot be given a negative number of days before. Enter 0 for none.",
    )
    # Grading adds these periods to dates, and no calendar goes beyond the year 9999: one standing
    # with such a date could be neither written nor read any more, nor could any list with it. With
    # at most ten years from order to order and a hundred times that, all dates are before 3100.
    _hold_within_reach = models.Constraint(
        "check(hold_months <= 1200)",
        "A tier cannot be guaranteed for more than 1,200 months. Enter a lower number.",
    )
    _interval_within_reach = models.Constraint(
        "check(typical_interval_days between 0 and 3650)",
        "The usual number of days between two orders lies between 1 and 3,650. Enter another "
        "number, or 0 to have it measured.",
    )
    _stage_days_within_reach = models.Constraint(
        "check(stage_dormant_days <= 36500 and stage_lost_days <= 36500)",
        "Customers are dormant and lost after 36,500 days at most. Enter lower numbers.",
    )
    _stage_ratios_within_reach = models.Constraint(
        "check(stage_mature_ratio <= 100 and stage_lost_ratio <= 100)",
        "Customers are dormant and lost after 100 times their rhythm at most. Enter lower numbers.",
    )

    # Computed

    @api.depends("rhythm", "rhythm_learnt_on", "typical_interval_days")
    @api.depends_context("lang")
    def _compute_rhythm_text(self):
        for program in self:
            program.rhythm_text = next_order.of_all(program)

    @api.depends("indicator_ids")
    def _compute_indicator_count(self):
        for program in self:
            program.indicator_count = len(program.indicator_ids)

    def _compute_standing_count(self):
        counts = dict(
            self.env["customer.tier.standing"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.standing_count = counts.get(program, 0)

    def _compute_last_run_id(self):
        last = dict(
            self.env["customer.tier.run"]._read_group(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("state", "=", "done"),
                    ("simulation", "=", False),
                ],
                ["company_id"],
                ["id:max"],
            )
        )
        for program in self:
            program.last_run_id = last.get(program.company_id, False)

    @api.depends(*THRESHOLDS)
    @api.depends_context("lang")
    def _compute_stage_problem(self):
        for program in self:
            program.stage_problem = next(lifecycle.problems(program), False)

    @api.depends(*THRESHOLDS, "typical_interval_days", "rhythm")
    @api.depends_context("lang")
    def _compute_stage_preview(self):
        for program in self:
            complete = program.company_id and not program.stage_problem
            values = complete and lifecycle.preview(program, SAMPLE_SIZE)
            program.stage_preview = values and self.env["ir.qweb"]._render(
                "customer_tiering.stage_preview", values
            )

    @api.depends(
        "name",
        "spread",
        "proposed_thresholds",
        "rfm_mode",
        "gives_prices",
        *(f"tier_ids.{name}" for name in ("name", "sequence", "min_score", "condition_match")),
        *(f"tier_ids.{name}" for name in ("discount", "pricelist_id", "other_pricelist_ids")),
        *(f"tier_ids.{name}" for name in ("top_share", "top_metric_id")),
        *(f"veto_ids.{name}" for name in ("metric_id", "operator", "value", "tier_id")),
        *(f"tier_ids.condition_ids.{name}" for name in ("metric_id", "operator", "value")),
        *(f"indicator_ids.{name}" for name in ("metric_id", "weight", "scale", "rfm_role")),
        *(f"indicator_ids.{name}" for name in ("linear_zero", "linear_full")),
        *(f"indicator_ids.band_ids.{name}" for name in ("value_from", "points")),
        *(f"segment_ids.{name}" for name in ("name", "sequence", "r_min", "r_max", "f_min")),
        *(f"segment_ids.{name}" for name in ("f_max", "m_min", "m_max")),
    )
    @api.depends_context("lang")
    def _compute_advice(self):
        for program in self:
            # Of what is saved: half-typed lines would be found fault with at every key.
            advice = advise(program._origin)
            program.advice_count = len(advice)
            program.advice_title = program._advice_headline(len(advice))
            program.advice = advice and self.env["ir.qweb"]._render(
                "customer_tiering.program_advice", {"advice": advice}
            )

    @api.depends("proposed_thresholds", "replaced_thresholds")
    @api.depends_context("lang")
    def _compute_threshold_texts(self):
        for program in self:
            program.proposed_text = threshold_fit.words(program, program.proposed_thresholds)
            program.replaced_text = threshold_fit.words(program, program.replaced_thresholds)

    def _advice_headline(self, count):
        if count == 1:
            return self.env._("1 thing to look at")
        return self.env._("%s things to look at", count)

    # Checks

    @api.constrains("domain")
    def _check_domain(self):
        for program in self:
            try:
                refuse_long(program)
                domain = program._partner_domain()
                # Tried out, so that what the database refuses is found now, not every night.
                Partner = self.env["res.partner"].sudo().with_company(program.company_id)
                with self.env.cr.savepoint():
                    Partner.search(domain, limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The customer filter of programme “%(program)s” cannot be used: "
                        "%(error)s. Edit it with the filter editor, or empty it to take all "
                        "customers.",
                        program=program.name,
                        error=error,
                    )
                ) from error
            refuse_results(program, Partner)

    def _check_filter_rights(self):
        """Try the filter with the user's own rights: grading has all of them, so who is in the
        programme would give away fields that the user may not read."""
        if not self.env.su:
            for program in self:
                Partner = self.env["res.partner"].with_company(program.company_id)
                Partner.search(program._partner_domain(), limit=1)

    @api.constrains("review_every", "review_dates")
    def _check_review_dates(self):
        for program in self.filtered(lambda p: p.review_every == "dates"):
            program._review_days()

    @api.constrains(*THRESHOLDS)
    def _check_stages(self):
        for program in self:
            if program.stage_problem:
                raise ValidationError(
                    self.env._(
                        "Lifecycle of programme “%(program)s”: %(problem)s",
                        program=program.name,
                        problem=program.stage_problem,
                    )
                )

    def _check_configuration(self):
        """Refuse a programme that cannot grade: called once all of its lines are written."""
        if SAVING.put_off(self):
            return
        for program in self.exists():
            program._check_tiers()
            program.indicator_ids._check_parts()
            weights = program.indicator_ids.mapped("weight")
            if weights and not any(weight > 0 for weight in weights):
                raise ValidationError(
                    self.env._(
                        "All indicators of programme “%s” weigh 0, so there would be no score. "
                        "Give at least one of them a weight.",
                        program.name,
                    )
                )

    def _settle_saved(self, saved, known=None):
        """Check these programmes, and whatever else was put off while records were saved.

        :param saved: records with ``SAVING`` on
        :param known: programmes in which nothing has to be checked
        """
        if SAVING.put_off(self):
            return
        SAVING.waiting(saved, "customer.tier.indicator")._check_bands()
        programs = self | SAVING.waiting(saved, self._name)
        (programs - (known or self.browse()))._check_configuration()

    def _check_tiers(self):
        tiers = self.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))
        if not tiers:
            raise ValidationError(
                self.env._("Programme “%s” has no tiers. Add at least one.", self.name)
            )
        for lower, upper in combinations(tiers, 2):
            contradiction = lower._contradiction_with(upper)
            if contradiction:
                raise ValidationError(
                    self.env._(
                        "Tier “%(upper)s” stands above “%(lower)s” but is easier to reach "
                        "(%(reason)s). Change a threshold or the order of the tiers.",
                        upper=upper.name,
                        lower=lower.name,
                        reason=contradiction,
                    )
                )

    # Create, write, delete, copy

    @api.model_create_multi
    def create(self, vals_list):
        saving = SAVING.on(self)
        programs = super(CustomerTierProgram, saving).create(vals_list)
        programs = programs.with_env(self.env)
        programs._check_filter_rights()
        programs._settle_saved(saving)
        self.env.registry.clear_cache()
        programs._measure_missing_cuts()
        return programs

    def write(self, vals):
        moved = self.browse()
        if "company_id" in vals:
            moved = self.filtered(lambda program: program.company_id.id != vals["company_id"])
            moved._refuse_moving_with_customers()
        saving = SAVING.on(self)
        result = super(CustomerTierProgram, saving).write(vals)
        moved.with_context(active_test=False).tier_ids._follow_company()
        if "domain" in vals:
            self._check_filter_rights()
        if vals.keys() & {"active", "gives_prices"}:
            # The lists of tiers that nobody is in would only be in the way when one is chosen.
            self.tier_ids.filtered("pricelist_id")._update_discount_pricelist()
            self.env["res.partner"].invalidate_model(["property_product_pricelist"])
        self._settle_saved(saving)
        self.env.registry.clear_cache()
        if "tier_ids" in vals:
            self._measure_missing_cuts()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        # The database drops the tiers, and knows nothing of their lists.
        lists = self.with_context(active_test=False).tier_ids._own_pricelists()
        lists._customer_tier_put_away()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_graded(self):
        for program in self:
            program.with_context(active_test=False).tier_ids._unlink_except_in_use()
            graded = [("program_id", "=", program.id)]
            if self.env["customer.tier.standing"].sudo().search_count(graded, limit=1):
                raise UserError(
                    self.env._(
                        "Customers are graded by programme “%s”, so it cannot be deleted. "
                        "Archive it instead.",
                        program.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_named(self):
        """The database drops the tiers, and asks nobody."""
        self.with_context(active_test=False).tier_ids._check_not_named(going=self.ids)

    def _refuse_moving_with_customers(self):
        """Grades, history and prices of a tier count in the company they were made in."""
        for program in self:
            graded = [("program_id", "=", program.id)]
            tiers = program.with_context(active_test=False).tier_ids
            if (
                self.env["customer.tier.standing"].sudo().search_count(graded, limit=1)
                or tiers._tier_in_use()
            ):
                raise UserError(
                    self.env._(
                        "Programme “%(program)s” has graded customers of %(company)s, so it "
                        "cannot move to another company. Duplicate it and change the company of "
                        "the copy.",
                        program=program.name,
                        company=program.company_id.name,
                    )
                )

    def copy(self, default=None):
        """Rules of the copy speak of its own tiers."""
        default = default or {}
        copies = super().copy(default)
        for program, new in zip(self, copies, strict=True):
            duplicate.copy_rules(program, new, default)
        return copies

    def _rule_fields(self):
        """Names of the fields whose lines speak of one tier, in ``tier_id``, or of any."""
        return ["veto_ids", "entry_rule_ids"]

    # Which programmes grade

    @api.model
    @ormcache("company_id")
    def _company_has_program(self, company_id):
        """Whether anything is graded in a company, so that orders elsewhere cost nothing."""
        # Remembered for everybody, whether or not archived records are shown to who asks first.
        graded = [("company_id", "=", company_id), ("active", "=", True)]
        return bool(self.sudo().search_count(graded, limit=1))

    @api.model
    @ormcache()
    def _graded_roots(self):
        """Ids of the companies at the root of those where anything is graded."""
        groups = self.sudo()._read_group([("active", "=", True)], ["company_id"])
        return frozenset(company.root_id.id for (company,) in groups)

    def _for_company(self, company):
        """Active programmes of a company in the order in which they select customers, with their
        active tiers alone, whatever the list shows that grading is started from."""
        active = self.with_context(active_test=True)
        return active.search([("company_id", "=", company.id)], order="sequence, id")

    def _partner_domain(self):
        """The customer filter as a ``Domain``; text is only ever read as a literal."""
        self.ensure_one()
        return Domain(ast.literal_eval((self.domain or "[]").strip()))

    def _responsible(self):
        """Who decides about the programme's customers, or whoever stands in."""
        self.ensure_one()
        Responsible = self.env["customer.tier.responsible"]
        able = Responsible._able(self.company_id)
        return (self.user_id & able) or Responsible._fallback(self.company_id, able)

    # What grading needs

    def _metrics(self):
        """Metrics that grading by this programme computes, with the parts of ratios."""
        self.ensure_one()
        tiers = self.tier_ids
        metrics = self.indicator_ids.metric_id | self.veto_ids.metric_id
        metrics |= tiers.condition_ids.metric_id | tiers.top_metric_id
        metrics |= self.entry_rule_ids.metric_id
        metrics |= metrics.browse(metrics._stored_ids())
        return metrics._with_parts()

    def _policy(self, cuts=None):
        """The programme as a frozen value for the grading core.

        :param cuts: dict of tier id → where its share of the best begins, instead of the stored one
        """
        self.ensure_one()
        return Program(
            id=self.id,
            metrics=self._metrics()._policy(),
            indicators=self.indicator_ids._policy(),
            tiers=self.tier_ids._policy(cuts or {}),
            segments=self.segment_ids._policy(),
            typical_interval=self.typical_interval_days or None,
            vetoes=self.veto_ids._policy(),
            min_coverage=self.min_coverage,
            rfm_mode=self.rfm_mode,
            movement=self._movement_policy(),
            entries=self.entry_rule_ids._policy(),
            period=self.period,
            basis=self.basis,
            credit=self.company_id._customer_credit_policy(),
            lifecycle=self._lifecycle_policy(),
            rhythm=read_rhythm(self.rhythm) if self.rhythm else None,
        )

    def _names(self):
        """Names of what the programme is made of, for explanations when it is gone: dicts by code
        of metrics and by id of tiers and entry rules, as JSON has them."""
        self.ensure_one()
        return {
            "metrics": {metric.code: metric.name for metric in self._metrics()},
            "tiers": {str(tier.id): tier.display_name for tier in self.tier_ids},
            "entries": {str(rule.id): rule.name for rule in self.entry_rule_ids},
        }

    def _movement_policy(self):
        """The rules of movement as a frozen value for the grading core."""
        self.ensure_one()
        dates = self._review_days() if self.review_every == "dates" else ()
        return Movement(
            promotion=self.promotion,
            promotion_days=self.promotion_days,
            hold_months=self.hold_months,
            misses=self.misses,
            notice_days=self.notice_days,
            one_level=self.one_level,
            approval=self.approval,
            review=Review(self.review_every, dates),
        )

    def _review_days(self):
        """The fixed dates as pairs of month and day."""
        self.ensure_one()
        days = []
        for text in re.split(r"[,;\s]+", (self.review_dates or "").strip()):
            match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
            month, day = map(int, match.groups()) if match else (0, 0)
            try:
                # Any leap year: 29 February is a date, too.
                fields.Date.to_date("2024-01-01").replace(month=month, day=day)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Programme “%(program)s” is reviewed on fixed dates, but “%(text)s” is "
                        "none. Write month and day of each, such as 06-30, 12-31.",
                        program=self.name,
                        text=text,
                    )
                ) from error
            days.append((month, day))
        return tuple(sorted(set(days)))

    def _lifecycle_policy(self):
        """The thresholds as a frozen value for the grading core."""
        self.ensure_one()
        return Lifecycle(**{name: self[field] for field, name in THRESHOLDS.items()})

    # What is measured from the customers

    def action_learn_rhythm(self):
        """Learn anew how customers order, from today's orders."""
        self.check_access("write")
        self._check_filter_rights()
        for program in self:
            program._learn_rhythm(self.env["customer.tier.gather"]._today(program.company_id))

    def _freeze_rhythm(self, as_of):
        """Learn how customers order where nobody has yet; others' orders move no date later."""
        for program in self.filtered(lambda p: not p.rhythm):
            try:
                with self.env.cr.savepoint():
                    program._learn_rhythm(as_of)
            except Exception:
                # A broken filter is reported by the grading itself; the others go on.
                _logger.exception("No order interval for programme %s", program.id)

    def _forget_rhythm(self, as_of):
        """What was learnt for a grading as of a day long past is learnt anew by the next one, as
        it would stay for good."""
        learnt = self.filtered(lambda p: p.rhythm and p.rhythm_learnt_on == as_of)
        if learnt:
            SAVING.on(learnt).write({"rhythm": False})

    def _learn_rhythm(self, as_of):
        """Learn it from what was ordered until a day; an interval that somebody typed stays."""
        if vals := samples.rhythm_vals(self, as_of, LONGEST_INTERVAL):
            self.write(vals)

    def _sample_values(self, metrics):
        """Today's values of some metrics for a fixed sample of the programme's customers: a pandas
        frame, a column per metric code."""
        return samples.windows(self, metrics)[0]

    def _measure_top_shares(self, as_of):
        """Where the shares of the best customers begin on a day.

        :return: dict of tier id → value, only for tiers with a share
        """
        cuts = {}
        for program in self.filtered(lambda p: any(p.tier_ids.mapped("top_share"))):
            try:
                with self.env.cr.savepoint():
                    cuts |= samples.top_shares(program, as_of)
            except Exception:
                # What is broken is reported by the grading itself; the others go on.
                _logger.exception("No shares of the best for programme %s", program.id)
        return cuts

    def _freeze_top_shares(self, cuts, as_of):
        """Keep measured cuts for the customers that are graded one by one until next time."""
        for tier in self.tier_ids.filtered(lambda tier: tier.id in cuts):
            # What is measured together is saved together: tiers not written yet are no reason to
            # measure again.
            saving = SAVING.on(tier)
            saving.write({"top_cut": cuts[tier.id], "top_measured_on": as_of})
            self.browse()._settle_saved(saving, known=tier.program_id)

    def _measure_missing_cuts(self):
        """Measure the shares that are new or were changed, so that they count at once."""
        # What the database refuses is the error of who typed it, not one of measuring.
        self.env.flush_all()
        for program in self.exists():
            tiers = program.tier_ids.filtered(lambda t: t.top_share and not t.top_measured_on)
            if tiers:
                today = self.env["customer.tier.gather"]._today(program.company_id)
                program._freeze_top_shares(program._measure_top_shares(today), today)

    # Presets

    @api.model
    @api.private
    def _create_preset(self, code, company):
        """Make a programme from a preset.

        :param code: a key of ``PRESETS``
        :param company: ``res.company``
        :raise UserError: for an unknown code, and where a metric that it is made of is gone
        """
        return build.create_program(self, code, company)

    def _after_create_preset(self, code):
        """Called once a programme was made from a preset, for addons to add what they propose.

        :param code: of the preset
        """

    def _add_usual_entry_rules(self):
        """Add a rule for each usual way to come that no rule asks for yet.

        :return: the new rules
        """
        found = [rule for program in self for rule in build.entry_rules(program)]
        rules = self.env["customer.tier.entry.rule"].create([vals for _name, vals in found])
        build.translate(rules, [name for name, _vals in found])
        return rules

    @api.model
    @api.private
    def _load_demo(self):
        """Demo customers, graded by a preset; ``<function>`` of XML calls methods only."""
        from ..demo.load import load_and_grade

        load_and_grade(self.env)

    # Actions

    def action_grade(self):
        """Grade the companies of these programmes as of today, tell what came of it and show the
        result."""
        return self._grade()

    def _grade(self, as_of=None):
        """The same as of today, or as of an earlier day."""
        day = {"as_of": as_of} if as_of else {}
        companies = [{"company_id": company.id, **day} for company in self.company_id]
        runs = self.env["customer.tier.run"]._grade_companies(companies)
        return runs._notification(then=self.browse().action_open_standings())

    def action_open_standings(self):
        """The graded customers of these programmes, or all of them."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_standing_action"
        )
        return {**action, "domain": [("program_id", "in", self.ids)]} if self else action

    def action_add_entry_rules(self):
        """Add the usual rules that are not there yet."""
        self.check_access("write")
        if not self._add_usual_entry_rules():
            raise UserError(self.env._("The usual rules are all here already."))

    def action_add_benefits(self):
        """Add the usual benefits of kinds that are not there yet."""
        self.check_access("write")
        self.env["customer.tier.benefit"]._add_usual(self)

    def action_use_thresholds(self):
        """Take the thresholds that the advice proposes."""
        self.ensure_one()
        self.check_access("write")
        threshold_fit.take(self)

    def action_undo_thresholds(self):
        """Put back the thresholds from before."""
        self.ensure_one()
        self.check_access("write")
        threshold_fit.undo(self)
