from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .security_common import RIGHTS, RightsTests, SecurityCase


@tagged("post_install", "-at_install")
class TestRights(RightsTests, SecurityCase):
    pass


@tagged("post_install", "-at_install")
class TestSecurity(SecurityCase):
    def test_grading_another_company(self):
        """Nor may a manager of B have A graded."""
        Run = self.env["customer.tier.run"].with_user(self.manager_b)
        with self.assertRaises(AccessError):
            Run.create({"company_id": self.company.id})
        with self.assertRaises(AccessError):
            self.records["customer.tier.run"].with_user(self.manager_b).action_run()
        with self.assertRaises(AccessError):
            self.records["customer.tier.standing"].with_user(self.manager_b).action_grade()
        with self.assertRaises(AccessError):
            self.records["customer.tier.program"].with_user(self.manager_b).action_grade()

    def test_actions_of_salespeople(self):
        """Buttons are methods, and methods can be called without the button."""
        draft = self.env["customer.tier.run"].create({"company_id": self.company.id})
        program = self.records["customer.tier.program"].with_user(self.salesperson)
        run = draft.with_user(self.salesperson)
        standing = self.records["customer.tier.standing"].with_user(self.salesperson)
        indicators = self.records["customer.tier.indicator"].with_user(self.salesperson)
        Start = self.env["customer.tier.start"].with_user(self.salesperson)
        bands = indicators.band_ids.ids
        for call in (
            run.action_run,
            run.action_cancel,
            program.action_grade,
            standing.action_grade,
            self.records["customer.tier.proposal"].with_user(self.salesperson).action_accept,
            self.records["customer.tier.proposal"].with_user(self.salesperson).action_refuse,
            run.action_accept_proposals,
            indicators.filtered(lambda i: i.rfm_role == "f").action_open_distribution,
            lambda: Start.create({"preset": "vip"}).action_start(),
            lambda: program.copy(),
            program.action_add_entry_rules,
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(draft.state, "draft")
        self.assertEqual(self.records["customer.tier.indicator"].band_ids.ids, bands)

    def test_officer_does_not_configure(self):
        """Officers grade; bands, programmes and presets are the manager's."""
        indicators = self.records["customer.tier.indicator"].with_user(self.officer)
        with self.assertRaises(AccessError):
            indicators[0].action_open_distribution()
        with self.assertRaises(AccessError):
            self.env["customer.tier.program"].with_user(self.officer)._create_preset(
                "vip", self.company
            )

    def test_officer_cannot_forge_a_run(self):
        """Officers make runs; what came of them, only the grading writes."""
        Run = self.env["customer.tier.run"].with_user(self.officer)
        with self.assertRaises(AccessError):
            Run.create({"state": "done", "up_count": 100, "customer_count": 100})
        with self.assertRaises(AccessError):
            Run.create({}).write({"up_count": 100})
        forged = Run.with_context(default_state="done", default_up_count=100).create({})
        self.assertEqual((forged.state, forged.up_count), ("draft", 0))

    def test_filter_by_a_field_that_the_user_may_not_read(self):
        """Grading reads everything, so who is in a programme would tell what is in the field."""
        program = self._create_program(tiers=["One"])
        with self.assertRaisesRegex(AccessError, "credit_limit"):
            program.with_user(self.manager).domain = "[('credit_limit', '>', 1000)]"
        program.with_user(self.manager).domain = "[('country_id.code', '=', 'BE')]"

    def test_searching_by_grades(self):
        """What is not shown could be found out by filtering and sorting."""
        partner = self.records["customer.tier.standing"].partner_id
        for user in (self.portal, self.internal):
            Partner = self.env["res.partner"].with_user(user)
            for domain in ([("customer_score", ">", 0)], [("customer_tier_id.name", "=", "Gold")]):
                with self.subTest(user=user.login, domain=domain), self.assertRaises(AccessError):
                    Partner.search(domain)
            with self.assertRaises(AccessError):
                Partner.search([], order="customer_score")
        self.assertEqual(partner.with_user(self.salesperson).customer_tier_id.name, "Silver")

    def test_only_methods_meant_for_the_client_are_public(self):
        """Everything public on a model can be called by whoever is logged in. A new public
        method must be put on this list by somebody who thought about it."""
        public = {
            "action_run", "action_cancel", "action_open_changes", "action_grade",
            "action_open_standings", "action_open_grading", "action_open_customers",
            "action_open_orders", "action_open_partner", "action_open_records",
            "action_open_came_back",
            "action_clear_override", "action_apply", "action_start",
            "action_ask_prices", "action_back",
            "action_open_distribution", "action_freeze", "action_learn_rhythm",
            "action_preview", "action_accept", "action_refuse", "action_open_standing",
            "action_accept_proposals", "action_open_proposals", "action_accept_proposal",
            "action_refuse_proposal", "action_refresh", "action_add_entry_rules",
            "action_tell", "action_discard", "action_retry", "action_open_events",
            "action_discard_events",
            "action_open_credit_parts",
            "action_open_invoice", "action_open_culprit",
            "action_open_stage_changes",
            "action_use_thresholds", "action_undo_thresholds", "action_add_benefits",
        }  # fmt: skip
        orm = {"create", "write", "unlink", "copy", "default_get", "fields_get", "onchange"}
        for name in [*RIGHTS, "customer.tier.pipeline", "customer.tier.gather"]:
            for cls in type(self.env[name]).mro():
                if not cls.__module__.startswith("odoo.addons.customer_tiering."):
                    continue
                ours = {
                    key
                    for key, value in vars(cls).items()
                    if callable(value) and not key.startswith("_")
                }
                with self.subTest(name):
                    self.assertLessEqual(ours, public | orm)

    def test_private_methods(self):
        """What works without checks must not be callable from outside."""
        for model, methods in {
            "customer.tier.program": (
                "_create_preset",
                "_load_demo",
                "_policy",
                "_sample_values",
                "_add_usual_entry_rules",
            ),
            "customer.tier.benefit": ("_add_usual", "_given_by"),
            "customer.tier.run": (
                "_grade_partners",
                "_cron_grade",
                "_cron_replay",
                "_next_chunk",
                "_start",
            ),
            "customer.tier.store": (
                "_save",
                "_save_changes",
                "_release",
                "_apply_proposals",
                "_enqueue",
                "_enqueue_untold",
            ),
            "customer.tier.pipeline": ("_grade", "_lock"),
            "customer.tier.change": ("_record",),
            "customer.tier.proposal": ("_refuse", "_close", "_take"),
            "customer.tier.event": ("_cron_tell", "_decide", "_tell", "_trigger_job", "_forecast"),
            "customer.tier.tell": ("_open",),
            "customer.tier.stale": ("_mark",),
            "customer.tier.start": ("_open",),
            "customer.tier.indicator": ("_propose_bands", "_freeze_bands"),
        }.items():
            for method in methods:
                self.assertTrue(hasattr(self.env[model], method), f"{model}.{method}")
                with self.subTest(model=model, method=method), self.assertRaises(AccessError):
                    get_public_method(self.env[model], method)


@tagged("post_install", "-at_install")
class TestRpc(HttpCase, SecurityCase):
    """The same over the wire, where no Python helper is between."""

    def _call(self, user, model, method, *args):
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": list(args), "kwargs": {}},
        )

    def _refused(self, *call):
        with self.assertRaises(JsonRpcException) as refusal, mute_logger("odoo.http"):
            self._call(*call)
        self.assertIn("AccessError", str(refusal.exception))

    def test_salesperson(self):
        """A salesperson reads the tier and changes nothing."""
        standing = self.records["customer.tier.standing"]
        rows = self._call(
            self.salesperson, "customer.tier.standing", "read", standing.ids, ["tier_id", "score"]
        )
        self.assertEqual(rows[0]["tier_id"][0], standing.tier_id.id)
        gold = self.records["customer.tier"][2].id
        self._refused(
            self.salesperson, standing._name, "write", standing.ids, {"manual_tier_id": gold}
        )
        change = standing.change_ids
        self._refused(self.salesperson, change._name, "unlink", change.ids)
        self._refused(self.salesperson, "customer.tier.program", "_create_preset", "vip", 1)
        self._refused(self.salesperson, "customer.tier.program", "_load_demo")
        self._refused(
            self.salesperson, "customer.tier.run", "create", {"company_id": self.company.id}
        )

    def test_officer(self):
        """An officer sets a tier by hand and forges nothing."""
        standing = self.records["customer.tier.standing"]
        gold = self.records["customer.tier"][2].id
        vals = {"manual_tier_id": gold, "manual_reason": "Fair"}
        self.assertTrue(self._call(self.officer, standing._name, "write", standing.ids, vals))
        self.assertEqual(standing.tier_id.id, gold)
        self._refused(self.officer, standing._name, "write", standing.ids, {"score": 100})
        self._refused(self.officer, standing._name, "write", standing.ids, {"tier_id": gold})
        self._refused(self.officer, standing._name, "_apply_manual_tier", standing.ids, {})

    def test_portal(self):
        """A customer in the portal reads neither grades nor rules."""
        self._refused(self.portal, "customer.tier", "search_read", [])
        self._refused(
            self.portal, "res.partner", "read", self.portal.partner_id.ids, ["customer_score"]
        )
