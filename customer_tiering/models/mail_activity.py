from odoo import models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """What was found out about customers who stay away is kept where it can be counted."""
        found_out = self._found_out() if not self.env.context.get("win_back_recorded") else []
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # Whoever was asked need not sell, and may do no more than answer.
        answers = self.env["customer.win.back"].sudo()
        for partner in found_out:
            answers._follow_up(partner, note=feedback or False)
        return result

    def _found_out(self):
        """Dormant and lost customers of whom these activities asked why."""
        kind = self.env.ref(
            "customer_tiering.mail_activity_type_win_back", raise_if_not_found=False
        )
        asked = self.filtered(
            lambda activity: (
                kind and activity.activity_type_id == kind and activity.res_model == "res.partner"
            )
        )
        partners = self.env["res.partner"].browse(asked.mapped("res_id")).exists()
        return partners.commercial_partner_id.sudo().filtered("customer_is_lapsed").sudo(False)
