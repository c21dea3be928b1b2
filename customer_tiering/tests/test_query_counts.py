from odoo.tests import tagged

from .query_common import CONTACTS, QueryCase


@tagged("post_install", "-at_install")
class TestQueryCounts(QueryCase):
    """What grading adds to the screens and steps that people wait for."""

    def test_contacts_list(self):
        """A list of contacts that asks once per contact, or more often the more it shows."""
        for view, kind, most in (
            ("base.view_partner_tree", "list", 1),
            ("base.res_partner_kanban_view", "kanban", 1),
        ):
            with self.subTest(kind):
                self.assertLessEqual(self._extra_of_view(self.graded, view, kind), most)

    def test_contacts_list_is_searched_and_sorted_in_one(self):
        """Filtering, sorting or grouping by tier and score asks twice."""
        domain = [("customer_score", ">=", 0), ("customer_tier_id", "!=", False)]

        def grouped():
            self.Partner.formatted_read_group(domain, ["customer_tier_id"], ["__count"])

        def counted():
            self.Partner.formatted_read_group([("is_company", "=", True)], ["user_id"], ["__count"])

        def found():
            self.Partner.search(domain, order="customer_score desc", limit=CONTACTS)

        def usual():
            self.Partner.search([("is_company", "=", True)], order="name", limit=CONTACTS)

        self.assertEqual(self._extra(usual, found), 0)
        # The names of the tiers.
        self.assertLessEqual(self._extra(counted, grouped), 1)

    def test_contact_form(self):
        """The form of a contact asks for what is on pages that nobody has opened."""
        for partner in (self.graded[0], self.plain):
            with self.subTest(partner.name):
                extra = self._extra_of_view(partner, "base.view_partner_form", "form")
                self.assertLessEqual(extra, 2)

    def test_pages_of_the_contact_form(self):
        """The history and follow-ups are a query each when their page is opened, but not one for
        each line of them; one asks whether anything came back."""
        view = "customer_tiering.res_partner_view_form_tier"
        self.assertLessEqual(self._extra_of_view(self.graded[0], view, "form"), 23)

    def test_creating_a_quotation(self):
        """Pricing by tier asks for the standing and for the tier, and else for no more than the
        standard list that a customer without a tier gets."""
        customer = self.graded[0]
        ours = [t for t in self._twice(customer) if t.startswith("customer_")]
        self.assertLessEqual(len(ours), 2, ours)
        extra = self._extra(lambda: self._quote(self.plain), lambda: self._quote(customer))
        self.assertLessEqual(extra, 2)

    def _twice(self, customer):
        """Statements of the second of two quotations: the first fills caches of the process."""
        self._quote(customer)
        return self._statements(lambda: self._quote(customer))

    def test_totals_of_a_quotation(self):
        """Typing into the lines of a quotation never asks for the grading of its customer."""
        orders = {partner: self._quote(partner) for partner in (self.plain, self.graded[0])}

        def type_into(partner):
            line = orders[partner].order_line
            line.write({"product_uom_qty": line.product_uom_qty + 1})
            line.write({"price_unit": line.price_unit + 1})
            self.assertTrue(orders[partner].amount_total)

        actions = [lambda p=partner: type_into(p) for partner in orders]
        self.assertEqual(self._extra(*actions), 0)
        self.assertFalse([t for t in self._statements(actions[1]) if t.startswith("customer_")])

    def test_confirming_an_order(self):
        """Whoever confirms an order waits for one statement of the queue; at a tier's prices also
        for the tier's discount, which the order keeps. Addons beside this one look, too."""
        orders = iter([self._quote(self.graded[0]) for _number in range(2)])
        self._statements(lambda: next(orders).action_confirm())
        tables = self._statements(lambda: next(orders).action_confirm())
        ours = [t for t in tables if t.startswith(("customer_tier", "ir_cron"))]
        self.assertEqual(sorted({*ours} - {"customer_tier"}), ["customer_tier_stale"])
        self.assertLessEqual(len(ours), 2)

    def test_marking_is_one_statement(self):
        """Any number of customers cost as much as one, with the job that is woken; in a company
        without a programme nothing is asked."""
        Stale = self.env["customer.tier.stale"].with_user(self.salesperson)
        pairs = {(partner, self.company) for partner in self.graded}
        elsewhere = {(self.plain, self.company_b)}
        # Whether there is a programme, and the id of the job, are remembered by the process.
        Stale._mark(pairs | elsewhere)
        self.assertEqual(self._statements(lambda: Stale._mark(pairs)), ["customer_tier_stale"])
        self.assertEqual(self._statements(lambda: Stale._mark(elsewhere)), [])

    def test_job_that_is_switched_off_is_not_woken(self):
        """Its wake-up calls would pile up."""
        cron = self.env.ref("customer_tiering.ir_cron_grade")
        Trigger, domain = self.env["ir.cron.trigger"], [("cron_id", "=", cron.id)]
        pairs = {(self.graded[0], self.company)}
        for active, more in ((True, 1), (False, 0)):
            cron.active = active
            self.env.flush_all()
            before = Trigger.search_count(domain)
            self.env["customer.tier.stale"]._mark(pairs)
            self.assertEqual(Trigger.search_count(domain), before + more)
        self.assertGreaterEqual(self.env["customer.tier.stale"].search_count([]), 2)
