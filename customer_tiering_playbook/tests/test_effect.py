from datetime import timedelta
from unittest.mock import patch

from odoo.addons.customer_tiering.grading import assignment
from odoo.exceptions import AccessError, ValidationError
from odoo.modules.module import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import PlaybookCase

SCRIPT = "customer_tiering_playbook/migrations/19.0.1.2.0/post-measured.py"


@tagged("post_install", "-at_install")
class TestEffect(PlaybookCase):
    """Playbooks and win-backs hold some customers back, so that their effect is known."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook.control_share = 50
        cls.buyer.user_id = cls.salesperson
        cls.held = cls._create_buyer("Held back")
        cls.held.user_id = cls.salesperson
        cls._grade()

    def setUp(self):
        super().setUp()
        drawn = patch.object(assignment, "bucket", self._drawn)
        drawn.start()
        self.addCleanup(drawn.stop)

    def _drawn(self, _database, _experiment, customer):
        return 0 if customer == self.held.id else assignment.BUCKETS - 1

    def _enter_both(self):
        self._enter("dormant", self.buyer, self.held)
        return self._starts(self.buyer), self._starts(self.held)

    # Playbooks

    def test_shipped_are_measured(self):
        """What comes with the addon was not measured until somebody thought of it; companies that
        were there before an update decide themselves."""
        names = "potential new mature loyal dormant lost won_back"
        shipped = [self.env.ref(f"customer_tiering_playbook.playbook_{n}") for n in names.split()]
        self.assertEqual({playbook.control_share for playbook in shipped}, {20})
        company = self.env["res.company"].create({"name": "New Company"})
        self.assertEqual(company.customer_win_back_control_share, 20)

    def test_held_back(self):
        """A playbook seems to win customers back who would have come anyway, because nobody is
        without it."""
        told, held = self._enter_both()
        self.assertEqual((told.state, told.arm), ("open", "treated"))
        self.assertEqual((held.state, held.arm), ("held", "control"))
        today = self._days_ago(0)
        for start in told + held:
            self.assertEqual((start.date, start.drawn_share), (today, 50))
            self.assertIn(f"playbook:{self.playbook.id}:", start.experiment)
        self.assertEqual(told.window_end, held.window_end)
        # Three days for the last activity, and time to work.
        self.assertGreaterEqual(held.window_end, today + timedelta(days=17))

    def test_nothing_comes_of_it(self):
        """Who is held back gets an activity, a log note or a row in somebody's list; counted in
        the database."""
        _told, held = self._enter_both()
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """SELECT (SELECT COUNT(*) FROM mail_activity
                            WHERE res_model = 'res.partner' AND res_id = %(held)s),
                          (SELECT COUNT(*) FROM mail_message
                            WHERE model = 'res.partner' AND res_id = %(held)s
                              AND body ILIKE '%%plan%%'),
                          (SELECT COUNT(*) FROM customer_stage_playbook_start_activity_rel
                            WHERE start_id = %(start)s)""",
                held=self.held.id,
                start=held.id,
            )
        )
        self.assertEqual(found, [(0, 0, 0)])
        for user in (self.salesperson, self.officer, self.manager):
            rows = self.env["customer.agenda"].with_user(user)
            rows = rows.search([("partner_id", "=", self.held.id)])
            self.assertFalse(rows.filtered(lambda row: row.kind in ("playbook", "question")))

    def test_hidden(self):
        """A salesperson sees who is held back, and calls them."""
        _told, held = self._enter_both()
        own = [("id", "in", held.ids)]
        for user in (self.salesperson, self.officer):
            starts = self.Start.with_user(user)
            self.assertFalse(starts.search(own))
            partner = self.held.with_user(user).with_company(self.company)
            self.assertFalse(partner.customer_playbook_start_ids)
        self.assertEqual(self.Start.with_user(self.manager).search(own), held)
        playbook = self.playbook.with_user(self.manager)
        self.assertEqual((playbook.held_count, playbook.open_count), (1, 1))
        action = playbook.action_open_held()
        self.assertEqual(self.Start.search(action["domain"]), held)

    def test_orders_count_for_both(self):
        """Orders of who is held back do not count, or those of after its time do; the salesperson
        is quick, the plan never began, and its customer is in neither group."""
        self.playbook.daily_limit = 1
        slow = self._create_buyer("Slow")
        slow.user_id = self.salesperson
        self._grade()
        self._put("dormant", self.buyer, self.held, slow)
        self._work()
        starts = self._starts(self.buyer) + self._starts(self.held) + self._starts(slow)
        self.assertEqual(sorted(starts.mapped("state")), ["held", "open", "waiting"])
        for partner, amount in ((self.held, 50), (self.buyer, 70), (slow, 90)):
            self._create_order(partner, amount, date=self._days_ago(0), team_id=False)
        self._enter("mature", self.buyer, self.held, slow)
        self.env.invalidate_all()
        self.assertEqual(len(starts.exists()), 3, "Who was quicker than the plan counts.")
        self.assertTrue(all(starts.mapped("ended_on")))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_stage_playbook_start SET window_end = %s WHERE id = ANY(%s)",
            [self._days_ago(-1), starts.ids],
        )
        self.env.invalidate_all()
        self.Start._measure(self.company)
        self.assertFalse(any(starts.mapped("measured_on")), "Its time is not over.")
        self.env.cr.execute(
            "UPDATE customer_stage_playbook_start SET window_end = %s, date = %s "
            "WHERE id = ANY(%s)",
            [self._days_ago(1), self._days_ago(20), starts.ids],
        )
        self.env.cr.execute(
            "UPDATE sale_order SET date_order = date_order - interval '2 days' "
            "WHERE partner_id = ANY(%s) AND date_order > now() - interval '1 day'",
            [(self.buyer + self.held).ids],
        )
        self.env.invalidate_all()
        self.Start._measure(self.company)
        amounts = {start.partner_id: start.window_amount for start in starts}
        self.assertEqual(amounts, {self.buyer: 70, self.held: 50, slow: 0})

    def test_next_stage(self):
        """Whoever is held back in one stage is so for ever; or its case never ends."""
        _told, held = self._enter_both()
        self._enter("dormant", self.held)
        self.assertEqual(len(self._starts(self.held)), 1, "still the same stage")
        self._create_playbook("lost", self.plan)
        self._enter("lost", self.held)
        self.assertTrue(held.ended_on)
        self.assertEqual(self._starts(self.held)[-1].state, "open")
        self._enter("dormant", self.held)
        self.assertEqual(self._starts(self.held)[-1].state, "held")

    def test_never_held_back(self):
        """The best customers are held back for the sake of a figure."""
        tier = self._standing(self.held).tier_id
        self.playbook.never_held_tier_ids = tier
        _told, held = self._enter_both()
        self.assertEqual((held.state, held.experiment), ("open", False))

    def test_share(self):
        """Everybody is held back; playbooks of before begin to hold back by themselves, and new
        ones measure nothing."""
        for share in (-1, 51):
            with self.assertRaises(ValidationError):
                self.playbook.control_share = share
            with self.assertRaises(ValidationError):
                self.company.customer_win_back_control_share = share
        form = Form(self.env["customer.stage.playbook"].with_user(self.manager))
        self.assertEqual(form.control_share, 20)
        self.assertEqual(self._create_playbook("lost", self.plan).control_share, 0)

    def test_share_was_changed(self):
        """Nobody can say any more why a customer was held back."""
        _told, held = self._enter_both()
        self.playbook.control_share = 0
        self.assertEqual((held.bucket, held.drawn_share, held.arm), (0, 50, "control"))
        told = held.with_user(self.manager).group_text
        for text in ("number 0 of 10000", "Below 5000 (50 % on that day)"):
            self.assertIn(text, told)

    def test_foretold(self):
        """The dialog before the first plans promises activities that nobody gets."""
        line = self.env["customer.tier.tell"]._playbook_line(self.playbook, 10)
        self.assertEqual((line["customers"], line["held"], line["activities"]), (10, 5, 10))

    def test_upgrade(self):
        """After the upgrade, customers are held back whom nobody has decided to hold back."""
        told, _held = self._enter_both()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_stage_playbook_start SET date = NULL WHERE id = %s", [told.id]
        )
        load_script(SCRIPT, "post-measured").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(self.playbook.control_share, 0)
        self.assertEqual((told.arm, told.experiment), ("treated", False))
        self.assertEqual(told.date, told.started_on)

    # Win-backs

    def _follow_up(self, days=0, **vals):
        """Open win-backs of both customers, noted some days ago."""
        self.company.customer_win_back_control_share = 50
        self._put("dormant", self.buyer, self.held, event=False)
        records = self.env["customer.win.back"].with_user(self.salesperson)
        records = records.with_company(self.company)
        made = records.create([{"partner_id": p.id, **vals} for p in (self.buyer, self.held)])
        made = made.sudo(False).with_user(self.env.user)
        made.date = self._days_ago(days)
        return made

    def _called(self):
        rows = self.env["customer.agenda"].with_user(self.salesperson)
        return rows.search([("kind", "=", "win_back")]).partner_id & (self.buyer + self.held)

    def test_win_backs_held_back(self):
        """Nobody knows whether calling again every two weeks brings anybody back, because
        everybody is called."""
        told, held = self._follow_up(days=20)
        self.assertEqual((told.arm, held.arm), ("treated", "control"))
        self.assertEqual(self._called(), self.buyer)
        self.assertFalse(told.due_on)
        self.env["customer.win.back"]._begin_due(self.company)
        self.assertEqual((told + held).mapped("due_on"), [self._days_ago(6)] * 2)
        self.assertGreaterEqual(held.window_end, self._days_ago(6) + timedelta(days=14))
        # The salesperson's own note stays, and says nothing of it.
        mine = held.with_user(self.salesperson)
        self.assertEqual(mine.outcome, "open")
        with self.assertRaises(AccessError):
            mine.read(["arm"])
        # Once its time is over the customer is called as usual.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_win_back SET window_end = %s WHERE id = %s",
            [self._days_ago(1), held.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._called(), self.buyer + self.held)

    def test_what_ended_before(self):
        """Who ordered, or was given up, before anybody was to call again counts as caused."""
        told, held = self._follow_up(days=3)
        held.outcome = "not_now"
        self.env["customer.win.back"]._begin_due(self.company)
        self.assertFalse((told + held).filtered("due_on"))
        # A salesperson who writes before the night is no reason to leave the case out.
        told.date = self._days_ago(15)
        told.with_user(self.salesperson).outcome = "not_now"
        self.assertEqual(told.due_on, self._days_ago(1))

    def test_win_backs_are_measured(self):
        """Orders of before the call count as caused by it."""
        both = self._follow_up(days=40)
        self.env["customer.win.back"]._begin_due(self.company)
        for partner, days in ((self.buyer, 20), (self.held, 30)):
            self._create_order(partner, 50, date=self._days_ago(days), team_id=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_win_back SET window_end = %s WHERE id = ANY(%s)",
            [self._days_ago(5), both.ids],
        )
        self.env.invalidate_all()
        self.env["customer.win.back"]._measure(self.company)
        self.assertEqual(both.mapped("window_orders"), [1, 0])
        self.assertTrue(all(both.mapped("measured_on")))
