from odoo import api, fields, models


class ResUsers(models.Model):
    """Whoever wants the week by e-mail; and reminders of users who leave, which are handed over to
    whoever looks after the customers by now."""

    _inherit = "res.users"

    customer_week_mail = fields.Boolean(
        string="My customers’ week by e-mail",
        default=True,
        help="Once a week: who is due, who is late, who is close to the next tier or has lost one. "
        "Nothing is sent in weeks without news.",
    )
    customer_week_mailed = fields.Date(
        readonly=True, copy=False, groups="base.group_system", export_string_translation=False
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "customer_week_mail"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "customer_week_mail"]

    def write(self, vals):
        before = {user: user.lang for user in self} if "lang" in vals else {}
        result = super().write(vals)
        for user, lang in before.items():
            if user.lang != lang:
                user._customer_reminder_reword()
        return result

    def _customer_reminder_reword(self):
        """Hook: to-dos of this user are said in the language that they read by now, unless
        somebody has changed what they say."""
        own = [("activity_id.user_id", "=", self.id), ("state", "=", "open")]
        self.env["customer.reminder"].sudo().search(own)._reword(self.lang)

    @api.model
    def _customer_tier_task_sources(self):
        return [("customer.reminder", "activity_id"), *super()._customer_tier_task_sources()]

    def _customer_tier_hand_over(self, tasks):
        result = super()._customer_tier_hand_over(tasks)
        # Who leaves has no right on what is left to others.
        own = [("user_id", "in", self.ids), ("state", "=", "open")]
        self.env["customer.reminder"].sudo().search(own)._follow_responsible()
        return result

    def _customer_tier_note_handed_over(self, activities):
        """The list of reminders says who does them, and to-dos are said in their language."""
        result = super()._customer_tier_note_handed_over(activities)
        reminders = self.env["customer.reminder"].sudo()
        reminders = reminders.search([("activity_id", "in", activities.ids)])
        for user, theirs in reminders.grouped(lambda r: r.activity_id.user_id).items():
            theirs.user_id = user
            theirs.filtered(lambda r: r.state == "open")._reword(user.lang)
        return result
