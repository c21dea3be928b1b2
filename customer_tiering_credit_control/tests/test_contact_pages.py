from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import ApprovalCase

PAGES = (
    "customer_tiering.res_partner_view_form_tier",
    "customer_tiering_credit_control.res_partner_view_form_credit_page",
)


@tagged("post_install", "-at_install")
class TestContactPages(ApprovalCase):
    """Which pages a contact has, and what is loaded with them."""

    def _pages(self, partner):
        """Whether the contact has the page of the tier and that of the credit."""
        self.env.invalidate_all()
        partner = partner.with_user(self.salesperson)
        tier = partner.customer_is_graded or partner.customer_is_gradable
        return tier, partner.customer_has_credit_page

    def test_pages_of_a_contact(self):
        """A page without anything on it, or an approval without a page to see it on."""
        newcomer = self._create_customer("Newcomer")
        self._create_program()
        self.company.account_use_credit_limit = True
        self.assertEqual(self._pages(newcomer), (True, True))
        self.assertEqual(self._pages(self.contact), (False, True), "the company is graded")
        self.company.account_use_credit_limit = False
        self.assertEqual(self._pages(newcomer), (True, False))
        self._request(partner=newcomer)
        self.assertEqual(self._pages(newcomer), (True, True))
        self.assertEqual(self._pages(self.contact), (False, False))
        self.env["customer.tier.standing"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        self.assertEqual(self._pages(self.contact), (True, True))
        self.assertFalse(self.contact.with_company(self.company_b).customer_is_graded)

    def test_new_contact_has_no_pages(self):
        """A page that cannot be loaded, as the contact is not there yet."""
        self.env["customer.tier.standing"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        Partner = self.env["res.partner"].with_user(self.salesperson)
        for parent in (self.customer, self.customer.browse()):
            form = Form(Partner.with_context(default_parent_id=parent.id))
            self.assertFalse(form.customer_is_graded)
            self.assertFalse(form.customer_is_gradable)
            self.assertFalse(form.customer_has_credit_page)

    def test_pages_open_for_everybody(self):
        """A page asks for something that salespeople, or others who see it, may not read."""
        for user in (self.salesperson, self.officer, self.manager, self.approver):
            for partner in (self.customer, self.contact):
                for page in PAGES:
                    Form(partner.with_user(user), view=page)

    def test_form_loads_no_page(self):
        """The history and all else is read with every contact that is opened."""
        arch = self.customer.with_user(self.salesperson).get_view(view_type="form")["arch"]
        for name in ("customer_tier_change_ids", "customer_value_ids", "customer_credit_used"):
            self.assertNotIn(name, arch)
        for page in PAGES:
            self.assertIn(f'view_id="{self.env.ref(page).id}"', arch)


@tagged("post_install", "-at_install")
class TestContactPagesTour(HttpCase):
    def test_buttons_of_the_pages(self):
        """The page is stale after what a button did, or the contact loses its name to the page."""
        env = self.env
        company = env.company
        company.account_use_credit_limit = True
        new_test_user(
            env,
            "tour_seller",
            name="Tour Seller",
            groups="sales_team.group_sale_salesman_all_leads,base.group_partner_manager",
            company_id=company.id,
        )
        owner = env["res.partner"].create({"name": "Tour Owner", "is_company": True})
        self.start_tour(
            f"/odoo/customers/{owner.id}", "customer_tiering_credit_page", login="tour_seller"
        )
        self.assertEqual(owner.customer_credit_approval_ids.amount, 500)
