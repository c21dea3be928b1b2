from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.addons.customer_tiering.tools import readable_customers
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResPartner(models.Model):
    """Who is dedicated to the customer behind a contact; nothing of it is stored here."""

    _inherit = "res.partner"

    customer_care_id = fields.Many2one(
        "customer.tier.care",
        string="Dedicated People",
        compute="_compute_customer_care",
        exportable=False,
        groups=SALESPEOPLE,
    )
    customer_dedicated_user_id = fields.Many2one(
        "res.users",
        string="Dedicated Salesperson",
        compute="_compute_customer_care",
        search="_search_customer_dedicated_user_id",
        groups=SALESPEOPLE,
    )
    customer_service_user_id = fields.Many2one(
        "res.users",
        string="Service Contact",
        compute="_compute_customer_care",
        search="_search_customer_service_user_id",
        groups=SALESPEOPLE,
    )
    customer_care_since = fields.Date(
        string="Dedicated Since", compute="_compute_customer_care", groups=SALESPEOPLE
    )
    customer_care_why = fields.Char(
        string="Why These People",
        compute="_compute_customer_care",
        exportable=False,
        groups=SALESPEOPLE,
    )

    # Each night asks whose contact somebody has changed.
    _customer_tiering_changed_idx = models.Index("(write_date) WHERE commercial_partner_id = id")

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid", "lang")
    def _compute_customer_care(self):
        found = self.env["customer.tier.care"]._told_of(self, self.env.company)
        nobody = self.env["customer.tier.care"]
        for partner in self:
            care = found.get(partner.commercial_partner_id._origin, nobody)
            partner.customer_care_id = care.sudo(False)
            partner.customer_dedicated_user_id = care.user_id.sudo(False)
            partner.customer_service_user_id = care.service_user_id.sudo(False)
            partner.customer_care_since = care.since
            partner.customer_care_why = care.why

    def _search_customer_care(self, name, operator, value):
        """Contacts whose customer has somebody in the current company."""
        if operator != "in":
            return NotImplemented
        Care = self.env["customer.tier.care"].sudo()
        here = Domain("company_id", "=", self.env.company.id)
        if known := readable_customers(self.env):
            here &= Domain("partner_id", "in", known)
        chosen = Care._search(here & Domain(name, "in", [id_ for id_ in value if id_]))
        found = Domain("commercial_partner_id", "in", chosen.subselect("partner_id"))
        if False in value:
            anybody = Care._search(here & Domain(name, "!=", False))
            found |= Domain("commercial_partner_id", "not in", anybody.subselect("partner_id"))
        return found

    @api.model
    def _search_customer_dedicated_user_id(self, operator, value):
        return self._search_customer_care("user_id", operator, value)

    @api.model
    def _search_customer_service_user_id(self, operator, value):
        return self._search_customer_care("service_user_id", operator, value)

    def action_choose_dedicated(self):
        """Open who is dedicated to the customer, or a new record to choose them."""
        self.ensure_one()
        customer = self.commercial_partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dedicated People"),
            "res_model": "customer.tier.care",
            "res_id": self.customer_care_id.id,
            "view_mode": "form",
            "target": "current",
            "context": {"default_partner_id": customer.id},
        }

    def action_keep_dedicated(self):
        """Make who is dedicated to these customers by a rule their own salesperson, on the contact:
        for good, in all companies, whatever becomes of their tier."""
        self.check_access("write")
        for partner in self:
            customer = partner.commercial_partner_id
            dedicated = customer.customer_dedicated_user_id
            if not dedicated:
                raise UserError(
                    self.env._("Nobody is dedicated to %s at present.", customer.display_name)
                )
            if customer.user_id != dedicated:
                customer.user_id = dedicated
        # The rule gives nobody beside an own salesperson.
        care = self.env["customer.tier.care"].sudo()
        care._assign(self.env.company, self.commercial_partner_id)
        return True
