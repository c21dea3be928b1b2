from odoo import api, models

from .mailing_filter import OF_TIERS

# What their filters go by.
FOLLOWED = {"active", "name", "program_id", "sequence"}


class CustomerTier(models.Model):
    """A mailing to the customers of a tier is one click away."""

    _inherit = "customer.tier"

    def action_mailing(self):
        """A new mailing to who is in these tiers, one recipient a customer."""
        self.check_access("read")
        domain = self._customer_audience_domain()
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

    # Ready filters

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers._customer_follow_filters()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & FOLLOWED:
            self._customer_follow_filters()
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs.tier_ids._customer_follow_filters()
        return result

    def _customer_follow_filters(self):
        """Keep a ready filter for each tier of these programmes, and one for it and better ones."""
        # sudo: whoever manages tiers need not manage mailings.
        filters = self.env["mailing.filter"].sudo()
        programs = self.program_id.sudo().with_context(active_test=False)
        there = filters.search([("customer_tier_id", "in", programs.tier_ids.ids)])
        known = {(found.customer_tier_id, found.customer_audience): found for found in there}
        model = self.env["ir.model"]._get_id("res.partner")
        for program in programs.filtered("active"):
            tiers = program.tier_ids.filtered("active").sorted(lambda t: (t.sequence, t.id))
            for place, tier in enumerate(tiers):
                for audience in OF_TIERS[: 2 if tier != tiers[-1] else 1]:
                    chosen = tiers[place:] if audience == "better" else tier
                    vals = {
                        "name": filters._customer_name(audience, tier),
                        "mailing_domain": repr(chosen._customer_audience_domain()),
                    }
                    if found := known.pop((tier, audience), None):
                        found.write(vals)
                    else:
                        kept = {"customer_tier_id": tier.id, "customer_audience": audience}
                        filters.create({**vals, **kept, "mailing_model_id": model})
        filters.browse().union(*known.values()).unlink()

    def _customer_audience_domain(self):
        """Domain of one contact of each customer in these tiers."""
        return [("customer_tier_id", "in", self.ids), ("customer_main_contact", "=", True)]
