from odoo import api, fields, models

# What changes when customers are expected to buy again.
RHYTHM_FIELDS = {"customer_cycle_days", "categ_id"}


class ProductTemplate(models.Model):
    """Products of which somebody knows how long they last."""

    _inherit = "product.template"

    customer_cycle_days = fields.Integer(
        string="Bought Again After (days)",
        help="How long a customer gets along with this product. It goes before everything that "
        "orders tell; 0: as the rhythm of its category and of the customer says.",
    )

    _customer_cycle_days_in_range = models.Constraint(
        "check(customer_cycle_days >= 0 and customer_cycle_days <= 3650)",
        "A product can be bought again after 1 to 3,650 days. Enter such a number, or 0 to go by "
        "its orders.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        if any(vals.get("customer_cycle_days") for vals in vals_list):
            self.env["customer.purchase.rhythm"]._start_pass()
        return products

    def write(self, vals):
        products = self.filtered("sale_ok")
        names = sorted(RHYTHM_FIELDS & vals.keys())
        before = [[product[name] for name in names] for product in products]
        result = super().write(vals)
        if before != [[product[name] for name in names] for product in products]:
            self.env["customer.purchase.rhythm"]._start_pass()
        return result
