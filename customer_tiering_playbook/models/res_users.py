from odoo import api, models


class ResUsers(models.Model):
    """Plans under way go on with somebody else when their user leaves."""

    _inherit = "res.users"

    @api.model
    def _customer_tier_task_sources(self):
        sources = super()._customer_tier_task_sources()
        return [*sources, ("customer.stage.playbook.start", "activity_ids")]

    def _customer_reminder_reword(self):
        result = super()._customer_reminder_reword()
        own = [("activity_ids.user_id", "=", self.id), ("state", "=", "open")]
        starts = self.env["customer.stage.playbook.start"].sudo().search(own)
        activities = starts._open_activities().filtered(lambda a: a.user_id == self and a.summary)
        theirs = activities.with_context(lang=self.lang)
        agenda = theirs.env["customer.agenda"]
        for activity, said in agenda._plan_summaries(theirs).items():
            if activity.summary != said:
                activity.summary = said
        return result

    def _customer_tier_note_handed_over(self, activities):
        result = super()._customer_tier_note_handed_over(activities)
        starts = self.env["customer.stage.playbook.start"].sudo()
        starts = starts.search(
            [("activity_ids", "in", activities.ids), ("user_id", "in", self.ids)]
        )
        for start in starts:
            # Whose day a plan counts for keeps it while any of it is left to them.
            if start.user_id not in start._open_activities().user_id:
                start.user_id = (start.activity_ids & activities)[:1].user_id
        return result
