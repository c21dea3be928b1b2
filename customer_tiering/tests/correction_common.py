from odoo import fields

from .event_common import EventCase


class CorrectionCase(EventCase):
    """A ladder of Low, Silver (1,000 in a year) and Gold (5,000) with a guarantee of a year, whose
    own first grading is over; gradings of one night after the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write({"hold_months": 12, "review_every": "month"})
        cls._night("2025-03-01")

    @classmethod
    def _night(cls, day):
        return cls._grade(as_of=fields.Date.to_date(day))

    def _new(self, name="Newcomer", amount=6000, day="2025-03-05"):
        """A customer made for its first order; the order."""
        partner = self._create_own(name, amount, day=day)
        return partner, self.env["sale.order"].search([("partner_id", "=", partner.id)])

    def _tier(self, partner):
        standing = self._standing(partner)
        self.assertEqual(standing.tier_id, standing.computed_tier_id)
        return standing.tier_id

    def _line(self, partner):
        """The newest line of history about the tier."""
        return self._tier_changes(partner)[-1]

    def _assert_corrected(self, partner, tier, undone=None):
        line = self._line(partner)
        self.assertEqual(self._tier(partner), tier)
        self.assertEqual((line.reason, line.to_tier_id), ("correction", tier))
        if undone:
            self.assertEqual(line.undone_id, undone)
