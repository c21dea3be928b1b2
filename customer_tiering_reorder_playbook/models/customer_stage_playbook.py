from odoo import api, fields, models

MANAGERS = "customer_tiering.group_manager"


class CustomerStagePlaybook(models.Model):
    """A playbook says what is known of its effect, and how long an answer takes."""

    _inherit = "customer.stage.playbook"

    effect_note = fields.Text(
        compute="_compute_effect_note",
        exportable=False,
        groups=MANAGERS,
        help="What is known of the effect of this playbook, and how long an answer takes.",
    )
    effect_warning = fields.Text(compute="_compute_effect_note", exportable=False, groups=MANAGERS)

    @api.depends("control_share")
    @api.depends_context("company", "lang")
    def _compute_effect_note(self):
        for playbook in self:
            # Not what is typed into an unsaved form.
            saved = playbook._origin
            known = saved._effect_row() if saved else self.env["customer.reminder.effect"]
            lines = saved._effect_lines(known, playbook.control_share) if saved else False
            playbook.effect_note = lines or False
            playbook.effect_warning = known.warning if known else False

    def _effect_row(self):
        return self.env["customer.reminder.effect"]._row_of("playbook", self)

    def _effect_lines(self, known, share):
        if known.answered:
            return known.words
        # How many will enter a stage is not foreseen.
        how_long = self.env["customer.reminder.effect"]._how_long(
            "playbook", self, share, lambda: 0
        )
        return "\n".join(filter(None, [known.words, how_long]))

    def action_open_effect(self):
        """What is known of the effect of this playbook."""
        self.ensure_one()
        self.check_access("write")
        return self._effect_row().get_formview_action()
