from itertools import product

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CREDIT, CreditCase


@tagged("post_install", "-at_install")
class TestCreditProposal(CreditCase):
    def test_first_line_that_fits(self):
        """A line for all that stands first must hide the others; below, it takes the rest. No
        band yet is the unknown one."""
        self._set_rules(
            {"credit_band": "high", "limit_kind": "none", "payment_term_id": self.cash.id},
            {"tier_id": self.gold.id, "credit_band": "low", "amount": 9000},
            {"tier_id": self.gold.id, "limit_kind": "unlimited"},
            {"credit_band": "unknown", "amount": 500},
            {"tier_id": self.silver.id, "amount": 2000, "payment_term_id": self.net30.id},
        )
        for tier, band, limit, term in (
            (self.gold, "low", 9000, None),
            (self.gold, "high", 0.01, self.cash),
            (self.gold, "medium", 0, None),
            (self.gold, None, 0, None),
            (self.bronze, None, 500, None),
            (None, "unknown", 500, None),
            (self.silver, "low", 2000, self.net30),
            (self.bronze, "low", None, None),
        ):
            with self.subTest(tier=tier and tier.name, band=band):
                standing = self._create_graded(tier=tier, band=band)
                self.assertEqual(bool(standing.credit_rule_id), limit is not None)
                self.assertAlmostEqual(standing.proposed_credit_limit, limit or 0)
                self.assertEqual(standing.proposed_payment_term_id, term or self.net30.browse())
        self.program.credit_rule_ids[2].sequence = -1
        self.env.invalidate_all()
        standing = self._create_graded(tier=self.gold, band="high")
        self.assertEqual(standing.credit_rule_id.limit_kind, "unlimited")

    def test_months_of_purchases(self):
        """The limit is amount ÷ 12 × months, rounded up; who bought nothing gets no credit rather
        than 0, which the core takes for no limit."""
        self._set_rules({"limit_kind": "months", "months": 1.5})
        for amount, rounding, limit in (
            (12000, 0, 1500),
            (10000, 0, 1250),
            (9999.99, 0, 1250),
            (9999, 0, 1249.88),
            (12000, 1000, 2000),
            (8000, 500, 1000),
            (8000.01, 500, 1500),
            (0, 1000, 0.01),
            (-500, 0, 0.01),
        ):
            with self.subTest(amount=amount, rounding=rounding):
                self.program.credit_rule_ids.rounding = rounding
                standing = self._create_graded(amount=amount)
                self.assertAlmostEqual(standing.proposed_credit_limit, limit, 2)

    def test_months_of_purchases_over_another_span(self):
        """Where the amount bought is that of two years, the limits proposed were twice as high; of
        all years, they grew with every order."""
        self._set_rules({"limit_kind": "months", "months": 2})
        standing = self._create_graded(amount=24000.0)
        standing.partner_id.with_company(self.company).credit_limit = 500.0
        amount = self.env["customer.tier.metric"].search([("code", "=", "amount")])
        for months, proposed in ((12, 4000.0), (24, 2000.0), (0, 500.0)):
            amount.window_months = months
            self.env.invalidate_all()
            self.assertEqual(standing.proposed_credit_limit, proposed)

    def test_present_values(self):
        """The company's default and the values of another company are easily mistaken for the
        customer's own."""
        self._set_rules({"amount": 1000})
        standing = self._create_graded()
        self.assertEqual(standing.credit_limit, 0)
        self.env["ir.default"].set("res.partner", "credit_limit", 700, company_id=self.company.id)
        self.env.invalidate_all()
        self.assertEqual(standing.credit_limit, 700)
        partner = standing.partner_id
        partner.with_company(self.company_b).credit_limit = 1000
        self.env.invalidate_all()
        self.assertEqual(standing.credit_limit, 700)
        self.assertTrue(standing.credit_differs)
        partner.with_company(self.company).credit_limit = 1000
        partner.with_company(self.company).property_payment_term_id = self.net30
        self.env.invalidate_all()
        self.assertEqual((standing.credit_limit, standing.payment_term_id), (1000, self.net30))
        self.assertFalse(standing.credit_differs, "no term is proposed")

    def test_no_line_fits(self):
        """Customers without a proposal were shown the name of a model as their proposed limit."""
        self._set_rules()
        standing = self._create_graded()
        self.assertFalse(standing.proposed_credit_limit_text)
        partner = standing.partner_id.with_company(self.company)
        self.assertFalse(partner.customer_proposed_limit_text)

    def test_words(self):
        """0 read as nothing would be the opposite of what it means."""
        self._set_rules({"limit_kind": "none"})
        standing = self._create_graded()
        self.assertEqual(standing.credit_limit_text, "No limit")
        self.assertEqual(standing.proposed_credit_limit_text, "No credit")
        self.assertEqual(standing.credit_direction, "down")
        self._set_rules({"limit_kind": "unlimited"})
        standing.partner_id.credit_limit = 500
        self.env.invalidate_all()
        self.assertEqual(standing.credit_limit_text, self.currency.format(500))
        self.assertEqual(standing.credit_direction, "up")

    def test_filter_agrees_with_the_page(self):
        """The filter runs in the database; a customer it misses would keep the old limit."""
        self._set_rules(
            {"tier_id": self.gold.id, "limit_kind": "unlimited"},
            {"credit_band": "low", "amount": 1000, "payment_term_id": self.net30.id},
            {"limit_kind": "months", "months": 2},
        )
        program_b = self._create_program(tiers=["Everybody"], company=self.company_b)
        self._set_rules({"amount": 70}, program=program_b)
        standings = self.env["customer.tier.standing"]
        cases = product((self.gold, self.bronze), ("low", "high"), (0, 6000), (0, 1000), (0, 1))
        for tier, band, amount, limit, term in cases:
            standing = self._create_graded(tier=tier, band=band, amount=amount)
            standing.partner_id.credit_limit = limit
            standing.partner_id.property_payment_term_id = self.net30 if term else False
            standings |= standing
        for limit in (0, 70):
            standing = self._create_graded(tier=program_b.tier_ids, company=self.company_b)
            standing.partner_id.with_company(self.company_b).credit_limit = limit
            standings |= standing
        self.env.invalidate_all()
        differing = standings.filtered("credit_differs")
        self.assertGreater(len(standings), len(differing))
        self.assertEqual(len(differing & standings[-2:]), 1)
        found = standings.search([("id", "in", standings.ids), ("credit_differs", "=", True)])
        self.assertEqual(found, differing)
        other = standings.search([("id", "in", standings.ids), ("credit_differs", "=", False)])
        self.assertEqual(other, standings - differing)

    def test_one_query_for_all(self):
        """A query per customer makes the list unusable."""
        self._set_rules({"amount": 1000})
        standings = self.env["customer.tier.standing"]
        for _number in range(20):
            standings |= self._create_graded(amount=100)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        standings.mapped("proposed_credit_limit_text")
        self.assertLess(self.env.cr.sql_log_count - before, 12)

    def test_salesperson_reads(self):
        """Limits and terms of contacts are closed to salespeople; the proposal shows them."""
        self._set_rules({"amount": 1000, "payment_term_id": self.net30.id})
        standing = self._create_graded().with_user(self.salesperson)
        standing.partner_id.sudo().credit_limit = 300
        self.env.invalidate_all()
        self.assertEqual((standing.credit_limit, standing.proposed_credit_limit), (300, 1000))
        self.assertEqual(standing.proposed_payment_term_id.name, "30 days after")
        contact = self._create_customer("Contact", parent_id=standing.partner_id.id)
        seen = contact.with_user(self.salesperson)
        self.assertEqual(seen.customer_credit_limit_text, self.currency.format(300))
        self.assertEqual(seen.customer_proposed_limit_text, self.currency.format(1000))

    def test_bad_rules(self):
        """0 typed by mistake would mean no limit at all."""
        for vals in (
            {"limit_kind": "amount", "amount": 0},
            {"limit_kind": "months", "months": 0},
            {"limit_kind": "amount", "amount": 1, "rounding": -5},
        ):
            with (
                self.subTest(vals),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._set_rules(vals)
        other = self._create_program(tiers=["Other"])
        with self.assertRaisesRegex(ValidationError, "another programme"):
            self._set_rules({"amount": 1, "tier_id": other.tier_ids.id})
        foreign = self._create_term("Theirs", company_id=self.company_b.id)
        with self.assertRaisesRegex(ValidationError, "Theirs"):
            self._set_rules({"amount": 1, "payment_term_id": foreign.id})

    def test_duplicated_programme(self):
        """The copy's table spoke of the tiers of the original."""
        self._set_rules({"tier_id": self.gold.id, "amount": 5}, {"amount": 1})
        copy = self.program.copy()
        rules = copy.credit_rule_ids
        self.assertEqual(rules.mapped("amount"), [5, 1])
        self.assertEqual(rules[0].tier_id, copy.tier_ids[2])
        self.assertFalse(rules[1].tier_id)

    def test_table_on_the_form(self):
        """A manager types the table into the programme."""
        with (
            Form(self.program.with_user(self.manager)) as form,
            form.credit_rule_ids.new() as line,
        ):
            line.tier_id = self.gold
            line.credit_band = "low"
            line.limit_kind = "months"
            line.months = 2
        self.assertEqual(self.program.credit_rule_ids.company_id, self.company)
        with self.assertRaises(AccessError):
            self.program.credit_rule_ids.with_user(self.officer).months = 5


@tagged("post_install", "-at_install")
class TestCreditApply(CreditCase):
    def test_applied_and_recorded(self):
        """Limits that change without a trace cannot be answered for."""
        self._set_rules(
            {"tier_id": self.gold.id, "amount": 5000, "payment_term_id": self.net30.id},
            {"amount": 100},
        )
        gold = self._create_graded(tier=self.gold, band="low")
        gold.partner_id.credit_limit = 8000
        gold.partner_id.property_payment_term_id = self.cash
        bronze = self._create_graded(tier=self.bronze)
        self._apply(gold | bronze, reason="Yearly review")
        self.assertEqual((self._limit(gold), self._limit(bronze)), (5000, 100))
        self.assertEqual(gold.partner_id.property_payment_term_id, self.net30)
        self.assertFalse(bronze.partner_id.property_payment_term_id)
        self.assertTrue(gold.partner_id.use_partner_credit_limit)
        changes = self.env["customer.credit.change"].search(
            [("partner_id", "in", (gold | bronze).partner_id.ids)]
        )
        self.assertEqual(len(changes), 2)
        change = changes.filtered(lambda c: c.partner_id == gold.partner_id)
        self.assertRecordValues(
            change,
            [
                {
                    "company_id": self.company.id,
                    "user_id": self.approver.id,
                    "old_limit": 8000,
                    "new_limit": 5000,
                    "direction": "down",
                    "old_payment_term_id": self.cash.id,
                    "new_payment_term_id": self.net30.id,
                    "tier_id": self.gold.id,
                    "credit_band": "low",
                    "reason": "Yearly review",
                }
            ],
        )
        self.env.invalidate_all()
        self.assertFalse((gold | bronze).filtered("credit_differs"))
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            self._apply(gold | bronze)

    def test_company_by_company(self):
        """Applying in one company touched the limit of another."""
        self._set_rules({"amount": 1000})
        standing = self._create_graded()
        standing.partner_id.with_company(self.company_b).credit_limit = 77
        contact = self._create_customer("Contact", parent_id=standing.partner_id.id)
        self._apply(standing)
        self.assertEqual(self._limit(standing), 1000)
        self.assertEqual(self._limit(standing, self.company_b), 77)
        self.assertEqual(contact.with_company(self.company).credit_limit, 1000)

    def test_confirmation_counts(self):
        """Who applies many proposals must see how many customers lose credit."""
        self._set_rules({"credit_band": "low", "amount": 1000, "payment_term_id": self.net30.id})
        standings = self.env["customer.tier.standing"]
        for limit, band in ((500, "low"), (2000, "low"), (0, "low"), (1000, "low"), (5, "high")):
            standing = self._create_graded(band=band)
            standing.partner_id.credit_limit = limit
            standings |= standing
        same = self._create_graded(band="low")
        same.partner_id.write({"credit_limit": 1000, "property_payment_term_id": self.net30.id})
        self.env.invalidate_all()
        wizard = (
            self.env["customer.credit.apply"]
            .with_user(self.approver)
            .create({"standing_ids": (standings | same).ids})
        )
        self.assertEqual(
            (wizard.up_count, wizard.down_count, wizard.term_count, wizard.same_count),
            (1, 2, 1, 1),
        )
        self.assertEqual(wizard.missing_count, 1)
        self.assertEqual(wizard.changing_ids, standings[:4])
        self.assertFalse(wizard.unused)
        self.company.account_use_credit_limit = False
        wizard.invalidate_recordset()
        self.assertTrue(wizard.unused)

    def test_proposal_changed_meanwhile(self):
        """What is applied is not what was shown."""
        self._set_rules({"amount": 1000})
        standing = self._create_graded()
        Wizard = self.env["customer.credit.apply"].with_user(self.approver)
        with Form(Wizard.with_context(default_standing_ids=standing.ids)) as form:
            self.assertEqual(form.up_count + form.down_count, 1)
        wizard = form.record
        self.program.credit_rule_ids.amount = 900000
        with self.assertRaisesRegex(UserError, "have changed"):
            wizard.action_apply()
        self.assertEqual(self._limit(standing), 0)

    def test_terms_alone_leave_the_limit(self):
        """A customer on the company's default would be cut off from it."""
        self.env["ir.default"].set("res.partner", "credit_limit", 700, company_id=self.company.id)
        self._set_rules({"amount": 700, "payment_term_id": self.net30.id})
        standing = self._create_graded()
        self.env.invalidate_all()
        self.assertEqual(standing.credit_direction, "term")
        self._apply(standing)
        self.env["ir.default"].set("res.partner", "credit_limit", 800, company_id=self.company.id)
        self.env.invalidate_all()
        self.assertEqual(self._limit(standing), 800)
        self.assertEqual(standing.payment_term_id, self.net30)

    def test_who_may_apply(self):
        """Who decides on tiers does not thereby decide on money."""
        self._set_rules({"amount": 1000})
        standing = self._create_graded()
        for user in (self.salesperson, self.officer, self.manager):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    standing.with_user(user).action_apply_credit()
                with self.assertRaises(AccessError):
                    standing.with_user(user)._apply_credit_proposals("Because")
                with self.assertRaises(AccessError):
                    self.env["customer.credit.apply"].with_user(user).create({})
                with self.assertRaises(AccessError):
                    standing.with_user(user).partner_id.action_apply_customer_credit()
        approver_b = self._create_user("approver_b", CREDIT, company_id=self.company_b.id)
        with self.assertRaises(AccessError):
            standing.with_user(approver_b).action_apply_credit()
        self.assertEqual(self._limit(standing), 0)
        action = standing.partner_id.with_user(self.approver).action_apply_customer_credit()
        self.assertEqual(action["context"]["default_standing_ids"], standing.ids)

    def test_history_is_kept(self):
        """Nobody rewrites what was done, not even the administrator."""
        self._set_rules({"amount": 1000})
        standing = self._create_graded(tier=self.gold)
        self._apply(standing)
        change = self.env["customer.credit.change"].search(
            [("partner_id", "=", standing.partner_id.id)]
        )
        for records in (change, change.sudo(), change.with_user(self.manager)):
            with self.assertRaises(AccessError):
                records.write({"new_limit": 5})
            with self.assertRaises(AccessError):
                records.unlink()
            with self.assertRaises(AccessError):
                records.copy()
        standing._by_system().unlink()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.gold.unlink()
        self.assertEqual(
            change.with_user(self.salesperson).new_limit_text, self.currency.format(1000)
        )
