from odoo.tests import Form, HttpCase, new_test_user, tagged

from .common import TieringCommon

PAGE = "customer_tiering.res_partner_view_form_tier"


@tagged("post_install", "-at_install")
class TestContactPages(TieringCommon):
    """When a contact has the page of its tier, and what is loaded with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._create_customer("Customer")
        cls.contact = cls._create_customer("Their Buyer", parent_id=cls.customer.id)

    def _has_page(self, partner):
        self.env.invalidate_all()
        partner = partner.with_user(self.salesperson)
        return partner.customer_is_graded or partner.customer_is_gradable

    def _create_standing(self):
        self.env["customer.tier.standing"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )

    def test_page_of_the_tier(self):
        """A page without anything on it."""
        self.assertFalse(self._has_page(self.customer), "no programme")
        self._create_program()
        self.assertTrue(self._has_page(self.customer))
        self.assertFalse(self._has_page(self.contact), "the company is graded")
        self._create_standing()
        self.assertTrue(self._has_page(self.contact))
        self.assertFalse(self.contact.with_company(self.company_b).customer_is_graded)

    def test_new_contact_has_no_page(self):
        """A page that cannot be loaded, as the contact is not there yet."""
        self._create_standing()
        Partner = self.env["res.partner"].with_user(self.salesperson)
        for parent in (self.customer, self.customer.browse()):
            form = Form(Partner.with_context(default_parent_id=parent.id))
            self.assertFalse(form.customer_is_graded)
            self.assertFalse(form.customer_is_gradable)

    def test_page_opens_for_everybody(self):
        """The page asks for something that salespeople, or others who see it, may not read."""
        for user in (self.salesperson, self.officer, self.manager):
            for partner in (self.customer, self.contact):
                Form(partner.with_user(user), view=PAGE)

    def test_form_does_not_load_the_page(self):
        """The history and all else is read with every contact that is opened."""
        arch = self.customer.with_user(self.salesperson).get_view(view_type="form")["arch"]
        for name in ("customer_tier_change_ids", "customer_value_ids"):
            self.assertNotIn(name, arch)
        self.assertIn(f'view_id="{self.env.ref(PAGE).id}"', arch)


@tagged("post_install", "-at_install")
class TestContactPagesTour(HttpCase):
    def test_buttons_of_the_pages(self):
        """The page is stale after what a button did, what was typed on the contact is lost, or the
        contact loses its name to the page."""
        env = self.env
        company = env.company
        new_test_user(
            env,
            "tour_officer",
            name="Tour Officer",
            groups="customer_tiering.group_manager,sales_team.group_sale_manager,"
            "base.group_partner_manager",
            company_id=company.id,
        )
        env["customer.tier.metric"].create(
            {"name": "Tour Potential", "code": "tour_potential", "kind": "manual"}
        )
        owner = env["res.partner"].create({"name": "Tour Owner", "is_company": True})
        env["customer.tier.standing"].create({"partner_id": owner.id, "company_id": company.id})
        self.start_tour(
            f"/odoo/customers/{owner.id}", "customer_tiering_contact_pages", login="tour_officer"
        )
        self.assertEqual(owner.phone, "+32 2 290 34 90")
        self.assertEqual(owner.customer_value_ids.value, 42)
