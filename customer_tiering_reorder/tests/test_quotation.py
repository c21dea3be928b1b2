from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .offer_common import OfferCase


@tagged("post_install", "-at_install")
class TestQuotation(OfferCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for days in (60, 40, 20):
            cls._create_purchase(cls.buyer, days, (cls.coffee, 3), (cls.tea, 2))
        cls._create_purchase(cls.buyer, 10, (cls.cups, 1))

    def _new_order(self, action):
        self.assertEqual(action["res_model"], "sale.order")
        return self.env["sale.order"].with_user(self.salesperson).browse(action["res_id"])

    def test_one_click_from_the_reminder(self):
        """Five clicks to an empty quotation, and what the customer buys is looked up by hand."""
        self._standing(self.buyer).tier_id.discount = 10
        reminder = self._remind().with_user(self.salesperson)
        order = self._new_order(reminder.action_quotation())
        self.assertEqual(order.partner_id, self.buyer)
        quantities = {line.product_id: line.product_uom_qty for line in order.order_line}
        self.assertEqual(quantities, {self.coffee: 3, self.tea: 2})
        self.assertEqual(order.pricelist_id.customer_tier_id, self._standing(self.buyer).tier_id)
        coffee = order.order_line.filtered(lambda line: line.product_id == self.coffee)
        self.assertEqual(coffee.price_subtotal, 27)
        self.assertEqual(reminder.sudo().quotation_id, order)
        again = reminder.action_quotation()
        self.assertEqual((again["res_model"], again["res_id"]), ("sale.order", order.id))
        order._action_cancel()
        self.assertNotEqual(self._new_order(reminder.action_quotation()), order)

    def test_one_click_from_the_activity_and_the_contact(self):
        reminder = self._remind()
        activity = reminder.activity_id.with_user(self.salesperson)
        order = self._new_order(activity.action_customer_quotation())
        self.assertEqual(order.customer_reminder_id, reminder)
        action = self.buyer.with_user(self.salesperson).action_customer_quotation()
        self.assertFalse(self._new_order(action).customer_reminder_id)
        with self.assertRaises(AccessError):
            internal = self._create_user("tiering_nobody_else", "base.group_user")
            reminder.with_user(internal).action_quotation()

    def test_one_click_from_the_morning_list(self):
        """The button of the morning list opens an empty quotation."""
        reminder = self._remind()
        row = (
            self.env["customer.agenda"]
            .with_user(self.salesperson)
            .search([("kind", "=", "reminder"), ("partner_id", "=", self.buyer.id)])
        )
        self.assertEqual(len(row), 1)
        order = self._new_order(row.action_do())
        self.assertEqual(order.order_line.product_id, self.coffee | self.tea)
        self.assertEqual(order.customer_reminder_id, reminder)

    def test_quotation_without_an_answer(self):
        """A rule reminds of a quotation that nobody has answered: the morning list hides the
        row, because there is a quotation, and the button makes a second one."""
        self.rule.trigger = "quotation"
        order = self._create_order(self.buyer, 50, state="sent", date=4)
        reminder = self._remind()
        row = (
            self.env["customer.agenda"]
            .with_user(self.salesperson)
            .search([("kind", "=", "reminder"), ("partner_id", "=", self.buyer.id)])
        )
        self.assertEqual(len(row), 1)
        self.assertIn(order.name, row.headline)
        for action in (row.action_do(), reminder.with_user(self.salesperson).action_quotation()):
            self.assertEqual(self._new_order(action), order)
        order._action_cancel()
        self.assertNotEqual(self._new_order(reminder.action_quotation()), order)
        # Of other rules, who has a quotation is left to answer it.
        self.rule.trigger = "customer"
        self.env.invalidate_all()
        self.assertFalse(row.exists())

    def test_nothing_for_customers_in_notes_and_activities(self):
        """A colleague opens the link in a note and orders in the customer's name."""
        reminder = self._remind()
        self.assertNotIn("/o/", str(reminder.activity_id.note))
        self.assertNotIn("/o/", str(self.buyer.message_ids.mapped("body")))

    def test_reminder_and_contact_show_what_to_buy(self):
        reminder = self._remind().with_user(self.salesperson)
        contact = self.buyer.with_company(self.company).with_user(self.salesperson)
        for html in (reminder.suggestion_html, contact.customer_suggestion_html):
            self.assertIn("Coffee", html)
            self.assertIn("3 of the last 5 orders", html)
        self.assertTrue(contact.customer_has_suggestions)

    def test_typed_customer(self):
        """Whoever types a foreign customer into a form without saving it reads its phone
        number."""
        phone = "+32 2 555 01 02"
        hidden = self._create_customer("Hidden", phone=phone, company_id=self.company_b.id)
        reminder = self._remind().with_user(self.salesperson)
        reminders = reminder.browse()
        typed = reminders.new({"partner_id": hidden.id}, origin=reminder)
        self.assertFalse(typed.phone)
        self.assertFalse(reminders.new({"partner_id": hidden.id}).phone)

    def test_typed_company(self):
        """Whoever types another company into a form without saving it reads what the customer
        buys there."""
        reminder = self._remind().with_user(self.salesperson)
        typed = reminder.browse().new({"company_id": self.company_b.id}, origin=reminder)
        self.assertEqual(typed.suggestion_html, reminder.suggestion_html)

    # Suggest Products

    def _dialog(self, order):
        action = order.with_user(self.salesperson).action_customer_suggest()
        wizard = self.env["customer.product.suggest"].with_user(self.salesperson)
        return Form(wizard.browse(action["res_id"]))

    def _draft(self, *products):
        lines = [Command.create({"product_id": product.id}) for product in products]
        return self.env["sale.order"].create(
            {"partner_id": self.buyer.id, "company_id": self.company.id, "order_line": lines}
        )

    def _shown(self, form):
        return {
            form.line_ids._records[i]["product_id"]: form.line_ids._records[i]["chosen"]
            for i in range(len(form.line_ids))
        }

    def test_chosen_products_are_added(self):
        order = self._draft()
        form = self._dialog(order)
        shown = self._shown(form)
        self.assertTrue(shown[self.coffee.id] and shown[self.tea.id])
        self.assertFalse(shown[self.cups.id])
        form.save().action_add()
        self.assertEqual(order.order_line.product_id, self.coffee | self.tea)
        self.assertEqual(sorted(order.order_line.mapped("product_uom_qty")), [2, 3])
        again = self._shown(self._dialog(order))
        self.assertFalse({self.coffee.id, self.tea.id} & again.keys())

    def test_nothing_chosen_is_lost_by_the_filter(self):
        """Whoever looks for one more product loses what was ticked before."""
        order = self._draft()
        form = self._dialog(order)
        index = list(self._shown(form)).index(self.coffee.id)
        with form.line_ids.edit(index) as line:
            line.quantity = 11
        index = list(self._shown(form)).index(self.tea.id)
        with form.line_ids.edit(index) as line:
            line.chosen = False
        form.search_text = "cup"
        self.assertEqual(self._shown(form), {self.coffee.id: True, self.cups.id: False})
        index = list(self._shown(form)).index(self.cups.id)
        with form.line_ids.edit(index) as line:
            line.chosen = True
        form.search_text = False
        form.block = "also"
        form.block = False
        shown = self._shown(form)
        self.assertTrue(shown[self.coffee.id] and shown[self.cups.id])
        self.assertFalse(shown[self.tea.id])
        form.save().action_add()
        quantities = {line.product_id: line.product_uom_qty for line in order.order_line}
        self.assertEqual(quantities, {self.coffee: 11, self.cups: 1})

    def test_nothing_chosen(self):
        order = self._draft(self.coffee, self.tea)
        form = self._dialog(order)
        with self.assertRaisesRegex(UserError, "Tick at least one product"):
            form.save().action_add()

    def test_foreign_orders(self):
        """The dialog adds lines to quotations that its user may not write."""
        order = self._draft()
        wizard = self.env["customer.product.suggest"].with_user(self.salesperson_b)
        with self.assertRaises(AccessError):
            order.with_user(self.salesperson_b).action_customer_suggest()
        dialog = wizard.create(
            {
                "order_id": order.id,
                "line_ids": [Command.create({"product_id": self.coffee.id, "chosen": True})],
            }
        )
        with self.assertRaises(AccessError):
            dialog.action_add()
