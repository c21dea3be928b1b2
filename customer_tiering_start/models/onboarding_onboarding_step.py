from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import first_steps

MANAGER = "customer_tiering.group_manager"
FAMILY, NAMED = "customer_tiering", ".step_"


class OnboardingOnboardingStep(models.Model):
    """A step of the first hour, for who sets tiers up: it ticks itself once it is done, says what
    is there and what is missing, and leads to where it is done."""

    _inherit = "onboarding.onboarding.step"

    customer_tier_state = fields.Selection(
        selection=[("open", "To Do"), ("done", "Done"), ("skipped", "Skipped")],
        string="Progress",
        compute="_compute_customer_tier_state",
        groups=MANAGER,
    )
    customer_tier_fact = fields.Text(
        string="How It Is", compute="_compute_customer_tier_state", groups=MANAGER
    )
    customer_tier_is_next = fields.Boolean(
        string="Comes Next", compute="_compute_customer_tier_state", groups=MANAGER
    )

    @api.depends("progress_ids.step_state")
    @api.depends_context("company", "lang")
    def _compute_customer_tier_state(self):
        steps = self._customer_tier_steps()
        keys = self._customer_tier_keys()
        company = self.env.company
        told = {step: steps[key].told(company) for step, key in keys.items() if key in steps}
        following = True
        for step in self.sorted():
            done, sentences = told.get(step, (False, []))
            # The progress of a step belongs to the library; managers of tiers read no other.
            skipped = step.sudo().current_step_state in ("just_done", "done")
            step.customer_tier_state = "done" if done else "skipped" if skipped else "open"
            step.customer_tier_fact = "\n".join(sentences)
            step.customer_tier_is_next = following and step.customer_tier_state == "open"
            following = following and not step.customer_tier_is_next

    @api.model
    def _customer_tier_steps(self):
        """Hook: the steps by the ends of their XML ids.

        :return: dict name → ``first_steps.FirstStep``
        """
        return first_steps.STEPS

    def _customer_tier_keys(self):
        """What steps are called in the code, for those that are of this family of addons.

        :return: dict step → what follows ``step_`` in its XML id
        """
        ids = self.sudo()._get_external_ids()
        return {
            step: name.split(NAMED)[1]
            for step in self
            for name in ids.get(step.id, [])
            if name.startswith(FAMILY) and NAMED in name
        }

    def action_customer_tier_open(self):
        """Go to where the step is done."""
        self._customer_tier_check()
        return self._customer_tier_steps()[self._customer_tier_keys()[self]].opened(
            self.env.company
        )

    def action_customer_tier_skip(self):
        """Leave the step out."""
        self._customer_tier_check()
        # Of the library's records nothing but this step's progress in this company is written.
        self.sudo().action_set_just_done()

    def action_customer_tier_resume(self):
        """Take up again a step that was left out."""
        self._customer_tier_check()
        self.sudo().current_progress_step_id.step_state = "not_done"

    def _customer_tier_check(self):
        """Refuse whoever sets up no tiers, and steps of other pages."""
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only an administrator of Customer Tiering does this."))
        self.check_access("read")
        if self not in self._customer_tier_keys():
            raise AccessError(self.env._("This is no step of Customer Tiering."))
