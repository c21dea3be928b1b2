from odoo import api, models


class ResUsers(models.Model):
    """Who leaves hands over the to-dos of steps, too."""

    _inherit = "res.users"

    @api.model
    def _customer_tier_task_sources(self):
        return [
            *super()._customer_tier_task_sources(),
            ("customer.reminder.step", "activity_id"),
        ]

    @api.model
    def _customer_tier_users_of(self, activities, company):
        """What was for the leader is for who leads by now: the salesperson has not done it."""
        users = super()._customer_tier_users_of(activities, company)
        escalated = [("activity_id", "in", activities.ids), ("to", "=", "leader")]
        steps = self.env["customer.reminder.step"].sudo().search(escalated)
        if not steps:
            return users
        standings = self.env["customer.tier.standing"].sudo()
        customers = steps.customer_id.commercial_partner_id
        standings = standings.search(
            [("partner_id", "in", customers.ids), ("company_id", "=", company.id)]
        )
        found = self.env["customer.tier.responsible"]._leaders_of(standings, company)
        leaders = {standing.partner_id: user for standing, user in found.items()}
        led = {step.activity_id: step.customer_id.commercial_partner_id for step in steps}
        return users | {a: leaders[customer] for a, customer in led.items() if customer in leaders}
