from odoo import api, fields, models
from odoo.exceptions import ValidationError

CHANNELS = [
    ("activity", "To-do"),
    ("email", "E-mail"),
    ("action", "Hand over"),
]
RECIPIENTS = [
    ("customer", "Customer"),
    ("salesperson", "Salesperson"),
    ("leader", "Team leader"),
]
CONDITIONS = [
    ("silent", "Nothing was ordered"),
    ("not_clicked", "Nothing was ordered or clicked"),
    ("not_called", "Nothing was ordered, nobody called"),
    ("no_quotation", "Nothing was ordered, no quotation made"),
]
# Where one channel does not reach somebody, this one is tried.
NEXT_CHANNEL = {"action": "email", "email": "activity"}
# Of customers of whom no rhythm is known.
TYPICAL_RHYTHM = 30


class CustomerReminderRuleStep(models.Model):
    """One contact that a rule of reminders plans: how long after the reminder began, by which
    channel, with whom, and on which condition."""

    _name = "customer.reminder.rule.step"
    _inherit = "customer.tier.input"
    _description = "Step of a Reminder Rule"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one(
        "customer.reminder.rule", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    channel = fields.Selection(CHANNELS, required=True, default="activity")
    to = fields.Selection(RECIPIENTS, string="With", required=True, default="salesperson")
    offset_days = fields.Integer(
        string="After Days",
        help="Days after the reminder began. The rule says when it begins, and a negative number "
        "there begins before the order is expected.",
    )
    offset_share = fields.Integer(
        string="And % of the Rhythm",
        help="So many hundredths of the customer's rhythm are added: 25 are a week of somebody who "
        "orders every four weeks.",
    )
    only_if = fields.Selection(CONDITIONS, required=True, default="silent")
    template_id = fields.Many2one(
        "mail.template",
        string="Text",
        domain="[('model', '=', 'customer.reminder.step')]",
        ondelete="restrict",
        help="Of e-mails; empty: the usual text with the link to what the customer buys.",
    )
    action_id = fields.Many2one(
        "ir.actions.server",
        string="Handed Over By",
        domain="[('model_id.model', '=', 'customer.reminder.step')]",
        ondelete="restrict",
        help="A server action, such as a webhook, that gives the text to another channel (an app, "
        "a messenger, a printer). It has to report back within a day, or the next channel is "
        "tried.",
    )

    _not_before = models.Constraint(
        "check(offset_days >= 0 and offset_share >= 0)",
        "A step cannot come before its reminder begins. Enter 0 or more here, and let the rule "
        "begin earlier: with a negative number of days after the expected day.",
    )
    _not_for_ever = models.Constraint(
        "check(offset_days <= 366 and offset_share <= 400)",
        "A step comes a year, or four times the rhythm, after the reminder at the latest.",
    )

    @api.constrains("channel", "to", "action_id", "template_id")
    def _check_channel(self):
        for step in self:
            if step.channel == "action" and not step.action_id:
                raise ValidationError(
                    self.env._(
                        "A step that is handed over needs a server action that does it. Choose "
                        "one, or another channel."
                    )
                )
            if step.channel == "activity" and step.to == "customer":
                raise ValidationError(
                    self.env._(
                        "A to-do is for a colleague. Choose the salesperson or the team leader, or "
                        "e-mail to write to the customer."
                    )
                )
            if step.channel != "activity" and step.to != "customer":
                raise ValidationError(
                    self.env._("Colleagues get to-dos. Choose “To-do”, or the customer.")
                )
            self._check_model(step.action_id.sudo().model_id.model)
            self._check_model(step.template_id.sudo().model)

    def _check_model(self, model):
        if model and model != "customer.reminder.step":
            raise ValidationError(
                self.env._("Choose a text and an action that are made for steps of reminders.")
            )

    @api.onchange("channel")
    def _onchange_channel(self):
        self.to = "salesperson" if self.channel == "activity" else "customer"

    def _besides_sample(self):
        """Hook: what messages of this step may tell besides their text, by an example in the
        language of the environment; see ``customer.reminder.step._besides``."""
        self.ensure_one()
        return ""

    @api.depends("channel", "to", "offset_days", "offset_share")
    @api.depends_context("lang")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        people = dict(self._fields["to"]._description_selection(self.env))
        for step in self:
            words = {"channel": channels.get(step.channel), "to": people.get(step.to)}
            words |= {"days": step.offset_days, "share": step.offset_share}
            step.display_name = step._when(words)

    def _when(self, words):
        if not (self.offset_days or self.offset_share):
            return self.env._("%(channel)s (%(to)s), at once", **words)
        if not self.offset_share:
            return self.env._("%(channel)s (%(to)s) after %(days)s days", **words)
        if not self.offset_days:
            return self.env._("%(channel)s (%(to)s) after %(share)s %% of the rhythm", **words)
        return self.env._(
            "%(channel)s (%(to)s) after %(days)s days and %(share)s %% of the rhythm", **words
        )

    def _days(self, rhythm):
        """Days after the reminder began.

        :param rhythm: days between two orders
        """
        self.ensure_one()
        return self.offset_days + round(self.offset_share * rhythm / 100)
