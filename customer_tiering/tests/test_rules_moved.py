from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestRulesMoved(TieringCommon):
    """Rules that go away, move, or are made one by one instead of with their programme."""

    def test_lists_of_a_deleted_program_are_put_away(self):
        """Deleted with its programme, a tier leaves a list of its discount behind that, no longer
        anybody's, becomes the standard list of all customers."""
        self.standard_list.active = False
        program = self._create_program(tiers=["Low", {"name": "Gold", "discount": 10}])
        pricelist = program.tier_ids[1].pricelist_id
        self.assertTrue(pricelist.active)
        program.unlink()
        self.assertFalse(pricelist.exists().active)

    def test_tier_with_customers_stays_in_its_program(self):
        """A tier moved to a programme of another company takes customers, history and prices
        there, which moving the programme itself refuses."""
        program = self._create_program(tiers=["Low", "High"])
        other = self._create_program(company=self.company_b, tiers=["Other"])
        self._create_order(self._create_customer(), date=3)
        self._grade()
        with self.assertRaisesRegex(ValidationError, "cannot move to another programme"):
            program.tier_ids[1].program_id = other

    def test_last_tier_stays_in_its_program(self):
        """A programme whose only tier went to another one would grade nobody."""
        program = self._create_program(tiers=["Low"])
        other = self._create_program(tiers=["Other"])
        with self.assertRaisesRegex(ValidationError, "cannot move to another programme"):
            program.tier_ids.program_id = other

    def test_part_of_an_archived_ratio_stays_no_ratio(self):
        """A ratio of ratios cannot be worked out; archived it is still part of programmes, and
        would stop their grading."""
        metrics = self.env["customer.tier.metric"]
        amount, count = self._metric("amount"), self._metric("order_count")
        part = metrics.create({"name": "Part", "kind": "order", "measure": "quantity"})
        ratio = metrics.create(
            {
                "name": "Ratio",
                "kind": "ratio",
                "numerator_id": part.id,
                "denominator_id": amount.id,
                "active": False,
            }
        )
        self.assertFalse(ratio.active)
        with self.assertRaises(ValidationError):
            part.write({"kind": "ratio", "numerator_id": amount.id, "denominator_id": count.id})

    def test_share_of_a_tier_made_alone_counts_at_once(self):
        """A tier made on its own, such as a copy, waits for the night until its share of the best
        is measured, and nobody reaches it before."""
        for days, amount in ((3, 100), (4, 900)):
            self._create_order(self._create_customer(), amount, date=days)
        program = self._create_program(tiers=["Low"])
        tier = self.env["customer.tier"].create(
            {
                "name": "Best",
                "program_id": program.id,
                "sequence": 20,
                "top_share": 50,
                "top_metric_id": self._metric("amount").id,
            }
        )
        self.assertTrue(tier.top_measured_on)
        self.assertEqual(tier.top_cut, 900)
        self.assertTrue(tier.copy().top_measured_on)

    def test_who_never_bought_is_not_ranked(self):
        """With prospects that were only judged by hand, the best half of all is everybody who
        bought."""
        manual = self.env["customer.tier.metric"].create({"name": "Judged", "kind": "manual"})
        for number in range(4):
            self._create_order(self._create_customer(f"B{number}"), 100 + number, date=3)
        for number in range(4):
            self.env["customer.tier.value"].create(
                {
                    "partner_id": self._create_customer(f"P{number}").id,
                    "metric_id": manual.id,
                    "value": 5,
                }
            )
        program = self._create_program(
            tiers=[
                "Low",
                {"name": "Judged", "conditions": [("judged", ">=", 1)]},
                {"name": "Best", "top_share": 50, "top_metric_id": self._metric("amount").id},
            ],
            indicators=[],
        )
        self.assertEqual(program.tier_ids[2].top_cut, 102)

    def test_thresholds_without_a_company(self):
        """Who has emptied the company on the form and goes on to the thresholds must not be shown
        an error of the database."""
        self.env.user.group_ids += self.env.ref("base.group_multi_company")
        form = Form(self.env["customer.tier.program"])
        form.name = "New"
        form.company_id = self.env["res.company"]
        form.stage_new_days = 80
        self.assertFalse(form.stage_preview)
        form.company_id = self.company
        form.stage_new_days = 70
        self.assertTrue(form.stage_preview)

    def test_archived_program_is_none(self):
        """Asked first where archived records are shown, the process remembers for everybody that
        an archived programme grades."""
        program = self._create_program(tiers=["Low"])
        program.active = False
        Program = self.env["customer.tier.program"].with_context(active_test=False)
        self.assertFalse(Program._company_has_program(self.company.id))

    def test_country_of_a_region_marks(self):
        """An entry rule for a region waits for the night where the country is entered later."""
        region = self.env["res.country.group"].create(
            {"name": "Region", "country_ids": [Command.link(self.env.ref("base.jp").id)]}
        )
        program = self._create_program(tiers=["Low", "High"])
        program.entry_rule_ids = [
            Command.create(
                {
                    "name": "By region",
                    "country_group_id": region.id,
                    "tier_id": program.tier_ids[1].id,
                }
            )
        ]
        customer = self._create_customer()
        self.env["customer.tier.stale"].search([("partner_id", "=", customer.id)]).unlink()
        customer.country_id = self.env.ref("base.jp")
        stale = self.env["customer.tier.stale"].search([("partner_id", "=", customer.id)])
        self.assertTrue(stale)
