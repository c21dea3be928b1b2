from odoo import models


class CustomerTierProgram(models.Model):
    _inherit = "customer.tier.program"

    def action_try_changes(self):
        """A new scenario of the programme, with its rules as they are."""
        self.ensure_one()
        Scenario = self.env["customer.tier.scenario"]
        Scenario.check_access("create")
        scenario = Scenario.create({"program_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": scenario._name,
            "res_id": scenario.id,
            "view_mode": "form",
            "name": scenario.name,
        }
