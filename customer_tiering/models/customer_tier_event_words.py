from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..explain.needed import Needed
from ..explain.reason import Explained


class CustomerTierEvent(models.Model):
    """What is said about a change, in the reader's language."""

    _inherit = "customer.tier.event"

    headline = fields.Char(compute="_compute_headline")
    needed = fields.Text(
        compute="_compute_needed",
        exportable=False,
        help="Of a notice: what today's figures lack to keep the tier, a line for each; empty "
        "where something else stands in the way.",
    )

    sender_id = fields.Many2one(
        "res.users",
        compute="_compute_sender_id",
        exportable=False,
        help="Whose name an e-mail to the customer bears: the salesperson's who still works in the "
        "company; else it is written by the company.",
    )

    @api.depends("salesperson_id.active", "salesperson_id.company_ids", "company_id")
    def _compute_sender_id(self):
        for event in self:
            user = event.sudo().salesperson_id
            works = user.active and event.company_id in user.company_ids
            event.sender_id = works and user

    @api.depends("kind", "from_tier_id", "to_tier_id", "decision_date")
    @api.depends_context("lang")
    def _compute_headline(self):
        for event in self:
            words = {
                "before": event.from_tier_id.display_name or self.env._("no tier"),
                "after": event.to_tier_id.display_name or self.env._("no tier"),
                "day": format_date(self.env, event.decision_date),
            }
            event.headline = event._headline(words)

    def _headline(self, words):
        if self.kind == "first":
            return self.env._("First tier: %(after)s", **words)
        if self.kind == "up":
            return self.env._("Promoted from %(before)s to %(after)s", **words)
        if self.kind == "down":
            return self.env._("Demoted from %(before)s to %(after)s", **words)
        if self.kind == "out":
            return self.env._("No tier any more, was %(before)s", **words)
        if self.kind == "switch":
            return self.env._("Other programme: from %(before)s to %(after)s", **words)
        if words["day"]:
            return self.env._("May lose %(before)s on %(day)s", **words)
        return self.env._("May lose %(before)s soon", **words)

    @api.depends("kind", "from_tier_id", "standing_id.policy_id", "standing_id.numbers")
    @api.depends_context("lang")
    def _compute_needed(self):
        for event in self:
            explained = event.kind == "notice" and event._explained(Needed)
            lines = explained.to_stay(event.from_tier_id.id) if explained else []
            event.needed = "\n".join(lines)

    def _explained(self, words):
        """The customer's grading of today in words.

        :param words: a kind of ``Explained``
        """
        self.ensure_one()
        standing = self.standing_id.sudo()
        policy = standing.policy_id.exists()
        return policy and words(standing, policy.rules, policy._values(standing.numbers))

    def _details(self):
        """Why, or what is needed to stay, as HTML for colleagues."""
        self.ensure_one()
        if self.kind == "notice":
            lines = (self.needed or "").splitlines()
            if not lines:
                return Markup()
            items = Markup("").join(Markup("<li>%s</li>") % line for line in lines)
            intro = self.env._("Needed to keep %s:", self.from_tier_id.display_name)
            return Markup("<p>%s</p><ul>%s</ul>") % (intro, items)
        explained = self.to_tier_id and self._explained(Explained)
        why = explained and explained.why()
        return Markup("<p>%s</p>") % why if why else Markup()
