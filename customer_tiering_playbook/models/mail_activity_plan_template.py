from odoo import api, fields, models
from odoo.exceptions import ValidationError

RESPONSIBLES = ("salesperson", "team_leader")


class MailActivityPlanTemplate(models.Model):
    """Activities of plans for the salesperson or team leader of a customer."""

    _inherit = "mail.activity.plan.template"

    summary = fields.Char(translate=True)
    note = fields.Html(translate=True)
    responsible_type = fields.Selection(
        selection_add=[("salesperson", "Salesperson"), ("team_leader", "Team leader")],
        ondelete=dict.fromkeys(RESPONSIBLES, "cascade"),
    )

    @api.constrains("plan_id", "responsible_type")
    def _customer_check_responsible(self):
        for template in self:
            of_customer = template.responsible_type in RESPONSIBLES
            if of_customer and template.plan_id.res_model != "res.partner":
                raise ValidationError(
                    self.env._(
                        "Plan “%s”: only activities on contacts can be given to the customer's "
                        "salesperson or team leader. Choose another assignment.",
                        template.plan_id.name,
                    )
                )

    def _customer_saying(self, summary, lang):
        """The one of these that says so in a language."""
        return self.filtered(lambda one: one.with_context(lang=lang).summary == summary)[:1]

    def _determine_responsible(self, on_demand_responsible, applied_on_record):
        if self.responsible_type not in RESPONSIBLES or applied_on_record._name != "res.partner":
            return super()._determine_responsible(on_demand_responsible, applied_on_record)
        user = self._customer_responsible_of(applied_on_record.commercial_partner_id)
        return {"responsible": user, "error": False, "warning": False}

    def _customer_responsible_of(self, partner):
        """Who does this about a customer of the current company."""
        company = self.env.company
        Responsible = self.env["customer.tier.responsible"]
        standing = self.env["customer.tier.standing"].sudo()
        own = [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
        if standing := standing.search(own, limit=1):
            return self._customer_users_of(standing, company)[standing].sudo(False)
        able = Responsible._able(company)
        salesperson = partner.sudo().user_id & able
        leader = salesperson.crm_team_ids.user_id[:1] & able
        first = leader if self.responsible_type == "team_leader" else salesperson
        return (first or Responsible._fallback(company, able)).sudo(False)

    def _customer_users_of(self, standings, company):
        """Who does this activity about some customers of a company.

        A default user who has left is replaced like a salesperson who has.

        :return: dict ``customer.tier.standing`` → ``res.users``
        """
        self.ensure_one()
        Responsible = self.env["customer.tier.responsible"]
        if self.responsible_type == "other":
            chosen = self.sudo().responsible_id & Responsible._able(company)
            if chosen:
                return dict.fromkeys(standings, chosen)
            return Responsible._leaders_of(standings, company)
        if self.responsible_type == "team_leader":
            return Responsible._leaders_of(standings, company)
        return Responsible._of(standings, company)
