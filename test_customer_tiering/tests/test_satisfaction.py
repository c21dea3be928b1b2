from odoo.addons.customer_tiering_reorder.tests.effect_common import EffectCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSatisfaction(EffectCase):
    """What customers who were reminded think, where something is rated."""

    def test_satisfaction(self):
        """Reminders annoy customers, and the report does not know it although they rate."""
        told = self._create_cases("treated", 3)
        held = self._create_cases("control", 2)
        rated = [
            (told[0], 5, "2026-03-02", self.company),
            (told[1], 2, "2026-03-03", self.company),
            (held[0], 4, "2026-03-04", self.company),
            # Too late, another company's, and not filled in.
            (told[2], 1, "2026-03-20", self.company),
            (told[2], 1, "2026-03-03", self.company_b),
            (held[1], 0, "2026-03-03", self.company),
        ]
        for case, stars, day, company in rated:
            order = (
                self.env["sale.order"].create(
                    {"partner_id": case.partner_id.id, "company_id": company.id}
                )
                if company == self.company
                else self.env["res.users"].create(
                    {
                        "name": "Rated",
                        "login": f"rated_{stars}_{day}",
                        "company_id": company.id,
                        "company_ids": [(6, 0, company.ids)],
                    }
                )
            )
            contact = self.env["res.partner"].create(
                {"name": "Ann", "parent_id": case.partner_id.id}
            )
            rating = self.env["rating.rating"].create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(order._name),
                    "res_id": order.id,
                    "partner_id": contact.id,
                    "rating": stars,
                    "consumed": bool(stars),
                }
            )
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE rating_rating SET rated_on = %s WHERE id = %s", [day, rating.id]
            )
        row = self._effect()
        self.assertEqual((row.told_rating_count, row.held_rating_count), (2, 1))
        self.assertEqual((row.told_rating, row.held_rating), (3.5, 4))
        by_tier = self.Report._read_group(
            [("rule_id", "=", self.rule.id)],
            ["name", "tier_id"],
            ["rating:avg", "rating_count:sum"],
        )
        self.assertEqual(by_tier, [("Late", self.tier, 11 / 3, 3)])
