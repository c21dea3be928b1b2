from odoo import models
from odoo.tools import SQL


class CustomerTierResponsible(models.AbstractModel):
    """Whoever is dedicated to a customer comes after its own salesperson, and before the leader of
    a team. The service contact is who the customer is told to turn to."""

    _inherit = "customer.tier.responsible"

    def _dedicated(self, able):
        dedicated = SQL(
            """(SELECT care.user_id FROM customer_tier_care care
                 WHERE care.partner_id = s.partner_id AND care.company_id = s.company_id
                   AND care.user_id = ANY(%s))""",
            able,
        )
        return SQL("COALESCE(%s, %s)", dedicated, super()._dedicated(able))

    def _dedicated_users(self, customers, company):
        found = super()._dedicated_users(customers, company)
        cares = self.env["customer.tier.care"].sudo()._of_customers(customers, company)
        able = self._able(company) if cares else ()
        return found | {care.partner_id: care.user_id for care in cares if care.user_id in able}

    def _looks_after(self):
        working = SQL("ARRAY(SELECT u.id FROM res_users u WHERE u.active AND NOT u.share)")
        return SQL(
            """COALESCE(
                (SELECT own.user_id FROM res_company_users_rel own
                  WHERE own.user_id = p.user_id AND own.cid = s.company_id
                    AND own.user_id = ANY(%s)),
                %s, p.user_id)""",
            working,
            self._dedicated(working),
        )

    def _contact_of(self, customer, company):
        customer = customer.commercial_partner_id
        care = self.env["customer.tier.care"].sudo()._of_customers(customer, company)
        able = self._able(company) if care else self.env["res.users"]
        service = care.service_user_id & able
        return service or super()._contact_of(customer, company) or care.user_id & able
