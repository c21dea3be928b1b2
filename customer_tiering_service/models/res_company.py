import hashlib
from datetime import timedelta

from odoo import fields, models

from ..care_rules import changed_query

# Everybody is looked at again after so many days, whatever was seen meanwhile.
WEEK = 7
# A change of a contact may be saved that long after the moment that it is dated by.
OVERLAP = timedelta(days=1)
# Where more customers than this share are to be looked at, everybody is: that is hardly dearer.
MANY_SHARE = 0.25


class ResCompany(models.Model):
    """Until when a company looked at who is dedicated to its customers, so that each night looks
    at what has changed since."""

    _inherit = "res.company"

    customer_care_stamp = fields.Char(
        readonly=True,
        copy=False,
        help="A digest of the rules for dedicated people, and of whom they were followed with.",
    )
    customer_care_complete_on = fields.Date(
        readonly=True, copy=False, help="The day on which the rules were tried on everybody."
    )
    customer_care_seen_at = fields.Datetime(readonly=True, copy=False)
    customer_care_change_id = fields.Integer(readonly=True, copy=False)

    def _customer_care_digest(self, policies):
        """A digest of rules and of who works here: when it changes, everybody is looked at."""
        able = self.env["customer.tier.responsible"]._able(self)
        return hashlib.sha256(repr((policies, sorted(able.ids))).encode()).hexdigest()

    def _customer_care_changed(self, policies, today):
        """The customers for whom the rules may ask for something else than at the last look.

        :param policies: list of ``CareRule``
        :return: list of ids of commercial partners; None for everybody
        """
        complete = self.customer_care_complete_on
        known = complete and self.customer_care_seen_at and (today - complete).days < WEEK
        if not known or self.customer_care_stamp != self._customer_care_digest(policies):
            return None
        capped = [rule.id for rule in policies if any(most for _u, _w, most in rule.members)]
        query = changed_query(
            self, self.customer_care_change_id, self.customer_care_seen_at - OVERLAP, capped
        )
        ids = [id_ for (id_,) in self.env.execute_query(query)]
        # Counted no further than it matters.
        enough = int(len(ids) / MANY_SHARE) + 1
        standings = self.env["customer.tier.standing"]
        count = standings.search_count([("company_id", "=", self.id)], limit=enough)
        return None if len(ids) > MANY_SHARE * count else ids

    def _customer_care_looked(self, policies, complete_on):
        """Note that customers were looked at.

        :param complete_on: the day, where it was everybody
        """
        last = self.env["customer.tier.change"].search([], order="id desc", limit=1).id
        vals = {"customer_care_seen_at": self.env.cr.now(), "customer_care_change_id": last or 0}
        if complete_on:
            vals |= {
                "customer_care_complete_on": complete_on,
                "customer_care_stamp": self._customer_care_digest(policies),
            }
        self.write(vals)
