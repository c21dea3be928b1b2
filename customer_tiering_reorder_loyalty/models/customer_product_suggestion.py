from odoo import api, models
from odoo.addons.customer_tiering.explain.words import series
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

# Programmes whose rewards an order gets without a code.
AUTOMATIC = ("promotion", "buy_x_get_y")
# A list of all is an advertisement.
MOST = 3


class CustomerProductSuggestion(models.AbstractModel):
    """What is on offer that a customer may use, said wherever products are suggested."""

    _inherit = "customer.product.suggestion"

    @api.model
    def _promotions(self, partner, company):
        result = super()._promotions(partner, company)
        # Callers have seen to it that the customer may be read; offers are nobody's secret.
        Orders = self.env["sale.order"].sudo().with_company(company)
        order = Orders.new({"partner_id": partner.id, "company_id": company.id})
        # What may be used is asked as an order does, with tier and stage.
        domain = Domain(order._get_program_domain()) & Domain(
            [("program_type", "in", AUTOMATIC), ("trigger", "=", "auto")]
        )
        programs = Orders.env["loyalty.program"].search(domain, order="date_to, sequence, id")
        usable = programs.filtered(lambda p: not p.limit_usage or p.total_order_count < p.max_usage)
        return [*result, *(self._promotion_text(program) for program in usable[:MOST])]

    def _promotion_text(self, program):
        """What it gives, from which amount, until when."""
        given = series(
            self.env, dict.fromkeys(filter(None, program.reward_ids.mapped("description")))
        )
        values = {"name": program.name, "given": given}
        text = self.env._("%(name)s: %(given)s", **values) if given else program.name
        least = max(program.rule_ids.mapped("minimum_amount"), default=0)
        if least:
            amount = format_amount(self.env, least, program.currency_id)
            text = self.env._("%(offer)s, from %(amount)s", offer=text, amount=amount)
        if program.date_to:
            until = format_date(self.env, program.date_to)
            text = self.env._("%(offer)s, until %(date)s", offer=text, date=until)
        return text
