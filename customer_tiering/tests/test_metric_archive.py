from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import GradingCase


@tagged("post_install", "-at_install")
class TestMetricArchive(GradingCase):
    """A metric that decides a tier does not vanish from the lists in silence."""

    def _refused(self, code, *named, user=None):
        metric = self._metric(code).with_user(user or self.manager)
        with self.assertRaises(UserError) as refusal:
            metric.action_archive()
        for text in named:
            self.assertIn(text, str(refusal.exception))
        self.assertTrue(metric.active)

    def test_named_with_their_programmes(self):
        """Each way in which a metric decides a tier; the message says which tiers, so that one
        finds them."""
        bands = [(0, 10), (5, 90)]
        program = self._create_program(
            tiers=[
                "Low",
                {"name": "Some", "conditions": [("quantity", ">=", 9)]},
                {"name": "Scored", "min_score": 40},
                {
                    "name": "Best",
                    "top_share": 10,
                    "top_metric_id": self._metric("margin").id,
                    "min_score": 50,
                },
            ],
            indicators=[{"metric": "category_count", "bands": bands}],
        )
        program.veto_ids.create(
            {
                "program_id": program.id,
                "metric_id": self._metric("recency_days").id,
                "operator": ">",
                "value": 300,
                "tier_id": program.tier_ids[1].id,
            }
        )
        program.entry_rule_ids.create(
            {
                "program_id": program.id,
                "name": "Promising",
                "metric_id": self._metric("prospects").id,
                "min_value": 50,
                "tier_id": program.tier_ids[1].id,
            }
        )
        self._refused("quantity", "Quantity bought in a year", "“Some” (Programme)")
        self._refused("category_count", "“Scored” (Programme)", "“Best” (Programme)")
        self._refused("margin", "“Best” (Programme)")
        self._refused("recency_days", "“Some” (Programme)")
        self._refused("prospects", "“Some” (Programme)")
        program.active = False
        self._metric("quantity").with_user(self.manager).action_archive()
        self.assertFalse(self._metric("quantity").active)

    def test_parts_of_a_ratio(self):
        """A ratio decides; without its parts there is none."""
        ratio = self.env["customer.tier.metric"].create(
            {
                "name": "Amount per piece",
                "kind": "ratio",
                "numerator_id": self._metric("amount").id,
                "denominator_id": self._metric("quantity").id,
            }
        )
        self._create_program(
            tiers=["Low", {"name": "Dear", "conditions": [(ratio.code, ">=", 900)]}]
        )
        self._refused("quantity", "“Dear” (Programme)")

    def test_tiers_of_another_company_are_counted_not_named(self):
        """Names of the other company's tiers are none of ours, but they count."""
        self._create_program(
            tiers=["Low", {"name": "Theirs", "conditions": [("quantity", ">=", 9)]}],
            company=self.company_b,
        )
        metric = self._metric("quantity").with_user(self.manager)
        with self.assertRaises(UserError) as refusal:
            metric.action_archive()
        self.assertNotIn("Theirs", str(refusal.exception))
        self.assertIn("1 in other companies", str(refusal.exception))

    def test_what_decides_nothing_is_archived(self):
        """An indicator of a programme whose tiers ask for no score decides no tier."""
        self._create_program(
            tiers=["All"], indicators=[{"metric": "quantity", "bands": [(0, 10), (5, 90)]}]
        )
        self._metric("quantity").with_user(self.manager).write({"active": False})
        self.assertFalse(self._metric("quantity").active)
