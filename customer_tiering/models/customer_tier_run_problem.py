from odoo import fields, models

KIND = "customer_tiering.mail_activity_type_grading_problem"


class CustomerTierRun(models.Model):
    """What went wrong in a grading is told once: the next night says only what is new, and when
    nothing is wrong any more, the to-do closes by itself."""

    # A subject of its own, beside what is to be decided.
    _inherit = "customer.tier.run"

    def _follow_up(self):
        result = super()._follow_up()
        self._tell_problems()
        return result

    def _tell_problems(self):
        """One to-do for who is responsible, which moves on to the newest grading while it is
        open."""
        self.ensure_one()
        told = self._open_problems()
        if not self.error_ids:
            told.action_feedback(feedback=self.env._("The grading had no problems any more."))
            return
        users = self._who_mends()
        for user in users:
            said = self.with_context(lang=user.lang or self.env.lang)
            vals = {"summary": said._problem_summary(), "note": said._problem_note()}
            if own := told.filtered(lambda activity, user=user: activity.user_id == user):
                own[0].write({**vals, "res_id": self.id})
            elif self._has_new_problems():
                self.with_context(mail_activity_quick_update=True).activity_schedule(
                    KIND, date_deadline=fields.Date.context_today(said), user_id=user.id, **vals
                )

    def _open_problems(self):
        """The to-dos about problems in the company's gradings that nobody has done yet."""
        kind = self.env.ref(KIND, raise_if_not_found=False)
        if not kind:
            return self.env["mail.activity"]
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("activity_type_id", "=", kind.id),
                    ("automated", "=", True),
                ]
            )
        )
        runs = self.sudo().browse(activities.mapped("res_id")).exists()
        ours = runs.filtered(lambda run: run.company_id == self.company_id).ids
        return activities.filtered(lambda activity: activity.res_id in ours)

    def _who_mends(self):
        """Who is responsible for the programmes that have problems, or for all of the company's
        where it is a metric's or a customer's."""
        programs = self.error_ids.program_id
        if self.error_ids.filtered(lambda error: not error.program_id):
            programs |= self.env["customer.tier.program"].search(
                [("company_id", "=", self.company_id.id)]
            )
        users = self.env["res.users"]
        for program in programs:
            users |= program._responsible()
        return users or self.env["customer.tier.responsible"]._fallback(self.company_id)

    def _has_new_problems(self):
        """Whether anything is wrong that was not wrong in the grading before."""
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("simulation", "=", False),
                ("state", "=", "done"),
                ("id", "<", self.id),
            ],
            order="id desc",
            limit=1,
        )
        return bool(self.error_ids._causes() - before.error_ids._causes())

    def _problem_summary(self):
        count = len(self.error_ids)
        if count == 1:
            return self.env._("1 problem in the grading")
        return self.env._("%s problems in the grading", count)

    def _problem_note(self):
        """What the first of them are, and how they are mended."""
        return self.env["ir.qweb"]._render(
            "customer_tiering.grading_problems",
            {"errors": self.error_ids[:5], "more": len(self.error_ids[5:])},
        )
