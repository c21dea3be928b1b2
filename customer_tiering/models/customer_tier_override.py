from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

# What an officer may write; everything else is computed.
BY_HAND = {"manual_tier_id", "manual_until", "manual_reason", "lock"}


class CustomerTierStanding(models.Model):
    """Tiers and locks set by hand, beside the computed tier and never mixed with it."""

    _inherit = "customer.tier.standing"

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
    manual_user_id = fields.Many2one("res.users", string="Set By", readonly=True)
    manual_on = fields.Datetime(string="Set On", readonly=True)
    differs = fields.Boolean(
        string="Differs From the Figures",
        compute="_compute_differs",
        search="_search_differs",
        help="The tier is not the one that today's figures ask for.",
    )

    may_override = fields.Boolean(
        compute="_compute_may_override",
        exportable=False,
        help="Whether there is anything about overrides to see or to do for this user.",
    )

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
        for standing in self:
            today = self.env["customer.tier.gather"]._today(standing.company_id)
            if standing.manual_until and standing.manual_until < today:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: %(day)s is over already. Choose a day from today on, or "
                        "leave it empty.",
                        customer=standing.partner_id.display_name,
                        day=format_date(self.env, standing.manual_until),
                    )
                )
            if standing.lock and not (standing.manual_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "%s: say why the tier is locked, so that colleagues know later.",
                        standing.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        standings = super().create(vals_list)
        overruled = standings.filtered("manual_tier_id")
        overruled._apply_override({standing: standing.browse().tier_id for standing in overruled})
        return standings

    def write(self, vals):
        if not self.env.su and vals.keys() - BY_HAND:
            raise AccessError(
                self.env._(
                    "Grades are computed. Only the tier, its last day, the reason and a lock can "
                    "be set by hand on a customer."
                )
            )
        if not vals.keys() & BY_HAND:
            return super().write(vals)
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
            over._check_nothing_said(vals)
            # The end of what is set by hand is the end of its reason and of its last day.
            vals = {**vals, "manual_until": False, "manual_reason": False}
        before = {standing: standing.tier_id for standing in self}
        held = {standing: (standing.lock, standing.manual_reason) for standing in self}
        result = super().write(vals)
        self._apply_override(before)
        self._note_unmoved(before, held)
        return result

    def _check_nothing_said(self, vals):
        """A reason and a last day are about a tier or a lock; alone they would be dropped without
        a word."""
        if vals.get("manual_until") or (vals.get("manual_reason") or "").strip():
            raise ValidationError(
                self.env._(
                    "%s: nothing is set by hand that the reason or the last day could be about. "
                    "Choose a tier or a lock too, or empty them.",
                    self[0].partner_id.display_name,
                )
            )

    def _apply_override(self, before):
        """Let what is set by hand count, say whose doing it is, and record the change."""
        for standing in self:
            tier = standing.manual_tier_id or standing.computed_tier_id
            by_hand = bool(standing.manual_tier_id or standing.lock)
            vals = {
                "manual_user_id": by_hand and self.env.uid,
                "manual_on": by_hand and fields.Datetime.now(),
            }
            if tier != before[standing]:
                today = self.env["customer.tier.gather"]._today(standing.company_id)
                vals |= {"tier_id": tier.id, "tier_since": tier and today}
            # Read-only for officers; setting by hand goes through here alone.
            standing.sudo().write(vals)
            if tier != before[standing]:
                change = self.env["customer.tier.change"]
                note = standing._override_note()
                change._record(standing, before[standing], tier, "manual", note)
        # Contacts, orders and prices read the tier through fields that nothing else refreshes.
        self.env.invalidate_all()

    def _override_note(self):
        """Why a tier was set, or that it no longer is."""
        self.ensure_one()
        return self.manual_reason if self.manual_tier_id else self.env._("Follows the rules again")

    def action_clear_override(self):
        """Let the rules decide again."""
        self.check_access("write")
        if not any(standing.manual_tier_id or standing.lock for standing in self):
            raise UserError(self.env._("Nothing is set by hand here."))
        overruled = self.filtered(lambda standing: standing.manual_tier_id or standing.lock)
        overruled.write({"manual_tier_id": False, "lock": False})
        return self._notify_override(
            self.env._("The customer follows the rules again.")
            if len(overruled) == 1
            else self.env._("%s customers follow the rules again.", len(overruled))
        )

    @api.model
    def _notify_override(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
