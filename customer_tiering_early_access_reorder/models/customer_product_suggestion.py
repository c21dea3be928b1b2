from odoo import models


class CustomerProductSuggestion(models.AbstractModel):
    """What a customer has to wait for is not suggested to it."""

    _inherit = "customer.product.suggestion"

    def _of_customer(self, customer, company, usual_size):
        found = super()._of_customer(customer, company, usual_size)
        waiting = self.env["customer.tier.early"]._waiting_of(customer, company)
        return [
            suggestion
            for suggestion in found
            if suggestion.product.product_tmpl_id.id not in waiting
        ]
