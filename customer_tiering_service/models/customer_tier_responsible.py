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

    def _contact(self, company):
        own = super()._contact(company)
        service, person = (
            self._works(self._of_care(SQL.identifier(name), company), company)
            for name in ("service_user_id", "user_id")
        )
        return SQL("COALESCE(%s, %s, %s)", service, own, person)

    def _personal_columns(self, company):
        term = SQL(
            """(SELECT COALESCE(t.name ->> %s, t.name ->> 'en_US')
                  FROM customer_tier_service rule
                  JOIN account_payment_term t ON t.id = rule.payment_term_id
                 WHERE rule.id = %s)""",
            self.env.lang or "en_US",
            self._of_care(SQL.identifier("service_id"), company),
        )
        own = self._of_customer("property_payment_term_id", company)
        return {**super()._personal_columns(company), "term": term, "own_term": own}

    def _of_care(self, column, company):
        """Something of the record of who is dedicated to the customer ``p``, as ``SQL``."""
        return SQL(
            """(SELECT care.%s FROM customer_tier_care care
                 WHERE care.partner_id = p.id AND care.company_id = %s)""",
            column,
            company.id,
        )
