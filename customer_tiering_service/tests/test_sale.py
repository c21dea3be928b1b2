"""Where dedicated people and payment terms count."""

from odoo.addons.customer_tiering.explain import benefits
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ServiceCase


@tagged("post_install", "-at_install")
class TestSale(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        team = {"name": "Key accounts", "company_id": cls.company.id}
        cls.team = cls.env["crm.team"].create(team)
        cls.rule.write(
            {
                "team_id": cls.team.id,
                "payment_term_id": cls.term.id,
                "service_user_id": cls.helper.id,
            }
        )
        cls.golds = cls._create_golds(3)
        cls.Care._assign(cls.company)
        cls.env.invalidate_all()
        cls.gold = cls.golds[0]
        cls.person = cls.Care._of_customers(cls.gold, cls.company).user_id
        cls.contact = cls._create_customer("Buyer", parent_id=cls.gold.id)

    def test_new_quotation(self):
        """A quotation for a Gold customer went to whoever happened to type it, on the terms of
        nobody."""
        for partner in (self.gold, self.contact):
            order = self._quote(partner)
            self.assertEqual(order.user_id, self.person)
            self.assertEqual(order.team_id, self.team)
            self.assertEqual(order.payment_term_id, self.term)
        form = Form(self.env["sale.order"].with_user(self.desk))
        form.partner_id = self.gold
        self.assertEqual(form.user_id, self.person)
        self.assertEqual(form.payment_term_id, self.term)
        imported = self.env["sale.order"].load(["partner_id/.id"], [[str(self.gold.id)]])
        self.assertEqual(self.env["sale.order"].browse(imported["ids"]).user_id, self.person)

    def test_what_goes_before(self):
        """What somebody chose on the order, or the customer's own salesperson and terms, was
        replaced by those of the tier."""
        immediate = self.env["account.payment.term"].create({"name": "Now"})
        vals = {"user_id": self.helper.id, "payment_term_id": immediate.id}
        order = self._quote(self.gold, **vals)
        self.assertEqual((order.user_id, order.payment_term_id), (self.helper, immediate))
        self.assertFalse(order.customer_term_offer_id, "chosen by hand")
        order = self._quote(self.gold, user_id=False)
        self.assertFalse(order.user_id)
        self.gold.with_company(self.company).property_payment_term_id = immediate
        self.contact.user_id = self.salesperson
        order = self._quote(self.contact)
        self.assertEqual((order.user_id, order.payment_term_id), (self.salesperson, immediate))

    def test_who_sees_own_orders_only(self):
        """A salesperson who sees own orders only could not quote to a Gold customer any more."""
        order = self._quote(self.gold, self.salesperson)
        self.assertEqual(order.user_id, self.salesperson)
        self.assertEqual(order.payment_term_id, self.term)
        self.assertEqual(self._quote(self.gold, self.person).user_id, self.person)

    def test_unknown_customer(self):
        """A customer whom no rule fits lost the salesperson that core gives."""
        order = self._quote(self._create_own_customer("Nobody's"))
        self.assertEqual(order.user_id, self.desk)
        self.assertFalse(order.payment_term_id)

    def test_tier_change_leaves_orders_alone(self):
        """An open quotation went to somebody else, or was to be paid sooner, as the customer was
        demoted over night; a draft did not say so."""
        draft, sent = self._quote(self.gold), self._quote(self.gold)
        sent.action_quotation_sent()
        sooner = self.env["account.payment.term"].create({"name": "7 days"})
        self._create_rule("Silver", self.silver, self.helper, payment_term_id=sooner.id)
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", self.gold.id)])
        standing.tier_id = self.silver
        self._assign()
        self.assertEqual(self._care(self.gold).user_id, self.helper)
        for order in (draft, sent):
            self.assertEqual((order.user_id, order.payment_term_id), (self.person, self.term))
        self.assertEqual(draft.customer_term_offer_id, sooner)
        self.assertFalse(sent.customer_term_offer_id)
        draft.with_user(self.desk).with_context(
            allowed_company_ids=self.company.ids
        ).action_follow_customer_term()
        self.assertEqual(draft.payment_term_id, sooner)

    def test_invoices(self):
        """An invoice without an order had no terms; one of an order had others than the order."""
        chart = self.env["account.chart.template"].with_company(self.company)
        chart.try_loading("generic_coa", company=self.company, install_demo=False)
        Move = self.env["account.move"]
        move = Move.create({"move_type": "out_invoice", "partner_id": self.contact.id})
        self.assertEqual(move.invoice_payment_term_id, self.term)
        refund = Move.create({"move_type": "out_refund", "partner_id": self.contact.id})
        self.assertFalse(refund.invoice_payment_term_id)
        bill = Move.create({"move_type": "in_invoice", "partner_id": self.contact.id})
        self.assertFalse(bill.invoice_payment_term_id)
        self.product.write({"type": "service", "invoice_policy": "order"})
        order = self._create_order(self.gold, 100, state="draft")
        order.action_confirm()
        self.assertEqual(order._create_invoices().invoice_payment_term_id, self.term)

    def test_benefits(self):
        """The page promised 45 days to who has other terms, or named nobody to turn to."""
        program = self.program
        program.benefit_ids.unlink()
        self.env["customer.tier.benefit"].create(
            [
                {"program_id": program.id, "name": "Longer to pay", "kind": "term"},
                {"program_id": program.id, "name": "Your contact", "kind": "contact"},
            ]
        )
        tier = self.rule.tier_ids

        def told(**names):
            return {one.kind: one.value for one in benefits.of_tier(tier, **names)}

        self.assertEqual(told()["term"], self.term.name)
        self.assertEqual(
            told(customer=self.gold), {"term": self.term.name, "contact": self.helper.name}
        )
        now = self.env["account.payment.term"].create({"name": "Now"})
        self.gold.with_company(self.company).property_payment_term_id = now
        self.assertNotIn("term", told(customer=self.gold))
        self.assertNotIn("term", [one.kind for one in benefits.of_tier(self.silver)])

    def test_told_to_turn_to(self):
        """Customers were told to turn to who has left, is a portal user by now, works in another
        company, or has no e-mail address; or to nobody, though there is somebody."""
        Responsible = self.env["customer.tier.responsible"]

        def told(customer=self.contact):
            self.env.flush_all()
            return Responsible._personal(customer, self.company)

        self.helper.email = False
        self.assertEqual(told()["contact"], self.helper.id)
        self.assertEqual((told()["name"], told()["email"]), (self.helper.name, None))
        self.helper.company_ids |= self.company_b
        self.helper.write({"company_id": self.company_b.id})
        self.helper.company_ids -= self.company
        self.gold.user_id = self.desk
        self.assertEqual(told()["contact"], self.desk.id, "the own salesperson comes next")
        self.desk.active = False
        self.assertEqual(told()["contact"], self.person.id, "then who is dedicated")
        self.person.active = False
        self.assertNotEqual(told()["contact"], self.person.id)
        self.assertEqual(set(told(self.env["res.partner"]).values()), {None})
        self.assertIsNone(Responsible._personal(self.gold, self.company_b)["contact"])

    def test_term_in_the_language_of_the_reader(self):
        """A customer read the payment term in the language of the colleague who made it."""
        self.env["res.lang"]._activate_lang("zh_CN")
        term = "term"
        told = self.env["customer.tier.responsible"].with_context(lang="zh_CN")._personal
        self.assertEqual(told(self.gold, self.company)[term], self.term.name, "no translation")
        self.term.with_context(lang="zh_CN").name = "等级账期 45 天"
        self.env.flush_all()
        self.assertEqual(told(self.gold, self.company)[term], "等级账期 45 天")

    def test_contact_form_and_filters(self):
        """Nobody saw on the contact who is dedicated, why and since; salespeople did not find the
        customers who were given to them."""
        seen = self.contact.with_user(self.salesperson).with_company(self.company)
        self.assertEqual(seen.customer_dedicated_user_id, self.person)
        self.assertEqual(seen.customer_service_user_id, self.helper)
        self.assertEqual(seen.customer_care_why, "Gold service")
        self.assertEqual(seen.customer_care_since, self._days_ago(0))
        partners = self.env["res.partner"].with_user(self.person)
        mine = partners.search([("customer_dedicated_user_id", "=", self.person.id)])
        self.assertIn(self.contact, mine)
        self.assertNotIn(self.golds[1], mine)
        without = partners.search(
            [("customer_dedicated_user_id", "=", False), ("id", "in", self.golds.ids)]
        )
        self.assertFalse(without)
        other = partners.search(
            [("customer_dedicated_user_id", "!=", self.person.id), ("id", "in", self.golds.ids)]
        )
        self.assertEqual(other, self.golds[1:])

    def test_typing_a_customer_tells_nothing(self):
        """Somebody of another company typed a customer into an unsaved quotation and read who is
        dedicated to it."""
        order = self.env["sale.order"].with_user(self.salesperson_b)
        portal = self._create_user("tiering_portal_s", "base.group_portal")
        secret = {self.person.id, self.term.id}
        for user in (self.salesperson_b, portal):
            for company in (self.company, self.company_b):
                values = {"partner_id": self.gold.id, "company_id": company.id}
                try:
                    order = self.env["sale.order"].with_user(user)
                    spec = {"user_id": {}, "payment_term_id": {}}
                    found = order.onchange(values, ["partner_id"], spec)["value"]
                except AccessError:
                    continue
                self.assertFalse(secret & {found.get("user_id"), found.get("payment_term_id")})

    def test_uninstall_leaves_orders(self):
        """Without the addon, orders had lost their salesperson and their payment terms."""
        from ..hooks import uninstall_hook

        order = self._quote(self.gold)
        uninstall_hook(self.env)
        self.assertEqual((order.user_id, order.payment_term_id), (self.person, self.term))
        self.assertFalse(self.Care.search([("company_id", "=", self.company.id)]))

    def test_merged_customers(self):
        """Two customers became one, and the merge failed as both had somebody."""
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(self.golds[:2].ids, self.golds[0])
        self.assertEqual(len(self._care(self.golds[0])), 1)
        self._standing(self.golds[0]).tier_id = self.rule.tier_ids
        self._assign()
        self.assertEqual(len(self._care(self.golds[0])), 1)

    def test_taken_over(self):
        """Whoever should stay with a customer for good had to be looked up and typed; or the rule
        went on to count the customer for the pool."""
        desk = self.gold.with_user(self.desk)
        desk.action_keep_dedicated()
        self.env.invalidate_all()
        self.assertEqual(self.gold.user_id, self.person)
        self.assertFalse(self._care(self.gold).user_id)
        self.assertEqual(self._quote(self.gold).user_id, self.person)
        self.assertEqual(self._care(self.gold).change_ids[0].reason, "own")
        plain = self._create_own_customer("Nobody's own")
        with self.assertRaisesRegex(UserError, "Nobody is dedicated"):
            plain.with_user(self.desk).action_keep_dedicated()
        viewer = self._create_user("tiering_viewer", "base.group_user")
        with self.assertRaises(AccessError):
            self.golds[1].with_user(viewer).action_keep_dedicated()

    def test_saved_quotation_keeps_its_salesperson(self):
        """Choosing another customer on a saved quotation gave it to somebody else."""
        order = self._quote(self.golds[1])
        first = order.user_id
        order.partner_id = self.golds[2]
        self.assertEqual(order.user_id, first)
        order.order_line = [Command.create({"product_id": self.product.id})]
        self.assertEqual(order.copy().user_id, first)
