from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..explain.words import readable
from ..grading.policy import Entry


class CustomerTierEntryRule(models.Model):
    """The tier of customers without any order, by where they came from."""

    _name = "customer.tier.entry.rule"
    _inherit = "customer.tier.input"
    _description = "Entry Rule for Prospects"
    _order = "program_id, sequence, id"

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    medium_id = fields.Many2one(
        "utm.medium", ondelete="restrict", help="How the customer came: medium of a quotation."
    )
    source_id = fields.Many2one(
        "utm.source", ondelete="restrict", help="Where from: source of the same quotation."
    )
    tag_id = fields.Many2one(
        "res.partner.category",
        string="Contact Tag",
        ondelete="restrict",
        help="A tag of the customer or of one of its contacts, or one below it.",
    )
    country_group_id = fields.Many2one("res.country.group", string="Region", ondelete="restrict")
    metric_id = fields.Many2one(
        "customer.tier.metric",
        string="Value Kept by Hand",
        ondelete="restrict",
        domain=[("kind", "=", "manual")],
    )
    min_value = fields.Float(string="At Least", digits=(16, 2))
    tier_id = fields.Many2one(
        "customer.tier",
        required=True,
        ondelete="cascade",
        index=True,
        domain="[('program_id', '=', program_id)]",
    )
    follow_up_days = fields.Integer(
        string="Follow Up Every (days)", help="Counted from entering the tier; 0 for never."
    )
    note = fields.Text(help="What colleagues should know about these customers.")
    summary = fields.Char(string="Rule", compute="_compute_summary")

    _follow_up_not_negative = models.Constraint(
        "check(follow_up_days >= 0)",
        "Customers cannot be followed up every so many days with a negative number. Enter 0 for "
        "never.",
    )
    # See the periods of ``customer.tier.program``.
    _follow_up_within_reach = models.Constraint(
        "check(follow_up_days <= 3650)",
        "Customers are followed up every 3,650 days at least. Enter a lower number, or 0 for "
        "never.",
    )
    _criteria_unique = models.UniqueIndex(
        "(program_id, COALESCE(medium_id, 0), COALESCE(source_id, 0), COALESCE(tag_id, 0), "
        "COALESCE(country_group_id, 0), COALESCE(metric_id, 0), "
        "(CASE WHEN metric_id IS NULL THEN 0 ELSE min_value END))",
        "Two entry rules of one programme ask for the same, so the second would never apply. "
        "Change what one of them asks for, or delete it.",
    )

    @api.constrains("tier_id", "program_id")
    def _check_tier(self):
        for rule in self:
            if rule.tier_id.program_id != rule.program_id:
                raise ValidationError(
                    self.env._(
                        "Entry rule “%(rule)s”: tier “%(tier)s” belongs to another programme. "
                        "Choose one of “%(program)s”.",
                        rule=rule.name,
                        tier=rule.tier_id.name,
                        program=rule.program_id.name,
                    )
                )

    @api.constrains("metric_id")
    def _check_metric(self):
        for rule in self:
            if rule.metric_id and rule.metric_id.kind != "manual":
                raise ValidationError(
                    self.env._(
                        "Entry rule “%(rule)s” asks for “%(metric)s”, which is computed: of who "
                        "never ordered it tells nothing. Choose a metric that is kept by hand.",
                        rule=rule.name,
                        metric=rule.metric_id.name,
                    )
                )

    @api.depends(
        "medium_id", "source_id", "tag_id", "country_group_id", "metric_id", "min_value",
        "tier_id", "follow_up_days",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_summary(self):
        for rule in self:
            tier = rule.tier_id.name or "…"
            criteria = rule._criteria_texts()
            if criteria:
                both = self.env._(" and ").join(criteria)
                text = self.env._("Who %(criteria)s starts as %(tier)s.", criteria=both, tier=tier)
            else:
                text = self.env._("Everybody else starts as %s.", tier)
            if rule.follow_up_days > 0:
                text += self.env._(" Follow up every %s days.", rule.follow_up_days)
            rule.summary = text

    def _criteria_texts(self):
        """What must hold, in words."""
        texts = []
        if self.tag_id:
            texts.append(self.env._("is tagged “%s”", self.tag_id.name))
        if self.medium_id:
            texts.append(self.env._("came by “%s”", self.medium_id.name))
        if self.source_id:
            texts.append(self.env._("came from “%s”", self.source_id.name))
        if self.country_group_id:
            texts.append(self.env._("is in “%s”", self.country_group_id.name))
        if self.metric_id:
            least = readable(self.env, self.min_value)
            text = self.env._("has %(metric)s ≥ %(value)s", metric=self.metric_id.name, value=least)
            texts.append(text)
        return texts

    def _policy(self):
        """The rules as frozen values for the grading core; those of archived tiers rest."""
        tags = self._tags_below()
        return tuple(
            Entry(
                id=rule.id,
                tier_id=rule.tier_id.id,
                medium=rule.medium_id.id or 0,
                source=rule.source_id.id or 0,
                tags=tags.get(rule.tag_id, ()),
                countries=tuple(sorted(rule.country_group_id.country_ids.ids))
                if rule.country_group_id
                else None,
                metric=rule.metric_id.code or "",
                value=rule.min_value if rule.metric_id else 0.0,
                follow_up_days=rule.follow_up_days,
            )
            for rule in self.filtered("tier_id.active").sorted(lambda r: (r.sequence, r.id))
        )

    def _tags_below(self):
        """Dict of the rules' tags → sorted ids of the tag and all below it, archived ones too."""
        Tag = self.env["res.partner.category"].with_context(active_test=False)
        found = Tag.search_fetch([("id", "child_of", self.tag_id.ids)], ["parent_path"], order="id")
        return {
            tag: tuple(t.id for t in found if t.parent_path.startswith(tag.parent_path))
            for tag in self.tag_id
        }

    def _companies(self, rules=()):
        """Companies where a grade may depend on where a customer came from.

        :param rules: domain of the rules that it may depend by
        """
        groups = self._read_group(list(rules), ["company_id"])
        return self.env["res.company"].union(*(company for (company,) in groups))
