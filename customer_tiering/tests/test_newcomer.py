from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestNewcomer(TieringCommon):
    """What somebody who has never seen the addon stumbles over."""

    def test_a_metric_gets_its_code_from_its_name(self):
        """Who writes no code must not be asked for a technical name, nor for another one when it
        is taken."""
        with Form(self.env["customer.tier.metric"].with_user(self.manager)) as form:
            form.name = "Ärger in 6 Monaten"
            self.assertEqual(form.code, "arger_in_6_monaten")
        metric = form.record
        metric.name = "Complaints"
        self.assertEqual(metric.code, "arger_in_6_monaten", "it is what imports refer to")
        self.assertEqual(metric.copy({"name": "Ärger in 6 Monaten"}).code, "arger_in_6_monaten_2")
        twins = metric.create([{"name": "销售额"}, {"name": "利润"}])
        self.assertEqual(twins.mapped("code"), ["metric", "metric_2"])

    def test_a_wrong_field_is_named_as_the_form_shows_it(self):
        """“company_id” is not what stands on the screen."""
        with self.assertRaisesRegex(ValidationError, "“Company” of “Sales Order” does not lead"):
            self.env["customer.tier.metric"].create(
                {
                    "name": "Wrong",
                    "kind": "record",
                    "model_name": "sale.order",
                    "partner_path": "company_id",
                }
            )

    def test_a_preset_that_takes_nobody_says_so(self):
        """Beside a programme that has all customers, a new one looked as if it had graded them."""
        customer = self._create_customer()
        self._create_order(customer, 100, date=3)
        Start = self.env["customer.tier.start"].with_user(self.manager)
        first = Start.create({"preset": "wholesale", "tz": "Europe/Brussels"}).action_start()
        self.assertEqual(first["params"]["next"]["res_model"], "customer.tier.standing")
        second = Start.create({"preset": "vip"}).action_start()
        self.assertEqual(second["tag"], "display_notification")
        self.assertIn("“VIP programme” has no customers yet", second["params"]["message"])
        self.assertEqual(second["params"]["next"]["res_model"], "customer.tier.program")

    def test_the_customers_of_a_programme_are_its_own(self):
        """A number on a button must be that of what it opens."""
        customer = self._create_customer()
        self._create_order(customer, 100, date=3)
        program = self._create_program()
        other = self._create_program(sequence=99)
        program.action_grade()
        Standing = self.env["customer.tier.standing"]
        opened = Standing.search(program.action_open_standings()["domain"])
        self.assertEqual(opened.partner_id, customer)
        self.assertFalse(Standing.search(other.action_open_standings()["domain"]))

    def test_growth_opens_both_periods(self):
        """A fall from what is not shown cannot be followed."""
        customer = self._create_customer()
        before = self._create_order(customer, 100, date=500)
        last = self._create_order(customer, 50, date=20)
        self._create_order(customer, 50, date=800)
        domain = self._metric("growth")._records_behind(
            customer, self.company, fields.Date.today()
        )[1]
        self.assertEqual(self.env["sale.order"].search(domain), last | before)

    def test_set_by_hand_is_told_apart_from_computed(self):
        """“To Gold” on a customer who was made Gold by hand sounds wrong."""
        customer = self._create_customer()
        self._create_order(customer, 6000, date=3)
        program = self._create_program(
            tiers=[
                {"name": "Silver", "conditions": [("amount", ">=", 5000)]},
                {"name": "Gold", "conditions": [("amount", ">=", 20000)]},
            ]
        )
        program.action_grade()
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", customer.id)])
        standing.manual_tier_id = program.tier_ids[1]
        said = {s["kind"]: s["text"] for s in standing.explanation["sentences"]}
        self.assertRegex(said["next"], "^Computed, it would be Gold with .* more bought")
        self.assertRegex(said["keep"], "^Computed, it stays Silver while ")

    def test_the_best_are_called_so(self):
        """“Elite because score 100 ≥ 100” does not say that it is a share of the best."""
        customer = self._create_customer()
        self._create_order(customer, 6000, date=3)
        program = self._create_program(
            tiers=[{"name": "All"}, {"name": "Elite", "top_share": 5}],
            indicators=[{"metric": "amount", "bands": [(0, 10), (5000, 90)]}],
        )
        program.action_grade()
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", customer.id)])
        why = standing.explanation["sentences"][0]["text"]
        self.assertEqual(why, "Elite because among the best by score 90 ≥ 90.")
