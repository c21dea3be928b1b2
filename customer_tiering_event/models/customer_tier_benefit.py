from odoo import fields, models
from odoo.tools import format_date, ormcache


class CustomerTierBenefit(models.Model):
    """An event as a benefit: customers read when it is."""

    _inherit = "customer.tier.benefit"

    event_ids = fields.One2many("event.event", "customer_benefit_id", string="Events")

    def _fact(self, known, tier, customer, order):
        known = super()._fact(known, tier, customer, order)
        if self.kind != "event" or known == "":
            return known
        now = fields.Datetime.now()
        # Between two events it is still a benefit.
        return next(
            (format_date(self.env, day) for end, day in self._planned() if end > now), known
        )

    @ormcache("self.id")
    def _planned(self):
        """When its events are, remembered by the process: every quotation asks.

        :return: tuple of pairs of when one ends (UTC) and the day on which it begins there
        """
        events = self.sudo().event_ids.filtered(lambda event: event.kanban_state != "cancel")
        return tuple(
            (event.date_end, fields.Datetime.context_timestamp(own, event.date_begin).date())
            for event in events.sorted("date_begin")
            if (own := event._set_tz_context())
        )

    def action_plan_event(self):
        """A new event for the tiers that give this, to be completed and saved."""
        self.ensure_one()
        self.check_access("write")
        tiers = self.program_id.tier_ids.filtered(self._is_given_by)
        template = "customer_tiering_event.event_type_thanks"
        # Who does without the template deletes it.
        kind = self.env.ref(template, raise_if_not_found=False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Event"),
            "res_model": "event.event",
            "views": [(False, "form")],
            "context": {
                "default_name": self.name,
                "default_company_id": self.company_id.id,
                "default_customer_benefit_id": self.id,
                **({"default_event_type_id": kind.id} if kind else {}),
                "default_customer_tier_ids": tiers.ids,
                "default_customer_others": "refused",
            },
        }
