from odoo.addons.customer_tiering.tests.common import GradingCase

HALF = "2026H1"


class EffectCase(GradingCase):
    """A rule, and cases whose time is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.reminder.rule"].search([]).action_archive()
        cls.rule = cls.env["customer.reminder.rule"].create(
            {"name": "Late", "company_id": cls.company.id, "control_share": 20}
        )
        cls.tier = cls._create_program(tiers=["Regular"]).tier_ids
        cls.Report = cls.env["customer.reminder.report"]

    @classmethod
    def _create_cases(cls, arm, count, ordered=0, amount=100, rule=None, first=0, **vals):
        """Customers with one case each, whose time is over; the first of them ordered."""
        partners = cls.env["res.partner"].create(
            [{"name": f"{arm} {n}", "company_id": cls.company.id} for n in range(count)]
        )
        rule = rule or cls.rule
        return cls.env["customer.reminder"].create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "tier_id": cls.tier.id,
                    "arm": arm,
                    "experiment": f"rule:{rule.id}:{HALF}",
                    "date": "2026-03-01",
                    "window_end": "2026-03-15",
                    "measured_on": "2026-03-16",
                    "state": "done",
                    "window_orders": int(number < ordered),
                    "window_amount": amount * (number < ordered),
                    **vals,
                }
                for number, partner in enumerate(partners)
            ]
        )

    def _effect(self, rule=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["customer.reminder.effect"].with_user(user or self.manager)
        rule = self.rule if rule is None else rule
        if not rule:
            return rows._all_of(self.company)
        return rows.search([("company_id", "=", self.company.id), ("rule_id", "=", rule.id)])
