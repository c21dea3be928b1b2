from odoo import api, fields, models
from odoo.tools import ormcache

# Presets whose tiers have names that customers like to read about themselves.
SHOWN_PRESETS = {"wholesale", "vip"}
PARTS = ("ladder", "progress", "dates", "amounts", "contact")


class CustomerTierProgram(models.Model):
    """What a programme shows on the customer's own page."""

    _inherit = "customer.tier.program"

    portal_shown = fields.Boolean(
        string="Show Customers Their Tier",
        default=True,
        help="Customers see it after logging in, under My Account, and e-mails about the tier "
        "lead there.",
    )
    portal_ladder = fields.Boolean(
        string="All Tiers With Their Benefits",
        default=True,
        help="A table of the tiers and what they give, the customer's own one marked.",
    )
    portal_progress = fields.Boolean(
        string="What Leads to the Next Tier",
        default=True,
        help="Only by figures that customers may read, see Metrics. Otherwise: Talk to us.",
    )
    portal_dates = fields.Boolean(
        string="Since When and Until When",
        default=True,
        help="Since when the tier is held, and until when it is kept.",
    )
    portal_amounts = fields.Boolean(
        string="Orders That Count",
        default=True,
        help="With their amounts, and until when each of them counts.",
    )
    portal_contact = fields.Boolean(
        string="Contact Person",
        help="Name, e-mail and phone of the salesperson who looks after the customer.",
    )

    portal_public = fields.Boolean(
        string="Page for Everybody",
        help="The tiers and what they give under /tiers of your site, for who is no customer yet. "
        "It names no customer.",
    )

    @ormcache("self.id")
    def _portal_parts(self):
        """Which parts customers see, remembered by the process as long as no programme changes: of
        the rest of a programme their page needs nothing."""
        # sudo: for whoever is shown the page.
        program = self.sudo()
        return frozenset(part for part in PARTS if program[f"portal_{part}"])

    def _after_create_preset(self, code):
        self.portal_shown = code in SHOWN_PRESETS
        return super()._after_create_preset(code)

    @api.model
    @api.private
    def _show_demo(self):
        """Show the demo programme; ``<function>`` of XML calls methods only."""
        company = self.env.ref("base.main_company")
        self.search([("company_id", "=", company.id)]).write(
            {"portal_shown": True, "portal_contact": True}
        )
