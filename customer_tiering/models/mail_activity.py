from odoo import fields, models


class MailActivity(models.Model):
    """Activities on contacts that tell of a grading, see ``mail.message``: whoever is asked to do
    one reads it in any case. Those that are given to somebody else take along what they were made
    for."""

    _inherit = "mail.activity"

    customer_company_id = fields.Many2one(
        "res.company",
        string="About Grading in",
        ondelete="cascade",
        index="btree_not_null",
        readonly=True,
        help="Beside the person assigned, only salespeople of this company read the activity.",
    )

    def write(self, vals):
        # Who gives an activity away may not see it afterwards.
        given = self.sudo() if "user_id" in vals else self.browse()
        before = {activity: activity.user_id for activity in given}
        result = super().write(vals)
        moved = given.filtered(lambda a: a.user_id and a.user_id != before[a])
        for user, activities in moved.grouped(before.get).items():
            user._customer_tier_note_handed_over(activities)
        return result

    def _prepare_next_activity_values(self):
        """What follows by itself when an activity is done is for the same people."""
        vals = super()._prepare_next_activity_values()
        return {**vals, "customer_company_id": self.customer_company_id.id}
