from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE
from odoo.fields import Domain
from odoo.tools import format_date


class ProductTemplate(models.Model):
    """Products that some customers may order before others."""

    _inherit = "product.template"

    customer_has_to_wait = fields.Boolean(
        compute="_compute_customer_has_to_wait",
        search="_search_customer_has_to_wait",
        export_string_translation=False,
        help="Whether the reader, as a customer, may not order it yet.",
    )
    customer_early_text = fields.Char(
        string="Early Access",
        compute="_compute_customer_early_text",
        exportable=False,
        groups=SALESPEOPLE,
    )

    @api.depends_context("uid", "company")
    def _compute_customer_has_to_wait(self):
        waiting = self._customer_waiting()
        for template in self:
            template.customer_has_to_wait = template._origin.id in waiting

    @api.model
    def _search_customer_has_to_wait(self, operator, value):
        if operator != "in" or len(set(value)) != 1:
            return NotImplemented
        return Domain("id", "in" if True in value else "not in", list(self._customer_waiting()))

    @api.model
    def _customer_waiting(self):
        """What whoever is logged in, or a visitor, has to wait for in the current company: dict id
        → day. Nothing for colleagues, who see everything."""
        user = self.env.user
        if user._is_internal():
            return {}
        Early = self.env["customer.tier.early"]
        if user._is_public():
            return Early._waiting(self.env.company)
        return Early._waiting_of(user.sudo().partner_id, self.env.company)

    def _customer_wait_text(self):
        """From when on a visitor may order this, in words; empty where that is now."""
        self.ensure_one()
        day = self._customer_waiting().get(self.id)
        return (
            day and self.env._("You can order this from %s on.", format_date(self.env, day)) or ""
        )

    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_customer_early_text(self):
        rows = self.env["customer.tier.early"].search(
            [
                ("product_tmpl_id", "in", self._origin.ids),
                ("date_public", ">", fields.Date.context_today(self)),
                ("company_id", "in", self.env.companies.ids),
                ("benefit_id.active", "=", True),
                ("benefit_id.program_id.active", "=", True),
            ]
        )
        found = rows.grouped("product_tmpl_id")
        for template in self:
            template.customer_early_text = " · ".join(
                self.env._(
                    "%(tiers)s only, until everybody may order it on %(day)s",
                    tiers=row.benefit_id.given_text,
                    day=format_date(self.env, row.date_public),
                )
                for row in found.get(template._origin, rows.browse())
            )

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals and self.env["customer.tier.early"].sudo().search_count(
            [("product_tmpl_id", "in", self.ids)], limit=1
        ):
            # Names that customers read are remembered.
            self.env.registry.clear_cache()
        return result
