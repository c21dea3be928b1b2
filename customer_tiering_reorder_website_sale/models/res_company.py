from odoo import fields, models


class ResCompany(models.Model):
    """Where customers order again from a reminder."""

    _inherit = "res.company"

    customer_reorder_cart = fields.Boolean(
        string="Orders From Reminders Go Into the Cart",
        help="What a customer orders on the page of a reminder is put into its cart, and bought in "
        "the shop. Where the shop asks for a log-in or does not show one of the products, and "
        "where a salesperson has to confirm, it is a quotation as ever.",
    )

    def _customer_reorder_shop(self, products):
        """The company's shop where anybody may buy these products, if any."""
        self.ensure_one()
        website = self.env["website"].search([("company_id", "=", self.id)], limit=1)
        shown = all(product.website_published for product in products)
        everybody = website.ecommerce_access == "everyone"
        of_all = products.website_id <= website
        return website if shown and everybody and of_all else website.browse()
