from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE

from ..explain import rhythm as words


class ResPartner(models.Model):
    """When the customer is expected to buy what."""

    _inherit = "res.partner"

    customer_has_rhythm = fields.Boolean(
        compute="_compute_customer_standing", groups=SALESPEOPLE, export_string_translation=False
    )
    customer_rhythm_ids = fields.One2many(
        "customer.purchase.rhythm",
        string="Rhythm by Category",
        compute="_compute_customer_rhythm",
        groups=SALESPEOPLE,
    )
    customer_rhythm_picture = fields.Json(
        compute="_compute_customer_rhythm_picture",
        groups=SALESPEOPLE,
        exportable=False,
        export_string_translation=False,
    )
    customer_lost_text = fields.Text(
        string="No Longer Buys", compute="_compute_customer_rhythm", groups=SALESPEOPLE
    )

    def _customer_own_rhythms(self):
        """Domain of the rhythms of these customers in the current company."""
        customers = self.commercial_partner_id._origin
        return [("partner_id", "in", customers.ids), ("company_id", "=", self.env.company.id)]

    def _customer_rhythms(self):
        """What the reader may know of these customers; not what stands in a form.

        :return: dict ``res.partner`` → ``customer.purchase.rhythm``
        """
        found = self.env["customer.purchase.rhythm"].search(self._customer_own_rhythms())
        rows = found.grouped("partner_id")
        return {
            partner: rows.get(partner.commercial_partner_id._origin, found.browse())
            for partner in self
        }

    def _set_customer_standing(self, standing):
        # Known without a query: the page tells where there is nothing on it.
        self.customer_has_rhythm = bool(standing.last_order_date and self._origin)
        return super()._set_customer_standing(standing)

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_rhythm(self):
        found = self._customer_rhythms()
        for partner in self:
            own = found[partner]
            partner.customer_rhythm_ids = own
            partner.customer_lost_text = "\n".join(words.lost_lines(own)) or False

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang", "uid")
    def _compute_customer_rhythm_picture(self):
        company = self.env.company
        today = self.env["customer.tier.gather"]._today(company)
        for partner, rows in self._customer_rhythms().items():
            days = rows._days(partner.commercial_partner_id._origin, company) if rows else {}
            partner.customer_rhythm_picture = words.picture(rows, days, today) or False
