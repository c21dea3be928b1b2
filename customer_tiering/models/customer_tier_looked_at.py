from odoo import api, fields, models
from odoo.tools import format_date

# Whoever is given another one of these may be graded otherwise before the day that was worked out.
DECIDED_BY_PEOPLE = {"manual_tier_id", "manual_until", "lock", "refused_on", "partner_id"}
CAUSES = [
    ("line", "Days since the last order count every day"),
    ("overdue", "An overdue debt counts every day"),
    ("movement", "The tier is under review"),
    ("hand", "What is set by hand ends"),
    ("review", "The next review"),
    ("guarantee", "The guarantee ends"),
    ("wait", "A waiting time ends"),
    ("leaves", "An order leaves the period that counts"),
    ("later", "An order dated later begins to count"),
    ("year", "A year ends"),
    ("recency", "The last order will be too long ago to count the same"),
    ("stage", "The stage may change"),
    ("debt", "A debt falls due, or a payment is too long ago to count"),
    ("follow_up", "The follow-up is due"),
    ("latest", "Nothing is foreseen"),
]


class CustomerTierLookedAt(models.AbstractModel):
    """For what grading keeps of customers: the first day on which grading again, without anything
    new, could come to something else, and why, see ``grading.next_look``.

    Without a day, it is the next one: something moves every day, or nothing is known. What people
    decide takes day and cause away.
    """

    _name = "customer.tier.looked.at"
    _description = "Records With a Next Look"

    next_look = fields.Date(
        readonly=True,
        copy=False,
        help="Until this day grading comes to the same, unless the customer orders, pays or is "
        "changed: from it on, time alone could make a difference.",
    )
    next_look_cause = fields.Selection(CAUSES, readonly=True, copy=False)
    next_look_text = fields.Char(string="Looked at Again", compute="_compute_next_look_text")

    @api.depends("next_look", "next_look_cause")
    @api.depends_context("lang")
    def _compute_next_look_text(self):
        names = dict(self._fields["next_look_cause"]._description_selection(self.env))
        for record in self:
            day = record.next_look and format_date(self.env, record.next_look)
            cause = names.get(record.next_look_cause, "")
            if day:
                cause = self.env._("%(day)s: %(cause)s", day=day, cause=cause)
            record.next_look_text = cause

    def write(self, vals):
        if vals.keys() & DECIDED_BY_PEOPLE:
            vals = {**vals, "next_look": False, "next_look_cause": False}
        return super().write(vals)
