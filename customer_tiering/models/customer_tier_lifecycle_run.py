from odoo import fields, models
from odoo.fields import Domain

# Lines of history whose stage changed.
STAGE_LINES = Domain("from_stage", "!=", False)


class CustomerTierRun(models.Model):
    _inherit = "customer.tier.run"

    stage_count = fields.Integer(string="Changed Stage", readonly=True, copy=False)

    def _add(self, tally):
        result = super()._add(tally)
        self.stage_count += tally.counts["stage"]
        return result

    def action_open_stage_changes(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_change_action_stage"
        )
        domain = STAGE_LINES & Domain("run_id", "=", self.id)
        return {**action, "domain": list(domain), "context": {}}
