from odoo.fields import Command
from odoo.tests import tagged

from .ledger_common import LedgerCase


@tagged("post_install", "-at_install")
class TestBranch(LedgerCase):
    """Companies of one tree settle each other's invoices."""

    def test_entry_of_the_parent_is_a_draft_again(self):
        """The head office books what a branch's customer paid, and takes it back: the customer
        keeps the score of who has paid until the next night, as only the branch grades."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        both = (self.company | branch).ids
        self.env = self.env(context=dict(self.env.context, allowed_company_ids=both))
        customer = self._create_customer()
        self._create_program(tiers=["All"], company=branch)
        invoice = self._invoice(customer.with_env(self.env), company=branch.with_env(self.env))
        debt = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        journal = self._bank(self.company)
        values = {"partner_id": customer.id, "name": "Paid"}
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": self._days_ago(1),
                "line_ids": [
                    Command.create(
                        {**values, "account_id": journal.default_account_id.id, "debit": 100}
                    ),
                    Command.create({**values, "account_id": debt.account_id.id, "credit": 100}),
                ],
            }
        )
        entry.action_post()
        (debt | entry.line_ids.filtered("credit")).reconcile()
        self.assertTrue(debt.reconciled)
        # The bank of the head office pays the branch.
        parts = self.env["customer.tier.gather"]._payment_parts(customer, branch, self._days_ago(0))
        self.assertEqual(parts["days"].tolist(), [29])
        stale = self.env["customer.tier.stale"]
        mine = [("partner_id", "=", customer.id), ("company_id", "=", branch.id)]
        stale.search(mine).unlink()
        entry.button_draft()
        self.assertTrue(stale.search(mine))

    def test_customer_of_the_head_office(self):
        """Branches sell to customers of the head office, who were graded, and so priced, in none
        of them."""
        branch = self._create_company(name="Branch", parent_id=self.company.id)
        both = (self.company | branch | self.company_b).ids
        self.env = self.env(context=dict(self.env.context, allowed_company_ids=both))
        metrics = self.env["customer.tier.metric"]
        manual = metrics.create({"name": "Judged", "kind": "manual"})
        counted = metrics.create(
            {
                "name": "Contacts",
                "kind": "record",
                "model_name": "res.partner",
                "record_domain": "[('is_company', '=', True)]",
            }
        )
        customer = self._create_customer(company_id=self.company.id)
        stranger = self._create_customer(company_id=self.company_b.id)
        self._create_order(customer, date=3, company=branch)
        conditions = [("contacts", ">=", 1)]
        self._create_program(
            tiers=["All", {"name": "Counted", "conditions": conditions}], company=branch
        )
        self._grade(company=branch)
        self.assertEqual(self._standing(customer, branch).tier_id.name, "Counted")
        stale = self.env["customer.tier.stale"]
        stale.search([("company_id", "=", branch.id)]).unlink()
        values = [
            {"partner_id": customer.id, "metric_id": manual.id, "value": 5, "company_id": owner}
            for owner in (False, branch.id)
        ]
        for vals in values:
            self.env["customer.tier.value"].create(vals)
            mine = [("partner_id", "=", customer.id), ("company_id", "=", branch.id)]
            marked = stale.search(mine)
            self.assertTrue(marked)
            marked.unlink()
        self.assertEqual(self._standing(customer, branch).partner_id, customer)
        self.env["customer.tier.value"].create(
            {"partner_id": stranger.id, "metric_id": manual.id, "value": 5}
        )
        self.assertFalse(stale.search([("company_id", "=", branch.id)]))
        preview = metrics.with_company(branch).browse(counted.id).action_preview()
        shown = self.env[preview["res_model"]].browse(preview["res_id"]).line_ids.partner_id
        self.assertNotIn(stranger, shown)
