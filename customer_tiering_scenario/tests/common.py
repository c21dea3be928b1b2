from odoo.addons.customer_tiering.tests.common import OWN, GradingCase


class ScenarioCase(GradingCase):
    """Silver from 1,000 (kept from 800) and Gold from 5,000, with discounts of 5 and 10 percent;
    customers in each, graded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Scenario = cls.env["customer.tier.scenario"]
        cls.program = cls._create_program(
            tiers=[
                "Bronze",
                {"name": "Silver", "conditions": [("amount", ">=", 1000)], "discount": 5},
                {"name": "Gold", "conditions": [("amount", ">=", 5000)], "discount": 10},
            ],
            domain=OWN,
        )
        cls.bronze, cls.silver, cls.gold = cls.program.tier_ids
        cls.customers = [
            cls._create_own_customer(f"Customer {amount}", (40, amount))
            for amount in (900, 1000, 1600, 4900, 5200, 9000)
        ]
        cls._grade()

    def _try(self, user=None, **vals):
        """A scenario of the programme; lines by (kind, tier) in ``lines``."""
        lines = vals.pop("lines", {})
        scenario = self.Scenario.with_user(user or self.manager).create(
            {"program_id": self.program.id, **vals}
        )
        for (kind, tier), value in lines.items():
            self._line(scenario, kind, tier).then = value
        return scenario

    def _line(self, scenario, kind, tier):
        return scenario.line_ids.filtered(lambda line: line.kind == kind and line.tier_id == tier)

    def _compare(self, scenario):
        return scenario._workings().compare(scenario._all_tried())[0]

    def _tiers(self, customers=None):
        self.env.invalidate_all()
        return [self._standing(c).tier_id.name or "" for c in customers or self.customers]
