from odoo import api, fields, models


class CustomerTierTell(models.TransientModel):
    """The dialog before telling counts the playbooks, too; after the first grading of a company
    they start only where somebody asks for it."""

    _inherit = "customer.tier.tell"

    start_playbooks = fields.Boolean(
        help="Without it, customers get a playbook when they enter their next stage."
    )
    playbook_count = fields.Integer(compute="_compute_playbook_forecast")
    playbook_forecast = fields.Html(compute="_compute_playbook_forecast", sanitize=False)

    @api.depends("run_id", "event_ids")
    @api.depends_context("lang")
    def _compute_playbook_forecast(self):
        for wizard in self:
            wizard._check_rights()
            counts = (wizard.run_id or wizard.event_ids)._forecast_playbooks()
            wizard.playbook_count = counts.total()
            playbooks = self.env["customer.stage.playbook"].sudo().union(*counts).sorted()
            lines = [wizard._playbook_line(playbook, counts[playbook]) for playbook in playbooks]
            wizard.playbook_forecast = self.env["ir.qweb"]._render(
                "customer_tiering_playbook.tell_playbook_forecast",
                {"lines": lines, "held": any(line["held"] for line in lines)},
            )

    def _playbook_line(self, playbook, customers):
        # Who it is, chance says when they enter the stage.
        held = round(customers * playbook.control_share / 100)
        return {
            "playbook": playbook,
            "customers": customers,
            "held": held,
            "activities": (customers - held) * playbook.activity_count,
        }

    def action_tell(self):
        result = super().action_tell()
        if self.run_id and self.start_playbooks:
            self.run_id.sudo()._enqueue_stages()
        return result
