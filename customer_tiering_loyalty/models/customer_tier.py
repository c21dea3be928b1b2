from odoo import models
from odoo.tools import format_date


class CustomerTier(models.Model):
    """A tier tells when its next member day is."""

    _inherit = "customer.tier"

    def _benefit_fact(self, kind, customer, order, personal):
        if kind == "day":
            return self._member_day_fact(customer, personal)
        return super()._benefit_fact(kind, customer, order, personal)

    def _member_day_fact(self, customer, personal):
        days = self.env["customer.tier.day"]
        known = [day for day in days._known(self.company_id.id) if day.of_tier(self.id)]
        if not known:
            return ""
        today = days._today(self.company_id)
        anchors = days._anchors(known, customer, self.company_id, personal)
        starts = [day.next(today, anchors[day.id]) for day in known]
        if not (coming := [start for start in starts if start]):
            # Each customer has a day of its own: nothing more can be said of the tier.
            return "" if customer else None
        soonest = min(coming)
        return self.env._("today") if soonest <= today else format_date(self.env, soonest)
