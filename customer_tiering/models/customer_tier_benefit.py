from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..explain.words import series
from ..presets import build
from .customer_tier import NAMED

KINDS = [
    ("discount", "Discount"),
    ("term", "Payment term"),
    ("priority", "Priority"),
    ("contact", "Contact person"),
    ("gift", "Gift"),
    ("early", "Early access to new products"),
    ("event", "Event"),
    ("text", "Something else"),
]
# Signs that fonts have which have no emoji; an emoji can be typed.
ICONS = {
    "discount": "%",
    "term": "◷",
    "priority": "➤",
    "contact": "☎",
    "gift": "♥",
    "early": "★",
    "event": "♫",
    "text": "✓",
}


class CustomerTierBenefit(models.Model):
    """Something that tiers of a programme give their customers, as these read it.

    What is set elsewhere, such as the discount of a tier, is not typed here again: the kind says
    where it comes from (``customer.tier._benefit_fact``), and a tier that does not give it does
    not show it.
    """

    _name = "customer.tier.benefit"
    _inherit = "customer.tier.input"
    _description = "Benefit of a Tier"
    _order = "program_id, sequence, id"

    program_id = fields.Many2one(
        "customer.tier.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(
        string="Benefit", required=True, translate=True, help="As customers read it, in few words."
    )
    icon = fields.Char(size=8, compute="_compute_icon", store=True, readonly=False, precompute=True)
    description = fields.Char(translate=True, help="A sentence more, for customers.")
    kind = fields.Selection(
        selection=KINDS,
        required=True,
        default="text",
        help="A discount shows the percentage of each tier, a contact person the name of who "
        "looks after the customer; tiers and customers without one do not show it.",
    )
    from_tier_id = fields.Many2one(
        "customer.tier",
        ondelete="cascade",
        domain="[('program_id', '=', program_id)]",
        help="This tier and all better ones give it. Without tiers, all of them do.",
    )
    tier_ids = fields.Many2many(
        "customer.tier",
        string="Only These Tiers",
        context=NAMED,
        domain="[('program_id', '=', program_id), ('active', '=', True)]",
    )
    on_quotation = fields.Boolean(
        string="On Quotations",
        default=True,
        help="Shown on quotations, on the screen and to the customer. Of a discount it also says "
        "there what the tier saves.",
    )
    on_portal = fields.Boolean(
        string="To Customers",
        default=True,
        help="Shown on the customer's own page and in e-mails about the tier.",
    )
    given_text = fields.Char(string="Given To", compute="_compute_given_text")

    @api.depends("kind")
    def _compute_icon(self):
        icons = self._icons()
        for benefit in self:
            if not benefit.icon or benefit.icon in icons.values():
                benefit.icon = icons.get(benefit.kind)

    @api.model
    def _icons(self):
        """Hook: the icon that a benefit has by its kind, for addons with further kinds."""
        return dict(ICONS)

    @api.depends("from_tier_id.name", "tier_ids.name")
    @api.depends_context("lang")
    def _compute_given_text(self):
        for benefit in self:
            if benefit.tier_ids:
                benefit.given_text = series(self.env, benefit.tier_ids.mapped("display_name"))
            elif benefit.from_tier_id:
                benefit.given_text = self.env._("%s and better", benefit.from_tier_id.display_name)
            else:
                benefit.given_text = self.env._("all tiers")

    # Checks

    @api.constrains("from_tier_id", "tier_ids", "program_id")
    def _check_tiers(self):
        for benefit in self:
            tiers = benefit.from_tier_id | benefit.tier_ids
            if benefit.from_tier_id and benefit.tier_ids:
                raise ValidationError(
                    self.env._(
                        "Benefit “%s”: choose either the tier from which on it is given, or some "
                        "tiers. Empty one of the two.",
                        benefit.name,
                    )
                )
            if wrong := tiers.filtered(lambda tier, b=benefit: tier.program_id != b.program_id)[:1]:
                raise ValidationError(
                    self.env._(
                        "Benefit “%(benefit)s”: tier “%(tier)s” belongs to another programme. "
                        "Choose one of “%(program)s”.",
                        benefit=benefit.name,
                        tier=wrong.name,
                        program=benefit.program_id.name,
                    )
                )

    @api.constrains("name")
    def _check_name(self):
        for benefit in self:
            if not benefit.name.strip():
                raise ValidationError(
                    self.env._("A benefit needs a name that customers can read. Enter one.")
                )

    # Who gives it

    @api.model
    def _given_by(self, tier, place=None):
        """The benefits that a tier gives, in their order.

        :param place: name of a flag, ``on_quotation`` or ``on_portal``
        """
        domain = Domain("program_id", "=", tier.program_id.id)
        if place:
            domain &= Domain(place, "=", True)
        return self.search(domain).filtered(lambda benefit: benefit._is_given_by(tier))

    def _is_given_by(self, tier):
        if self.tier_ids:
            return tier in self.tier_ids
        first = self.from_tier_id
        return not first or (tier.sequence, tier.id) >= (first.sequence, first.id)

    def _fact(self, known, tier, customer, order):
        """Hook: what this benefit comes to, for addons that know more of it than its kind, such as
        which gift it is.

        :param known: what holds for all benefits of its kind, see ``customer.tier._benefit_fact``
        :return: as there
        """
        return known

    # Presets

    @api.model
    def _add_usual(self, programs):
        """Add the usual benefits of kinds that programmes do not have yet.

        :return: the new benefits
        """
        found = [pair for program in programs for pair in build.benefits(program)]
        benefits = self.create([vals for _name, vals in found])
        build.translate(benefits, [name for name, _vals in found])
        return benefits

    # What is remembered of them, see ``customer.tier._benefit_ids``

    @api.model_create_multi
    def create(self, vals_list):
        benefits = super().create(vals_list)
        self.env.registry.clear_cache()
        return benefits

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
