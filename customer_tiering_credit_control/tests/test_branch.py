from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.tests import tagged

from .common import CREDIT


@tagged("post_install", "-at_install")
class TestBranch(TieringCommon):
    """Branches sell to the customers of their head office."""

    def test_approval_in_a_branch(self):
        """Credit for a quotation of a branch to a customer of the head office was refused, as if
        they did not belong together."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        both = (self.company | branch).ids
        self.env = self.env(context=dict(self.env.context, allowed_company_ids=both))
        customer = self._create_customer(company_id=self.company.id)
        self._create_user("branch_approver", CREDIT, company_id=branch.id)
        order = self._create_order(customer, date=0, company=branch, state="draft")
        approval = self.env["customer.credit.approval"].create(
            {
                "order_id": order.id,
                "partner_id": customer.id,
                "company_id": branch.id,
                "amount": 50,
                "reason": "Known",
                "date_until": self._days_ago(-9),
            }
        )
        self.assertEqual(approval.company_id, branch)

    def test_payment_term_of_the_head_office(self):
        """A credit rule of a branch refused a payment term that its customers may have."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        program = self._create_program(tiers=["All"], company=branch)
        term = self.env["account.payment.term"].create(
            {"name": "Head Office", "company_id": self.company.id}
        )
        rule = self.env["customer.credit.rule"].create(
            {"program_id": program.id, "limit_kind": "none", "payment_term_id": term.id}
        )
        self.assertEqual(rule.payment_term_id, term)
        self.assertIn(term, term.search(term._check_company_domain(branch)))
