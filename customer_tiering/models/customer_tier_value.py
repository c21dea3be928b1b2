from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, float_compare, float_round

from ..explain.words import labelled, readable
from ..switches import Deferral, Permission
from .customer_tier_answer import UNANSWERED

# On while a value is saved with its answers: they are checked together at the end.
SAVING = Deferral("customer_tier_value_saving")
# On while customers are merged: what never counts is kept all the same.
MERGING = Permission("customer_tier_value_merging")
# What the value is and for whom; not the note.
GRADED = {"partner_id", "metric_id", "company_id", "date", "value", "answer_ids"}
MOST = 5
DIGITS = 2


def questionnaire_value(answers):
    """Value of an assessment: weighted mean of the answers, 1 → 0, 2 → 25, … 5 → 100.

    ``100 · Σ wᵢ (aᵢ − 1) / 4 / Σ wᵢ`` over the answered questions only, so that the others carry
    the weight of one left out.

    :param answers: pairs of answer (1 to 5) and weight (above 0), at least one
    :return: from 0 to 100, rounded to 2 digits
    """
    total = sum(weight for _answer, weight in answers)
    mean = sum(100 * weight * (answer - 1) / (MOST - 1) for answer, weight in answers) / total
    return float_round(mean, precision_digits=DIGITS)


class CustomerTierValue(models.Model):
    """What a metric kept by hand is for one customer from a day on.

    History stays: a new assessment is a new row, and grading as of an earlier day sees what was
    known then. The stored value counts; answers say how it came about.
    """

    _name = "customer.tier.value"
    _inherit = "customer.tier.input"
    _description = "Customer Value Kept by Hand"
    _order = "date desc, id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        help="What is entered for a contact is kept for the company of the contact.",
    )
    metric_id = fields.Many2one(
        "customer.tier.metric",
        required=True,
        ondelete="restrict",
        domain=[("kind", "=", "manual")],
    )
    value = fields.Float(
        compute="_compute_value",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        # A mean would mix what is no longer true with what is.
        aggregator=None,
    )
    date = fields.Date(
        string="Valid From",
        required=True,
        # Gradings look at it by the days of the company.
        default=lambda self: self.env["customer.tier.gather"]._today(self.env.company),
        help="Counts from this day until the next value.",
    )
    company_id = fields.Many2one("res.company", help="Leave empty to count in all companies.")
    user_id = fields.Many2one(
        "res.users", string="Entered By", readonly=True, default=lambda self: self.env.user
    )
    note = fields.Char()
    answer_ids = fields.One2many("customer.tier.answer", "value_id")
    is_assessed = fields.Boolean(compute="_compute_is_assessed")
    is_current = fields.Boolean(
        string="Latest", compute="_compute_is_current", search="_search_is_current"
    )

    _day_unique = models.UniqueIndex(
        "(metric_id, partner_id, date, COALESCE(company_id, 0))",
        "This customer already has a value of this metric for this day. Change that one, or enter "
        "the new one with another date.",
    )

    @api.depends("answer_ids.answer", "answer_ids.weight")
    def _compute_value(self):
        for value in self:
            given = value._given_answers()
            value.value = questionnaire_value(given) if given else value.value

    @api.depends("answer_ids")
    def _compute_is_assessed(self):
        for value in self:
            value.is_assessed = bool(value.answer_ids)

    @api.depends("partner_id", "metric_id", "company_id", "date")
    def _compute_is_current(self):
        current = self.search([("id", "in", self.ids), ("is_current", "=", True)])
        for value in self:
            value.is_current = value._origin in current

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env["customer.tier.gather"]._today(self.env.company)

        def to_sql(model, alias, query):
            columns = {
                name: SQL.identifier(alias, name, to_flush=model._fields[name])
                for name in ("date", "metric_id", "partner_id", "company_id")
            }
            return SQL(
                """(%(date)s <= %(today)s AND NOT EXISTS (
                    SELECT 1 FROM customer_tier_value newer
                     WHERE newer.metric_id = %(metric_id)s
                       AND newer.partner_id = %(partner_id)s
                       AND newer.company_id IS NOT DISTINCT FROM %(company_id)s
                       AND newer.date > %(date)s
                       AND newer.date <= %(today)s
                ))""",
                today=today,
                **columns,
            )

        latest = Domain.custom(to_sql=to_sql)
        return latest if True in value else ~latest

    @api.depends("metric_id", "value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for value in self:
            number = readable(self.env, value.value)
            name = value.metric_id.name
            value.display_name = labelled(self.env, name, number) if name else self.env._("New")

    @api.onchange("metric_id")
    def _onchange_metric_id(self):
        """Ask the questions of the metric."""
        self.answer_ids = [
            Command.clear(),
            *(Command.create({"question_id": q.id}) for q in self.metric_id.question_ids),
        ]

    @api.constrains("metric_id")
    def _check_metric(self):
        for value in self:
            if value.metric_id.kind != "manual":
                raise ValidationError(
                    self.env._(
                        "“%s” is computed, so no value can be entered. Choose a metric that is "
                        "kept by hand.",
                        value.metric_id.name,
                    )
                )

    @api.constrains("partner_id", "company_id")
    def _check_company(self):
        if MERGING.is_on(self.env):
            return
        for value in self:
            owner = value.partner_id.company_id
            if owner and value.company_id and owner not in value.company_id.parent_ids:
                raise ValidationError(
                    self.env._(
                        "%(customer)s is a customer of %(owner)s only, so a value for %(company)s "
                        "would never count. Leave the company empty or enter %(owner)s.",
                        customer=value.partner_id.display_name,
                        owner=owner.name,
                        company=value.company_id.name,
                    )
                )

    @api.constrains("value", "metric_id", "answer_ids")
    def _check_value(self):
        for value in self:
            value.metric_id._check_in_bounds(value.value, value.partner_id)
            if value.answer_ids.question_id.metric_id - value.metric_id:
                raise ValidationError(
                    self.env._("Only questions of “%s” can be answered here.", value.metric_id.name)
                )
            value._check_answers()

    def _check_answers(self):
        if not self.answer_ids:
            return
        given = self._given_answers()
        if not given:
            raise ValidationError(
                self.env._(
                    "None of the questions about %s is answered. Answer at least one.",
                    self.partner_id.display_name,
                )
            )
        if float_compare(self.value, questionnaire_value(given), precision_digits=DIGITS):
            raise ValidationError(
                self.env._(
                    "“%(metric)s” of %(customer)s follows from the answers given. Change the "
                    "answers, or enter a new value with another date.",
                    metric=self.metric_id.name,
                    customer=self.partner_id.display_name,
                )
            )

    def _given_answers(self):
        """Pairs of answer and weight, of the questions that were answered."""
        answers = self.answer_ids.filtered(lambda a: a.answer and a.answer != UNANSWERED)
        return [(int(answer.answer), answer.weight) for answer in answers]

    @api.model_create_multi
    def create(self, vals_list):
        # Before what is wrong with the values: who may not enter any needs not know.
        self.check_access("create")
        vals_list = [self._prepare_vals(vals) for vals in vals_list]
        for vals in vals_list:
            # An empty cell of an imported table is no zero.
            missing = vals.get("value") is None or vals["value"] is False
            if missing and not vals.get("answer_ids"):
                customer = self.env["res.partner"].browse(vals.get("partner_id"))
                raise ValidationError(
                    self.env._(
                        "The value of %s is missing. Enter a number.",
                        customer.display_name or self.env._("a customer"),
                    )
                )
        saving = SAVING.on(self)
        values = super(CustomerTierValue, saving).create(vals_list)
        values = values.with_env(self.env)
        values._settle_saved(saving)
        return values

    def _settle_saved(self, saved, before=frozenset()):
        """Have the customers of these values graded anew, and of those whose answers were changed
        meanwhile, by an automation for one.

        :param saved: values with ``SAVING`` on
        :param before: see :meth:`_mark_stale`
        """
        if not SAVING.put_off(self):
            others = SAVING.waiting(saved, self._name) - self
            for value in others:
                value._check_answers()
            (self | others)._mark_stale(before)
        elif before:
            self.browse()._mark_stale(before)

    def write(self, vals):
        vals = self._prepare_vals(vals)
        if not vals.keys() & GRADED:
            return super().write(vals)
        before = self._waiting()
        merging, values = MERGING.take(self)
        # Of the call itself, without what begins around it.
        saving = SAVING.on(MERGING.on(values) if merging else values)
        result = super(CustomerTierValue, saving).write(vals)
        if vals.keys() & {"partner_id", "company_id"}:
            # The ORM looks at where a record was, not at where it goes.
            self.check_access("write")
        self._settle_saved(saving, before)
        return result

    def unlink(self):
        before = self._waiting()
        result = super().unlink()
        self.browse()._mark_stale(before)
        return result

    def _prepare_vals(self, vals):
        """Values belong to commercial partners and to who entered them, whatever is sent."""
        vals = dict(vals)
        partner_id = vals.get("partner_id") or self.env.context.get("default_partner_id")
        if partner_id and (not self or "partner_id" in vals):
            partner = self.env["res.partner"].browse(partner_id)
            vals["partner_id"] = partner.commercial_partner_id.id
        if not self.env.su:
            vals.pop("user_id", None)
            if vals.keys() & GRADED:
                vals["user_id"] = self.env.uid
        return vals

    def _answers_changed(self):
        """Follow answers that were changed without the value they belong to."""
        if not SAVING.put_off(self):
            for value in self:
                value._check_answers()
            self._mark_stale()

    def _waiting(self):
        """Pairs of commercial partner and company whose grade depends on these values."""
        # Whoever changes a value for all companies need not know them all.
        groups = self.env["customer.tier.program"].sudo()._read_group([], ["company_id"])
        everywhere = [company for (company,) in groups]
        return {
            (value.partner_id.commercial_partner_id, company)
            for value in self.sudo()
            for company in value.company_id or everywhere
            if not value.partner_id.company_id or value.partner_id.company_id in company.parent_ids
        }

    def _mark_stale(self, before=()):
        self.env["customer.tier.stale"]._mark(self._waiting().union(before))

    def _merge_into(self, customer):
        """Make these values those of another customer, who keeps their own where both have one of
        the same day."""

        def key(value):
            return value.metric_id, value.company_id, value.date

        taken = set(map(key, self.search([("partner_id", "=", customer.id)])))
        for value in self.filtered(lambda v: v.partner_id != customer):
            if key(value) in taken:
                value.unlink()
            else:
                taken.add(key(value))
                MERGING.on(value).partner_id = customer
