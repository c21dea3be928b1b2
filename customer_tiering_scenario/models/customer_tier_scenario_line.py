from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import comparison_text, labelled, measured
from odoo.addons.customer_tiering.reader_fields import ReaderInteger
from odoo.exceptions import AccessError

from ..rules_tried import FIELDS

KINDS = [
    ("threshold", "Threshold"),
    ("keep", "Kept from"),
    ("score", "Minimum score"),
    ("keep_score", "Score to keep it"),
    ("top", "Among the best (%)"),
    ("discount", "Discount (%)"),
    ("weight", "Weight"),
    ("veto", "Veto"),
]


class CustomerTierScenarioLine(models.Model):
    """One rule of a programme in a scenario: what it is now, and what is tried instead."""

    _name = "customer.tier.scenario.line"
    _inherit = "customer.tier.input"
    _description = "Rule in a Scenario"
    _order = "scenario_id, sequence, id"
    _rec_name = "setting"

    scenario_id = fields.Many2one(
        "customer.tier.scenario", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="scenario_id.company_id", store=True)
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    tier_id = fields.Many2one("customer.tier", ondelete="cascade", readonly=True)
    condition_id = fields.Many2one("customer.tier.condition", ondelete="cascade", readonly=True)
    indicator_id = fields.Many2one("customer.tier.indicator", ondelete="cascade", readonly=True)
    tier_color = ReaderInteger(related="tier_id.color", string="Color", exportable=False)
    veto_id = fields.Many2one("customer.tier.veto", ondelete="cascade", readonly=True)
    setting = fields.Text(string="Rule", compute="_compute_setting")
    now = fields.Float(
        readonly=True,
        digits=(16, 2),
        help="What the programme had when the scenario was begun. To keep a tier, 0 means as much "
        "as to reach it.",
    )
    then = fields.Float(string="Try", digits=(16, 2))
    # Empty where the values are no amounts.
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", exportable=False)
    is_changed = fields.Boolean(compute="_compute_is_changed")

    @api.depends("kind", "condition_id", "indicator_id", "veto_id")
    @api.depends_context("lang")
    def _compute_setting(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            condition, indicator = line.condition_id, line.indicator_id
            name = kinds.get(line.kind, "")
            if line.kind == "threshold":
                operator = dict(condition._fields["operator"].selection).get(condition.operator)
                name = f"{condition.metric_id.name or ''} {operator or ''}"
            elif line.kind == "veto":
                veto = line.veto_id
                operator = dict(veto._fields["operator"].selection).get(veto.operator)
                name = self.env._("Veto: %s", f"{veto.metric_id.name or ''} {operator or ''}")
            elif line.kind == "weight":
                name = self.env._("Weight of “%s”", indicator.metric_id.name or "")
            line.setting = name.strip()

    @api.depends("condition_id", "veto_id", "company_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = line._metric().unit == "money" and line.company_id.currency_id

    @api.depends("now", "then")
    def _compute_is_changed(self):
        for line in self:
            line.is_changed = line.then != line.now

    def write(self, vals):
        if not self.env.su and vals.keys() - {"then", "id"}:
            raise AccessError(
                self.env._("Of a rule in a scenario, only what is tried can be changed.")
            )
        return super().write(vals)

    def _record(self):
        """The record that the rule stands in."""
        self.ensure_one()
        return self[FIELDS[self.kind][0]]

    def _present(self):
        """What the programme has today."""
        return self._record()[FIELDS[self.kind][1]]

    def _metric(self):
        """The metric that the value is compared with; empty for scores, weights and discounts."""
        return (self.condition_id or self.veto_id).metric_id

    def _text(self, value):
        """The rule with a value, in words."""
        if self.kind not in ("threshold", "veto"):
            return labelled(self.env, self.setting, self._number(value))
        operator, currency = self._record().operator, self.company_id.currency_id
        text = comparison_text(self.env, self._metric(), operator, value, currency)
        return self.env._("Veto: %s", text) if self.kind == "veto" else text

    def _number(self, value):
        """The value alone, with its unit."""
        return measured(self.env, self._metric().unit, value, self.company_id.currency_id)
