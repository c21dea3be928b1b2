from odoo import api, models
from odoo.tools import SQL


class CustomerTierEvent(models.Model):
    """Changes of stage in the queue start and end playbooks."""

    _inherit = "customer.tier.event"

    def _after_stage_change(self):
        self.env["customer.stage.playbook.start"]._enter(self.standing_id)
        return super()._after_stage_change()

    @api.model
    def _forecast_of(self, source):
        """What changes of stage come to is told by :meth:`_forecast_playbooks`."""
        return super()._forecast_of(
            SQL(
                "SELECT * FROM (%s) t (standing, program, kind, tier) WHERE t.kind <> 'stage'",
                source,
            )
        )

    def _forecast_playbooks(self):
        """:return: ``Counter`` of ``customer.stage.playbook`` that these would start today"""
        return self.env["customer.stage.playbook"]._forecast_of(
            SQL(
                "SELECT standing_id FROM customer_tier_event WHERE id = ANY(%s) AND kind = 'stage'",
                self.ids,
            )
        )
