from ..explain.lifecycle import HISTORIES
from ..models.customer_tier_run import STAGE_LINES
from .common import OWN, GradingCase, TieringCommon

LADDER = [
    "Low",
    {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
    {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
]
REVIEW = "2025-02-01"


class HistoryCase(GradingCase):
    """Low, Silver (1,000 in a year) and Gold (5,000), and the lines that gradings leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=LADDER, indicators=[], domain=OWN)
        cls.low, cls.silver, cls.gold = cls.program.tier_ids

    def _rows(self, standing):
        """Direction, reason and tier after of the history, the oldest first."""
        rows = standing.change_ids.sorted(lambda change: (change.date, change.id))
        return [(row.direction, row.reason, row.to_tier_id) for row in rows]


class LifecycleCase(TieringCommon):
    """Customers who usually buy once a month, and the stages that they go through."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        HISTORIES.clear()
        cls.program = cls._create_program(
            tiers=["Everybody"],
            typical_interval_days=30,
            domain="[('name', 'like', 'Staged')]",
        )

    @classmethod
    def _buyer(cls, *days, **vals):
        """A customer with orders so many days ago."""
        partner = cls._create_customer("Staged", customer_rank=1, **vals)
        for days_ago in days:
            cls._create_order(partner, 100.0, date=days_ago)
        return partner

    def _stage(self, partner):
        return self._standing(partner).lifecycle_stage

    def _stages(self, partner):
        """The stages of the history, each from the line before it."""
        lines = self._standing(partner).change_ids.sorted("id").filtered_domain(STAGE_LINES)
        return [(line.from_stage, line.to_stage) for line in lines]


class ApprovalCase(TieringCommon):
    """Two customers: one whose orders of a year ago lapse, one who buys more and more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_approval_program(cls.company)
        cls.regular, cls.silver, cls.gold, cls.diamond = cls.program.tier_ids
        cls.falling = cls._create_own_customer("Falling", ("2024-01-15", 26000))
        cls.rising = cls._create_own_customer("Rising", ("2024-12-01", 6000))
        cls._grade(as_of="2025-01-10")

    @classmethod
    def _create_approval_program(cls, company, **vals):
        return cls._create_program(
            company=company,
            domain=OWN,
            **{"approval": "both", "review_every": "month", "hold_months": 0, **vals},
        )

    @classmethod
    def _create_own_customer(cls, name, *orders, company=None):
        company = company or cls.company
        partner = cls._create_customer(name, company_id=company.id)
        for day, amount in orders:
            cls._create_order(partner, amount, date=day, company=company)
        return partner

    def _proposals(self, *partners, state="open"):
        domain = [("company_id", "=", self.company.id)]
        if partners:
            domain.append(("partner_id", "in", [partner.id for partner in partners]))
        if state:
            domain.append(("state", "=", state))
        return self.env["customer.tier.proposal"].search(domain, order="id")

    def _review(self):
        """The review at which both would move."""
        self._create_order(self.rising, 20000, date="2025-01-20")
        return self._grade(as_of=REVIEW)

    def _refuse(self, proposals, reason="Large order announced", user=None):
        action = proposals.with_user(user or self.officer).action_refuse()
        wizard = self.env[action["res_model"]].with_user(user or self.officer)
        wizard = wizard.browse(action["res_id"])
        wizard.reason = reason
        return wizard.action_refuse()

    def _tiers(self, partner):
        standing = self._standing(partner)
        return standing.computed_tier_id, standing.tier_id
