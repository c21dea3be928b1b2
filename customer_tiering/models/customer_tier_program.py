import ast
import logging
from itertools import combinations

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache

_logger = logging.getLogger(__name__)

# Set while a programme is saved with its lines: they are checked together at the end, because
# half-way through a save two thresholds may well contradict each other.
SAVING = "customer_tier_program_saving"
# Days; see the constraint in ``customer_tier_reach``.
LONGEST_INTERVAL = 3650
SAMPLE_SIZE = 20000


class CustomerTierProgram(models.Model):
    _name = "customer.tier.program"
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
    tier_ids = fields.One2many("customer.tier", "program_id", copy=True)
    indicator_ids = fields.One2many("customer.tier.indicator", "program_id", copy=True)
    indicator_count = fields.Integer(compute="_compute_indicator_count")
    segment_ids = fields.One2many(
        "customer.tier.segment", "program_id", string="RFM Segments", copy=True
    )
    veto_ids = fields.One2many("customer.tier.veto", "program_id", string="Vetoes")
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
    typical_interval_days = fields.Integer(
        string="Typical Order Interval (days)",
        copy=False,
        help="Median number of days between two orders of one customer. Customers with few "
        "orders of their own are expected to follow it. 0: measured at the next grading.",
    )
    standing_count = fields.Integer(string="Graded", compute="_compute_standing_count")
    # Salespeople, who are led here from a tier, do not read runs.
    last_run_id = fields.Many2one(
        "customer.tier.run", compute="_compute_last_run_id", groups="customer_tiering.group_user"
    )

    _min_coverage_range = models.Constraint(
        "check(min_coverage >= 0 and min_coverage <= 1)",
        "A minimum coverage lies between 0 and 100 percent.",
    )

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

    @api.constrains("domain")
    def _check_domain(self):
        for program in self:
            try:
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

    def _check_filter_rights(self):
        """Try the filter with the user's own rights: grading has all of them, so who is in the
        programme would give away fields that the user may not read."""
        if not self.env.su:
            for program in self:
                Partner = self.env["res.partner"].with_company(program.company_id)
                Partner.search(program._partner_domain(), limit=1)

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

    def _partner_domain(self):
        """The customer filter as a ``Domain``; text is only ever read as a literal."""
        self.ensure_one()
        return Domain(ast.literal_eval((self.domain or "[]").strip()))

    def _check_configuration(self):
        """Refuse a programme that cannot grade: called once all of its lines are written."""
        if self.env.context.get(SAVING):
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

    @api.model_create_multi
    def create(self, vals_list):
        programs = super(CustomerTierProgram, self.with_context(**{SAVING: True})).create(vals_list)
        programs = programs.with_env(self.env)
        programs._check_filter_rights()
        programs._check_configuration()
        self.env.registry.clear_cache()
        return programs

    def write(self, vals):
        moved = self.browse()
        if "company_id" in vals:
            moved = self.filtered(lambda program: program.company_id.id != vals["company_id"])
            moved._refuse_moving_with_customers()
        result = super(CustomerTierProgram, self.with_context(**{SAVING: True})).write(vals)
        moved.with_context(active_test=False).tier_ids._follow_company()
        if "domain" in vals:
            self._check_filter_rights()
        if "active" in vals:
            # The lists of tiers that nobody is in would only be in the way when one is chosen.
            self.tier_ids.filtered("pricelist_id")._update_discount_pricelist()
        self._check_configuration()
        self.env.registry.clear_cache()
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
        from ..grading.policy import Program

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
            credit=self.company_id._customer_credit_policy(),
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

    def copy(self, default=None):
        """Rules of the copy speak of its own tiers."""
        default = default or {}
        copies = super().copy(default)
        for program, new in zip(self, copies, strict=True):
            tiers = {}
            # Those given instead are others than the rules speak of.
            if "tier_ids" not in default:
                # Lines are copied in the order of their ids, whatever their rank.
                lines = (record.tier_ids.sorted("id") for record in (program, new))
                tiers = dict(zip(*lines, strict=True))
            program._copy_rules(new, tiers, default)
        return copies

    def _copy_rules(self, new, tiers, given):
        """Copy what speaks of tiers, unless they are gone.

        :param tiers: dict of this programme's tiers → those of the copy
        :param given: what the copy was given instead, by name of the field
        """
        for name in self._rule_fields():
            for rule in self[name] if name not in given else ():
                if not rule.tier_id or rule.tier_id in tiers:
                    tier = tiers.get(rule.tier_id, rule.tier_id)
                    rule.copy({"program_id": new.id, "tier_id": tier.id})

    def _rule_fields(self):
        """Names of the fields whose lines speak of one tier, in ``tier_id``, or of any."""
        return ["veto_ids"]

    def _freeze_typical_interval(self, as_of):
        """Measure the population's order interval where nobody has yet.

        Frozen in the programme, so that one customer's expected date does not move because
        others ordered.
        """
        from ..grading import metrics, rhythm

        for program in self.filtered(lambda p: not p.typical_interval_days):
            try:
                with self.env.cr.savepoint():
                    facts = self.env["customer.tier.gather"]._sample(program, as_of, SAMPLE_SIZE)
            except Exception:
                # A broken filter is reported by the grading itself; the others go on.
                _logger.exception("No order interval for programme %s", program.id)
                continue
            window = metrics.Window(facts, as_of, 0)
            days = rhythm.typical_interval(*window.days, window.as_of)
            # Longer by dates that cannot be true only.
            program.typical_interval_days = min(days or 0, LONGEST_INTERVAL)

    def _sample_values(self, metrics):
        """Today's values of some metrics for a fixed sample of the programme's customers.

        A year is the last twelve months, whatever it is in the programme: one that has just begun
        is no measure of what customers come to in a whole one.

        :return: pandas frame, a column per metric code
        """
        from ..grading.metrics import Windows, compute

        gather = self.env["customer.tier.gather"]
        today = gather._today(self.company_id)
        facts = gather._sample(self, today, SAMPLE_SIZE, metrics)
        windows = Windows(facts, today, credit=self.company_id._customer_credit_policy())
        return compute(facts, metrics._with_parts()._policy(), today, windows)

    # Actions

    def action_grade(self):
        """Grade the companies of these programmes as of today, tell what came of it and show the
        result."""
        companies = [{"company_id": company.id} for company in self.company_id]
        runs = self.env["customer.tier.run"].create(companies)
        runs.action_run()
        return runs._notification(then=self.browse().action_open_standings())

    def action_open_standings(self):
        """The graded customers of these programmes, or all of them."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_standing_action"
        )
        return {**action, "domain": [("program_id", "in", self.ids)]} if self else action

    def action_weigh_pairs(self):
        """Ask for the weights of the indicators by comparing them in pairs."""
        self.ensure_one()
        return self.env["customer.tier.ahp"]._open(self)
