from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .sale_common import SaleOrderCommon


@tagged("post_install", "-at_install")
class TestOrderPricelist(SaleOrderCommon):
    def _new_form(self):
        return Form(self.env["sale.order"].with_user(self.salesperson))

    def test_contact_switch_on_form(self):
        """On an unsaved quotation, choosing another contact wipes the list chosen by hand."""
        with self._new_form() as form:
            form.partner_id = self.contact
            form.pricelist_id = self.special_list
            form.partner_id = self.other_contact
            self.assertEqual(form.pricelist_id, self.special_list)
        self.assertEqual(form.record.pricelist_id, self.special_list)

    def test_contact_switch_on_saved_form(self):
        """The same on a quotation opened again."""
        with self._new_form() as form:
            form.partner_id = self.contact
            form.pricelist_id = self.special_list
        with Form(form.record) as form:
            form.partner_id = self.other_contact
            self.assertEqual(form.pricelist_id, self.special_list)
        self.assertEqual(form.record.pricelist_id, self.special_list)

    def test_contact_switch_after_choice_on_saved_form(self):
        """The same where the list was chosen and the contact changed in one go later."""
        order = self._quote()
        with Form(order) as form:
            form.pricelist_id = self.special_list
            form.partner_id = self.other_contact
        self.assertEqual(order.pricelist_id, self.special_list)

    def test_contact_switch_by_write(self):
        """The same over RPC or by an automation."""
        order = self._quote()
        order.pricelist_id = self.special_list
        order.partner_id = self.other_contact
        self.assertEqual(order.pricelist_id, self.special_list)
        order.partner_id = self.customer
        self.assertEqual(order.pricelist_id, self.special_list)

    def test_contact_switch_keeps_standard_list(self):
        """The standard list chosen on purpose for a Gold order is taken for no choice."""
        with self._new_form() as form:
            form.partner_id = self.contact
            form.pricelist_id = self.standard_list
        order = form.record
        self.assertFalse(order.pricelist_offer_id)
        order.partner_id = self.other_contact
        self.assertEqual(order.pricelist_id, self.standard_list)

    def test_other_customer_resets(self):
        """A list chosen for one customer is carried over to another."""
        with self._new_form() as form:
            form.partner_id = self.contact
            form.pricelist_id = self.special_list
            form.partner_id = self.plain
            self.assertEqual(form.pricelist_id, self.standard_list)
            form.partner_id = self.contact
            self.assertEqual(form.pricelist_id, self.gold_list)
        order = self._quote_by_hand()
        order.partner_id = self.plain
        self.assertEqual(order.pricelist_id, self.standard_list)

    def test_chosen_list_gone_after_other_customer(self):
        """After a detour over another customer, the old choice comes back as if by itself."""
        order = self._quote_by_hand()
        order.partner_id = self.plain
        self.env.flush_all()
        order.partner_id = self.contact
        self.assertEqual(order.pricelist_id, self.gold_list)
        # The customer's own list now, not a choice: it must follow later changes.
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(order.pricelist_offer_id, self.diamond_list)

    def test_automatic_list_follows_customer(self):
        """A list that nobody chose sticks when the order moves to another customer."""
        with self._new_form() as form:
            form.partner_id = self.plain
            self.assertEqual(form.pricelist_id, self.standard_list)
            form.partner_id = self.contact
            self.assertEqual(form.pricelist_id, self.gold_list)
        order = form.record
        self.assertFalse(order.pricelist_chosen_for_id)
        order.partner_id = self.plain
        self.assertEqual(order.pricelist_id, self.standard_list)

    def test_contact_switch_updates_automatic_list(self):
        """An automatic list is frozen by a contact switch."""
        order = self._quote()
        self._set_tier(self.customer, self.diamond)
        order.partner_id = self.other_contact
        self.assertEqual(order.pricelist_id, self.diamond_list)

    def test_choosing_customers_list_follows_again(self):
        """Going back to the customer's own list leaves the order marked as chosen by hand."""
        order = self._quote_by_hand()
        self.assertEqual(order.pricelist_chosen_for_id, self.customer)
        with Form(order) as form:
            form.pricelist_id = self.gold_list
        self.assertFalse(order.pricelist_chosen_for_id)
        order.partner_id = self.plain
        self.assertEqual(order.pricelist_id, self.standard_list)

    def test_emptied_list_follows_again(self):
        """An order whose list was emptied can never have an automatic one again."""
        order = self._quote_by_hand()
        order.pricelist_id = False
        self.assertFalse(order.pricelist_chosen_for_id)
        order.partner_id = self.other_contact
        self.assertEqual(order.pricelist_id, self.gold_list)

    def test_company_switch(self):
        """A list of company A stays on an order that moves to B, which then cannot be saved."""
        order = self._create_order(
            self.contact, state="draft", lines=[], pricelist_id=self.special_list.id
        )
        order.order_line.unlink()
        order.company_id = self.company_b
        self.assertEqual(order.pricelist_id, self.standard_list)

    def test_company_switch_with_automatic_list(self):
        """The Gold list of company A stays on an order of B."""
        order = self._create_order(self.contact, state="draft")
        self.assertEqual(order.pricelist_id, self.gold_list)
        order.order_line.unlink()
        order.company_id = self.company_b
        self.assertEqual(order.pricelist_id, self.standard_list)

    def test_other_companys_list_on_order(self):
        """A list of company B on an order of A."""
        foreign = self._create_pricelist("Company B's", company_id=self.company_b.id)
        with self.assertRaises(UserError) as caught:
            self._quote(pricelist_id=foreign.id)
        self.assertIn("Company B's", str(caught.exception))

    def test_copy_keeps_list_and_choice(self):
        """A copied quotation loses the list chosen by hand at the first contact switch."""
        copy = self._quote_by_hand().copy()
        self.assertEqual(copy.pricelist_id, self.special_list)
        self.assertEqual(copy.pricelist_chosen_for_id, self.customer)
        copy.partner_id = self.other_contact
        self.assertEqual(copy.pricelist_id, self.special_list)

    def test_copy_of_automatic_list_offers(self):
        """A copied old quotation keeps old prices without a word, as if chosen by hand."""
        order = self._quote()
        self._set_tier(self.customer, self.diamond)
        copy = order.copy()
        self.assertEqual(copy.pricelist_id, self.gold_list)
        self.assertFalse(copy.pricelist_chosen_for_id)
        self.assertEqual(copy.pricelist_offer_id, self.diamond_list)

    def test_plain_customer_chosen_list(self):
        """Keeping the chosen list only works for customers with a tier."""
        order = self._quote_by_hand(self.plain)
        order.partner_id = self._create_customer("Plain Contact", parent_id=self.plain.id)
        self.assertEqual(order.pricelist_id, self.special_list)


@tagged("post_install", "-at_install")
class TestOrderOffer(SaleOrderCommon):
    def test_draft_offers_update(self):
        """A promoted customer's open draft silently stays at old prices, or silently changes."""
        order = self._quote()
        self.assertEqual(order.order_line.price_subtotal, 90.0)
        self.assertFalse(order.pricelist_offer_id)
        self._set_tier(self.customer, self.diamond)
        self.assertEqual(order.pricelist_id, self.gold_list)
        self.assertEqual(order.pricelist_offer_id, self.diamond_list)
        order.action_follow_customer_pricelist()
        self.assertEqual(order.pricelist_id, self.diamond_list)
        self.assertEqual(order.order_line.price_subtotal, 85.0)
        self.assertFalse(order.pricelist_offer_id)
        self.assertFalse(order.pricelist_chosen_for_id)

    def test_demotion_offers_standard_list(self):
        """A customer who lost its tier keeps the discount on the draft unseen."""
        order = self._quote()
        self._set_tier(self.customer, self.regular)
        self.assertEqual(order.pricelist_offer_id, self.standard_list)
        order.action_follow_customer_pricelist()
        self.assertEqual(order.order_line.price_subtotal, 100.0)

    def test_offer_after_grading(self):
        """Only tiers set by hand lead to the offer, not those from a grading."""
        self.program.active = False
        self._create_program("wholesale")
        order = self._quote(self.plain)
        self.assertEqual(order.pricelist_id, self.standard_list)
        self._create_order(self.plain, 30000, 5)
        self._grade()
        self.assertEqual(order.pricelist_offer_id.customer_tier_id.name, "Gold")

    def test_typed_prices_stay_until_accepted(self):
        """Prices typed by hand are lost on promotion."""
        order = self._quote(lines=[{"price_unit": 77.0}])
        self._set_tier(self.customer, self.diamond)
        order.partner_invoice_id = self.customer
        self.assertEqual(order.order_line.price_unit, 77.0)

    def test_hand_chosen_list_not_offered(self):
        """The offer nags on every quotation for which another list was agreed."""
        order = self._quote_by_hand()
        self.assertFalse(order.pricelist_offer_id)
        self._set_tier(self.customer, self.diamond)
        self.assertFalse(order.pricelist_offer_id)
        order.action_follow_customer_pricelist()
        self.assertEqual(order.pricelist_id, self.special_list)

    def test_list_of_customer_offered(self):
        """A list chosen on the customer while a draft is open does not reach it."""
        order = self._quote()
        self.customer.property_product_pricelist = self.special_list
        self.assertEqual(order.pricelist_offer_id, self.special_list)

    def test_sent_and_confirmed_untouched(self):
        """A tier change alters prices that a customer has in writing."""
        sent = self._quote()
        sent.action_quotation_sent()
        confirmed = self._quote()
        confirmed.action_confirm()
        cancelled = self._quote()
        cancelled._action_cancel()
        self._set_tier(self.customer, self.diamond)
        for order in sent | confirmed | cancelled:
            self.assertEqual(order.pricelist_id, self.gold_list)
            self.assertFalse(order.pricelist_offer_id)
            order.action_follow_customer_pricelist()
            self.assertEqual(order.pricelist_id, self.gold_list)
            self.assertEqual(order.order_line.price_subtotal, 90.0)
        sent.action_confirm()
        self.assertEqual(sent.order_line.price_subtotal, 90.0)

    def test_offer_of_order_in_other_company(self):
        """In the list of all companies' drafts, the active company's prices are offered."""
        order_b = self._create_order(self.customer, state="draft", company=self.company_b)
        self._set_tier(self.customer, self.diamond)
        self.assertFalse(order_b.with_company(self.company).pricelist_offer_id)

    def test_many_drafts_at_once(self):
        """Opening a list of drafts asks the database for each of them."""
        orders = self.env["sale.order"]
        for _number in range(10):
            orders |= self._quote(self._create_customer())
        self.env.invalidate_all()
        few = self._count_queries(lambda: orders[:2].mapped("pricelist_offer_id"))
        self.env.invalidate_all()
        many = self._count_queries(lambda: orders.mapped("pricelist_offer_id"))
        self.assertLessEqual(many, few + 3)

    def _count_queries(self, action):
        self.env.flush_all()
        before = self.cr.sql_log_count
        action()
        return self.cr.sql_log_count - before

    def test_follow_several(self):
        """The button's method refuses several orders."""
        orders = self._quote() | self._quote()
        self._set_tier(self.customer, self.diamond)
        orders.action_follow_customer_pricelist()
        self.assertEqual(orders.pricelist_id, self.diamond_list)

    def test_offer_without_customer(self):
        """A new, empty quotation form fails."""
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            self.assertFalse(form.pricelist_offer_id)
            form.partner_id = self.plain


@tagged("post_install", "-at_install")
class TestMarkingStale(SaleOrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("customer_tiering.ir_cron_grade")
        cls._clear()

    @classmethod
    def _clear(cls):
        cls.env.flush_all()
        cls.env["customer.tier.stale"].search([]).unlink()
        cls._triggers().unlink()

    @classmethod
    def _triggers(cls):
        return cls.env["ir.cron.trigger"].search([("cron_id", "=", cls.cron.id)])

    def _marked(self):
        """Pairs marked since the last look."""
        entries = self.env["customer.tier.stale"].search([])
        pairs = {(entry.partner_id, entry.company_id) for entry in entries}
        self.assertEqual(bool(self._triggers()), bool(pairs), "the job wakes just when needed")
        self._clear()
        return pairs

    def _confirmed(self, partner=None, **vals):
        order = self._quote(partner, **vals)
        order.action_confirm()
        self._clear()
        return order

    def assertMarked(self, *partners):
        self.assertEqual(self._marked(), {(partner, self.company) for partner in partners})

    def test_confirm(self):
        """A promotion waits for the night, as the confirmation marks nobody."""
        order = self._quote()
        self.assertMarked()
        order.action_confirm()
        self.assertMarked(self.customer)

    def test_created_confirmed(self):
        """Imported orders, which are confirmed from the start, are graded only at night."""
        self._create_order(self.contact)
        self.assertMarked(self.customer)

    def test_cancel(self):
        """A cancelled order keeps its customer in the tier until the night."""
        order = self._confirmed()
        order._action_cancel()
        self.assertMarked(self.customer)
        order.action_draft()
        self.assertMarked()

    def test_drafts_do_not_mark(self):
        """Every keystroke on a quotation wakes the grading job."""
        order = self._quote()
        order.order_line.product_uom_qty = 3
        order.order_line.price_unit = 55.0
        order.order_line = [Command.create({"product_id": self.product.id})]
        order.order_line[0].unlink()
        order.partner_id = self.plain
        order.date_order = "2024-01-01 12:00:00"
        order.action_quotation_sent()
        order._action_cancel()
        order.sudo().unlink()
        self.assertMarked()

    def test_changed_line(self):
        """Changed quantities and prices of a confirmed order count only from the night on."""
        order = self._confirmed()
        for vals in (
            {"product_uom_qty": 3},
            {"price_unit": 55.0},
            {"discount": 20.0},
            {"product_id": self._create_product(name="Tea").id},
        ):
            with self.subTest(vals):
                order.order_line.write(vals)
                self.assertMarked(self.customer)

    def test_line_form(self):
        """The same where lines are changed on the form of the order."""
        order = self._confirmed()
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 7
        self.assertMarked(self.customer)

    def test_line_text_does_not_mark(self):
        """Correcting a description wakes the grading job."""
        order = self._confirmed()
        order.order_line.name = "Sack of Coffee, washed"
        order.client_order_ref = "4711"
        order.note = "Thank you"
        self.assertMarked()

    def test_new_line(self):
        """A line added to a confirmed order does not count until the night."""
        order = self._confirmed()
        self.env["sale.order.line"].with_user(self.salesperson).create(
            {"order_id": order.id, "product_id": self.product.id}
        )
        self.assertMarked(self.customer)

    def test_removed_line(self):
        """A line removed from a confirmed order counts until the night."""
        order = self._confirmed()
        line = order.order_line.create(
            {"order_id": order.id, "name": "Delivered on Monday", "display_type": "line_note"}
        )
        self._clear()
        line.unlink()
        self.assertMarked(self.customer)

    def test_changed_customer(self):
        """A confirmed order moved to another customer still counts for the first one."""
        order = self._confirmed()
        order.partner_id = self.plain
        self.assertMarked(self.customer, self.plain)

    def test_changed_date(self):
        """A corrected date leaves the next order date wrong until the night."""
        order = self._confirmed()
        order.date_order = fields.Datetime.to_datetime("2024-01-01 12:00:00")
        self.assertMarked(self.customer)

    def test_several_orders(self):
        """Confirming a batch marks only the first customer."""
        orders = self._quote() | self._quote(self.plain)
        orders.action_confirm()
        self.assertMarked(self.customer, self.plain)

    def test_deleted_cancelled_order(self):
        """Deleting an order that was cancelled long ago wakes the grading job."""
        order = self._confirmed()
        order._action_cancel()
        self._clear()
        order.sudo().unlink()
        self.assertMarked()

    def test_company_without_programme(self):
        """Orders of a company that grades nobody pile up in the queue for ever."""
        order = self._create_order(self.customer, state="draft", company=self.company_b)
        order.action_confirm()
        order._action_cancel()
        self.assertMarked()

    def test_each_company_by_itself(self):
        """An order in company B has the customer graded in A."""
        self._create_program(tiers=["Everybody"], company=self.company_b)
        order = self._create_order(self.contact, state="draft", company=self.company_b)
        order.action_confirm()
        self.assertEqual(self._marked(), {(self.customer, self.company_b)})

    def test_first_programme_counts_at_once(self):
        """A company that gets its first programme is still taken for one without."""
        order = self._create_order(self.customer, state="draft", company=self.company_b)
        order.action_confirm()
        self.assertMarked()
        self._create_program(tiers=["Everybody"], company=self.company_b)
        order.date_order = fields.Datetime.to_datetime("2024-01-01 12:00:00")
        self.assertEqual(self._marked(), {(self.customer, self.company_b)})

    def test_archived_programme(self):
        """Orders of a company whose only programme was archived pile up in the queue."""
        self.program.active = False
        self._confirm_only()
        self.assertMarked()

    def _confirm_only(self):
        self._quote().action_confirm()

    def test_portal_confirmation(self):
        """A customer who signs on the portal is refused, as it may not write the queue."""
        portal = self._create_user("tiering_portal", "base.group_portal")
        order = self._quote(portal.partner_id)
        order.action_quotation_sent()
        order.with_user(portal).sudo().action_confirm()
        self.assertMarked(portal.partner_id)

    def test_failed_grading_spares_confirmation(self):
        """A bug in grading makes it impossible to confirm orders."""
        pipeline = type(self.env["customer.tier.pipeline"])
        with patch.object(pipeline, "_grade", side_effect=ValueError("broken")) as grade:
            order = self._quote()
            order.action_confirm()
            self.assertFalse(grade.called, "orders only put their customers into the queue")
        self.assertEqual(order.state, "sale")

    def test_marked_customer_is_graded(self):
        """Marked customers are never looked at, or stay in the queue."""
        self.program.active = False
        program = self._create_program("wholesale")
        order = self._quote(self.plain, lines=[{"price_unit": 30000.0}])
        order.action_confirm()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.plain.customer_tier_id.name, "Gold")
        self.assertEqual(self.plain.customer_tier_id.program_id, program)
        self.assertFalse(self.env["customer.tier.stale"].search([]))

    def test_few_queries(self):
        """Grading makes confirming an order slow: at most three queries more than in a company
        without a programme (two inserts of the queue and the trigger, one look for reminders)."""
        counts = []
        for company in (self.company_b, self.company):
            # The first confirmation fills caches (access rights, configuration).
            for _number in range(2):
                order = self._create_order(self.plain, state="draft", company=company)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                order.action_confirm()
                self.env.flush_all()
                count = self.cr.sql_log_count - before
            counts.append(count)
        without, with_programme = counts
        self.assertLessEqual(with_programme - without, 3)


@tagged("post_install", "-at_install")
class TestOrderTier(SaleOrderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program_b = cls._create_program(tiers=["Low", "High"], company=cls.company_b)
        cls._set_tier(cls.customer, cls.program_b.tier_ids[1])
        cls.order = cls._create_order(cls.contact, 100.0)
        cls.order_plain = cls._create_order(cls.plain, 50.0)
        cls.order_b = cls._create_order(cls.contact, 30.0, company=cls.company_b)
        cls.orders = cls.order | cls.order_plain | cls.order_b
        cls.env.flush_all()

    def _search(self, *domain):
        return self.env["sale.order"].search([("id", "in", self.orders.ids), *domain])

    def test_tier_of_order(self):
        """An order shows the tier that its customer has in the company one works in."""
        high = self.program_b.tier_ids[1]
        for company in self.company | self.company_b:
            order, order_plain, order_b = self.orders.with_company(company)
            self.assertEqual(order.customer_tier_id, self.gold)
            self.assertFalse(order_plain.customer_tier_id)
            self.assertEqual(order_b.customer_tier_id, high)

    def test_search(self):
        """Searching orders by tier takes the current company's tiers for all orders."""
        high = self.program_b.tier_ids[1]
        self.assertEqual(self._search(("customer_tier_id", "=", self.gold.id)), self.order)
        self.assertEqual(self._search(("customer_tier_id", "=", high.id)), self.order_b)
        self.assertEqual(
            self._search(("customer_tier_id", "in", [self.gold.id, high.id])),
            self.order | self.order_b,
        )
        self.assertEqual(self._search(("customer_tier_id", "=", False)), self.order_plain)
        self.assertEqual(
            self._search(("customer_tier_id", "!=", self.gold.id)), self.order_plain | self.order_b
        )
        self.assertEqual(self._search(("customer_tier_id", "ilike", "gol")), self.order)
        self.assertEqual(self._search(("customer_tier_id.name", "=", "High")), self.order_b)

    def test_search_through_lines(self):
        """A filter on order lines by the order's tier fails."""
        lines = self.env["sale.order.line"].search(
            [("order_id.customer_tier_id", "=", self.gold.id), ("order_id", "in", self.orders.ids)]
        )
        self.assertEqual(lines, self.order.order_line)

    def test_group(self):
        """Orders cannot be grouped by tier, or all fall under the current company's tiers."""
        domain = [("id", "in", self.orders.ids)]
        groups = self.env["sale.order"]._read_group(
            domain, ["customer_tier_id"], ["amount_untaxed:sum", "__count"]
        )
        self.assertEqual(
            {tier.name: (amount, count) for tier, amount, count in groups},
            {"Gold": (100.0, 1), "High": (30.0, 1), False: (50.0, 1)},
        )
        order = self.env["sale.order"].with_user(self.salesperson)
        self.order.user_id = self.salesperson
        [group] = order.formatted_read_group(
            [("id", "in", self.order.ids)], ["customer_tier_id"], ["__count"]
        )
        self.assertEqual(group["customer_tier_id"], (self.gold.id, "Gold"))
        self.assertEqual(order.search([*domain, *group["__extra_domain"]]), self.order)

    def test_order(self):
        """Sorting the list of orders by tier or score fails."""
        found = self.env["sale.order"].search(
            [("id", "in", self.orders.ids)], order="customer_tier_id desc, id"
        )
        self.assertEqual(found, self.orders.browse(found.ids))
        self.assertEqual(len(found), 3)
        self.assertEqual(
            len(self.env["sale.order"].search([("id", "in", found.ids)], order="customer_score")), 3
        )

    def test_search_and_group_together(self):
        """The joins for the filter and for the grouping get in each other's way."""
        groups = self.env["sale.order"]._read_group(
            [("id", "in", self.orders.ids), ("customer_tier_id", "!=", False)],
            ["customer_tier_id", "customer_segment_id"],
            ["customer_score:avg", "__count"],
            order="customer_tier_id",
        )
        self.assertEqual([group[-1] for group in groups], [1, 1])

    def test_form_shows_tier_at_once(self):
        """The badge appears only after the quotation is saved."""
        with Form(self.env["sale.order"].with_user(self.salesperson)) as form:
            form.partner_id = self.contact
            self.assertEqual(form.customer_tier_id, self.gold)
            form.partner_id = self.plain
            self.assertFalse(form.customer_tier_id)
