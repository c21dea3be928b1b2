from odoo.addons.customer_tiering_credit_control.tests.common import QuotationCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

# What that addon counts when asked to.
COUNTED = ["risk_invoice_draft", "risk_invoice_open", "risk_invoice_unpaid"]


@tagged("post_install", "-at_install")
class TestFinancialRisk(QuotationCase):
    """Beside the addon of the OCA that keeps financial risks, with limits of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({f"{name}_include": True for name in COUNTED})

    def _seen(self):
        """The customer as a salesperson sees it, who has no right on accounting or risks."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.customer.with_user(self.salesperson)

    def test_figures_are_shown(self):
        """Salespeople saw 0, or an error, as the figures are for people with rights on them."""
        self._create_invoice(self.customer, 50, post=False)
        seen = self._seen()
        self.assertEqual(seen.customer_risk_total, 350)
        self.assertEqual(self.customer.risk_total, 350)
        self.assertEqual(self._seen().customer_risk_currency_id, self.currency)
        self.customer.risk_invoice_draft_include = False
        self.assertEqual(self._seen().customer_risk_total, 300)

    def test_financial_risk(self):
        """What the addon for financial risk counts is on the credit page, for salespeople alone."""
        page = "customer_tiering_credit_control.res_partner_view_form_credit_page"
        view = self.env.ref(page).id
        arch = self.customer.with_user(self.salesperson).get_view(view, "form")["arch"]
        self.assertIn('name="customer_risk_total"', arch)
        for groups in ("base.group_user", "base.group_portal"):
            user = self._create_user(f"risk_{groups}", groups)
            user.partner_id.parent_id = self.customer
            with self.subTest(groups), self.assertRaises(AccessError):
                user.partner_id.with_user(user).read(["customer_risk_total"])

    def test_contact_shows_its_company(self):
        """Risks are kept at the company; a contact of it has none."""
        contact = self.contact.with_user(self.salesperson)
        self.assertEqual(contact.customer_risk_total, 300)

    def test_currency_of_the_risk(self):
        """An amount in dollars was shown as one in euro."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "rate": 2,
                "name": "2020-01-01",
            }
        )
        self.customer.write({"credit_currency": "manual", "manual_credit_currency_id": dollar.id})
        seen = self._seen()
        self.assertEqual((seen.customer_risk_total, seen.customer_risk_currency_id), (600, dollar))

    def test_quotation_beside_it(self):
        """Our warning and refusal count as they do without it, and each thing once."""
        order = self._quote(500.01)
        self.assertEqual(order.customer_credit_over, 0.01)
        self.assertIn(self._money(1000), order.customer_credit_warning)
        self.company.customer_credit_check = "block"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.action_confirm()
        self._grant(1)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_proposal_is_its_limit_too(self):
        """One limit, whoever set it: what is applied here is dated and counted there."""
        standing = self._create_graded("Graded", band="low")
        self._set_rules({"amount": 700})
        self._apply(standing)
        self.assertEqual(standing.partner_id.credit_limit, 700)
        self.assertTrue(standing.partner_id.date_credit_limit)
        self.assertEqual(standing.partner_id.risk_remaining_value, 700)

    def test_forms(self):
        """Fields or pages of the same name hide each other, or the form does not open at all."""
        risk = self._create_user(
            "tiering_risk",
            "account_financial_risk.group_account_financial_risk_manager,"
            "sales_team.group_sale_salesman,account.group_account_invoice",
        )
        for user, pages in (
            (risk, {"customer_credit", "financial_risk"}),
            (self.salesperson, {"customer_credit"}),
        ):
            Form(self.customer.with_user(user))
            form = Form(
                self.customer.with_user(user),
                view="customer_tiering_credit_control.res_partner_view_form_credit_page",
            )
            self.assertEqual(form.customer_risk_total, 300)
            view = self.customer.with_user(user).get_view(view_type="form")["arch"]
            named = {
                name for name in ("customer_credit", "financial_risk") if f'name="{name}"' in view
            }
            self.assertEqual(named, pages)
            Form(self._create_order(self.contact, 1, state="draft").with_user(user).sudo())
