from odoo import api, fields, models
from odoo.addons.customer_tiering.models.customer_tier_mixin import SALESPEOPLE

from ..explain import rhythm as words


class ResPartner(models.Model):
    """When the customer is expected to buy what."""

    _inherit = "res.partner"

    customer_has_rhythm = fields.Boolean(
        compute="_compute_customer_pages", groups=SALESPEOPLE, export_string_translation=False
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

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_customer_pages(self):
        super()._compute_customer_pages()
        Rhythm = self.env["customer.purchase.rhythm"]
        may = Rhythm.has_access("read")
        rows = Rhythm._read_group(self._customer_own_rhythms(), ["partner_id"]) if may else ()
        known = self.browse([partner.id for (partner,) in rows])
        for partner in self:
            customer = partner.commercial_partner_id._origin
            partner.customer_has_rhythm = bool(partner._origin) and customer in known

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
