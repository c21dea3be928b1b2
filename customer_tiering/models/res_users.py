from odoo import api, models


class ResUsers(models.Model):
    """Whoever leaves takes no customer along: what gradings gave them to do is done by others."""

    _inherit = "res.users"

    def action_archive(self):
        tasks = self._customer_tasks()
        # The core deletes what they have to do, before they are archived.
        self.env["mail.activity"].sudo().union(*tasks).user_id = False
        result = super().action_archive()
        self._hand_over(tasks)
        return result

    def write(self, vals):
        leaving = "active" in vals and not vals["active"]
        tasks = self._customer_tasks() if leaving else {}
        result = super().write(vals)
        self._hand_over(tasks)
        return result

    def _customer_tasks(self):
        """Open activities of these users that were made by the system, and the to-dos about
        gradings.

        :return: dict ``mail.activity`` → ``res.company`` that they are due for
        """
        activities = self.env["mail.activity"].sudo()
        activities = activities.search(
            [
                ("user_id", "in", self.ids),
                ("res_model", "in", ("res.partner", "customer.tier.run")),
                ("automated", "=", True),
            ]
        )
        if not activities:
            return {}
        questions = activities.filtered(lambda activity: activity.res_model != "res.partner")
        runs = self.env["customer.tier.run"].sudo().browse(a.res_id for a in questions)
        tasks = {a: run.company_id for a, run in zip(questions, runs, strict=True)}
        for model, name in self._customer_tier_task_sources():
            sources = self.env[model].sudo().search([(name, "in", activities.ids)])
            for source in sources:
                tasks |= dict.fromkeys(source[name] & activities, source.company_id)
        return tasks

    @api.model
    def _customer_tier_task_sources(self):
        """Hook for siblings: models with a ``company_id`` that give users something to do about
        customers.

        :return: list of (model, name of its field with the activities)
        """
        return [("customer.reminder", "activity_id"), ("customer.tier.event", "activity_id")]

    def _hand_over(self, tasks):
        """Give activities to whoever looks after the customers by now.

        :param tasks: see :meth:`_customer_tasks`
        """
        activities = self.env["mail.activity"].sudo().union(*tasks)
        Responsible = self.env["customer.tier.responsible"]
        for company, due in activities.grouped(lambda activity: tasks[activity]).items():
            users = self._users_of(due, company)
            fallback = Responsible._fallback(company)
            # One e-mail per activity would be a flood; the list of activities is what counts.
            quiet = due.with_context(mail_activity_quick_update=True)
            doers = {activity: users.get(activity, fallback) for activity in quiet}
            for user, theirs in quiet.grouped(doers.get).items():
                theirs.user_id = user
        self._customer_tier_note_handed_over(activities)

    @api.model
    def _users_of(self, activities, company):
        """Who looks after the customers of some activities.

        :return: dict ``mail.activity`` → ``res.users``, without what is about no customer
        """
        about = activities.filtered(lambda activity: activity.res_model == "res.partner")
        partners = self.env["res.partner"].sudo().browse(activity.res_id for activity in about)
        standings = self.env["customer.tier.standing"].sudo()
        standings = standings.search(
            [
                ("partner_id", "in", partners.commercial_partner_id.ids),
                ("company_id", "=", company.id),
            ]
        )
        of_standings = self.env["customer.tier.responsible"]._of(standings, company)
        users = {standing.partner_id: user for standing, user in of_standings.items()}
        return {
            activity: users[partner.commercial_partner_id]
            for activity, partner in zip(about, partners, strict=True)
            if partner.commercial_partner_id in users
        }

    def _customer_tier_note_handed_over(self, activities):
        """Hook for siblings: say in the lists of what is under way who does it now.

        Called on the users who leave.

        :param activities: ``mail.activity`` that others have by now
        """
        reminders = self.env["customer.reminder"].sudo()
        for reminder in reminders.search([("activity_id", "in", activities.ids)]):
            reminder.user_id = reminder.activity_id.user_id
