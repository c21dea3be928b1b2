from odoo import models


class QueueJob(models.Model):
    """From a job to the grading that it belongs to."""

    _inherit = "queue.job"

    def related_action_open_tier_run(self):
        """The grading that a job is a part of."""
        return self.records.run_id.get_formview_action() if self.records.exists() else None
