from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import untold
from ..explain.words import bracketed
from ..tools import notification, open_dialog


class CustomerTierTell(models.TransientModel):
    """Asks whether the messages that a grading left waiting are sent, and says what each sends."""

    _name = "customer.tier.tell"
    _inherit = "customer.tier.input"
    _description = "Tell About Tier Changes"

    run_id = fields.Many2one(
        "customer.tier.run", readonly=True, help="Tell what this grading changed."
    )
    event_ids = fields.Many2many(
        "customer.tier.event", readonly=True, help="Tell these, which are held."
    )
    event_count = fields.Integer(compute="_compute_forecast")
    forecast = fields.Html(compute="_compute_forecast", sanitize=False)

    @api.model
    @api.private
    def _open(self, run=None, events=None):
        """Ask before telling; what is held but no longer true is dropped at once.

        :param run: ``customer.tier.run`` whose history is told
        :param events: ``customer.tier.event`` held
        """
        if events:
            events._supersede()
            events = events.filtered(lambda event: event.state == "held")
        wizard = self.create({"run_id": run and run.id, "event_ids": events and events.ids})
        return open_dialog(wizard, self.env._("Tell About Tier Changes"))

    @api.depends("run_id", "event_ids")
    @api.depends_context("lang")
    def _compute_forecast(self):
        Event = self.env["customer.tier.event"]
        for wizard in self:
            wizard._check_rights()
            if wizard.run_id:
                wizard.event_count = untold.count(wizard.run_id)
                lines = Event._forecast_of(untold.source(wizard.run_id))
            else:
                wizard.event_count = len(wizard.event_ids)
                lines = wizard.event_ids._forecast()
            wizard.forecast = self.env["ir.qweb"]._render(
                "customer_tiering.tell_forecast", {"lines": wizard._lines(lines)}
            )

    def _check_rights(self):
        """Counting goes by SQL, past the rules about companies."""
        self.run_id.check_access("read")
        self.event_ids.check_access("write")

    @api.model
    def _lines(self, counters):
        """Rows of the table in the order of the rules, what nothing is done about last."""
        rules = self.env["customer.tier.event.rule"].union(*counters)
        kept = rules.filtered("id")
        ordered = kept.sorted(lambda rule: (rule.program_id.sequence, rule.sequence, rule.id))
        # The e-mail that corrections have without a rule comes after the rules.
        ordered += rules - kept
        several = len(ordered.program_id) > 1
        return [
            {
                **dict.fromkeys(("notes", "activities", "mails", "unwritten"), 0),
                **counters[rule],
                "rule": rule,
                "name": bracketed(self.env, rule.display_name, rule.program_id.display_name)
                if several and rule.program_id
                else rule.display_name,
            }
            for rule in [*ordered, *(rule for rule in counters if not rule)]
        ]

    def action_tell(self):
        """Queue what was shown; the job tells it within a minute."""
        self.ensure_one()
        self._check_rights()
        Event = self.env["customer.tier.event"]
        if self.run_id:
            # The history is the system's to read in whole.
            run = self.run_id.sudo()
            if not run.untold:
                raise UserError(self.env._("Somebody has decided about this grading already."))
            count = self.env["customer.tier.store"]._enqueue_untold(run)
            run.untold = False
            Event._trigger_job()
        else:
            held = self.event_ids.exists().filtered(lambda event: event.state == "held")
            if not held:
                raise UserError(self.env._("Somebody has decided about these messages already."))
            count = len(held)
            held._decide("new")
        return notification(self.env._("Messages that go out within a minute: %s.", count))
