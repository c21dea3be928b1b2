from odoo import api, fields, models
from odoo.addons.customer_tiering.explain.words import series


class ResConfigSettings(models.TransientModel):
    """How much earlier goods are reserved for urgent orders, and where that has no effect."""

    _inherit = "res.config.settings"

    customer_urgent_days = fields.Integer(related="company_id.customer_urgent_days", readonly=False)
    customer_urgent_days_text = fields.Char(compute="_compute_customer_urgent_days_text")

    @api.depends("company_id", "customer_urgent_days")
    @api.depends_context("lang")
    def _compute_customer_urgent_days_text(self):
        for settings in self:
            kinds = self.env["stock.picking.type"]._customer_types_that_take(settings.company_id)
            by_date = kinds.filtered(lambda kind: kind.reservation_method == "by_date")
            others = series(self.env, (kinds - by_date).mapped("display_name"))
            names = series(self.env, by_date.mapped("display_name"))
            if not settings.customer_urgent_days or not kinds:
                settings.customer_urgent_days_text = False
            elif not by_date:
                settings.customer_urgent_days_text = self.env._(
                    "This has no effect at present: goods are reserved when orders are confirmed, "
                    "or by hand, at: %s. Choose “Before scheduled date” there (Inventory › "
                    "Configuration › Operation Types).",
                    others,
                )
            elif others:
                settings.customer_urgent_days_text = self.env._(
                    "At %(names)s. It has no effect where goods are reserved when orders are "
                    "confirmed, or by hand: %(others)s.",
                    names=names,
                    others=others,
                )
            else:
                settings.customer_urgent_days_text = self.env._("At %s.", names)
