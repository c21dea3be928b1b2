from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext

from ..correction_history import CorrectionHistory
from .correction_common import CorrectionCase
from .invoice_common import InvoiceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-06-01 12:00:00")
class TestCorrection(CorrectionCase):
    """Tiers that rest on orders which are gone, as they are stored. What else is gone, and what
    only fades, is in the table of the grading core."""

    def test_cancelled(self):
        """A wrong order of 96,000 was confirmed and cancelled: Diamond until next year."""
        self._promote(self.buyer, amount=9600)
        self._night("2025-03-06")
        promotion = self._line(self.buyer)
        self.assertEqual(self._tier(self.buyer), self.gold)
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 9600)]
        )
        order._action_cancel()
        run = self._night("2025-03-07")
        self._assert_corrected(self.buyer, self.low, promotion)
        standing = self._standing(self.buyer)
        self.assertEqual(standing.computed_since, fields.Date.to_date("2025-03-01"))
        self.assertEqual(standing.tier_since, fields.Date.to_date("2025-03-01"))
        self.assertFalse(standing.waiting)
        self.assertEqual((run.correction_count, run.down_count, run.up_count), (1, 0, 0))
        self.assertIn("corrected: 1", run._summary())
        self.assertEqual(self._line(self.buyer).undone, "Gold of 03/06/2025")
        self.assertEqual(self._night("2025-03-08").correction_count, 0)

    def test_draft_again_deleted_and_moved(self):
        """Taken for a customer by mistake, an order made two of them Gold."""
        partners = [self._new(f"Newcomer {n}") for n in range(3)]
        self._night("2025-03-06")
        self.assertEqual({self._tier(p) for p, _order in partners}, {self.gold})
        (_first, draft), (_second, gone), (_third, moved) = partners
        draft._action_cancel()
        draft.action_draft()
        gone._action_cancel()
        gone.unlink()
        moved.partner_id = self.buyer
        self._night("2025-03-07")
        for partner, _order in partners:
            self._assert_corrected(partner, self.low)
        self.assertEqual(self._tier(self.buyer), self.gold)

    def test_dated_out_of_the_window_and_edited(self):
        """Gold stayed although the order was of 2022; and although it was of 1,500."""
        (old, dated), (less, edited) = self._new("Old"), self._new("Less")
        self._night("2025-03-06")
        dated.date_order = "2022-03-05 12:00:00"
        edited.order_line.price_unit = 1500
        self._night("2025-03-07")
        self._assert_corrected(old, self.low)
        self._assert_corrected(less, self.silver)
        since = self._standing(less).computed_since
        self.assertEqual(since, fields.Date.to_date("2025-03-06"))

    def test_one_customer_alone_agrees(self):
        """What the button finds must be what the night finds."""
        partner, order = self._new()
        self._night("2025-03-06")
        order._action_cancel()
        self.env["customer.tier.run"]._grade_partners(partner, self.company)
        self._assert_corrected(partner, self.low)

    def test_fading_is_a_demotion(self):
        """What the window leaves behind was there when the tier was reached."""
        self.program.hold_months = 24
        partner, _order = self._new()
        self._night("2025-03-06")
        run = self._night("2026-03-10")
        self.assertEqual(self._tier(partner), self.gold)
        self.assertEqual(self._standing(partner).waiting, "hold")
        self.assertEqual(run.correction_count, 0)

    def test_merged(self):
        """Orders that now belong to the customer that was kept are still there."""
        partner, _order = self._new()
        self._night("2025-03-06")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((partner | self.buyer).ids, self.buyer)
        self._night("2025-03-07")
        self.assertEqual(self._tier(self.buyer), self.gold)
        self.assertNotIn("correction", self._tier_changes(self.buyer).mapped("reason"))
        orders = self.env["sale.order"].search([("partner_id", "=", self.buyer.id)])
        orders.filtered(lambda order: order.amount_untaxed > 5000)._action_cancel()
        self._night("2025-03-08")
        self._assert_corrected(self.buyer, self.low)

    def test_set_by_hand_and_locked(self):
        """Somebody's promise stays; behind it nothing wrong waits for its end."""
        (promised, first), (locked, second) = self._new("Promised"), self._new("Locked")
        self._night("2025-03-06")
        self._standing(promised).with_user(self.officer).write(
            {"manual_tier_id": self.silver.id, "manual_reason": "Promised"}
        )
        self._standing(locked).with_user(self.officer).write(
            {"lock": "down", "manual_reason": "Promised"}
        )
        (first | second)._action_cancel()
        self._night("2025-03-07")
        standing = self._standing(promised)
        self.assertEqual((standing.tier_id, standing.computed_tier_id), (self.silver, self.low))
        self.assertEqual(self._tier(locked), self.gold)
        self.assertNotIn("correction", self._tier_changes(promised).mapped("reason"))
        self.assertNotIn("correction", self._tier_changes(locked).mapped("reason"))

    def test_promotion_behind_a_tier_set_by_hand(self):
        """There is no line of history about it, and it is undone all the same."""
        self._standing(self.buyer).with_user(self.officer).write(
            {"manual_tier_id": self.silver.id, "manual_reason": "Promised"}
        )
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-06")
        standing = self._standing(self.buyer)
        self.assertEqual(standing.computed_tier_id, self.gold)
        standing.with_user(self.officer).write({"manual_tier_id": False})
        self._night("2025-03-07")
        self.assertEqual(self._tier(self.buyer), self.gold)
        orders = self.env["sale.order"].search([("partner_id", "=", self.buyer.id)])
        orders.filtered(lambda order: order.amount_untaxed > 5000)._action_cancel()
        self._night("2025-03-08")
        self._assert_corrected(self.buyer, self.low)

    def test_harder_rules_are_none(self):
        """Gold asks for more since today: nobody's guarantee was wrong."""
        partner, order = self._new()
        self._night("2025-03-06")
        self.gold.condition_ids.value = 7000
        self._night("2025-03-07")
        self.assertEqual(self._tier(partner), self.gold)
        order._action_cancel()
        self._night("2025-03-08")
        self._assert_corrected(partner, self.low)

    def test_products(self):
        """Numbers of products are looked up as far back as the tier was reached."""
        quantity = self._metric("quantity").id
        self.silver.condition_ids.write({"metric_id": quantity, "value": 10})
        self.gold.condition_ids.write({"metric_id": quantity, "value": 50})
        self.program.hold_months = 24
        keeper, seller = self._create_own("Keeper"), self._create_own("Seller")
        lines = [{"price_unit": 1.0, "product_uom_qty": 60}]
        self._create_order(keeper, date="2025-03-05", lines=lines)
        wrong = self._create_order(seller, date="2025-03-05", lines=lines)
        self._night("2025-03-06")
        self.assertEqual({self._tier(keeper), self._tier(seller)}, {self.gold})
        wrong._action_cancel()
        self._night("2026-04-10")
        self.assertEqual(self._tier(keeper), self.gold)
        self._assert_corrected(seller, self.low)

    def test_simulation_tells(self):
        """Shown as demotions, corrections would frighten whoever looks ahead."""
        partner, order = self._new()
        self._night("2025-03-06")
        order._action_cancel()
        run = self.env["customer.tier.run"].create(
            {"company_id": self.company.id, "as_of": "2025-03-07", "simulation": True}
        )
        run.action_run()
        self.assertEqual((run.correction_count, run.down_count), (1, 0))
        self.assertEqual(self._tier(partner), self.gold)

    def test_history_is_read_for_few(self):
        """A night without anything gone must not read the history of everybody."""
        partner, order = self._new()
        self._night("2025-03-06")
        with patch.object(CorrectionHistory, "_history_query", side_effect=AssertionError("read")):
            self._night("2025-03-07")
        order._action_cancel()
        other, wrong = self._new("Other")
        self._night("2025-03-08")
        wrong._action_cancel()
        third, gone = self._new("Third")
        self._night("2025-03-09")
        gone._action_cancel()
        with self._counted_history() as calls:
            self._night("2025-03-10")
        self.assertEqual(len(calls), 1)
        self.assertTrue(partner and other and third)

    def _counted_history(self):
        """The calls that read history, one for all customers of a chunk."""
        original, calls = CorrectionHistory._history_query, []

        class Counting:
            def __enter__(inner):
                def query(model, *arguments):
                    calls.append(arguments)
                    return original(model, *arguments)

                inner.patch = patch.object(CorrectionHistory, "_history_query", query)
                inner.patch.start()
                return calls

            def __exit__(inner, *_error):
                inner.patch.stop()

        return Counting()


@tagged("post_install", "-at_install")
@freeze_time("2026-06-01 12:00:00")
class TestCredited(InvoiceCase, CorrectionCase):
    """Tiers that rest on orders which were credited."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.action_archive()
        cls.program = cls.low.program_id
        cls.product.invoice_policy = "order"

    def _invoiced(self, name, day="2025-03-05"):
        partner, order = self._new(name)
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return partner, invoice

    def _credit(self, invoice, amount, day):
        note = invoice._reverse_moves([{"invoice_date": day, "date": day}])
        line = Command.update(note.invoice_line_ids[0].id, {"price_unit": amount})
        note.invoice_line_ids = [line]
        note.invoice_date = day
        note.action_post()

    def test_in_full_in_part_and_in_ten_parts(self):
        """25,000 credited in full on day 5: Gold, with a guarantee of a year."""
        (whole, one), (parts, ten), (enough, little) = map(self._invoiced, ("A", "B", "C"))
        self._night("2025-03-06")
        self.assertEqual({self._tier(p) for p in (whole, parts, enough)}, {self.gold})
        self._credit(one, 6000, "2025-03-10")
        self._credit(little, 1000, "2025-03-10")
        for number in range(1, 10):
            self._credit(ten, 110, f"2025-03-{number + 10}")
        self._night("2025-03-19")
        self._assert_corrected(whole, self.low)
        self.assertEqual({self._tier(parts), self._tier(enough)}, {self.gold})
        self._credit(ten, 110, "2025-03-20")
        self._night("2025-03-20")
        self._assert_corrected(parts, self.silver)
        # As if the order had been of 4,900 all along.
        since = fields.Date.to_date("2025-03-06")
        self.assertEqual(self._standing(parts).computed_since, since)
        self.assertEqual(self._tier(enough), self.gold)

    def test_after_the_window(self):
        """Credited within a long guarantee, when the order counted no more anyway."""
        self.program.hold_months = 24
        (gone, invoice), (kept, _other) = map(self._invoiced, ("A", "B"))
        self._night("2025-03-06")
        self._night("2026-04-01")
        self.assertEqual({self._tier(gone), self._tier(kept)}, {self.gold})
        self._credit(invoice, 6000, "2026-04-02")
        self._night("2026-04-02")
        self._assert_corrected(gone, self.low)
        self.assertEqual(self._tier(kept), self.gold)

    def test_replay_tells_the_same(self):
        """What a programme would have done must be what it did."""
        _partner, invoice = self._invoiced("A")
        self._credit(invoice, 6000, "2025-03-10")
        run = self.env["customer.tier.run"].create(
            {
                "company_id": self.company.id,
                "as_of": "2025-03-15",
                "simulation": True,
                "replay_from": "2025-03-01",
                "replay_every": "day",
            }
        )
        run.action_run()
        self.assertEqual(run.replay["2025-03"], {"first": 2, "correction": 1})
        self.assertEqual(run.reversal_count, 0)
        self.assertIn("Corrected", str(run.replay_table))


@tagged("post_install", "-at_install")
@freeze_time("2026-06-01 12:00:00")
class TestFirstGradings(CorrectionCase):
    """Who is graded for the first time in a programme that has graded before."""

    def test_return_window(self):
        """A new contact's order of 25,000 made it Gold that night, window or not, and everything
        that was sent back on day 5 left it there for a year."""
        self.program.write({"promotion": "after", "promotion_days": 14})
        sent_back, _order = self._new("Sent Back")
        keeper, _order = self._new("Keeper")
        self._night("2025-03-05")
        self.assertEqual({self._tier(sent_back), self._tier(keeper)}, {self.low})
        self.assertEqual(self._standing(keeper).waiting, "window")
        self._create_order(sent_back, -6000, date="2025-03-10")
        self._night("2025-03-10")
        self._night("2025-03-18")
        self.assertEqual({self._tier(sent_back), self._tier(keeper)}, {self.low})
        self._night("2025-03-19")
        self.assertEqual(self._tier(keeper), self.gold)
        self.assertEqual(self._tier(sent_back), self.low)
        self.assertEqual(self._tier_changes(sent_back).mapped("direction"), ["first"])
        self.assertEqual(self._tier_changes(keeper).mapped("direction"), ["first", "up"])

    def test_at_the_review(self):
        self.program.promotion = "review"
        partner, _order = self._new()
        self._night("2025-03-06")
        self.assertEqual(self._tier(partner), self.low)
        self._night("2025-04-01")
        self.assertEqual(self._tier(partner), self.gold)

    def test_approval(self):
        """Nobody was asked about the first tier, however high it was."""
        self.program.approval = "up"
        partner, order = self._new()
        self._night("2025-03-06")
        self.assertEqual(self._tier(partner), self.low)
        proposal = self.env["customer.tier.proposal"].search(
            [("standing_id.partner_id", "=", partner.id)]
        )
        self.assertEqual((proposal.state, proposal.to_tier_id), ("open", self.gold))
        self.assertEqual(proposal.from_tier_id, self.low)
        order._action_cancel()
        self._night("2025-03-07")
        self.assertEqual(proposal.state, "superseded")

    def test_the_programmes_own_first_grading(self):
        """A new programme would leave all customers in its lowest tier for its first weeks."""
        self.program.active = False
        partner, _order = self._new(day="2026-05-20")
        program = self._create_ladder(promotion="after", approval="up")
        self.assertFalse(program.first_graded_on)
        self.env["customer.tier.run"]._grade_partners(partner, self.company)
        self.assertEqual(self._tier(partner), program.tier_ids[-1])
        self._night("2026-05-30")
        self.assertEqual(program.first_graded_on, fields.Date.to_date("2026-05-30"))
        late, _order = self._new("Late", day="2026-05-20")
        self._night("2026-05-31")
        self.assertEqual(self._tier(late), program.tier_ids[0])
        self.assertFalse(program.copy().first_graded_on)

    def test_entry_rules(self):
        """Where a prospect enters is decided; nothing of it could come back."""
        tag = self.env["res.partner.category"].create({"name": "Fair"})
        self.program.write(
            {
                "promotion": "after",
                "entry_rule_ids": [
                    Command.create({"name": "Fair", "tier_id": self.silver.id, "tag_id": tag.id})
                ],
            }
        )
        prospect = self._create_customer(
            "Prospect", company_id=self.company.id, category_id=tag.ids
        )
        self._night("2025-03-06")
        self.assertEqual(self._tier(prospect), self.silver)


@tagged("post_install", "-at_install")
@freeze_time("2025-03-10 12:00:00")
class TestUndoneMessages(CorrectionCase):
    """What was told about a promotion that is undone."""

    def _correct(self, partner, order):
        order._action_cancel()
        self._night("2025-03-10")

    def test_not_told_yet(self):
        """A promotion was told about that was no longer true."""
        self._create_rules("first", "up", "correction")
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-09")
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 6000)]
        )
        self._correct(self.buyer, order)
        self._run_cron()
        self.assertEqual(self._states(self.buyer), ["overtaken", "overtaken"])
        self.assertEqual(self._told(self.buyer), (0, 0, 0))

    def test_open_ones_are_withdrawn(self):
        """“Congratulate on Gold” stood in the list of a salesperson whose customer is in Low, and
        the e-mail went out the next morning."""
        self._create_rules("up")
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-09")
        self._run_cron()
        self.assertEqual(self._told(self.buyer), (1, 1, 1))
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 6000)]
        )
        self._correct(self.buyer, order)
        self._run_cron()
        event = self._events(self.buyer)[0]
        self.assertFalse(self.buyer.activity_ids)
        self.assertEqual(self._mails(self.buyer).mapped("state"), ["cancel"])
        self.assertEqual((event.state, event.mail_result), ("done", "withdrawn"))
        # Nobody asked for a correction to be told.
        self.assertEqual(len(self._notes(self.buyer)), 1)

    def test_sent_ones_are_followed_where_a_rule_asks(self):
        self._create_rules("up", "correction", "down")
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-09")
        self._run_cron()
        self._mails(self.buyer).state = "sent"
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 6000)]
        )
        self._correct(self.buyer, order)
        self._run_cron()
        told = self._events(self.buyer)
        self.assertEqual(told.mapped("kind"), ["up", "correction"])
        self.assertEqual(told.mapped("state"), ["done", "done"])
        self.assertEqual(told[1].headline, "Corrected from Gold to Low")
        self.assertIn("Gold of 03/09/2025 rested on orders", told[1]._details())
        self.assertEqual(self._mails(self.buyer).mapped("state").count("sent"), 1)
        self.assertEqual(len(self._mails(self.buyer)), 2)
        self.assertEqual(len(self.buyer.activity_ids), 1)

    def _to_do_of_correction(self, lang="en_US"):
        """The activity that is left once the order behind a promotion is cancelled."""
        self.salesperson.lang = lang
        self._create_rules("up", "correction")
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-09")
        self._run_cron()
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 6000)]
        )
        self._correct(self.buyer, order)
        self._run_cron()
        return self.buyer.activity_ids

    def test_what_to_do(self):
        """“Corrected from Gold to Low” as a to-do left open what there is to do about it."""
        activity = self._to_do_of_correction()
        self.assertEqual(activity.summary, "Tell the customer: corrected from Gold to Low")
        self.assertIn("Tell the customer that Gold was taken back", activity.note)
        self.assertIn("what Low gives", activity.note)
        self.assertIn("Take back what was promised for Gold", activity.note)

    def test_what_to_do_without_a_tier(self):
        """Whoever is left without a tier was to be told what “False” gives."""
        self._to_do_of_correction()
        event = self._events(self.buyer)[-1]
        event.sudo().to_tier_id = False
        self.assertIn("Take back what was promised", event._to_do())
        self.assertNotIn("False", event._to_do())

    def test_what_to_do_in_chinese(self):
        """A Chinese salesperson found the to-do in English."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering")._update_translations("zh_CN")
        self.assertIn("告知客户", self._to_do_of_correction("zh_CN").note)

    def _sent_and_undone(self):
        """A promotion mail that has left, and the order that it rested on cancelled."""
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-09")
        self._run_cron()
        self._mails(self.buyer).state = "sent"
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 6000)]
        )
        self._correct(self.buyer, order)
        forecast = self._events(self.buyer)[-1]._forecast()
        self._run_cron()
        return self._mails(self.buyer).sorted("id"), forecast

    def test_sent_ones_are_corrected_by_themselves(self):
        """“You are now Gold” was sent, was no longer true a day later, and nobody told the customer
        unless somebody had thought of a rule for that."""
        self._create_rules("up")
        mails, forecast = self._sent_and_undone()
        self.assertEqual(len(mails), 2)
        self.assertIn("Correction", mails[1].subject)
        text = html2plaintext(mails[1].body_html)
        self.assertIn("Gold", text)
        self.assertIn("You are Low with us now", " ".join(text.replace("*", "").split()))
        self.assertNotRegex(text.split("[1]")[0], r"\d{3}")
        event = self._events(self.buyer)[-1]
        self.assertEqual((event.kind, event.mail_result), ("correction", "sent"))
        self.assertEqual([numbers["mails"] for numbers in forecast.values()], [1])
        # No note and no to-do that no rule asks for.
        self.assertEqual(len(self._notes(self.buyer)), 1)

    def test_correction_of_what_nobody_was_told(self):
        """Customers were told that they are no longer what they had never heard of."""
        self._create_rules("up", "correction")
        self.program.event_rule_ids.filtered(
            lambda rule: rule.kind == "up"
        ).mail_template_id = False
        self._promote(self.buyer, amount=6000)
        self._night("2025-03-09")
        self._run_cron()
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.buyer.id), ("amount_untaxed", "=", 6000)]
        )
        self._correct(self.buyer, order)
        (numbers,) = self._events(self.buyer)[-1]._forecast().values()
        self.assertEqual(numbers["mails"], 0)
        self._run_cron()
        self.assertFalse(self._mails(self.buyer))
        self.assertEqual(self._events(self.buyer)[-1].mail_result, "not_told")

    def test_corrections_that_a_rule_keeps_quiet(self):
        """Who does not want such mails has a rule for corrections without one."""
        self._create_rules("up")
        rule = {"program_id": self.program.id, "kind": "correction", "active": False}
        self.env["customer.tier.event.rule"].create(rule)
        mails, _forecast = self._sent_and_undone()
        self.assertEqual(len(mails), 1)

    def test_notice_of_an_undone_tier(self):
        """“May lose Gold” is no news of who never earned it."""
        self.program.write({"hold_months": 0, "notice_days": 40})
        self._create_rules("notice")
        partner, order = self._new()
        self._night("2025-03-06")
        self.gold.condition_ids.value = 7000
        self._night("2025-03-09")
        self._run_cron()
        notice = self._events(partner).filtered(lambda event: event.kind == "notice")
        self.assertTrue(notice.activity_id)
        self._correct(partner, order)
        self.assertFalse(notice.activity_id.exists())
        self.assertFalse(self._standing(partner).noticed_on)
