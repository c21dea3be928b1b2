from odoo import models


class CustomerTier(models.Model):
    """What the tier's form says about tills where its prices do not apply."""

    _inherit = "customer.tier"

    def _pricelist_warnings(self):
        said = super()._pricelist_warnings()
        if not (self.discount or self.pricelist_id) or not self.gives_prices:
            return said
        tills = self.env["pos.config"].sudo().search([("company_id", "=", self.company_id.id)])
        without = tills.filtered(lambda till: not till.use_pricelist)
        if without:
            said.append(
                self.env._(
                    "No tier prices at %s: switch on “Flexible Pricelists” there (Point of Sale › "
                    "Configuration › Settings).",
                    ", ".join(without.mapped("name")),
                )
            )
        return said
