from odoo import api, fields, models

from ..explain.words import readable
from .customer_tier_program import SAVING


class CustomerTierIndicatorBand(models.Model):
    """A band of an indicator: from which value on it earns how many points."""

    _name = "customer.tier.indicator.band"
    _inherit = "customer.tier.input"
    _description = "Indicator Band"
    _order = "indicator_id, value_from, id"
    _rec_name = "label"

    indicator_id = fields.Many2one(
        "customer.tier.indicator", required=True, ondelete="cascade", index=True
    )
    value_from = fields.Float(
        string="From",
        digits=(16, 2),
        help="The band starts here and includes this value. The lowest band is open below.",
    )
    points = fields.Float(digits=(5, 2), default=0.0)
    number = fields.Integer(
        string="Band Number",
        readonly=True,
        help="The R, F or M of customers in this band, where it was cut from your customers. "
        "Numbers are left out where so many customers have the same value that a band between "
        "would be empty. 0: bands are numbered by their points.",
    )
    label = fields.Char(string="Range", compute="_compute_label")

    # Half-way through a save, a band may well start where another one is about to leave.
    _value_from_unique = models.Constraint(
        "unique(indicator_id, value_from) deferrable initially deferred",
        "Two bands of an indicator start at the same value, so one of them is empty. "
        "Give each band its own start.",
    )
    _points_range = models.Constraint(
        "check(points >= 0 and points <= 100)", "The points of a band lie between 0 and 100."
    )
    _number_range = models.Constraint(
        "check(number is null or number between 0 and 20)",
        "The number of a band lies between 1 and 20, or is 0 where it follows the points.",
    )

    @api.constrains("indicator_id", "value_from")
    def _check_value_from(self):
        if not SAVING.put_off(self.indicator_id):
            self.indicator_id._check_bands()

    def unlink(self):
        indicators = self.indicator_id
        result = super().unlink()
        # Saved with their indicator, bands are checked once all are written.
        if not SAVING.put_off(indicators):
            indicators._check_scale()
        return result

    @api.depends("value_from", "indicator_id.band_ids.value_from")
    @api.depends_context("lang")
    def _compute_label(self):
        for band in self:
            starts = sorted(band.indicator_id.band_ids.mapped("value_from"))
            later = [start for start in starts if start > band.value_from]
            low = readable(self.env, band.value_from)
            high = readable(self.env, later[0]) if later else ""
            if starts and band.value_from <= starts[0]:
                band.label = f"< {high}" if high else self.env._("any value")
            else:
                band.label = f"{low} ≤ … < {high}" if high else f"≥ {low}"

    def _short_label(self):
        """The range in a row of bands."""
        first = min(self.indicator_id.band_ids.mapped("value_from"))
        if self.value_from <= first:
            return self.label
        return f"≥ {readable(self.env, self.value_from)}"
