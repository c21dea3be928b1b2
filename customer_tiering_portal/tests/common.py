from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command

TIERS = (
    {"name": "Regular"},
    {"name": "Silver", "discount": 5, "conditions": [("amount", ">=", 5000)]},
    {"name": "Gold", "discount": 10, "conditions": [("amount", ">=", 20000)]},
    {"name": "Diamond", "discount": 15, "conditions": [("amount", ">=", 50000)]},
)


class PageCase(GradingCase):
    """A programme that shows customers everything, and a contact of one who logs in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.tier.metric"]._mark_portal_safe()
        cls.program = cls._create_shown(tiers=TIERS)
        cls.regular, cls.silver, cls.gold, cls.diamond = cls.program.tier_ids
        cls.customer = cls._create_own_customer("Buyer", (300, 4000), (40, 11800.5))
        cls.other = cls._create_own_customer("Competitor", (20, 61234.56))
        cls.customer.user_id = cls.salesperson
        cls.user = cls._create_login(cls.customer, "tiering_buyer")
        cls.other_user = cls._create_login(cls.other, "tiering_competitor")
        cls._grade()

    @classmethod
    def _create_shown(cls, **vals):
        vals.setdefault("domain", OWN)
        program = cls._create_program(portal_contact=True, **vals)
        program.benefit_ids = [
            Command.create({"name": "Discount", "kind": "discount"}),
            Command.create({"name": "Dinner", "kind": "event", "from_tier_id": tier.id})
            if (tier := program.tier_ids[-1:])
            else Command.clear(),
        ]
        return program

    @classmethod
    def _create_login(cls, customer, login):
        contact = cls._create_customer(f"Contact of {customer.name}", parent_id=customer.id)
        return cls._create_user(login, "base.group_portal", partner_id=contact.id)

    def _page(self, user=None):
        """The only section of a user's page."""
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.user
        (page,) = self.env["customer.tier.page"].with_user(user)._pages(user)
        return page

    def _ways(self, page):
        return [(way.text, way.percent) for way in page["next"]["ways"]]
