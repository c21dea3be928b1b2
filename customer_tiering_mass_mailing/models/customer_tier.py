from odoo import models


class CustomerTier(models.Model):
    """A mailing to the customers of a tier is one click away."""

    _inherit = "customer.tier"

    def action_mailing(self):
        """A new mailing to who is in these tiers, one recipient a customer."""
        self.check_access("read")
        domain = [("customer_tier_id", "in", self.ids), ("customer_main_contact", "=", True)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing"),
            "res_model": "mailing.mailing",
            "views": [(False, "form")],
            "context": {
                "default_mailing_type": "mail",
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(domain),
            },
        }
