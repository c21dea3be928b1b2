from odoo import api, fields, models
from odoo.addons.customer_tiering.grading.entry import Origins
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering.tools import works_in
from odoo.tools import SQL

# A change of one of these changes what is known about where a customer came from.
WAY_FIELDS = {"partner_id", "company_id", "medium_id", "source_id", "tag_ids"}


class CrmLead(models.Model):
    """Leads and opportunities: the tier of their customer, or the one that a new customer from
    there would enter.
    """

    _name = "crm.lead"
    _inherit = ["crm.lead", "customer.tier.mixin"]

    customer_entry_tier_id = fields.Many2one(
        "customer.tier",
        string="Entry Tier",
        compute="_compute_customer_entry_tier_id",
        groups=SALESPEOPLE,
        help="The tier that this lead would enter as a customer, by the entry rules.",
    )
    customer_entry_tier_color = fields.Integer(
        compute="_compute_customer_entry_tier_id",
        groups=SALESPEOPLE,
        export_string_translation=False,
    )

    def _customer_standing_keys(self):
        return self.partner_id.commercial_partner_id._origin, self.company_id or self.env.company

    def _customer_standing_key_sql(self, alias, query):
        _model, partner = self._fields["partner_id"].join(self.sudo(), alias, query)
        company = SQL.identifier(alias, "company_id")
        return (
            SQL.identifier(partner, "commercial_partner_id"),
            SQL("COALESCE(%s, %s)", company, self.env.company.id),
        )

    @api.depends("partner_id", "company_id")
    @api.depends_context("company", "uid")
    def _compute_customer_standing(self):
        return super()._compute_customer_standing()

    @api.depends(
        "partner_id", "company_id", "medium_id", "source_id", "tag_ids.customer_category_id",
        "country_id",
    )  # fmt: skip
    @api.depends_context("company", "uid")
    def _compute_customer_entry_tier_id(self):
        self.customer_entry_tier_id = self.customer_entry_tier_color = False
        # Grading has decided about whoever is graded. Rules are no secret in their company, and a
        # customer whom one may not read has no tier that one is told.
        leads = self.sudo()
        standings = leads._customer_standings()
        leads = leads.filtered(lambda lead: not standings[lead].program_id)
        for company, its_leads in leads.grouped(lambda x: x.company_id or self.env.company).items():
            if works_in(self.env, company):
                its_leads.filtered(self._customer_entry_known)._enter(company)

    @api.model
    def _customer_entry_known(self, lead):
        """Whether the reader may read the customer of a lead, or would make one."""
        customer = lead.partner_id.commercial_partner_id._origin
        return not customer or customer.with_env(self.env).has_access("read")

    def _enter(self, company):
        """The entry tier in the first programme of a company that would select the customer."""
        left, origins = self, self._origins(company)
        for program in self.env["customer.tier.program"]._for_company(company):
            selected = left._selected_by(program)
            fits = origins.first_fit(
                program.entry_rule_ids._policy(), [lead.id for lead in selected]
            )
            for lead in selected.filtered(lambda lead, fits=fits: lead.id in fits):
                lead.customer_entry_tier_id = fits[lead.id].tier_id
                lead.customer_entry_tier_color = lead.customer_entry_tier_id.color
            left -= selected

    def _selected_by(self, program):
        """The leads whose customer, or the one that would be made, a programme selects."""
        domain = program._partner_domain()
        if domain.is_true():
            return self
        # As grading reads them, or the filter would find others.
        Partner = self.env["customer.tier.gather"]._as_company(
            self.env["res.partner"], program.company_id
        )
        return self.filtered(
            lambda lead: (
                lead.partner_id.commercial_partner_id.with_env(Partner.env)
                or Partner.new(lead._prepare_customer_values(lead.name, is_company=True))
            ).filtered_domain(domain)
        )

    def _origins(self, company):
        """What entry rules ask for, about these leads and their customers."""
        customers = {lead.id: lead.partner_id.commercial_partner_id._origin for lead in self}
        values = {}
        for lead in self:
            for value in customers[lead.id].with_company(company).customer_value_ids:
                values.setdefault(value.metric_id.code, []).append((lead.id, value.value))
        return Origins(
            ways=[(lead.id, lead.medium_id.id, lead.source_id.id) for lead in self],
            tags=[
                (lead.id, tag.id)
                for lead in self
                for tag in (
                    lead.tag_ids._origin.customer_category_id | customers[lead.id].category_id
                )
            ],
            countries=[
                (lead.id, (customers[lead.id].country_id or lead.country_id).id) for lead in self
            ],
            values=values,
        )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads.sudo().partner_id._customer_tier_mark_origin_changed()
        leads.filtered(lambda lead: not lead.user_id)._customer_tier_give()
        return leads

    def _customer_tier_give(self):
        """Give new leads of customers that nobody has, such as those of the website, to whoever an
        addon dedicates to these customers."""
        # sudo: who may make a lead need not read who is dedicated to its customer.
        known = self.sudo().filtered(
            lambda lead: lead.partner_id and not lead.partner_id.commercial_partner_id.user_id
        )
        for company, leads in known.grouped(lambda x: x.company_id or self.env.company).items():
            Responsible = self.env["customer.tier.responsible"]
            dedicated = Responsible._dedicated_users(
                leads.partner_id.commercial_partner_id, company
            )
            for lead in leads:
                if user := dedicated.get(lead.partner_id.commercial_partner_id):
                    lead.user_id = user

    def write(self, vals):
        tells = bool(WAY_FIELDS & vals.keys())
        before = self.sudo().partner_id if tells else self.env["res.partner"]
        result = super().write(vals)
        if tells:
            (before | self.sudo().partner_id)._customer_tier_mark_origin_changed()
        return result

    def unlink(self):
        partners = self.sudo().partner_id
        result = super().unlink()
        partners._customer_tier_mark_origin_changed()
        return result
