from datetime import timedelta

from odoo.addons.customer_tiering.tests.common import TieringCommon
from odoo.addons.customer_tiering.tests.invoice_common import InvoiceCase
from odoo.fields import Command

CREDIT = "customer_tiering_credit_control.group_credit"


class CreditCase(TieringCommon):
    """A programme with three tiers, a credit approver, and customers put into tiers by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=["Bronze", "Silver", "Gold"])
        cls.bronze, cls.silver, cls.gold = cls.program.tier_ids
        cls.approver = cls._create_user("tiering_approver", CREDIT)
        cls.net30 = cls._create_term("30 days after")
        cls.cash = cls._create_term("Cash in hand")
        (cls.company | cls.company_b).account_use_credit_limit = True

    @classmethod
    def _create_term(cls, name, **vals):
        return cls.env["account.payment.term"].create({"name": name, "company_id": False, **vals})

    @classmethod
    def _create_graded(cls, name="Customer", tier=None, band=None, amount=0.0, company=None):
        """A customer and its standing."""
        company = company or cls.company
        partner = cls._create_customer(name)
        standing = cls.env["customer.tier.standing"].create(
            {"partner_id": partner.id, "company_id": company.id}
        )
        program = tier.program_id if tier else cls.program
        standing.sudo().write(
            {
                "tier_id": tier.id if tier else False,
                "program_id": program.id,
                "credit_band": band,
                "amount": amount,
            }
        )
        return standing

    @classmethod
    def _set_rules(cls, *rules, program=None):
        (program or cls.program).credit_rule_ids = [
            Command.clear(),
            *(
                Command.create({"sequence": 10 * rank, "limit_kind": "amount", **rule})
                for rank, rule in enumerate(rules)
            ),
        ]
        cls.env.invalidate_all()

    def _limit(self, standing, company=None):
        partner = standing.partner_id.with_company(company or standing.company_id)
        partner.invalidate_recordset()
        return partner.credit_limit

    def _apply(self, standings, user=None, reason="By the credit table"):
        standings = standings.with_user(user or self.approver)
        action = standings.action_apply_credit()
        Wizard = self.env[action["res_model"]].with_user(user or self.approver)
        wizard = Wizard.with_context(**action["context"]).create({"reason": reason})
        return wizard.action_apply()


class ApprovalCase(CreditCase):
    """A customer with a limit of 1000 and a contact of theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_credit_approver_id = cls.approver
        cls.customer = cls._create_customer("Owing Customer", credit_limit=1000)
        cls.contact = cls._create_customer("Their Buyer", parent_id=cls.customer.id)
        cls.today = cls.env["customer.tier.gather"]._today(cls.company)

    @classmethod
    def _request(cls, amount=500.0, days=10, user=None, partner=None, **vals):
        Approval = cls.env["customer.credit.approval"].with_user(user or cls.salesperson)
        return Approval.create(
            {
                "partner_id": (partner or cls.customer).id,
                "amount": amount,
                "date_until": cls.today + timedelta(days=days),
                "reason": "Large order",
                **vals,
            }
        )

    def _approve(self, approvals, user=None):
        approvals.with_user(user or self.approver).action_approve()
        self.env.invalidate_all()
        return approvals

    def _allowed(self, company=None):
        company = company or self.company
        self.env.invalidate_all()
        return self.customer._customer_credit_positions(company)[self.customer].allowed


class QuotationCase(ApprovalCase, InvoiceCase):
    """The customer may owe 1000, of which an unpaid invoice takes 300 and an order 200."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_invoice(cls.contact, 300)
        cls._create_order(cls.contact, 200)
        cls.env.flush_all()

    def _quote(self, amount=100.0, partner=None, user=None, **vals):
        user = user or self.salesperson
        vals = {"state": "draft", "user_id": user.id, **vals}
        order = self._create_order(partner or self.contact, amount, **vals)
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(user)

    def _money(self, amount):
        return self.currency.format(amount)

    def _grant(self, amount):
        self._approve(self._request(amount=amount))
