from odoo import fields, models
from odoo.fields import Command

# Kind, note, and days until an activity is due (None: no activity) of the usual rules.
USUAL_RULES = (("up", True, None), ("down", True, 0), ("notice", True, 0))


class CustomerTierProgram(models.Model):
    """Who hears of it when customers of the programme change tier."""

    _inherit = "customer.tier.program"

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

    def _add_usual_event_rules(self):
        """Notes for colleagues, and work for the salesperson where a customer is being lost;
        customers themselves hear nothing before somebody chose an e-mail."""
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        for program in self:
            program.event_rule_ids = [
                Command.create(
                    {
                        "sequence": 10 * number,
                        "kind": kind,
                        "chatter": note,
                        "activity_type_id": days is not None and todo and todo.id,
                        "activity_days": days or 0,
                    }
                )
                for number, (kind, note, days) in enumerate(USUAL_RULES, start=1)
            ]

    def _copy_rules(self, new, tiers, given):
        result = super()._copy_rules(new, tiers, given)
        if "event_rule_ids" not in given:
            for rule in self.with_context(active_test=False).event_rule_ids:
                named = [tiers[tier].id for tier in rule.tier_ids if tier in tiers]
                if named or not rule.tier_ids:
                    rule.copy({"program_id": new.id, "tier_ids": [Command.set(named)]})
        return result

    def _responsible(self):
        """Who decides about the programme's customers, or whoever stands in."""
        self.ensure_one()
        Responsible = self.env["customer.tier.responsible"]
        able = Responsible._able(self.company_id)
        return (self.user_id & able) or Responsible._fallback(self.company_id, able)
