from odoo import models
from odoo.addons.customer_tiering.switches import PrivateSwitch

# The answer is kept already by who closes the activity.
RECORDED = PrivateSwitch("customer_win_back_recorded")


class MailActivity(models.Model):
    """Activities that ask why a customer stays away keep the answer as a win-back."""

    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """What was found out about customers who stay away is kept where it can be counted."""
        asked_about = {} if RECORDED.is_on(self.env) else self._customer_win_back_questions()
        # What closing these leads to may close others, whose answers nobody has kept.
        others = super(MailActivity, RECORDED.off(self))
        result = others._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # Whoever was asked need not sell, and may do no more than answer.
        answers = self.env["customer.win.back"].sudo()
        for company, partners in asked_about.items():
            for partner in partners:
                answers.with_company(company)._follow_up(partner, note=feedback or False)
        return result

    def _customer_win_back_questions(self):
        """Dormant and lost customers of whom these activities asked why.

        :return: dict ``res.company`` for which they asked → ``res.partner``
        """
        kind = self.env.ref(
            "customer_tiering_playbook.mail_activity_type_win_back", raise_if_not_found=False
        )
        asked = self.filtered(
            lambda activity: (
                kind and activity.activity_type_id == kind and activity.res_model == "res.partner"
            )
        )
        starts = self.env["customer.stage.playbook.start"].sudo()
        starts = starts.search([("activity_ids", "in", asked.ids)]) if asked else starts
        # Asked by hand, it is the company that one is working in.
        asked_for = {a: start.company_id for start in starts for a in start.activity_ids}
        asked_about = {}
        for company, activities in asked.grouped(
            lambda activity: asked_for.get(activity, self.env.company)
        ).items():
            partners = self.env["res.partner"].browse(activities.mapped("res_id")).exists()
            customers = partners.commercial_partner_id.sudo().with_company(company)
            asked_about[company] = customers.filtered("customer_is_lapsed").sudo(False)
        return asked_about
