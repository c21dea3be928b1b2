from odoo import api, fields, models
from odoo.addons.customer_tiering.switches import QUIET
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class CustomerTierOpening(models.Model):
    """The tier that a customer had in another system, for whoever takes a running programme along:
    the customer is in it from then on, and moves from there as the rules say."""

    _name = "customer.tier.opening"
    _inherit = "customer.past.row"
    _description = "Opening Tier"
    _order = "id desc"
    _rec_name = "partner_id"

    tier_id = fields.Many2one(
        "customer.tier", required=True, ondelete="cascade", check_company=True
    )
    since = fields.Date(
        string="Member Since",
        required=True,
        default=fields.Date.context_today,
        help="The tier was entered on this day: guarantee and review begin there.",
    )
    guaranteed_until = fields.Date(
        help="Until this day the tier is not lost, whatever the figures ask for. Empty: as long as "
        "the programme guarantees any tier.",
    )
    applied_on = fields.Date(string="Taken Over On", readonly=True, copy=False)

    @api.constrains("since", "guaranteed_until")
    def _check_days(self):
        today = fields.Date.context_today(self)
        for opening in self:
            if opening.since > today:
                raise ValidationError(
                    self.env._(
                        "%s: the tier cannot have been entered in the future. Look at the column "
                        "Member Since.",
                        opening.display_name or opening.customer,
                    )
                )
            if opening.guaranteed_until and opening.guaranteed_until < opening.since:
                raise ValidationError(
                    self.env._(
                        "%s: the guarantee ends before the tier was entered. Look at the dates.",
                        opening.display_name or opening.customer,
                    )
                )

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Opening Tiers"),
                "template": "/customer_tiering_past_orders/static/templates/opening_tiers.csv",
            }
        ]

    @api.model_create_multi
    def create(self, vals_list):
        openings = super().create(vals_list)
        openings._apply()
        return openings

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._apply()
        return result

    def _apply(self):
        """Put the customers that were found into their tiers, and have them graded from there."""
        Standing = self.env["customer.tier.standing"]
        # Who may write standings by hand may say where they begin.
        Standing.check_access("write")
        fresh = self.filtered(lambda row: row.partner_id and not row.applied_on)
        customers = set()
        for opening in QUIET.on(fresh):
            customer, company = opening.partner_id.commercial_partner_id, opening.company_id
            known = [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
            standing = Standing.search(known, limit=1) or Standing.sudo().create(
                {"partner_id": customer.id, "company_id": company.id}
            )
            opening._enter(QUIET.on(standing.sudo(False)))
            opening.applied_on = self.env["customer.tier.gather"]._today(company)
            customers.add((customer, company))
        self.env["customer.tier.stale"]._mark(customers)

    def _enter(self, standing):
        """Put one customer into the tier, with a line of history and the guarantee."""
        before = standing.tier_id
        vals = {
            "program_id": self.tier_id.program_id.id,
            "computed_tier_id": self.tier_id.id,
            "computed_since": self.since,
            "reviewed_on": False,
            "missed_reviews": 0,
        }
        if not standing.manual_tier_id:
            vals |= {"tier_id": self.tier_id.id, "tier_since": self.since}
        # Computed columns, which nobody writes by hand; the right was asked above.
        standing.sudo().write(vals)
        note = self.env._("Opening: in this tier since %s", format_date(self.env, self.since))
        change = QUIET.on(self.env["customer.tier.change"])
        change._record(standing, before, standing.tier_id, "manual", note)
        today = fields.Date.context_today(self)
        if self.guaranteed_until and self.guaranteed_until >= today and not standing.lock:
            standing.write(
                {
                    "lock": "down",
                    "manual_until": self.guaranteed_until,
                    "manual_reason": self.env._("Guaranteed by the opening"),
                }
            )
