from datetime import timedelta

from odoo import fields, models
from odoo.addons.customer_tiering_reorder.suggestion import TIER, Suggestion
from odoo.fields import Domain
from odoo.tools import SQL, format_date

# How long it is remembered what a customer looked at, and how much of it.
LOOKED_DAYS, LOOKED_MOST = 60, 10


class CustomerProductSuggestion(models.AbstractModel):
    """What the shop knows to go with a product, or to take its place."""

    _inherit = "customer.product.suggestion"

    def _goes_with(self, product):
        return super()._goes_with(product) | product.accessory_product_ids.product_tmpl_id

    def _replacements(self, ids, company):
        """The first alternative that is sold; of alternatives that are not, theirs."""
        result = super()._replacements(ids, company)
        # What was given up says what took its place, too.
        gone = self.env["product.product"].with_context(active_test=False).browse(ids).exists()
        known = found = gone.product_tmpl_id
        while found := found.alternative_product_ids - known:
            known |= found
        domain = Domain("product_tmpl_id", "in", known.ids) & self._suitable_domain(company)
        variants = self.env["product.product"].search(domain).grouped("product_tmpl_id")
        for product in gone:
            if sold := self._first_sold(product.product_tmpl_id, variants):
                result.setdefault(product.id, sold)
        return result

    def _first_sold(self, template, variants):
        """The nearest alternative of a product that is sold, or an empty record.

        :param variants: dict ``product.template`` → ``product.product`` that are sold
        """
        known = found = template
        while found := found.alternative_product_ids - known:
            known |= found
            for alternative in found:
                if sold := variants.get(alternative):
                    return sold[0].with_context(active_test=True)
        return self.env["product.product"]

    def _looked_at(self, customer, company):
        """What people of the customer opened in the company's shop of late, the latest first."""
        result = super()._looked_at(customer, company)
        self.env.cr.execute(
            SQL(
                """
                SELECT t.product_id, MAX(t.visit_datetime)
                  FROM website_track t
                  JOIN website_visitor v ON v.id = t.visitor_id
                  JOIN website w ON w.id = v.website_id
                  JOIN res_partner p ON p.id = v.partner_id
                 WHERE p.commercial_partner_id = %s AND w.company_id = %s
                   AND t.product_id IS NOT NULL AND t.visit_datetime > %s
              GROUP BY t.product_id
              ORDER BY 2 DESC, 1 LIMIT %s
                """,
                customer.id,
                company.id,
                fields.Datetime.now() - timedelta(days=LOOKED_DAYS),
                LOOKED_MOST,
            )
        )
        for product, moment in self.env.cr.fetchall():
            result[product] = self._make_looked_at(moment)
        return result

    def _make_looked_at(self, moment):
        day = format_date(self.env, moment.date())
        reasons = (
            self.env._("Looked at in the shop on %s, not bought", day),
            self.env._("You looked at this on %s", day),
        )
        return lambda product: Suggestion(TIER, product, 1.0, False, *reasons)
