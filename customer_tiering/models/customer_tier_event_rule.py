from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..explain.words import labelled, series
from .customer_tier import NAMED

KINDS = [
    ("first", "First tier"),
    ("up", "Promotion"),
    ("down", "Demotion"),
    ("out", "No tier any more"),
    ("switch", "Other programme"),
    ("notice", "Notice of a demotion"),
    ("correction", "Correction of a promotion"),
]
# News of a tier that is better than none.
PROMOTED = ("first", "up", "switch")
# Where no tier is reached, rules ask for the one that is or was held.
HELD = ("out", "notice")


class CustomerTierEventRule(models.Model):
    """What happens when customers change tier: one line of the table on the programme."""

    _name = "customer.tier.event.rule"
    _inherit = "customer.tier.input"
    _description = "What Happens on a Tier Change"
    _order = "program_id, sequence, id"
    _rec_name = "kind"

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(selection=KINDS, string="When", required=True, default="up")
    tier_ids = fields.Many2many(
        "customer.tier",
        "customer_tier_event_rule_tier_rel",
        "rule_id",
        "tier_id",
        string="Tiers",
        domain="[('program_id', '=', program_id), ('active', '=', True)]",
        context=NAMED,
        help="The tiers reached; of a notice, and where there is no tier any more, those held. "
        "Empty: all.",
    )
    chatter = fields.Boolean(
        string="Note", default=True, help="A note on the contact; its followers hear of it."
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        string="Activity",
        domain="[('res_model', 'in', (False, 'res.partner'))]",
        ondelete="restrict",
        help="For the salesperson, else the leader of the sales team.",
    )
    activity_days = fields.Integer(
        string="Due After (days)", help="When the activity is due; 0 for the same day."
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-Mail to the Customer",
        domain="[('model', '=', 'customer.tier.event')]",
        ondelete="restrict",
        help="Customers without an address, and those on the blacklist, get none; of a correction "
        "hears who was written to about the promotion. Without a line for corrections such "
        "customers get the e-mail “Customer Tiers: Correction”.",
    )

    _activity_days_not_negative = models.Constraint(
        "check(activity_days >= 0)",
        "An activity cannot be due a negative number of days later. Enter 0 for the same day.",
    )

    @api.depends("kind", "tier_ids.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for rule in self:
            tiers = series(self.env, rule.tier_ids.mapped("display_name"))
            name = names.get(rule.kind, "")
            rule.display_name = labelled(self.env, name, tiers) if tiers else name

    @api.constrains("tier_ids", "program_id")
    def _check_tiers(self):
        for rule in self:
            foreign = rule.tier_ids.filtered(lambda t, rule=rule: t.program_id != rule.program_id)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Messages: tier “%(tier)s” belongs to another programme. Choose one of "
                        "“%(program)s”.",
                        tier=foreign[0].name,
                        program=rule.program_id.name,
                    )
                )

    @api.constrains("mail_template_id")
    def _check_mail_template(self):
        for rule in self:
            template = rule.mail_template_id
            if template and template.model != "customer.tier.event":
                raise ValidationError(
                    self.env._(
                        "E-mail template “%s” is written for other records. Choose one that "
                        "applies to “Message about a Tier Change”.",
                        template.name,
                    )
                )

    def _effects(self, kind, tier):
        """What these rules do about an event: a customer gets one note, one activity and one
        e-mail at most, each of the first rule that fits and has it.

        :param kind: a key of ``KINDS``
        :param tier: ``customer.tier`` reached, or held where ``HELD`` has the kind
        :return: dict of ``note``, ``activity`` and ``mail`` → ``customer.tier.event.rule``, without
            those that no rule has
        """
        if kind == "correction" and self._corrects_by_itself():
            rule = self.new(
                {"kind": kind, "chatter": False, "mail_template_id": self._correction()}
            )
            return {"mail": rule}
        fitting = self.filtered(
            lambda rule: (
                rule.active and rule.kind == kind and (not rule.tier_ids or tier in rule.tier_ids)
            )
        ).sorted(lambda rule: (rule.sequence, rule.id))
        first = {
            "note": fitting.filtered("chatter")[:1],
            "activity": fitting.filtered("activity_type_id")[:1],
            "mail": fitting.filtered("mail_template_id")[:1],
        }
        return {effect: rule for effect, rule in first.items() if rule}

    def _corrects_by_itself(self):
        """Whether customers hear of it when a promotion that they were written about is undone,
        though no line of the table says so: one for corrections, also an archived one, decides."""
        every = self.program_id.with_context(active_test=False).event_rule_ids
        written = any(rule.mail_template_id for rule in self if rule.kind in PROMOTED)
        return written and "correction" not in every.mapped("kind") and bool(self._correction())

    @api.model
    def _correction(self):
        return self.env.ref("customer_tiering.mail_template_correction", raise_if_not_found=False)
