from odoo import api, fields, models
from odoo.fields import Domain

# Filters that are ready, by what they are for. Their names are in the language of who reads them,
# which core's are not.
AUDIENCES = [
    ("new", "New customers"),
    ("overdue", "Customers late with their next order"),
    ("dormant", "Dormant customers"),
    ("lost", "Lost customers"),
    ("near", "Customers close to the next tier"),
    ("losing", "Customers about to lose their tier"),
    ("year", "In their tier for a year"),
    ("tier", "One tier"),
    ("better", "A tier and better ones"),
]
OF_TIERS = ("tier", "better")


class MailingFilter(models.Model):
    """Ready filters of audiences: stages, what is about to happen, and each tier, alone and with
    the better ones."""

    _inherit = "mailing.filter"

    customer_audience = fields.Selection(
        AUDIENCES, string="Ready Audience", readonly=True, copy=False
    )
    customer_tier_id = fields.Many2one(
        "customer.tier",
        string="Of Tier",
        readonly=True,
        copy=False,
        ondelete="cascade",
        index="btree_not_null",
    )

    @api.depends("name", "customer_audience", "customer_tier_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        sources = dict(AUDIENCES)
        told = dict(self._fields["customer_audience"]._description_selection(self.env))
        for ready in self:
            # sudo: whoever may use the filter may read what it is called.
            tier = ready.sudo().customer_tier_id
            if tier:
                ready.display_name = self._customer_name(ready.customer_audience, tier)
            elif ready.customer_audience and ready.name == sources[ready.customer_audience]:
                # Who gave it another name reads that.
                ready.display_name = told[ready.customer_audience]
        return result

    @api.model
    def _search_display_name(self, operator, value):
        """By what readers see, which is not what is stored."""
        domain = super()._search_display_name(operator, value)
        if operator not in ("ilike", "in") or not value:
            return domain
        ready = self.search([("customer_audience", "!=", False)])
        if operator == "in":
            found = ready.filtered(lambda one: one.display_name in value)
        else:
            found = ready.filtered(lambda one: value.lower() in one.display_name.lower())
        return Domain.OR([domain, [("id", "in", found.ids)]])

    @api.model
    def _customer_name(self, audience, tier):
        names = self.env._("%(program)s: %(tier)s", program=tier.program_id.name, tier=tier.name)
        return self.env._("%s and better", names) if audience == "better" else names
