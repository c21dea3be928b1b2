"""Where customers came from, for the entry rules: queries that ``customer.tier.gather`` reads.

A scope is a function from a column of commercial partner ids to a condition.
"""

from odoo.tools import SQL


def ways(gather, company, as_of, scope):
    """Distinct customer, medium and source (0 for none) of quotations that came to nothing or are
    still open: whoever ordered needs no entry rule."""
    states = gather.env["sale.order"]._fields["state"].get_values(gather.env)
    return SQL(
        """
        SELECT DISTINCT p.commercial_partner_id, COALESCE(o.medium_id, 0), COALESCE(o.source_id, 0)
          FROM res_partner p
          JOIN sale_order o ON o.partner_id = p.id
         WHERE o.state = ANY(%(states)s)
           AND o.company_id = %(company)s
           AND o.create_date < %(end)s
           AND %(scope)s
        """,
        # One by one, so that the index on them serves: they are few among all orders.
        states=[state for state in states if state != "sale"],
        company=company.id,
        end=gather._end_of_day(company, as_of),
        scope=scope(SQL("p.commercial_partner_id")),
    )


def tags(scope, wanted):
    """Distinct customer and tag, of the tags asked for; tags of contacts are the customer's."""
    return SQL(
        """
        SELECT DISTINCT p.commercial_partner_id, r.category_id
          FROM res_partner p
          JOIN res_partner_res_partner_category_rel r ON r.partner_id = p.id
         WHERE r.category_id = ANY(%s) AND %s
        """,
        list(wanted),
        scope(SQL("p.commercial_partner_id")),
    )


def countries(scope, wanted):
    """Customer and country, of the countries asked for."""
    return SQL(
        """
        SELECT p.id, p.country_id
          FROM res_partner p
         WHERE p.commercial_partner_id = p.id AND p.country_id = ANY(%s) AND %s
        """,
        list(wanted),
        scope(SQL("p.commercial_partner_id")),
    )
