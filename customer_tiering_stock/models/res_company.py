from odoo import api, fields, models
from odoo.exceptions import ValidationError

LONGEST = 365


class ResCompany(models.Model):
    """How much earlier goods are reserved for urgent orders."""

    _inherit = "res.company"

    customer_urgent_days = fields.Integer(
        string="Reserve Urgent Orders Earlier (Days)",
        help="Operation types that reserve goods by date do so for urgent deliveries so many days "
        "earlier than for others. 0: as is set on each operation type.",
    )

    @api.constrains("customer_urgent_days")
    def _check_customer_urgent_days(self):
        if any(not 0 <= company.customer_urgent_days <= LONGEST for company in self):
            raise ValidationError(
                self.env._(
                    "Goods are reserved between 0 and %s days earlier for urgent orders.", LONGEST
                )
            )

    def write(self, vals):
        before = {company: company.customer_urgent_days for company in self}
        result = super().write(vals)
        if "customer_urgent_days" in vals:
            for company, days in before.items():
                if company.customer_urgent_days != days:
                    # sudo: whoever may set it for the company need not manage its warehouses.
                    kinds = self.env["stock.picking.type"].sudo()
                    kinds._customer_types_that_take(company)._customer_reserve_earlier(days)
        return result
