from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import format_date
from odoo.tools.safe_eval import safe_eval

from .common import OWN, GradingCase
from .facts_common import FactsCase


@tagged("post_install", "-at_install")
class TestCreditNotes(FactsCase):
    """Ordered, less credit notes."""

    def test_credited_in_full(self):
        """An order of 25,000 was credited in full on day 5, and the customer kept the amount, the
        order and the tier."""
        program = self._create_program(domain=OWN)
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, 25000, date=30)
        self._credit(self._invoice(order, 30), 25)
        self._grade(as_of=self._days_ago(26))
        standing = self._standing(buyer)
        self.assertEqual((standing.amount, standing.order_count), (25000, 1), "not credited yet")
        self.assertEqual(standing.last_order_date, self._days_ago(30))
        self._grade()
        self.assertEqual((standing.amount, standing.order_count), (0, 0))
        self.assertFalse(standing.last_order_date)
        self.assertEqual(standing.lifecycle_stage, "potential")
        self.assertEqual(standing.target_tier_id, program.tier_ids[0])

    def test_credited_in_part(self):
        """3 of 10 pieces were credited: amount, pieces and margin are of 7, on the day of the
        credit note; the order stays one."""
        self.product.standard_price = 60
        self._create_measuring_program("quantity", "margin", "margin_rate", "average_order")
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, date=30, lines=[{"product_uom_qty": 10}])
        self._credit(self._invoice(order, 30), 10, quantity=3)
        self._grade()
        self.assertEqual(self._counted(buyer), (700, 1))
        values = self._values(buyer)
        self.assertEqual(values["quantity"], 7)
        self.assertEqual(values["margin"], 280)
        self.assertEqual(values["margin_rate"], 40)
        self.assertEqual(values["average_order"], 1000, "what came back is on neither side")
        self._grade(as_of=self._days_ago(11))
        self.assertEqual(self._counted(buyer), (1000, 1))

    def test_ten_credit_notes(self):
        """Credited bit by bit is credited: the last bit makes it no order."""
        self._create_measuring_program()
        buyer = self._create_own_customer("Buyer", (40, 50))
        invoice = self._invoice(self._create_order(buyer, 1000, date=30), 30)
        for days in range(20, 10, -1):
            self._credit(invoice, days, price_unit=100)
        self._grade(as_of=self._days_ago(12))
        self.assertEqual(self._counted(buyer), (150, 2))
        self._grade()
        self.assertEqual(self._counted(buyer), (50, 1))
        self.assertEqual(self._standing(buyer).last_order_date, self._days_ago(40))

    def test_wrong_invoice_replaced(self):
        """A wrong invoice is credited and invoiced anew: the customer has not sent anything
        back."""
        self._create_measuring_program("quantity", "product_count")
        buyer = self._create_own_customer("Buyer")
        invoice = self._invoice(self._create_order(buyer, 1000, date=30), 30)
        refund = self._credit(invoice, 20)
        again = refund._reverse_moves([{"invoice_date": self._days_ago(19)}])
        if again.move_type != "out_invoice":
            again = invoice.copy({"invoice_date": self._days_ago(19)})
            again.invoice_line_ids.sale_line_ids = invoice.invoice_line_ids.sale_line_ids
        again.invoice_date = self._days_ago(19)
        again.action_post()
        self._grade()
        self.assertEqual(self._counted(buyer), (1000, 1))
        self.assertEqual(self._values(buyer)["quantity"], 1)
        self.assertEqual(self._values(buyer)["product_count"], 1)

    def test_negative_order_settled_by_a_credit_note(self):
        """A return entered as a negative order and then credited was deducted twice."""
        self._create_measuring_program("quantity")
        buyer = self._create_own_customer("Buyer", (30, 1000))
        back = self._create_order(buyer, date=20, lines=[{"product_uom_qty": -3}])
        refund = back._create_invoices(final=True)
        self.assertEqual(refund.move_type, "out_refund")
        refund.invoice_date = self._days_ago(19)
        refund.action_post()
        self._grade()
        self.assertEqual(self._counted(buyer), (700, 1))
        self.assertEqual(self._values(buyer)["quantity"], -2)

    def test_order_made_smaller_and_credited(self):
        """Ten pieces were invoiced, the order made five, and the rest credited: five are left, not
        none."""
        self._create_measuring_program("quantity")
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, date=20, lines=[{"product_uom_qty": 10}])
        self._invoice(order, 20)
        order.order_line.product_uom_qty = 5
        refund = order._create_invoices(final=True)
        self.assertEqual(refund.move_type, "out_refund")
        refund.invoice_date = self._days_ago(15)
        refund.action_post()
        self._grade()
        self.assertEqual(self._counted(buyer), (500, 1))
        self.assertEqual(self._values(buyer)["quantity"], 5)

    def test_credit_note_without_an_order(self):
        """A bonus for the year reduces the amount, but no order; that for an invoice which was
        never ordered gives back what never counted."""
        self._create_measuring_program("quantity", "average_order", "growth")
        buyer = self._create_own_customer("Buyer", (30, 1000))
        self._create_invoice(
            buyer, 100, "out_refund", invoice_date=self._days_ago(10), date=self._days_ago(10)
        )
        repair = self._create_invoice(buyer, 70, invoice_date=self._days_ago(9))
        self._credit(repair, 8)
        self._grade()
        self.assertEqual(self._counted(buyer), (900, 1))
        self.assertEqual(self._values(buyer)["average_order"], 1000)
        self._grade(as_of=self._days_ago(11))
        self.assertEqual(self._counted(buyer), (1000, 1))

    def test_foreign_order_credited_at_another_rate(self):
        """100 dollars credited in full half a year later, at another rate, left some euro of an
        order."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        rates = {self._days_ago(40): 2.0, self._days_ago(5): 4.0}
        dollar.rate_ids = [
            Command.clear(),
            *(
                Command.create({"name": day, "rate": rate, "company_id": self.company.id})
                for day, rate in rates.items()
            ),
        ]
        dollars = self._create_pricelist("Dollars", currency_id=dollar.id)
        self._create_measuring_program()
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, 100, date=30, pricelist_id=dollars.id)
        self._credit(self._invoice(order, 30), 1)
        self._grade(as_of=self._days_ago(2))
        self.assertEqual(self._counted(buyer), (50, 1))
        self._grade()
        self.assertEqual(self._counted(buyer), (0, 0))

    def test_invoice_of_somebody_else(self):
        """The head office pays and is credited; the amount is that of the shop that ordered."""
        self._create_measuring_program()
        payer = self._create_own_customer("Head Office", customer_rank=1)
        buyer = self._create_own_customer("Shop")
        order = self._create_order(buyer, 1000, date=30, partner_invoice_id=payer.id)
        self._credit(self._invoice(order, 30), 10)
        self._grade()
        self.assertEqual(self._counted(buyer), (0, 0))
        self.assertEqual(self._counted(payer), (0, 0))

    def test_credited_to_somebody_else(self):
        """A credit note made out to neither who ordered nor who pays by now counted only where
        its addressee happened to be graded in the same go."""
        self._create_measuring_program()
        shop, office = (self._create_own_customer(name) for name in ("Shop", "Office"))
        other = self._create_own_customer("Agency", customer_rank=1)

        def amount(buyer):
            self.env["customer.tier.run"]._grade_partners(buyer, self.company)
            self.env.invalidate_all()
            return self._counted(buyer)

        order = self._create_order(shop, 1000, date=30)
        invoice = self._invoice(order, 30)
        refund = self._credit(invoice, 10, post=False)
        refund.partner_id = other
        refund.action_post()
        self.assertEqual(amount(shop), (0, 0))
        refund.button_draft()
        self.assertEqual(amount(shop), (1000, 1))
        refund.partner_id = shop
        refund.action_post()
        self.assertFalse(refund.sudo().customer_tier_order_ids)
        self.assertEqual(amount(shop), (0, 0))
        # The order is paid by another, or given to another, after it was credited.
        order = self._create_order(office, 500, date=30, partner_invoice_id=other.id)
        refund = self._credit(self._invoice(order, 30), 10)
        order.partner_invoice_id = office
        self.assertEqual(amount(office), (0, 0))
        order.partner_invoice_id = other
        self.assertFalse(refund.sudo().customer_tier_order_ids)
        self.assertEqual(amount(office), (0, 0))
        self.assertEqual(amount(other), (0, 0))

    def test_credited_before_anybody_noted_it(self):
        """What was credited to somebody else before the addon came counted."""
        self._create_measuring_program()
        shop = self._create_own_customer("Shop")
        refund = self._credit(self._invoice(self._create_order(shop, 1000, date=30), 30), 10)
        refund.button_draft()
        refund.partner_id = self._create_own_customer("Agency", customer_rank=1)
        refund.action_post()
        noted = refund.sudo().customer_tier_order_ids
        refund.sudo().customer_tier_order_ids = False
        self.env["account.move"]._customer_tier_find_orders()
        self.assertTrue(noted)
        self.assertEqual(refund.sudo().customer_tier_order_ids, noted)

    def test_deposit(self):
        """A deposit that is invoiced, deducted and credited is not what was bought."""
        self._create_measuring_program("quantity", "product_count")
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, 1000, date=30)
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "fixed",
                "fixed_amount": 300,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        deposit = wizard._create_invoices(order)
        deposit.invoice_date = self._days_ago(29)
        deposit.action_post()
        self._credit(deposit, 20)
        self._grade()
        self.assertEqual(self._counted(buyer), (1000, 1))
        self.assertEqual(self._values(buyer)["quantity"], 1)
        self.assertEqual(self._values(buyer)["product_count"], 1)

    def test_customer_is_graded_again(self):
        """A credit note that is posted, made a draft again, cancelled or deleted is noticed only
        the next night."""
        self._create_measuring_program()
        payer = self._create_own_customer("Payer")
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, 1000, date=30, partner_invoice_id=payer.id)
        invoice = self._invoice(order, 30)
        refund = self._credit(invoice, 1, post=False)
        self._stale()
        refund.action_post()
        self.assertEqual(self._stale(), payer | buyer)
        refund.button_draft()
        self.assertEqual(self._stale(), payer | buyer)
        refund.action_post()
        self._stale()
        refund.button_cancel()
        self.assertEqual(self._stale(), payer | buyer)
        refund.button_draft()
        refund.action_post()
        self._stale()
        refund.with_context(force_delete=True).unlink()
        self.assertEqual(self._stale(), payer | buyer)

    def test_orders_behind_the_number(self):
        """The value opens what it counts: not the order that was credited."""
        self._create_measuring_program()
        buyer = self._create_own_customer("Buyer", (40, 50))
        kept = self.env["sale.order"].search([("partner_id", "=", buyer.id)])
        self._credit(self._invoice(self._create_order(buyer, 1000, date=30), 30), 20)
        self._grade()
        action = self._standing(buyer).action_open_records(self._metric("order_count").id)
        self.assertEqual(self.env["sale.order"].search(action["domain"]), kept)

    def test_returns_metrics_are_beside_it(self):
        """What was credited is told by a metric of its own, and deducted once."""
        self._create_measuring_program("credited", "return_rate")
        buyer = self._create_own_customer("Buyer")
        invoice = self._invoice(self._create_order(buyer, 1000, date=30), 30)
        self._credit(invoice, 20, price_unit=200)
        self._grade()
        self.assertEqual(self._counted(buyer), (800, 1))
        self.assertEqual(self._values(buyer)["credited"], 200)
        self.assertEqual(self._values(buyer)["return_rate"], 20)

    def test_known_today(self):
        """Whether January's tier rested on what was kept is asked of January as it is known
        today."""
        gather = self.env["customer.tier.gather"]
        buyer = self._create_own_customer("Buyer", (40, 50))
        self._credit(self._invoice(self._create_order(buyer, 1000, date=30), 30), 20)
        self.env.flush_all()
        today, scope = gather._today(self.company), gather._scope_of(buyer.ids)
        orders = gather._orders(self.company, today, scope)
        from ..grading.metrics import Facts, Window

        facts = Facts(orders["customer"].unique(), orders)
        then = self._days_ago(25)
        seen, known = (Window(f, then, 0) for f in (facts, facts.corrected()))
        self.assertEqual((seen.amount[0], seen.order_count[0]), (1050, 2))
        self.assertEqual((known.amount[0], known.order_count[0]), (50, 1))


@tagged("post_install", "-at_install")
class TestInvoiced(FactsCase):
    """Invoiced, less credit notes."""

    def test_invoices_count(self):
        """What was ordered, but not invoiced yet, must not count; what was invoiced counts on the
        day of the invoice, less what was credited."""
        self._create_measuring_program("quantity", "recency_days", basis="invoiced")
        buyer = self._create_own_customer("Buyer", (50, 7000))
        order = self._create_order(buyer, date=30, lines=[{"product_uom_qty": 10}])
        invoice = self._invoice(order, 20)
        self._credit(invoice, 10, quantity=4)
        self._create_invoice(buyer, 55, invoice_date=self._days_ago(5))
        self._grade(as_of=self._days_ago(21))
        self.assertFalse(self._standing(buyer).amount)
        self._grade(as_of=self._days_ago(11))
        self.assertEqual(self._counted(buyer), (1000, 1))
        self._grade()
        self.assertEqual(self._counted(buyer), (655, 2))
        self.assertEqual(self._standing(buyer).last_order_date, self._days_ago(5))
        self.assertEqual(self._values(buyer)["quantity"], 6)

    def test_invoice_credited_in_full(self):
        """An invoice that was credited in full is no purchase."""
        self._create_measuring_program(basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        self._credit(self._create_invoice(buyer, 500, invoice_date=self._days_ago(20)), 10)
        self._create_invoice(buyer, 30, "out_refund", invoice_date=self._days_ago(5))
        self._grade()
        self.assertEqual(self._counted(buyer), (-30, 0))
        self.assertFalse(self._standing(buyer).last_order_date)

    def test_foreign_invoice(self):
        """An invoice in dollars counts at the rate of its day."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids = [
            Command.clear(),
            Command.create({"name": "2000-01-01", "rate": 2.0, "company_id": self.company.id}),
            Command.create({"name": self._days_ago(5), "rate": 4, "company_id": self.company.id}),
        ]
        self._create_measuring_program(basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        day = self._days_ago(20)
        self._create_invoice(buyer, 100, currency_id=dollar.id, invoice_date=day, date=day)
        self._grade()
        self.assertEqual(self._counted(buyer), (50, 1))

    def test_two_programmes(self):
        """Each programme counts by its own choice in the same grading."""
        invoiced = self._create_own_customer("Invoiced", (30, 100), ref="I")
        ordered = self._create_own_customer("Ordered", (30, 100), ref="O")
        self._create_measuring_program("quantity", basis="invoiced").domain = "[('ref','=','I')]"
        self._create_measuring_program("quantity").domain = "[('ref','=','O')]"
        for partner in (invoiced, ordered):
            partner.customer_rank = 1
        self._grade()
        self.assertEqual(self._counted(invoiced), (0, 0))
        self.assertEqual(self._counted(ordered), (100, 1))
        self.assertEqual(self._values(ordered)["quantity"], 1)
        self.assertEqual(self._values(invoiced)["quantity"], 0)

    def test_opened_and_told(self):
        """The explanation says what is counted, and the value opens the invoices."""
        self._create_measuring_program(basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        invoice = self._create_invoice(buyer, 500, invoice_date=self._days_ago(20))
        self._grade()
        standing = self._standing(buyer)
        told = {s["kind"]: s["text"] for s in standing.explanation["sentences"]}
        self.assertIn("invoice", told["counted"])
        action = standing.action_open_records(self._metric("order_count").id)
        self.assertEqual(action["res_model"], "account.move")
        self.assertEqual(self.env["account.move"].search(action["domain"]), invoice)

    def test_days_of_a_company_far_east(self):
        """An invoice date is a day of the company, wherever its noon is in UTC."""
        self.company.partner_id.tz = "Pacific/Auckland"
        self._create_measuring_program(basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        today = self.env["customer.tier.gather"]._today(self.company)
        day = today - timedelta(days=3)
        self._create_invoice(buyer, 500, invoice_date=day, date=day)
        self._grade()
        self.assertEqual(self._standing(buyer).last_order_date, day)


@tagged("post_install", "-at_install")
class TestNoGoods(FactsCase):
    """Lines that are money, but no goods."""

    def test_discount_and_deposit(self):
        """A discount and a deposit were pieces and products."""
        self._create_measuring_program("quantity", "product_count", "category_count", "margin")
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(buyer, 1000, date=30)
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 100}
        )
        wizard.action_apply_discount()
        discount = self.company.sale_discount_product_id
        discount.categ_id = self.env["product.category"].create({"name": "Discounts"})
        self.assertIn(discount, order.order_line.product_id)
        self._create_order(
            buyer,
            date=20,
            lines=[
                {"price_unit": 50},
                {"product_id": self._create_product(name="Voucher").id, "price_unit": -10},
                # A surcharge booked on the discount product is no goods either.
                {"product_id": discount.id, "price_unit": 5},
            ],
        )
        self._grade()
        values = self._values(buyer)
        self.assertEqual(values["amount"], 945)
        self.assertEqual(values["margin"], 945)
        self.assertEqual(values["quantity"], 2)
        self.assertEqual(values["product_count"], 1)
        self.assertEqual(values["category_count"], 1)

    def test_on_invoices(self):
        """The same where invoices count."""
        self._create_measuring_program("quantity", "product_count", basis="invoiced")
        buyer = self._create_own_customer("Buyer")
        order = self._create_order(
            buyer,
            date=20,
            lines=[
                {"price_unit": 50, "product_uom_qty": 2},
                {"product_id": self._create_product(name="Voucher").id, "price_unit": -10},
            ],
        )
        order.order_line.product_id.invoice_policy = "order"
        self._invoice(order, 10)
        self._grade()
        values = self._values(buyer)
        self.assertEqual((values["amount"], values["quantity"]), (90, 2))
        self.assertEqual(values["product_count"], 1)

    def test_orders_of_one_day(self):
        """Four orders on one day are one day of four orders."""
        self._create_measuring_program("purchase_days")
        buyer = self._create_own_customer("Buyer", *[(10, 25)] * 4, (5, 25))
        self._grade()
        self.assertEqual(self._values(buyer)["purchase_days"], 2)
        self.assertEqual(self._standing(buyer).order_count, 5)
        action = self._standing(buyer).action_open_records(self._metric("purchase_days").id)
        self.assertEqual(self.env["sale.order"].search_count(action["domain"]), 5)

    def test_frequency_of_presets(self):
        """RFM presets call by the name of frequency how often somebody comes, not how many orders
        somebody writes."""
        for code in ("rfm", "rfm3", "rfm_grid", "weighted", "vip"):
            program = self._create_program(code)
            frequency = program.indicator_ids.filtered(lambda i: i.rfm_role == "f")
            self.assertEqual(frequency.metric_id.measure, "purchase_days", code)


@tagged("post_install", "-at_install")
class TestWhoIsGraded(GradingCase):
    """Who is not graded has no row that says so."""

    SHOWN = ("program_id", "tier_id", "score", "amount", "order_count", "last_order_date")

    def _assert_not_shown(self, partner):
        """Not in the list, and nothing is told of it."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_standing_action"
        )
        listed = self.env["customer.tier.standing"].search(safe_eval(action["domain"]))
        self.assertNotIn(partner, listed.partner_id)
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", partner.id)])
        for name in self.SHOWN:
            self.assertFalse(standing[name], name)

    def test_own_company_and_its_people(self):
        """The company itself and whoever works in it were Diamond."""
        branch = self._create_company(name="Own Branch", parent_id=self.company.id)
        people = self.salesperson.partner_id
        own = self.company.partner_id | branch.partner_id | people
        buyer = self._create_own_customer("Buyer", (10, 9000))
        for partner in own:
            self._create_order(partner, 90000, date=10)
        self._create_program(domain=f"[('id', 'in', {(own | buyer).ids})]")
        self._grade()
        self.assertFalse(self._standing(self.company.partner_id))
        self.assertFalse(self._standing(branch.partner_id))
        self.assertFalse(self._standing(people))
        self.assertEqual(self._standing(buyer).amount, 9000)

    def test_portal_user_is_a_customer(self):
        """Customers who log in to the portal, and who have left the company, are customers."""
        portal = self._create_user("tiering_buyer", "base.group_portal").partner_id
        left = self._create_user("tiering_left", "base.group_user")
        left.active = False
        for partner in (portal, left.partner_id):
            partner.active = True
            self._create_order(partner, 500, date=10)
        self._create_program(domain=f"[('id', 'in', {(portal | left.partner_id).ids})]")
        self._grade()
        self.assertEqual(self._standing(portal).amount, 500)
        self.assertEqual(self._standing(left.partner_id).amount, 500)

    def test_archived_and_back(self):
        """Archived customers stayed in the list with their amounts, before all others; back again,
        they had lost the guarantee of their tier."""
        program = self._create_program(domain=OWN, hold_months=12)
        buyer = self._create_own_customer("Buyer", (300, 6000))
        self._grade(as_of=self._days_ago(200))
        silver = program.tier_ids[1]
        until = self._standing(buyer).guaranteed_until
        self.assertEqual(self._standing(buyer).tier_id, silver)
        buyer.action_archive()
        self._grade(as_of=self._days_ago(100))
        self._assert_not_shown(buyer)
        buyer.action_unarchive()
        for tier in program.tier_ids[:0:-1]:
            tier.condition_ids.value *= 10
        self._grade()
        standing = self._standing(buyer)
        self.assertEqual((standing.tier_id, standing.guaranteed_until), (silver, until))
        self.assertEqual(standing.target_tier_id, program.tier_ids[0])
        self.assertEqual(len(standing.change_ids), 3, "first, out, back")

    def test_manual_tier_and_lock_come_back(self):
        """What people decided waits for the customer, too."""
        program = self._create_program(domain=OWN)
        buyer = self._create_own_customer("Buyer", (300, 6000))
        self._grade()
        gold = program.tier_ids[2]
        standing = self._set_tier(buyer, gold)
        standing.write({"lock": "down", "manual_reason": "Agreed"})
        buyer.action_archive()
        self._grade()
        self._assert_not_shown(buyer)
        buyer.action_unarchive()
        self._grade()
        self.assertEqual((standing.tier_id, standing.lock), (gold, "down"))

    def test_archiving_has_them_graded_again(self):
        """An archived customer stays in the lists until the next night."""
        self._create_program(domain=OWN)
        buyer = self._create_own_customer("Buyer", (300, 6000))
        self._grade()
        stale = self.env["customer.tier.stale"]
        stale.search([]).unlink()
        buyer.action_archive()
        self.assertEqual(stale.search([]).partner_id, buyer)
        stale.search([]).unlink()
        buyer.action_unarchive()
        self.assertEqual(stale.search([]).partner_id, buyer)

    def test_company_that_became_a_contact(self):
        """Its amount was in its own row and in that of the company it belongs to by now."""
        self._create_program(domain=OWN)
        buyer = self._create_own_customer("Buyer", (30, 6000))
        owner = self._create_own_customer("Owner", (30, 1000))
        self._grade()
        buyer.write({"parent_id": owner.id, "is_company": False})
        self._grade()
        self._assert_not_shown(buyer)
        self.assertEqual(self._standing(owner).amount, 7000)

    def test_order_dated_in_the_future(self):
        """An order dated next week by mistake is not counted, and nothing says so."""
        self._create_program(domain=OWN)
        buyer = self._create_own_customer("Buyer", (30, 6000))
        other = self._create_own_customer("Other", (30, 6000))
        day = self._days_ago(-7)
        self._create_order(buyer, 100, date=day)
        run = self._grade()
        self.assertEqual(run.later_order_count, 1)
        told = {s["kind"]: s["text"] for s in self._standing(buyer).explanation["sentences"]}
        self.assertIn(format_date(self.env, day), told["later"])
        told = {s["kind"] for s in self._standing(other).explanation["sentences"]}
        self.assertNotIn("later", told)
        self.assertEqual(self._grade(as_of=self._days_ago(40)).later_order_count, 1)
