from odoo.tests import Form, HttpCase, tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestNewUser(TieringCommon):
    def test_same_choices_in_the_users_language(self):
        """A Chinese officer read the locks in English, where the customer's own form was in
        Chinese."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering")._update_translations("zh_CN")
        for model, name in (("customer.tier.by.hand", "lock"),):
            with self.subTest(model=model):
                chinese = self.env[model].with_context(lang="zh_CN")
                standing = self.env["customer.tier.standing"].with_context(lang="zh_CN")
                self.assertEqual(
                    chinese.fields_get([name])[name]["selection"],
                    standing.fields_get([name])[name]["selection"],
                )
                self.assertNotEqual(
                    chinese.fields_get([name])[name]["selection"],
                    self.env[model]
                    .with_context(lang="en_US")
                    .fields_get([name])[name]["selection"],
                )

    def test_new_programme_was_never_graded(self):
        """A programme that nobody has saved yet named the company's last run as its own."""
        program = self._create_program("wholesale")
        self._grade()
        with Form(program) as form:
            self.assertFalse(form._get_modifier("last_run_id", "invisible"))
        form = Form(program.browse().with_company(self.company))
        self.assertTrue(form._get_modifier("last_run_id", "invisible"))

    def test_summary_tells_of_another_programme(self):
        """Whoever replaced a programme by a preset was told “all in the same tiers and stages as
        before” while every customer had a new tier."""
        program = self._create_program("wholesale", sequence=1)
        rich, poor = self._create_customer("Rich"), self._create_customer("Poor")
        self._create_order(rich, 60000)
        self._create_order(poor, 10)
        self._grade()
        program.active = False
        self._create_program("vip")
        run = self._grade()
        self.assertEqual(run._summary(), "Customers graded: 2 · in a tier of another programme: 2")
        self.assertNotEqual(self._standing(rich).tier_id.program_id, program)
        self._create_order(poor, 30000)
        self.assertNotIn("programme", self._grade()._summary())

    def test_summary_tells_of_what_waits(self):
        """Whoever graded a programme that needs approval was told that nothing had changed, while
        a list of proposals was waiting."""
        buyer = self._create_customer("Buyer")
        self._create_order(buyer, 10)
        self._create_program("wholesale", approval="both")
        self._grade()
        self._create_order(buyer, 30000)
        waiting = "Customers graded: 1 · waiting for approval: 1"
        self.assertEqual(self._grade()._summary(), waiting)
        self.assertEqual(self._grade()._summary(), waiting, "it still waits")


@tagged("post_install", "-at_install")
class TestWideScreen(HttpCase):
    browser_size = "1600x900"

    def test_page_of_a_contact_is_wide(self):
        """On a wide screen, where the chatter is at the side, the pages of a contact were one
        pixel wide: nothing could be read."""
        owner = self.env["res.partner"].create({"name": "Wide Owner", "is_company": True})
        company = self.env.ref("base.user_admin").company_id
        self.env["customer.tier.standing"].create(
            {"partner_id": owner.id, "company_id": company.id}
        )
        self.browser_js(
            f"/odoo/customers/{owner.id}",
            """
            document.querySelector(".nav-link[name='customer_tier']").click();
            const page = ".o_widget_customer_tier_lazy_page .o_form_renderer";
            const wait = setInterval(() => {
                const form = document.querySelector(page);
                if (form) {
                    clearInterval(wait);
                    const width = form.getBoundingClientRect().width;
                    if (width > 300) console.log("test successful");
                    else console.error(`${width} pixels`);
                }
            }, 100);
            """,
            ready="!!document.querySelector('.o_xxl_form_view [name=customer_tier]')",
            login="admin",
        )
