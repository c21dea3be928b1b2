from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .test_grading_run import OWN, GradingCase

# Rights per model: read, write, create, unlink of salesperson, officer and manager. Portal users,
# internal users without Sales and the public have none.
NOTHING, READ, ALL = "----", "r---", "rwcu"
RIGHTS = {
    "customer.tier.metric": (READ, READ, ALL),
    "customer.tier.question": (READ, READ, ALL),
    "customer.tier.value": (READ, ALL, ALL),
    "customer.tier.answer": (READ, ALL, ALL),
    "customer.tier.program": (READ, READ, ALL),
    "customer.tier": (READ, READ, ALL),
    "customer.tier.condition": (READ, READ, ALL),
    "customer.tier.veto": (READ, READ, ALL),
    "customer.tier.entry.rule": (READ, READ, ALL),
    "customer.tier.policy": (NOTHING, NOTHING, READ),
    "customer.tier.indicator": (READ, READ, ALL),
    "customer.tier.indicator.band": (READ, READ, ALL),
    "customer.tier.segment": (READ, READ, ALL),
    "customer.tier.standing": (READ, "rw--", "rw--"),
    "customer.tier.change": (READ, READ, READ),
    "customer.tier.proposal": (READ, "rw--", "rw--"),
    "customer.tier.refusal": (NOTHING, "rwc-", "rwc-"),
    "customer.tier.event.rule": (READ, READ, ALL),
    "customer.tier.event": (READ, "rw--", "rw--"),
    "customer.tier.tell": (NOTHING, "rwc-", "rwc-"),
    "customer.tier.run": (NOTHING, "r-c-", "r-cu"),
    "customer.tier.run.error": (NOTHING, READ, READ),
    "customer.tier.stale": (NOTHING, NOTHING, READ),
    "customer.tier.by.hand": (NOTHING, "rwc-", "rwc-"),
    # For people with rights on the ledger, see the tests of credit scores.
    "customer.tier.credit.line": (NOTHING, NOTHING, NOTHING),
    "customer.tier.start": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.ahp": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.ahp.pair": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.band.proposal": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.band.proposal.line": (NOTHING, NOTHING, ALL),
    "customer.tier.metric.preview": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.metric.preview.line": (NOTHING, NOTHING, ALL),
    "customer.reminder.rule": (READ, READ, ALL),
    "customer.reminder": (READ, READ, READ),
    "customer.late.reason": (READ, READ, ALL),
    "customer.late.reason.set": (NOTHING, NOTHING, NOTHING),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
# No company of their own: metrics are shared, the wizards are the user's.
SHARED = {
    "customer.late.reason",
    "customer.late.reason.set",
    "customer.tier.by.hand",
    "customer.tier.metric",
    "customer.tier.metric.preview",
    "customer.tier.metric.preview.line",
    "customer.tier.question",
    "customer.tier.refusal",
    "customer.tier.start",
    "customer.tier.tell",
}
PRIVATE_FIELDS = {
    "res.partner": (
        "customer_tier_id",
        "customer_tier_color",
        "customer_score",
        "customer_segment_id",
        "customer_next_order_date",
        "customer_credit_score",
        "customer_credit_band",
        "customer_standing_id",
        "customer_tier_since",
        "customer_last_order_date",
        "customer_tier_explanation",
        "customer_tier_change_ids",
        "customer_tier_timeline",
        "customer_is_gradable",
        "customer_is_graded",
        "customer_value_ids",
    ),
    "sale.order": (
        "customer_tier_id",
        "customer_score",
        "customer_segment_id",
        "customer_credit_score",
        "customer_credit_band",
    ),
}


class SecurityCase(GradingCase):
    """One record of each model in each of two companies.

    Addons with models of their own extend it, with tables of theirs: the tests of ``TestRights``,
    of the table of methods, and of companies go by them.
    """

    addon = "customer_tiering"
    rights = RIGHTS
    shared_models = SHARED
    private_fields = PRIVATE_FIELDS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.internal = cls._create_user("tiering_internal", "base.group_user")
        cls.portal = cls._create_user("tiering_portal", "base.group_portal")
        # With every right that any of the records asks for.
        groups = "customer_tiering.group_manager,account.group_account_invoice"
        cls.manager_b = cls._create_user("tiering_manager_b", groups, company_id=cls.company_b.id)
        # Somebody must be there to do what nobody else does.
        cls.env.ref("base.user_admin").company_ids += cls.company | cls.company_b
        cls.records = cls._create_records(cls.company)
        cls.records_b = cls._create_records(cls.company_b)

    @classmethod
    def _create_records(cls, company):
        program = cls._create_program(company=company, domain=OWN)
        partner = cls._create_customer("Customer", company_id=company.id)
        for days in (95, 65, 35):
            cls._create_order(partner, 6000, date=days, company=company)
        program.veto_ids = [
            Command.create(
                {
                    "metric_id": cls._metric("growth").id,
                    "value": -90,
                    "tier_id": program.tier_ids[-2].id,
                }
            )
        ]
        run = cls._grade(company=company)
        standing = cls._standing(partner, company)
        rule = cls.env["customer.reminder.rule"].create({"name": "Rule", "company_id": company.id})
        weighing = cls.env["customer.tier.ahp"].browse(program.action_weigh_pairs()["res_id"])
        question = cls.env.ref("customer_tiering.question_market")
        value = cls.env["customer.tier.value"].create(
            {
                "partner_id": partner.id,
                "metric_id": question.metric_id.id,
                "company_id": company.id,
                "answer_ids": [Command.create({"question_id": question.id, "answer": "5"})],
            }
        )
        proposal = cls.env["customer.tier.band.proposal"].create(
            {"indicator_id": program.indicator_ids[0].id}
        )
        change = cls.env["customer.tier.proposal"].create(
            {
                "standing_id": standing.id,
                "company_id": company.id,
                "program_id": program.id,
                "from_tier_id": standing.tier_id.id,
                "to_tier_id": program.tier_ids[0].id,
                "direction": "down",
                "date": cls._days_ago(0),
            }
        )
        event = cls.env["customer.tier.event"].create(
            {
                "standing_id": standing.id,
                "company_id": company.id,
                "program_id": program.id,
                "kind": "first",
                "to_tier_id": standing.tier_id.id,
                "date": cls._days_ago(0),
                "state": "held",
            }
        )
        preview = cls.env["customer.tier.metric.preview"].with_company(company)
        preview = preview.create({"metric_id": cls._metric("amount").id})
        records = (
            cls._metric("amount"),
            question,
            value,
            value.answer_ids,
            program,
            program.tier_ids,
            program.tier_ids.condition_ids,
            program.veto_ids,
            program.entry_rule_ids,
            standing.policy_id,
            program.indicator_ids,
            program.indicator_ids.band_ids,
            program.segment_ids,
            proposal,
            proposal.line_ids,
            standing,
            standing.change_ids,
            run,
            run.error_ids.create({"run_id": run.id, "message": "No such number"}),
            change,
            cls.env["customer.tier.refusal"].create({"proposal_ids": change.ids}),
            program.event_rule_ids,
            event,
            cls.env["customer.tier.tell"].create({"event_ids": event.ids}),
            cls.env["customer.tier.stale"].search([("company_id", "=", company.id)], limit=1),
            cls.env["customer.tier.start"].create({"company_id": company.id}),
            weighing,
            weighing.pair_ids,
            preview,
            preview.line_ids,
            cls.env["customer.tier.by.hand"].create(
                {"standing_ids": standing.ids, "reason": "Promised"}
            ),
            cls._create_credit_line(standing),
            rule,
            cls.env.ref("customer_tiering.late_reason_dispute"),
            cls.env["customer.late.reason.set"].create({}),
            cls.env["customer.reminder"].create(
                {
                    "rule_id": rule.id,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "date": cls._days_ago(0),
                }
            ),
        )
        return {record._name: record for record in records}

    @classmethod
    def _create_credit_line(cls, standing):
        company = standing.company_id
        journal = cls.env["account.journal"].create(
            {"name": "Any", "code": "ANY", "type": "general", "company_id": company.id}
        )
        move = cls.env["account.move"].create({"move_type": "entry", "journal_id": journal.id})
        return cls.env["customer.tier.credit.line"].create(
            {"standing_id": standing.id, "move_id": move.id}
        )


@tagged("post_install", "-at_install")
class TestRights(SecurityCase):
    """What the tables say, of whichever addon's models they are."""

    def test_every_model_is_in_the_table(self):
        """A model added without thinking of its rights must not slip in."""
        ours = {
            model.model
            for model in self.env["ir.model"].search([("model", "=like", "customer.%")])
            if self.env[model.model]._original_module == self.addon
            and not self.env[model.model]._abstract
        }
        self.assertEqual(set(self.rights), ours)
        for name in ours:
            self.assertTrue(self.records[name], f"no {name} to try on")

    def test_rights(self):
        """Salespeople read, officers override, managers configure, nobody edits history; others
        see nothing."""
        users = (self.salesperson, self.officer, self.manager)
        public = self.env.ref("base.public_user")
        for name, rights in self.rights.items():
            expected = dict(zip(users, rights, strict=True))
            expected |= {user: NOTHING for user in (self.portal, self.internal, public)}
            for user, allowed in expected.items():
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=name, user=user.login, operation=operation):
                        records = self.records[name].with_user(user)
                        self.assertEqual(records.has_access(operation), letter in allowed)

    def test_rights_are_asked(self):
        """The table again through the real calls, for a field of each model."""
        for name, rights in self.rights.items():
            for user, allowed in zip(
                (self.salesperson, self.officer, self.portal), (*rights[:2], NOTHING), strict=True
            ):
                record = self.records[name][0].with_user(user)
                with self.subTest(model=name, user=user.login):
                    if "r" not in allowed:
                        with self.assertRaises(AccessError):
                            record.read(["display_name"])
                        with self.assertRaises(AccessError):
                            record.search([])
                    if "w" not in allowed:
                        with self.assertRaises(AccessError):
                            record.write({})
                    if "c" not in allowed:
                        with self.assertRaises(AccessError):
                            record.copy()
                    if "u" not in allowed:
                        with self.assertRaises(AccessError):
                            record.unlink()

    def test_companies_do_not_see_each_other(self):
        """Company A's customers, thresholds and prices are none of company B's business, not
        even of its managers."""
        for name in self.rights.keys() - self.shared_models:
            with self.subTest(name):
                theirs = self.records[name].with_user(self.manager_b)
                self.assertFalse(theirs.search([("id", "in", theirs.ids)]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
                own = self.records_b[name].with_user(self.manager_b)
                self.assertEqual(own.search_count([("id", "in", own.ids)]), len(own))

    def test_grades_on_partners_and_orders(self):
        """Customers in the portal, and colleagues outside of Sales, do not read grades."""
        partner = self.records["customer.tier.standing"].partner_id
        self.portal.partner_id.parent_id = partner
        order = self.env["sale.order"].search([("partner_id", "=", partner.id)], limit=1)
        for record in (partner, self.portal.partner_id, order):
            for name in self.private_fields.get(record._name, ()):
                for user in (self.portal, self.internal):
                    with self.subTest(model=record._name, field=name, user=user.login):
                        self.assertNotIn(name, record.with_user(user).fields_get([name]))
                        with self.assertRaises(AccessError):
                            record.with_user(user).read([name])


@tagged("post_install", "-at_install")
class TestSecurity(SecurityCase):
    def test_shared_reminder_rule(self):
        """A rule for all companies is seen in each."""
        rule = self.env["customer.reminder.rule"].create({"name": "For all", "company_id": False})
        self.assertEqual(rule.with_user(self.salesperson_b).name, "For all")

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
            "action_clear_override", "action_apply", "action_start", "action_weigh_pairs",
            "action_use_weights",
            "action_open_distribution", "action_freeze",
            "action_preview", "action_accept", "action_refuse", "action_open_standing",
            "action_accept_proposals", "action_open_proposals", "action_accept_proposal",
            "action_refuse_proposal", "action_refresh", "action_add_entry_rules",
            "action_tell", "action_discard", "action_retry", "action_open_events",
            "action_discard_events",
            "action_open_credit_parts",
            "action_open_invoice", "action_open_culprit",
            "action_open_stage_changes",
        }  # fmt: skip
        orm = {"create", "write", "unlink", "copy", "default_get"}
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
            "customer.reminder": ("_open", "_close_fulfilled", "_note_ended"),
            "customer.tier.start": ("_open",),
            "customer.tier.ahp": ("_open",),
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
        vals = {"manual_tier_id": gold}
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
