from datetime import timedelta
from pathlib import Path

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.modules.module import load_script
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import CREDIT, ApprovalCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0" / "post-requested_amount.py"


@tagged("post_install", "-at_install")
class TestCreditApproval(ApprovalCase):
    def test_request_reaches_the_approver(self):
        """A request that nobody is told of is not one."""
        approval = self._request(partner=self.contact)
        self.assertEqual(approval.partner_id, self.customer, "the company of the contact")
        self.assertEqual((approval.state, approval.requester_id), ("requested", self.salesperson))
        activity = approval.activity_ids
        self.assertEqual(activity.user_id, self.approver)
        self.assertEqual(
            activity.activity_type_id,
            self.env.ref("customer_tiering_credit_control.mail_activity_type_credit_approval"),
        )
        self.assertIn("Owing Customer", activity.summary)
        self.assertEqual(self._allowed(), 1000, "nothing is granted yet")

    def test_who_is_asked(self):
        """The approver of the settings has left, works elsewhere or lost the right: somebody
        else is asked, and where nobody may decide the salesperson is told."""
        Approval = self.env["customer.credit.approval"]
        admin = self.env.ref("base.user_admin")
        admin.company_ids += self.company
        self.assertEqual(Approval._approver(self.company), self.approver)
        self.approver.active = False
        self.assertEqual(Approval._approver(self.company), admin)
        self.approver.active = True
        self.approver.write({"group_ids": [Command.unlink(self.env.ref(CREDIT).id)]})
        self.assertEqual(Approval._approver(self.company), admin)
        self.company.customer_credit_approver_id = False
        self.assertEqual(Approval._approver(self.company), admin)
        self.assertFalse(Approval._approver(self.company_b))
        with self.assertRaisesRegex(UserError, "Ask an administrator"):
            self._request(user=self.salesperson_b, company_id=self.company_b.id)

    def test_approved_for_a_time(self):
        """Extra credit counts through its last day, in its company, and then ends by itself."""
        approval = self._approve(self._request(amount=500, days=10))
        small = self._approve(self._request(amount=50, days=2))
        self.assertEqual(approval.approver_id, self.approver)
        self.assertTrue(approval.decided_on)
        self.assertFalse(approval.activity_ids, "nothing left to do")
        self.assertEqual(self._allowed(), 1550)
        self.customer.with_company(self.company_b).credit_limit = 70
        self.assertEqual(self._allowed(self.company_b), 70)
        search = self.env["customer.credit.approval"].search
        mine = ("partner_id", "=", self.customer.id)
        for days, allowed, states in (
            (2, 1550, ["approved", "approved"]),
            (3, 1500, ["approved", "expired"]),
            (10, 1500, ["approved", "expired"]),
            (11, 1000, ["expired", "expired"]),
        ):
            noon = f"{self.today + timedelta(days=days)} 12:00:00"
            with self.subTest(days=days), freeze_time(noon):
                self.assertEqual(self._allowed(), allowed)
                both = approval + small
                self.assertEqual(both.mapped("state"), states)
                for state in ("approved", "expired", "requested"):
                    found = search([mine, ("state", "=", state)])
                    self.assertEqual(found, both.filtered(lambda a, s=state: a.state == s)[::-1])
                groups = self.env["customer.credit.approval"]._read_group(
                    [mine], ["state"], ["__count"]
                )
                self.assertEqual(
                    dict(groups), {state: states.count(state) for state in set(states)}
                )
        self.assertEqual(search([mine, ("state", "in", ("approved", "expired"))]), small + approval)
        self.assertFalse(search([mine, ("state", "not in", ("approved", "expired"))]))

    def test_no_limit_stays_none(self):
        """An approval for a customer without a limit must not make one."""
        self.customer.credit_limit = 0
        self._approve(self._request())
        self.assertEqual(self._allowed(), float("inf"))

    def test_requester_is_told(self):
        """The salesperson learns what was decided without asking, and the quotation keeps it."""
        order = self._create_order(self.contact, 5000, state="draft", user_id=self.salesperson.id)
        approval = self._request(order_id=order.id)
        approval.with_user(self.approver).answer = "Only this once"
        self._approve(approval)
        message = approval.message_ids.sudo()[0]
        self.assertIn(self.salesperson.partner_id, message.partner_ids)
        self.assertEqual(message.author_id, self.approver.partner_id)
        self.assertIn("Only this once", message.body)
        self.assertIn("Only this once", order.message_ids[0].body)
        self.assertEqual(order.message_ids[0].author_id, self.approver.partner_id)

    def test_refused(self):
        """What was refused grants nothing, and is decided."""
        approval = self._request()
        approval.with_user(self.approver).action_refuse()
        self.assertEqual((approval.state, self._allowed()), ("refused", 1000))
        with self.assertRaisesRegex(UserError, "decided already"):
            approval.with_user(self.approver).action_approve()
        with self.assertRaisesRegex(UserError, "decided already"):
            approval.with_user(self.approver).action_refuse()

    def test_taken_back(self):
        """A customer who fails must not keep what was granted until its last day."""
        approval = self._approve(self._request())
        approval.with_user(self.approver).action_refuse()
        self.assertEqual((approval.state, self._allowed()), ("refused", 1000))

    def test_less_than_asked_for(self):
        """An approver grants a part of it; afterwards nothing moves any more."""
        approval = self._request(amount=500).with_user(self.approver)
        with Form(approval) as form:
            form.amount = 200
            form.answer = "Half now"
        self._approve(approval)
        self.assertEqual(self._allowed(), 1200)
        for vals in ({"amount": 9000}, {"date_until": self.today + timedelta(days=900)}):
            with self.assertRaisesRegex(AccessError, "another approval"):
                approval.write(vals)
            with self.assertRaisesRegex(AccessError, "another approval"):
                approval.sudo().write(vals)

    def test_too_late_to_approve(self):
        """An approval that ends before it begins."""
        approval = self._request(days=1)
        with freeze_time(f"{self.today + timedelta(days=5)} 12:00:00"):
            self.env.invalidate_all()
            self.assertEqual(approval.state, "expired")
            with self.assertRaisesRegex(UserError, "Enter a later one"):
                self._approve(approval)
            approval.with_user(self.approver).date_until = self.today + timedelta(days=9)
            self._approve(approval)
            self.assertEqual(approval.state, "approved")

    def test_own_request(self):
        """A credit approver asked for a million and granted it itself; where the company wants
        that, the record says that it did."""
        with self.assertRaisesRegex(UserError, "Nobody in"), self.env.cr.savepoint():
            self._request(user=self.approver)
        other = self._create_user("tiering_other_approver", CREDIT)
        own = self._request(user=self.approver)
        self.assertEqual(own.activity_ids.user_id, other)
        with self.assertRaisesRegex(UserError, "Another credit approver"):
            self._approve(own)
        self._approve(own, user=other)
        self.assertEqual((own.requester_id, own.approver_id), (self.approver, other))
        self.company.customer_credit_own_requests = True
        approval = self._approve(self._request(user=self.approver))
        self.assertEqual(approval.requester_id, self.approver)
        self.assertEqual(approval.approver_id, self.approver)
        self.assertEqual(self._allowed(), 2000)

    def test_own_request_by_another(self):
        """What an approver may not ask for itself, a colleague asked for: for an order that the
        approver sells, or a small amount that the approver then made a large one."""
        order = self._create_order(self.contact, 5000, state="draft", user_id=self.approver.id)
        other = self._create_user("tiering_other_approver", CREDIT)
        colleague = self._create_user("colleague", "sales_team.group_sale_salesman_all_leads")
        sold = self._request(order_id=order.id, user=colleague)
        self.assertEqual(sold.activity_ids.user_id, other)
        with self.assertRaisesRegex(UserError, "sell the order"):
            self._approve(sold)
        small = self._request(amount=5)
        small.with_user(self.approver).amount = 999999
        with self.assertRaisesRegex(UserError, "Approve at most what was asked for"):
            self._approve(small)
        with self.assertRaises(AccessError):
            small.with_user(self.approver).requested_amount = 999999
        self.assertEqual(self._allowed(), 1000)
        forged = self._request(amount=5, requested_amount=1000)
        self.assertEqual(forged.requested_amount, 5)
        small.with_user(self.approver).amount = 4
        self._approve(small)
        self.assertEqual(self._allowed(), 1004)

    def test_salesperson_cannot_grant(self):
        """Whoever may ask must not be able to answer, by whatever way."""
        approval = self._request()
        for user in (self.salesperson, self.officer, self.manager):
            own = approval.with_user(user)
            with self.subTest(user.login):
                for call in (
                    own.action_approve,
                    own.action_refuse,
                    lambda own=own: own.write({"decision": "approved"}),
                    lambda own=own: own.write({"amount": 1}),
                    own.unlink,
                ):
                    with self.assertRaises(AccessError):
                        call()
        forged = self._request(
            decision="approved", approver_id=self.approver.id, requester_id=self.approver.id
        )
        self.assertEqual((forged.decision, forged.requester_id), ("requested", self.salesperson))
        self.assertFalse(forged.approver_id)
        context = {"default_decision": "approved", "default_approver_id": self.approver.id}
        Approval = self.env["customer.credit.approval"].with_user(self.salesperson)
        forged = Approval.with_context(**context).create(
            {
                "partner_id": self.customer.id,
                "amount": 1,
                "date_until": self.today,
                "reason": "Forged",
            }
        )
        self.assertEqual((forged.decision, forged.approver_id.id), ("requested", False))
        with self.assertRaises(AccessError):
            forged.with_user(self.approver).decision = "approved"
        self.assertEqual(self._allowed(), 1000)

    def test_nobody_deletes_it(self):
        """Who had approved what was gone once an automation, or whoever had got the right, deleted
        it."""
        request = self._request()
        approval = self._approve(self._request())
        for records in (request.sudo(), approval.sudo(), approval.with_user(SUPERUSER_ID)):
            with self.assertRaisesRegex(AccessError, "cannot be deleted"):
                records.unlink()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Delete",
                "model_id": self.env["ir.model"]._get_id(approval._name),
                "state": "code",
                "code": "records.sudo().with_context(customer_tier_system=True).unlink()",
            }
        )
        context = {"active_model": approval._name, "active_ids": approval.ids}
        with self.assertRaisesRegex(AccessError, "cannot be deleted"):
            action.with_context(**context, active_id=approval.id).run()
        self.assertEqual(approval.decision, "approved")

    def test_companies(self):
        """An approver of one company neither sees nor decides what is asked in another."""
        approval = self._request()
        approver_b = self._create_user("approver_b", CREDIT, company_id=self.company_b.id)
        theirs = approval.with_user(approver_b)
        self.assertFalse(theirs.search([("id", "=", approval.id)]))
        with self.assertRaises(AccessError):
            theirs.action_approve()
        owned = self._create_customer("Of B", company_id=self.company_b.id)
        with self.assertRaisesRegex(ValidationError, "do not belong together"):
            self._request(user=self.approver, partner=owned)

    def test_order_of_somebody_else(self):
        """A request under the name of one customer for the quotation of another."""
        order = self._create_order(self._create_customer("Third"), 10, state="draft")
        with self.assertRaisesRegex(ValidationError, "do not belong together"):
            self._request(order_id=order.id)

    def test_bad_input(self):
        """Amounts and days that grant nothing, or take away."""
        for amount in (0, -5):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._request(amount=amount)
        with self.assertRaisesRegex(ValidationError, "is over already"):
            self._request(days=-1)
        self.assertEqual(self._request(days=0).state, "requested")

    def test_what_the_approver_sees(self):
        """An approver without rights on accounting decides by what the customer owes."""
        self._create_order(self.customer, 300)
        standing = self._create_graded("Unused")
        standing.sudo()._by_system().write({"partner_id": self.customer.id})
        standing.sudo().write({"credit_band": "high", "overdue_amount": 12.0})
        approval = self._request().with_user(self.approver)
        self.assertEqual(approval.limit_text, self.currency.format(1000))
        self.assertEqual((approval.used, approval.overdue_amount), (300, 12))
        self.assertEqual(approval.credit_band, "high")
        on_contact = self.contact.with_user(self.salesperson)
        self.assertEqual(on_contact.customer_credit_approval_ids, approval)
        self.assertEqual(on_contact.customer_credit_used, 300)

    def test_upgrade(self):
        """Requests that were open at an upgrade could not be approved: nothing was kept of what
        had been asked for."""
        approval = self._request(amount=70)
        self.env.flush_all()
        self.env.cr.execute("UPDATE customer_credit_approval SET requested_amount = NULL")
        script = load_script(str(SCRIPT), "post-requested_amount")
        for _twice in range(2):
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(approval.requested_amount, 70)
        self._approve(approval)

    def test_typed_into_a_request(self):
        """Who owes how much in another company was told to whoever typed that company into a
        request that it never saved. In its own company it is told."""
        partner = self._create_customer("Of Both", credit_limit=500)
        partner.with_company(self.company_b).credit_limit = 7777
        self._create_order(partner, 123, company=self.company_b)
        self._create_order(partner, 45)
        self.env.flush_all()
        names = ["used", "limit_text", "credit_band", "overdue_amount"]
        spec = {name: {} for name in names}
        for user in (self.salesperson, self.officer, self.approver):
            Approval = self.env["customer.credit.approval"].with_user(user)
            typed = {"partner_id": partner.id, "company_id": self.company_b.id, "amount": 1}
            defaults = {f"default_{name}": value for name, value in typed.items()}
            with self.subTest(user.login):
                for model, values in (
                    (Approval, typed),
                    (Approval.with_context(**defaults), {}),
                ):
                    told = model.onchange(values, list(values), spec)["value"]
                    self.assertFalse(any(told.get(name) for name in names), told)
                typed["company_id"] = self.company.id
                told = Approval.onchange(typed, list(typed), spec)["value"]
                self.assertEqual((told["used"], told["limit_text"]), (45, self._money(500)))
        order = self._create_order(partner, 1000, state="draft", user_id=self.salesperson.id)
        order = order.with_user(self.salesperson)
        names = ["customer_credit_warning", "customer_credit_over", "customer_overdue_amount"]
        spec = {name: {} for name in names}
        told = order.onchange({"company_id": self.company_b.id}, ["company_id"], spec)["value"]
        self.assertFalse(any(told.get(name) for name in names), told)
        self.assertEqual(order.customer_credit_over, 545)

    def _money(self, amount):
        return self.currency.format(amount)

    def test_merged_customer(self):
        """Extra credit that was granted to a duplicate is lost with it."""
        twin = self._create_customer("Twin", is_company=False)
        self._approve(self._request(partner=twin))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.contact.id, twin.id], self.contact, extra_checks=False)
        self.assertEqual(self._allowed(), 1500)

    def test_request_window(self):
        """The window that salespeople ask in, from the contact."""
        action = self.contact.with_user(self.salesperson).action_request_credit()
        Approval = self.env[action["res_model"]].with_user(self.salesperson)
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        with Form(Approval.with_context(**action["context"]), view=view) as form:
            self.assertEqual(form.limit_text, self.currency.format(1000))
            form.amount = 10
            form.reason = "Needed"
        self.assertEqual(form.record.partner_id, self.customer)


@tagged("post_install", "-at_install")
class TestCreditApprovalRpc(HttpCase, ApprovalCase):
    def test_over_the_wire(self):
        """Buttons are methods, and no context from outside lets the system's code pass."""
        approval = self._request()
        self.authenticate(self.salesperson.login, self.salesperson.login)
        for method, args, context in (
            ("action_approve", [], {}),
            ("write", [{"decision": "approved"}], {"customer_tier_system": True}),
            ("_decide", ["approved"], {}),
        ):
            with (
                self.subTest(method),
                self.assertRaises(JsonRpcException) as refusal,
                mute_logger("odoo.http"),
            ):
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {
                        "model": approval._name,
                        "method": method,
                        "args": [approval.ids, *args],
                        "kwargs": {"context": context},
                    },
                )
            self.assertIn("AccessError", str(refusal.exception))
        self.assertEqual(approval.decision, "requested")
