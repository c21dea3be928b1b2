from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import OWN, GradingCase

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
    "customer.tier.benefit": (READ, READ, ALL),
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
    "customer.tier.band.proposal": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.band.proposal.line": (NOTHING, NOTHING, ALL),
    "customer.tier.metric.preview": (NOTHING, NOTHING, "rwc-"),
    "customer.tier.metric.preview.line": (NOTHING, NOTHING, ALL),
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
        "customer_next_order_late",
        "customer_next_order_reason",
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
            program.benefit_ids,
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
            preview,
            preview.line_ids,
            cls.env["customer.tier.by.hand"].create(
                {"standing_ids": standing.ids, "reason": "Promised"}
            ),
            cls._create_credit_line(standing),
            cls.env.ref("customer_tiering.late_reason_dispute"),
            cls.env["customer.late.reason.set"].create({}),
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


class RightsTests:
    """Tests of what the tables say, for a ``SecurityCase`` of whichever addon."""

    # Odoo's runner leaves out what a class inherits, unless told.
    allow_inherited_tests_method = True

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
