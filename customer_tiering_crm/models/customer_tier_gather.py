from odoo import models
from odoo.tools import SQL


class CustomerTierGather(models.AbstractModel):
    """Leads, also lost ones, tell where their customers came from."""

    _inherit = "customer.tier.gather"

    def _ways_query(self, company, as_of, scope):
        quotations = super()._ways_query(company, as_of, scope)
        columns = SQL("COALESCE(l.medium_id, 0), COALESCE(l.source_id, 0)")
        return SQL(
            "%s UNION %s",
            quotations,
            self._lead_query(company, as_of, scope, columns, SQL(), SQL("TRUE")),
        )

    def _tags_query(self, company, as_of, scope, tags):
        contacts = super()._tags_query(company, as_of, scope, tags)
        tables = SQL(
            "JOIN crm_tag_rel r ON r.lead_id = l.id JOIN crm_tag t ON t.id = r.tag_id",
        )
        counting = SQL("t.customer_category_id = ANY(%s)", list(tags))
        leads = self._lead_query(
            company, as_of, scope, SQL("t.customer_category_id"), tables, counting
        )
        return SQL("%s UNION %s", contacts, leads)

    def _lead_query(self, company, as_of, scope, columns, tables, condition):
        """Distinct customer and columns of the leads ``l`` known by then."""
        return SQL(
            """
            SELECT DISTINCT p.commercial_partner_id, %(columns)s
              FROM res_partner p
              JOIN crm_lead l ON l.partner_id = p.id
              %(tables)s
             WHERE (l.company_id = %(company)s OR l.company_id IS NULL)
               AND l.create_date < %(end)s
               AND %(condition)s
               AND %(scope)s
            """,
            columns=columns,
            tables=tables,
            company=company.id,
            end=self._end_of_day(company, as_of),
            condition=condition,
            scope=scope(SQL("p.commercial_partner_id")),
        )
