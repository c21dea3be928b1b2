from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestDesk(ApprovalCase):
    """Credit where salespeople and administrators meet it."""

    def test_customer_of_the_head_office(self):
        """Branches sell to the customers of their head office; extra credit could not be asked for
        there, and a customer who signed such a quotation online ran into the refusal."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        both = (self.company | branch).ids
        self.salesperson.company_ids += branch
        self.approver.company_ids += branch
        owned = self._create_customer("Of the head office", company_id=self.company.id)
        user = self.salesperson
        order = self._create_order(owned, 10, state="draft", company=branch, user_id=user.id)
        approval = (
            self.env["customer.credit.approval"]
            .with_user(user)
            .with_context(allowed_company_ids=both)
            .create(
                {
                    "partner_id": owned.id,
                    "company_id": branch.id,
                    "order_id": order.id,
                    "amount": 100,
                    "date_until": self.today,
                    "reason": "Large order",
                }
            )
        )
        self.assertEqual(approval.company_id, branch)

    def test_state_from_the_context(self):
        """A default in the context confirmed orders past the limit."""
        self.company.customer_credit_check = "block"
        line = {"product_id": self.product.id, "price_unit": 1800, "tax_ids": False}
        vals = {"partner_id": self.contact.id, "order_line": [Command.create(line)]}
        Order = self.env["sale.order"].with_user(self.salesperson)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            Order.with_context(default_state="sale").create(vals)

    def test_filled_while_confirmed(self):
        """Lines that were written together with the state, as an import does, were confirmed past
        the limit: it looked at the quotation as it was before."""
        self.company.customer_credit_check = "block"
        poor = self._create_customer("Poor", credit_limit=1)
        line = {"product_id": self.product.id, "price_unit": 1800, "tax_ids": False}
        every = [{"order_line": [Command.create(line)]}, {"partner_id": poor.id}]
        # Beside stock Odoo itself cannot write lines and state at once.
        for vals in every[1:] if "stock.picking" in self.env else every:
            order = self._create_order(self.contact, 10, state="draft", user_id=False)
            with (
                self.subTest(vals.keys()),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                order.write({"state": "sale", **vals})
        order = self._create_order(self.contact, 10, state="draft")
        order.write({"state": "sale", "client_order_ref": "PO 7"})
        self.assertEqual((order.state, order.client_order_ref), ("sale", "PO 7"))

    def test_terms_of_the_head_office(self):
        """Branches invoice by the terms of their head office, but could not propose them."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        program = self._create_program(tiers=["All"], company=branch)
        term = self._create_term("Of the head office", company_id=self.company.id)
        self._set_rules({"amount": 10, "payment_term_id": term.id}, program=program)
        self.assertEqual(program.credit_rule_ids.payment_term_id, term)
        foreign = self._create_term("Of B", company_id=self.company_b.id)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._set_rules({"amount": 10, "payment_term_id": foreign.id}, program=program)

    def test_exporting_customers(self):
        """An export of the day of the last order worked out for each customer why it is in its
        tier; and in a second language it repeated the words of the first."""
        customers = self.env["res.partner"].create(
            [{"name": str(number), "is_company": True} for number in range(20)]
        )
        for customer in customers:
            self._create_order(customer, 10)
        self._grade()
        for name in ("customer_last_order_date", "customer_proposed_limit_text"):
            counts = []
            for some in (customers[:1], customers[:1], customers):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                some.with_user(self.salesperson).read([name])
                counts.append(self.env.cr.sql_log_count - before)
            self.assertLessEqual(counts[2], counts[1] + 2, name)
        field = self.env["res.partner"]._fields["customer_next_order_text"]
        self.assertIn("lang", self.env.registry.field_depends_context[field])
        self.assertTrue(customers[0].customer_tier_explanation)

    def test_customer_of_another_language(self):
        """Salespeople and approvers were told in the language of the customer who signed."""
        self.company.customer_credit_check = "block"
        self.env["res.lang"]._activate_lang("zh_CN")
        customer = self._create_user("desk_portal", "base.group_portal", lang="zh_CN")
        order = self._create_order(self.contact, 1800, state="sent", user_id=self.salesperson.id)
        order.with_user(customer).with_context(lang="zh_CN").sudo()._validate_order()
        approval = self.env["customer.credit.approval"].search([("order_id", "=", order.id)])
        self.assertEqual(approval.reason, f"The customer has accepted {order.name} online.")
        self.assertIn("Confirm it once", order.message_ids[:1].body)
        self.company.customer_credit_check = "warn"
        order.with_user(customer).with_context(lang="zh_CN").sudo().action_confirm()
        bodies = " ".join(order.message_ids.mapped("body"))
        self.assertIn("Confirmed over the credit limit", bodies)

    def test_quotation_of_a_colleague(self):
        """A number that was tried out named a colleague's quotation, and had the decision posted
        there."""
        order = self._create_order(
            self.contact, 10, state="draft", user_id=self.approver.id, team_id=False
        )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._request(order_id=order.id)
        order.user_id = self.salesperson
        self.assertEqual(self._request(order_id=order.id).order_id, order)
