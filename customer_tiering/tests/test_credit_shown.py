from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import Form, tagged

from .ledger_common import LedgerCase


@tagged("post_install", "-at_install")
class TestCreditFollowsTheLedger(LedgerCase):
    """Postings and payments have their customer graded anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._create_own_customer("Buyer", (5, 500))
        cls._create_program(tiers=["All"], domain="[('company_id', '!=', False)]")
        cls._grade()
        cls._forget()

    @classmethod
    def _forget(cls):
        cls.env["customer.tier.stale"].search([]).unlink()

    def _waiting(self):
        waiting = self.env["customer.tier.stale"].search([]).partner_id
        self._forget()
        return waiting

    def test_postings_and_payments(self):
        """Whatever changes how somebody pays marks them, a draft does not."""
        invoice = self._invoice(self.buyer, 100, due=30, post=False)
        self.assertFalse(self._waiting())
        invoice.action_post()
        self.assertEqual(self._waiting(), self.buyer)
        payment = self._pay(invoice, 10)
        self.assertEqual(self._waiting(), self.buyer)
        payment.action_draft()
        self.assertEqual(self._waiting(), self.buyer)
        self._receivable(invoice).date_maturity = self._days_ago(2)
        self.assertEqual(self._waiting(), self.buyer)
        invoice.button_draft()
        self.assertEqual(self._waiting(), self.buyer)

    def test_contact_and_other_documents(self):
        """Marked is the company behind a contact; vendor bills and entries mark nobody."""
        child = self._create_own_customer("Child", parent_id=self.buyer.id)
        self._invoice(child, 100, due=30)
        self.assertEqual(self._waiting(), self.buyer)
        bill = self._invoice(self.buyer, 100, due=30, move_type="in_invoice", post=False)
        bill.action_post()
        self.assertFalse(self._waiting())

    def test_bookkeeper_without_sales(self):
        """Who posts and pays needs no rights on gradings."""
        keeper = self._create_user("ledger_keeper", "account.group_account_invoice")
        invoice = self._invoice(self.buyer, 100, due=30, post=False)
        invoice.with_user(keeper).action_post()
        self.assertEqual(self._waiting(), self.buyer)

    def test_marking_costs_little(self):
        """Bookkeeping must not get slow by it: without a programme nothing is asked at all, and
        with one, any number of invoices costs no more than one mark."""
        moves = [self._invoice(self.buyer, 100, due=30).id for _number in range(5)]
        invoices = self.env["account.move"].browse(moves)
        pair = {(self.buyer, self.company)}
        plain = self._queries(lambda: self.env["customer.tier.stale"]._mark(pair))
        self.assertLessEqual(self._queries(invoices._customer_tier_payments_changed), plain)
        programs = self.env["customer.tier.program"]
        programs.search([("company_id", "=", self.company.id)]).action_archive()
        # Asked once, and remembered.
        self.assertFalse(programs._company_has_program(self.company.id))
        programs._graded_roots()
        self.assertEqual(self._queries(invoices._customer_tier_payments_changed), 0)
        entry = self._pay(invoices[0], 10).move_id
        self.assertEqual(self._queries(entry._customer_tier_settled), 0)

    def _queries(self, action):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_score_follows(self):
        """From the payment to the figures, by the job that looks after the queue."""
        with self.enter_registry_test_mode():
            invoice = self._invoice(self.buyer, 100, due=30)
            cron = self.env.ref("customer_tiering.ir_cron_grade")
            cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(self._standing(self.buyer).overdue_amount, 100)
            self._pay(invoice, 10)
            cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(self._standing(self.buyer).overdue_amount, 0)
            self.assertEqual(self._standing(self.buyer).worst_delay, 20)


@tagged("post_install", "-at_install")
class TestCreditShown(LedgerCase):
    """The score on screens, for people with and without rights on the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._create_own_customer("Buyer", (5, 500))
        cls.quiet = cls._create_own_customer("Quiet", (5, 500))
        for amount, due, paid in ((100, 90, 80), (200, 60, 60), (300, 30, 5)):
            cls._pay(cls._invoice(cls.buyer, amount, due=due), paid)
        cls._create_program(tiers=["All"], domain="[('company_id', '!=', False)]")
        cls._grade()
        ledger = "account.group_account_invoice,sales_team.group_sale_salesman_all_leads"
        cls.keeper = cls._create_user("credit_keeper", ledger)

    def test_breakdown_can_be_checked_by_hand(self):
        """(100·10 + 200·0 + 300·25) / 600 = 14.17; 80 − 14.17 / 15 · 10 = 70.55."""
        standing = self._standing(self.buyer).with_user(self.keeper)
        self.assertAlmostEqual(standing.credit_score, 70.55, 2)
        html = standing.credit_breakdown
        for text in ("8,500", "600.00", "14.17", "80 − 14.17 / 15 × 10 = 70.55"):
            self.assertIn(text, html)
        self.assertNotIn("has changed", html)
        first, *_others = self._lines(standing)
        self.assertEqual((first.days, first.amount, first.product), (25, 300, 7500))

    def _lines(self, standing):
        action = standing.action_open_credit_parts()
        return self.env[action["res_model"]].with_user(self.keeper).search(action["domain"])

    def test_lines_by_effect(self):
        """The most harmful first; each opens its invoice; together they are the score."""
        lines = self._lines(self._standing(self.buyer).with_user(self.keeper))
        self.assertEqual(lines.mapped("days"), [25, 10, 0])
        self.assertEqual(sum(lines.mapped("product")) / sum(lines.mapped("amount")), 8500 / 600)
        action = lines[0].action_open_invoice()
        self.assertEqual(action["res_id"], lines[0].move_id.id)
        self.assertEqual(action["res_model"], "account.move")

    def test_figures_without_rights_on_the_ledger(self):
        """A salesperson sees score, band and overdue amount, but no invoice of anybody."""
        standing = self._standing(self.buyer).with_user(self.salesperson)
        self.assertEqual(standing.credit_band, "medium")
        self.assertEqual(standing.overdue_amount, 0)
        self.assertEqual(self.buyer.with_user(self.salesperson).customer_credit_band, "medium")
        with self.assertRaises(AccessError):
            _html = standing.credit_breakdown
        with self.assertRaisesRegex(AccessError, "rights on Invoicing"):
            standing.action_open_credit_parts()
        with self.assertRaises(AccessError):
            standing.env["customer.tier.credit.line"].search([])
        with self.assertRaisesRegex(AccessError, "rights on Invoicing"):
            standing.action_open_records(self._metric("credit_score").id)
        view = standing.get_view(view_type="form")["arch"]
        self.assertIn("credit_band", view)
        self.assertNotIn("credit_breakdown", view)
        self.assertNotIn("action_open_credit_parts", view)

    def test_form_opens_for_both(self):
        """Without any invoice too."""
        for user in (self.salesperson, self.keeper):
            for partner in (self.buyer, self.quiet):
                Form(self._standing(partner).with_user(user))
                Form(partner.with_user(user))

    def test_records_of_the_metric(self):
        """In the explanation of a tier the value opens the invoices behind it."""
        standing = self._standing(self.buyer).with_user(self.keeper)
        action = standing.action_open_records(self._metric("worst_delay").id)
        self.assertEqual(self.env["account.move"].search_count(action["domain"]), 3)

    def test_unknown_in_words(self):
        """With too few invoices the page says how many it takes."""
        self._pay(self._invoice(self.quiet, 100, due=30), 20)
        self._grade()
        html = self._standing(self.quiet).with_user(self.keeper).credit_breakdown
        self.assertIn("1 different invoices, and it takes 3", html)

    def test_stale_score_is_said_to_be(self):
        """Between a payment and the next grading, the sum does not make the stored score."""
        self._pay(self._invoice(self.buyer, 1000, due=300), 20)
        self.assertIn(
            "has changed", self._standing(self.buyer).with_user(self.keeper).credit_breakdown
        )

    def test_what_is_left_out_is_named(self):
        """A loss, a bounce, a credit note and an unmatched payment changed the score, and nothing
        on the page said so."""
        bank = self._bank(self.company).default_account_id
        bad_debt = self._create_account("Bad debts", "expense")
        lost = self._invoice(self.quiet, 1000, due=90)
        written_off = self._entry(bad_debt, lost, 80)
        credited = self._invoice(self.quiet, 70, due=60)
        self._credit_note(credited, 50)
        bounced = self._invoice(self.quiet, 300, due=50)
        self._pay(bounced, 45)
        owed = self._receivable(bounced).account_id
        self._book(40, (owed, self.quiet, 300), (bank, None, -300))
        rest = self._invoice(self.quiet, 500, due=40)
        self._pay(rest, 40, 499.5)
        loose = self._book(10, (bank, None, 100), (owed, self.quiet, -100))
        disputed = self._invoice(self.quiet, 44, due=30)
        disputed.customer_late_reason_id = self.env.ref("customer_tiering.late_reason_dispute")
        self._grade()
        standing = self._standing(self.quiet).with_user(self.keeper)
        html = standing.credit_breakdown.replace("\xa0", " ")
        for text in (
            f"{lost.name} (1,000.00 €) by {written_off.name}, Bad debts",
            f"payment was given back, due as before: {bounced.name} (200.00 €)",
            f"set against those due first: {loose.name} (100.00 €)",
            f"exchange difference, or owed elsewhere now): {credited.name} (70.00 €)",
            f"too little to be a delay: {rest.name} (0.50 €)",
            f"because the payment was given back: {bounced.name} (300.00 €)",
            f"does not count against the customer: {disputed.name} (44.00 €)",
            "balance of the customer is 244.50 €",
            "no money",
        ):
            self.assertIn(text, html)
        self.assertNotIn("has changed", html)
        lines = self._lines(standing)
        self.assertEqual(
            dict(lines._read_group([("id", "in", lines.ids)], ["reason"], ["amount:sum"])),
            {
                False: 499.5,
                "lost": 1000,
                "again": 200,
                "unmatched": 100,
                "excused": 44,
                "credited": 70,
                "tolerated": 0.5,
                "returned": 300,
            },
        )
        gone = lines.filtered(lambda line: line.reason == "lost")
        self.assertEqual((gone.settled_by_id, gone.date_paid, gone.days), (written_off, False, 90))
        self.assertEqual(standing.overdue_amount, 244)

    def test_many_documents_are_not_all_named(self):
        """A page of names that nobody reads."""
        for number in range(7):
            self._credit_note(self._invoice(self.quiet, 70 + number, due=60), 50)
        self._grade()
        html = self._standing(self.quiet).with_user(self.keeper).credit_breakdown
        self.assertIn("and 2 more", html)

    def test_beyond_the_anchors(self):
        """Someone who pays after half a year has 0, and the page says why."""
        for _number in range(3):
            self._pay(self._invoice(self.quiet, 100, due=200), 5)
        self._grade()
        self.assertEqual(self._standing(self.quiet).credit_score, 0)
        html = self._standing(self.quiet).with_user(self.keeper).credit_breakdown
        self.assertIn("180 days on and later the score is 0.00", html)

    def test_breakdown_as_of_an_earlier_grading(self):
        """The figures of a grading as of a day are explained as of that day."""
        self._grade(as_of=self._days_ago(6))
        standing = self._standing(self.buyer)
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET graded_at = %s WHERE id = %s",
            [self._days_ago(6), standing.id],
        )
        self.env.invalidate_all()
        html = standing.with_user(self.keeper).credit_breakdown
        self.assertIn("open", html)
        self.assertNotIn("has changed", html)

    def test_partner_fields(self):
        """Searchable, sortable, groupable, and unknown for who has no grading or no score."""
        Partner = self.env["res.partner"].with_user(self.salesperson)
        child = self._create_own_customer("Child", parent_id=self.buyer.id)
        own = Domain("company_id", "=", self.company.id)
        found = Partner.search(own & Domain("customer_credit_score", ">", 70))
        self.assertEqual(found, self.buyer | child)
        self.assertFalse(Partner.search(own & Domain("customer_credit_score", "<", 70)))
        self.assertEqual(
            Partner.search(own & Domain("customer_credit_band", "=", "medium")), self.buyer | child
        )
        self.assertIn(self.quiet, Partner.search(own & Domain("customer_credit_score", "=", False)))
        ordered = Partner.search(own, order="customer_credit_score desc NULLS LAST, id")
        self.assertEqual(ordered[0], self.buyer)
        groups = dict(
            Partner._read_group(
                own & Domain("parent_id", "=", False), ["customer_credit_band"], ["__count"]
            )
        )
        self.assertEqual(groups["medium"], 1)
        self.assertEqual(groups["unknown"], 1)
        self.assertAlmostEqual(child.customer_credit_score, 70.55, 2)
        self.assertIs(self.quiet.customer_credit_score, False)
        fields_info = Partner.fields_get(["customer_credit_score", "customer_credit_band"])
        for info in fields_info.values():
            self.assertTrue(info["sortable"] and info["searchable"])

    def test_merged_customers(self):
        """Two customers who turn out to be one are scored by the invoices of both."""
        other = self._create_own_customer("Other", (9, 100))
        self._invoice(other, 90, due=4)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.buyer | other).ids, self.buyer)
        self._grade()
        self.assertEqual(self._standing(self.buyer).overdue_amount, 90)

    def test_lines_cannot_be_made_up(self):
        """The list is for looking at."""
        with self.assertRaises(AccessError):
            self.env["customer.tier.credit.line"].with_user(self.keeper).create(
                {"standing_id": self._standing(self.buyer).id, "move_id": 1}
            )
