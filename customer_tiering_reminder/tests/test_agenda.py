from datetime import timedelta

from odoo.addons.customer_tiering.tests.query_common import QueryCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

LEADERS = "sales_team.group_sale_salesman_all_leads"


class AgendaCase(QueryCase):
    """Reminders are of who is late; *Gold* asks for 5,000 a year, *Silver* for 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.reminder.rule"].search([]).action_archive()
        cls.program.typical_interval_days = 30
        cls.rule = cls.env["customer.reminder.rule"].create(
            {"name": "Overdue", "reminds_at": "expected", "daily_limit": 0}
        )
        cls.leader = cls._create_user("tiering_leader", LEADERS)
        cls.colleague = cls._create_user("tiering_colleague", "sales_team.group_sale_salesman")
        cls.Agenda = cls.env["customer.agenda"]

    def _create_late(self, name="Late", amount=1000, **vals):
        """Somebody who ordered every 30 days, last 35 days ago."""
        vals = {"user_id": self.salesperson.id, "phone": "+32 2 290 34 90", **vals}
        days = (35, 65, 95, 125)
        return self._create_own_customer(name, *((day, amount) for day in days), **vals)

    def _remind(self, *partners):
        self._grade()
        reminders = self.env["customer.reminder"].search(
            [("partner_id", "in", [partner.id for partner in partners]), ("state", "=", "open")]
        )
        self.assertEqual(len(reminders), len(partners))
        return reminders

    def _rows(self, user=None, **wanted):
        rows = self.Agenda.with_user(user or self.salesperson).search([])
        self.env.invalidate_all()
        return rows.filtered(lambda row: all(row[name] == value for name, value in wanted.items()))

    def _note_move(self, partner, direction, days=0):
        """The customer is where a move of so many days ago took it."""
        standing, tiers = self._standing(partner), self.program.tier_ids
        before, after = (tiers[0], tiers[1]) if direction == "up" else (tiers[1], tiers[0])
        standing.sudo().write({"tier_id": after.id, "computed_tier_id": after.id})
        return (
            self.env["customer.tier.change"]
            ._by_system()
            .create(
                {
                    "standing_id": standing.id,
                    "date": self._days_ago(days),
                    "direction": direction,
                    "from_tier_id": before.id,
                    "to_tier_id": after.id,
                    "reason": "rule",
                }
            )
        )


@tagged("post_install", "-at_install")
class TestAgenda(AgendaCase):
    def test_most_at_stake_comes_first(self):
        """The salesperson calls small customers all morning, while the large one goes."""
        small, large = self._create_late("Small", 100), self._create_late("Large", 5000)
        self._remind(small, large)
        rows = self._rows(kind="reminder")
        self.assertEqual(rows.partner_id.mapped("name"), ["Large", "Small"])
        standing = self._standing(large)
        expected = standing.amount * standing.stay_away
        self.assertGreater(expected, 0)
        self.assertAlmostEqual(rows[0].stake, expected, 2)
        self.assertEqual(rows[0].phone, large.phone)
        self.assertEqual(rows[0].last_order_date, self._days_ago(35))
        self.assertTrue(rows[0].headline and rows[0].next_step)
        self.assertEqual(rows[0].tier_id, standing.tier_id)

    def test_language_of_the_reader(self):
        """The leader reads in Chinese what her people have to do, and it is in English: to-dos
        stay in the language of whom they were made for."""
        self.env["res.lang"]._activate_lang("zh_CN")
        reminder = self._remind(self._create_late())
        (row,) = self._rows(kind="reminder")
        english = row.headline
        self.assertEqual(english, reminder.activity_id.summary)
        chinese = row.with_context(lang="zh_CN").headline
        vals = reminder._activity_vals(
            self.rule,
            self._standing(reminder.partner_id),
            self._create_user("zh", "sales_team.group_sale_salesman", lang="zh_CN"),
        )
        self.assertEqual(chinese, vals["summary"])
        self.assertNotEqual(chinese, english)
        # Who has it by now reads it in its own language, whoever it was written for.
        reminder.activity_id.user_id.lang = "zh_CN"
        self.env.invalidate_all()
        self.assertEqual(row.with_context(lang="zh_CN").headline, chinese)
        self.assertEqual(row.with_context(lang="en_US").headline, english)
        reminder.activity_id.summary = "Ask for Ann"
        self.env.invalidate_all()
        self.assertEqual(row.with_context(lang="zh_CN").headline, "Ask for Ann")

    def test_language_changed(self):
        """Somebody chooses Chinese, and what was to be done before stays English in the list and
        in the systray; or loses what somebody wrote there."""
        self.env["res.lang"]._activate_lang("zh_CN")
        first, second = self._remind(self._create_late("One"), self._create_late("Two"))
        second.activity_id.summary = "Ask for Ann"
        (row,) = self._rows(partner_id=first.partner_id)
        chinese = row.with_context(lang="zh_CN").headline
        english = first.activity_id.summary
        self.salesperson.lang = "zh_CN"
        self.assertNotEqual(chinese, english)
        self.assertEqual(first.activity_id.summary, chinese)
        self.assertEqual(second.activity_id.summary, "Ask for Ann")
        self.salesperson.lang = "en_US"
        self.assertEqual(first.activity_id.summary, english)

    def test_number_of_who_orders(self):
        """A company has no number of its own, but its buyer has: the list shows none to call."""
        late = self._create_late(phone=False)
        ann, bob, _cy = (
            self._create_customer(name, parent_id=late.id, phone=phone)
            for name, phone in (("Ann", "+32 1"), ("Bob", "+32 2"), ("Cy", "+32 3"))
        )
        orders = self.env["sale.order"].search([("partner_id", "=", late.id)], order="date_order")
        for order, contact in zip(orders, (bob, bob, ann), strict=False):
            order.partner_id = contact
        self._remind(late)
        (row,) = self._rows(kind="reminder")
        self.assertEqual(row.phone, "+32 2")
        late.phone = "+32 9"
        self.env.invalidate_all()
        self.assertEqual(row.phone, "+32 9")
        late.phone = False
        late.child_ids.active = False
        self.env.invalidate_all()
        self.assertFalse(row.phone)

    def test_row_leaves_when_it_is_done(self):
        """The list is as long in the evening as it was in the morning."""
        late, other, third = (self._create_late(name) for name in ("One", "Two", "Three"))
        reminders = self._remind(late, other, third)
        rows = self._rows(kind="reminder")
        self.assertEqual(len(rows), 3)
        by_partner = {row.partner_id: row for row in rows}
        # Done in the systray, done here, and ordered.
        reminder = reminders.filtered(lambda r: r.partner_id == late)
        reminder.activity_id.with_user(self.salesperson).action_feedback()
        by_partner[other].action_done()
        self._create_order(third, 100, state="draft").action_confirm()
        self.assertFalse(self._rows(kind="reminder"))
        self._grade()
        self.assertFalse(self._rows(kind="reminder"))
        states = {r.partner_id.name: r.state for r in reminders}
        self.assertEqual(states, {"One": "done", "Two": "done", "Three": "ordered"})

    def test_second_to_do_of_a_reminder(self):
        """“Done” on the first call hid the second one of the same reminder for good."""
        late = self._create_late("Late")
        reminder = self._remind(late)
        row = self._rows(kind="reminder")
        row.action_done()
        self.assertFalse(self._rows(kind="reminder"))
        reminder.activity_id = late.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.salesperson.id
        )
        self.env.flush_all()
        self.assertEqual(len(self._rows(kind="reminder")), 1)

    def test_quotation_takes_the_row_off_until_it_is_old(self):
        """Who was just quoted is called again, or is forgotten once the quotation is."""
        late = self._create_late()
        self._remind(late)
        row = self._rows(kind="reminder")
        action = row.action_do()
        # Another addon may have made it already.
        made = self.env["sale.order"].browse(action.get("res_id") or [])
        partner = made.partner_id.id or action["context"]["default_partner_id"]
        self.assertEqual((action["res_model"], partner), ("sale.order", late.id))
        contact = self._create_own_customer("Contact", parent_id=late.id)
        order = self._create_order(contact, 100, state="draft")
        self.assertFalse(self._rows(kind="reminder"))
        for quotation in order | made:
            quotation.date_order -= timedelta(days=15)
        self.env.flush_all()
        self.assertEqual(self._rows(kind="reminder").partner_id, late)

    def test_tier_news(self):
        """Nobody congratulates, and nobody asks what went wrong."""
        up, down, old = (
            self._create_own_customer(name, (10, 500), user_id=self.salesperson.id)
            for name in ("Up", "Down", "Old")
        )
        self._grade()
        self._note_move(up, "up")
        self._note_move(down, "down", days=6)
        self._note_move(old, "up", days=8)
        rows = self._rows().filtered(lambda row: row.kind in ("promoted", "demoted"))
        self.assertEqual(
            {row.partner_id.name: row.kind for row in rows}, {"Up": "promoted", "Down": "demoted"}
        )
        low, high = self.program.tier_ids[:2].mapped("display_name")
        said = {row.partner_id.name: row.headline for row in rows}
        self.assertEqual(said["Up"], f"Promoted from {low} to {high}")
        self.assertEqual(said["Down"], f"Demoted from {high} to {low}")
        rows.filtered(lambda row: row.kind == "promoted").action_do()
        self.assertEqual(self._rows(kind="promoted"), self.Agenda)
        self.assertEqual(self._rows(kind="demoted").partner_id, down)
        # The next move is news again.
        self._note_move(up, "down")
        self._note_move(up, "up")
        self.assertEqual(self._rows(kind="promoted").partner_id, up)

    def test_news_with_an_activity(self):
        """Whoever did the to-do finds the news again, or whoever took the news off the to-do."""
        first, second = (
            self._create_own_customer(name, (10, 500), user_id=self.salesperson.id)
            for name in ("First", "Second")
        )
        self._grade()
        activities = self.env["mail.activity"]
        for partner in (first, second):
            change = self._note_move(partner, "up")
            activity = partner.activity_schedule(
                "mail.mail_activity_data_call", user_id=self.salesperson.id
            )
            self.env["customer.tier.event"].create(
                {
                    "standing_id": change.standing_id.id,
                    "company_id": self.company.id,
                    "kind": "up",
                    "change_id": change.id,
                    "date": change.date,
                    "state": "done",
                    "activity_id": activity.id,
                }
            )
            activities += activity
        self.assertEqual(len(self._rows(kind="promoted")), 2)
        activities[0].with_user(self.salesperson).action_feedback()
        row = self._rows(kind="promoted")
        self.assertEqual(row.partner_id, second)
        row.action_do()
        self.assertFalse(activities[1].active)
        self.assertFalse(self._rows(kind="promoted"))

    def test_notice(self):
        """The tier is lost on a day that the salesperson did not know of."""
        customer = self._create_own_customer("Losing", (10, 500), user_id=self.salesperson.id)
        self._grade()
        high, low = self.program.tier_ids[1], self.program.tier_ids[0]
        standing = self._standing(customer).sudo()
        standing.write(
            {
                "tier_id": high.id,
                "computed_tier_id": high.id,
                "target_tier_id": low.id,
                "noticed_on": self._days_ago(1),
            }
        )
        row = self._rows(kind="notice")
        self.assertEqual(row.headline, f"May lose {high.display_name} soon")
        row.action_done()
        self.assertFalse(self._rows(kind="notice"))
        standing.noticed_on = self._days_ago(-1)
        self.assertTrue(self._rows(kind="notice"), "a later notice is news again")
        standing.target_tier_id = high
        self.assertFalse(self._rows(kind="notice"), "figures are good again")

    def test_proposal(self):
        """Officers wait for nobody to decide; salespeople have a row that never leaves."""
        customer = self._create_own_customer("Rising", (10, 500), user_id=self.salesperson.id)
        self._grade()
        low, high = self.program.tier_ids[:2]
        proposal = self.env["customer.tier.proposal"].create(
            {
                "standing_id": self._standing(customer).id,
                "company_id": self.company.id,
                "program_id": self.program.id,
                "from_tier_id": low.id,
                "to_tier_id": high.id,
                "direction": "up",
                "date": self._days_ago(0),
            }
        )
        self.officer.group_ids += self.env.ref(LEADERS)
        row = self._rows(self.officer, kind="proposal", partner_id=customer)
        self.assertEqual(row.step, "decide")
        self.assertEqual(row.action_do()["domain"], [("id", "=", proposal.id)])
        mine = self._rows(kind="proposal")
        self.assertEqual(mine.step, "done")
        mine.action_do()
        self.assertFalse(self._rows(kind="proposal"))
        row = self._rows(self.officer, kind="proposal", partner_id=customer)
        self.assertEqual(row.step, "decide", "who cannot decide has taken it from who can")
        proposal.sudo().state = "refused"
        self.assertFalse(self._rows(self.officer, kind="proposal", partner_id=customer))

    def test_only_own_customers_and_company(self):
        """A salesperson reads what colleagues, or another company, have to do."""
        mine, theirs = (
            self._create_late("Mine"),
            self._create_late("Theirs", user_id=self.colleague.id),
        )
        self._remind(mine, theirs)
        self.assertEqual(self._rows(kind="reminder").partner_id, mine)
        both = self._rows(self.leader, kind="reminder").partner_id & (mine | theirs)
        self.assertEqual(both, mine | theirs)
        foreign = self._rows(self.colleague, kind="reminder")
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            foreign.with_user(self.salesperson).read(["stake"])
        with self.assertRaises(UserError):
            foreign.with_user(self.salesperson).action_do()
        foreign.with_user(self.salesperson).action_done()
        self.assertTrue(self._rows(self.colleague, kind="reminder"), "not theirs to finish")
        for user in (self.salesperson_b, self.internal_b()):
            with mute_logger("odoo.addons.base.models.ir_model"), self.subTest(user.login):
                try:
                    self.assertFalse(self._rows(user, partner_id=mine))
                except AccessError:
                    self.assertEqual(user.login, "tiering_internal_b")

    def internal_b(self):
        return self._create_user(
            "tiering_internal_b", "base.group_user", company_id=self.company_b.id
        )

    def test_row_of_whoever_has_the_activity(self):
        """An activity was given to somebody else, and the list still sends the first one."""
        late = self._create_late()
        reminder = self._remind(late)
        reminder.activity_id.user_id = self.colleague
        self.assertFalse(self._rows(kind="reminder"))
        self.assertEqual(self._rows(self.colleague, kind="reminder").partner_id, late)

    def test_who_is_held_back_has_no_row(self):
        """Somebody of the control group is called, so that nothing can be measured."""
        late = self._create_late()
        reminder = self._remind(late)
        for vals in ({"arm": "control"}, {"snoozed_until": self._days_ago(-3)}):
            usual = {name: reminder[name] for name in vals}
            reminder.write(vals)
            self.assertFalse(self._rows(kind="reminder"))
            reminder.write(usual)
        self.assertTrue(self._rows(kind="reminder"))
        # Whoever is held back, or is written to first, is on nobody's desk.
        reminder.activity_id.unlink()
        self.assertFalse(self._rows(kind="reminder"))

    def test_done_twice(self):
        """Two colleagues press the same button, and the second one is told nothing."""
        late = self._create_late()
        self._remind(late)
        row = self._rows(kind="reminder")
        row.action_done()
        with self.assertRaisesRegex(UserError, "done already"):
            row.action_do()

    def test_query_count(self):
        """The list asks once for each customer, and is slow where there are many."""
        self.env["res.lang"]._activate_lang("zh_CN")
        few = [self._create_late(f"Late {n}") for n in range(2)]
        self._remind(*few)
        count, chinese = len(self._list_statements()), len(self._list_statements("zh_CN"))
        many = [self._create_late(f"More {n}") for n in range(15)]
        self._remind(*few, *many)
        self.assertEqual(len(self._rows(kind="reminder")), 17)
        self.assertEqual(len(self._list_statements()), count)
        self.assertLessEqual(count, 16)
        # Whose to-dos are in another language.
        self.assertEqual(len(self._list_statements("zh_CN")), chinese)

    def _list_statements(self, lang="en_US"):
        names = ("partner_id", "tier_id", "kind", "headline", "stake", "phone", "next_step")
        spec = {name: {} for name in names} | {"partner_id": {"fields": {"display_name": {}}}}
        agenda = self.Agenda.with_user(self.salesperson).with_context(lang=lang)
        self._statements(lambda: agenda.web_search_read([], spec, limit=80))
        return self._statements(lambda: agenda.web_search_read([], spec, limit=80))

    def test_grouped_filtered_and_exported(self):
        """Searching, grouping or exporting the list fails, as it is no table."""
        late = self._create_late()
        self._remind(late)
        agenda = self.Agenda.with_user(self.salesperson)
        domain = [("partner_id", "child_of", late.id), ("kind", "=", "reminder")]
        ((kind, stake),) = agenda._read_group(domain, ["kind"], ["stake:sum"])
        self.assertEqual(kind, "reminder")
        self.assertGreater(stake, 0)
        self.salesperson.group_ids += self.env.ref("base.group_allow_export")
        rows = agenda.search(domain)
        exported = rows.export_data(["partner_id/name", "stake", "phone", "headline", "next_step"])
        self.assertEqual(exported["datas"][0][0], late.name)
        team = [("user_id.sale_team_id.user_id", "=", self.leader.id)]
        self.assertFalse(self.Agenda.with_user(self.leader).search(team))
