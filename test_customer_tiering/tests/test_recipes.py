from odoo.addons.customer_tiering.tests.common import OWN
from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.fields import Command
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestRecipes(LedgerCase):
    """What the page *Recipes* of the handbook says, step by step, with what it says comes of it."""

    def _customer(self, name, *orders, **vals):
        """A customer with orders, given as pairs of days ago and amount."""
        return self._create_own_customer(name, *orders, user_id=self.salesperson.id, **vals)

    def _preset(self, code, **vals):
        return self._create_program(code, domain=OWN, **vals)

    def test_wholesale_scheme(self):
        """A customer lost Gold for a year that was a little weaker, or fell from Gold to the
        bottom at once, although the recipe promises the contrary."""
        program = self._preset(
            "wholesale", hold_months=12, review_every="quarter", one_level=True, gives_prices=True
        )
        gold = program.tier_ids.filtered(lambda tier: tier.name == "Gold")
        for tier in program.tier_ids:
            for condition in tier.condition_ids:
                condition.keep_value = condition.value * 0.8
        faithful = self._customer("Faithful", (480, 21000), (100, 17000))
        weak = self._customer("Weak", (480, 21000), (100, 4000))
        self._grade(as_of=self._days_ago(470))
        self.assertEqual(self._standing(faithful).tier_id, gold)
        self.assertEqual(self._standing(weak).tier_id, gold)
        self._grade()
        self.assertEqual(self._standing(faithful).tier_id, gold)
        self.assertEqual(self._standing(weak).tier_id.name, "Silver")
        self.env["res.config.settings"].create({"group_product_pricelist": True}).execute()
        product = self._create_product(list_price=100.0)
        with Form(self.env["sale.order"].with_company(self.company)) as form:
            form.partner_id = faithful
            with form.order_line.new() as line:
                line.product_id = product
        self.assertEqual(form.record.amount_untaxed, 90.0)

    def test_rfm(self):
        """Champions and customers whom one must not lose were told by nobody."""
        self._preset("rfm")
        for number in range(20):
            orders = [
                (20 + 9 * number + 25 * again, 60 * (number % 7 + 1))
                for again in range(1 + number % 5)
            ]
            self._customer(f"Any {number}", *orders)
        best = self._customer("Best", *((2 + 20 * again, 3000) for again in range(8)))
        silent = self._customer("Silent", *((320 + 5 * again, 3000) for again in range(8)))
        self._grade()
        self.assertEqual(self._standing(best).segment_id.name, "Champions")
        self.assertEqual(self._standing(silent).segment_id.name, "Cannot Lose Them")

    def test_weighted_by_payment(self):
        """Whoever bought much and paid late was as good as who paid on time."""
        program = self._create_program(
            tiers=[
                "Regular",
                {"name": "Silver", "min_score": 40},
                {"name": "Gold", "min_score": 80},
            ],
            indicators=[
                {
                    "metric": "amount",
                    "weight": 60,
                    "scale": "linear",
                    "linear_zero": 0,
                    "linear_full": 20000,
                },
                {
                    "metric": "credit_score",
                    "weight": 40,
                    "scale": "linear",
                    "linear_zero": 0,
                    "linear_full": 100,
                },
            ],
            domain=OWN,
        )
        program.veto_ids = [
            Command.create(
                {
                    "metric_id": self._metric("overdue_amount").id,
                    "operator": ">=",
                    "value": 10000,
                    "tier_id": program.tier_ids[1].id,
                }
            )
        ]
        buyers = {name: self._customer(name, (30, 20000)) for name in ("Prompt", "Late", "Owing")}
        for name, delay in (("Prompt", 0), ("Late", 60), ("Owing", 0)):
            for due in (90, 100, 110):
                self._pay(self._invoice(buyers[name], due=due), due - delay)
        self._invoice(buyers["Owing"], 12000, due=1)
        self._grade()
        found = {name: self._standing(buyer).tier_id.name for name, buyer in buyers.items()}
        self.assertEqual(found, {"Prompt": "Gold", "Late": "Silver", "Owing": "Silver"})

    def test_lifecycle_care(self):
        """A customer became dormant and nobody had anything to do about it; or went on having it
        after the next order."""
        self._preset("wholesale", stage_mature_ratio=2, stage_lost_ratio=4)
        playbooks = self.env["customer.stage.playbook"].with_context(active_test=False)
        playbooks = playbooks.search([("company_id", "=", False)])
        # Whatever chance says.
        playbooks.filtered(lambda playbook: playbook.stage == "dormant").write(
            {"active": True, "control_share": 0}
        )
        buyer = self._customer("Sleeper", *((70 + 30 * again, 100) for again in range(6)))
        self._grade(as_of=self._days_ago(40))
        self._work()
        self.assertFalse(self._activities(buyer))
        self._grade()
        self.assertEqual(self._standing(buyer).lifecycle_stage, "dormant")
        self._work()
        self.assertIn(self.salesperson, self._activities(buyer).user_id)
        starts = self.env["customer.stage.playbook.start"].search([("partner_id", "=", buyer.id)])
        planned = self._activities(buyer)
        self._create_order(buyer, 100, state="draft").action_confirm()
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_grade").method_direct_trigger()
        self._work()
        self.assertEqual(starts.state, "left")
        self.assertFalse(planned.exists())

    def test_repurchase_reminder(self):
        """The order that should have come and has not was seen by nobody."""
        self._preset("wholesale")
        rules = self.env["customer.reminder.rule"].search([])
        rule = rules.filtered(lambda rule: rule.trigger == "customer")[:1]
        (rules - rule).action_archive()
        rule.write({"reminds_at": "late", "max_late_days": 60, "control_share": 0})
        silent = 55
        buyer = self._customer("Regular", *((silent + 10 * again, 100) for again in range(12)))
        self._grade()
        activity = self._activities(buyer)
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.salesperson)
        self._create_order(buyer, 100, state="draft").action_confirm()
        self.env.invalidate_all()
        self.assertFalse(self._activities(buyer))

    def _activities(self, partner):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
        )

    def _work(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_tell").method_direct_trigger()
            self.env.ref("customer_tiering_playbook.ir_cron_playbook").method_direct_trigger()
        self.env.invalidate_all()
