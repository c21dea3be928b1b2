from odoo import api, models

from ..tools import without_mails

# A change of one of these may take the right to work for a company from a user.
WORKING = {"active", "group_ids", "company_ids"}


class ResUsers(models.Model):
    """Users who leave, or lose the right to work for a company: the activities that gradings and
    messages gave them are handed over to whoever looks after the customers by now."""

    _inherit = "res.users"

    def action_archive(self):
        tasks = self._customer_tier_tasks()
        # The core deletes what they have to do, before they are archived.
        self.env["mail.activity"].sudo().union(*tasks).user_id = False
        result = super().action_archive()
        self._customer_tier_hand_over(tasks)
        return result

    def write(self, vals):
        # What is given to other groups or companies, such as rights that imply others, and what
        # is done past the ORM is found by the next grading.
        tasks = self._customer_tier_tasks() if WORKING & vals.keys() else {}
        result = super().write(vals)
        if WORKING & vals.keys():
            self._customer_tier_hand_over(self._customer_tier_stray(tasks))
        return result

    @api.model
    def _customer_tier_stray(self, tasks):
        """Those of some activities whose users no longer work in the company they are due for.

        :param tasks: see :meth:`_customer_tier_tasks`
        """
        if not tasks:
            return {}
        Responsible = self.env["customer.tier.responsible"]
        able = {company: Responsible._able(company) for company in set(tasks.values())}
        return {a: company for a, company in tasks.items() if a.user_id not in able[company]}

    @api.model
    def _customer_tier_hand_over_stray(self, company):
        """Hand over what somebody has to do for a company who no longer works in it."""
        able = self.env["customer.tier.responsible"]._able(company)
        activities = self.env["mail.activity"].sudo()
        busy = activities._read_group(self._customer_tier_task_domain(), ["user_id"])
        gone = self.union(*(user for (user,) in busy)) - able
        tasks = gone._customer_tier_tasks()
        gone._customer_tier_hand_over({a: due for a, due in tasks.items() if due == company})

    @api.model
    def _customer_tier_task_domain(self):
        """What the system made on contacts and gradings."""
        return [
            ("user_id", "!=", False),
            ("res_model", "in", ("res.partner", "customer.tier.run")),
            ("automated", "=", True),
        ]

    def _customer_tier_tasks(self, customers=None):
        """Open activities of these users that were made by the system, and the to-dos about
        gradings.

        :param customers: ``res.partner``; only what is about these
        :return: dict ``mail.activity`` → ``res.company`` that they are due for
        """
        activities = self.env["mail.activity"].sudo()
        own = [("user_id", "in", self.ids), *self._customer_tier_task_domain()]
        if customers is not None:
            own += [("res_model", "=", "res.partner"), ("res_id", "in", customers.ids)]
        activities = activities.search(own)
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
        """Hook: where the activities come from that the system made on contacts.

        :return: list of (model with a ``company_id``, its field of activities)
        """
        return [("customer.tier.event", "activity_id")]

    def _customer_tier_hand_over(self, tasks):
        """Give activities to whoever looks after the customers by now. Hook: called, too, where
        there are none, when these users may have left; what else they had goes before.

        :param tasks: see :meth:`_customer_tier_tasks`
        """
        activities = self.env["mail.activity"].sudo().union(*tasks)
        Responsible = self.env["customer.tier.responsible"]
        for company, due in activities.grouped(lambda activity: tasks[activity]).items():
            users = self._customer_tier_users_of(due, company)
            fallback = Responsible._fallback(company)
            silent = without_mails(due)
            doers = {activity: users.get(activity, fallback) for activity in silent}
            for user, theirs in silent.grouped(doers.get).items():
                theirs.user_id = user
        self._customer_tier_note_handed_over(activities)

    @api.model
    def _customer_tier_users_of(self, activities, company):
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
        """Hook: these users had the activities, and others do them now."""
