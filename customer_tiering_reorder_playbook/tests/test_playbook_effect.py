from odoo import fields
from odoo.addons.customer_tiering_playbook.tests.common import PlaybookCase
from odoo.exceptions import AccessError
from odoo.tests import tagged

HALF = "2026H1"


@tagged("post_install", "-at_install")
class TestPlaybookEffect(PlaybookCase):
    """What managers read about the effect of playbooks and win-backs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["customer.reminder.rule"].search([]).action_archive()
        cls.playbook.write({"company_id": cls.company.id, "control_share": 20})
        cls._create_program(tiers=["Regular"])
        cls.Effect = cls.env["customer.reminder.effect"]
        cls.Report = cls.env["customer.reminder.report"]

    @classmethod
    def _customers(cls, name, count):
        partners = cls.env["res.partner"].create(
            [{"name": f"{name} {n}", "company_id": cls.company.id} for n in range(count)]
        )
        return cls.env["customer.tier.standing"].create(
            [{"partner_id": partner.id, "company_id": cls.company.id} for partner in partners]
        )

    def _cases(self, arm, count, ordered, **vals):
        """Cases of the playbook, whose time is over; the first of the customers ordered."""
        return self.Start.create(
            [
                {
                    "standing_id": standing.id,
                    "playbook_id": self.playbook.id,
                    "stage": "dormant",
                    "arm": arm,
                    "state": "held" if arm == "control" else "done",
                    "started_on": arm == "treated" and "2026-03-02",
                    "experiment": f"playbook:{self.playbook.id}:{HALF}",
                    "drawn_share": 20,
                    "date": "2026-03-01",
                    "window_end": "2026-03-15",
                    "measured_on": "2026-03-16",
                    "window_orders": int(number < ordered),
                    "window_amount": 100 * (number < ordered),
                    **vals,
                }
                for number, standing in enumerate(self._customers(arm, count))
            ]
        )

    def _win_backs(self, arm, count, ordered):
        standings = self._customers(f"away {arm}", count)
        made = self.env["customer.win.back"].create(
            [
                {"partner_id": s.partner_id.id, "company_id": self.company.id, "date": "2026-02-15"}
                for s in standings
            ]
        )
        for number, record in enumerate(made):
            record.write(
                {
                    "arm": arm,
                    "experiment": f"win_back:{HALF}",
                    "drawn_share": 20,
                    "due_on": "2026-03-01",
                    "window_end": "2026-03-15",
                    "measured_on": "2026-03-16",
                    "window_orders": int(number < ordered),
                    "window_amount": 60 * (number < ordered),
                }
            )
        return made

    def _row(self, kind=False, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.Effect.with_user(user or self.manager).with_company(self.company)
        if not kind:
            return rows._all_of(self.company)
        source = self.playbook if kind == "playbook" else self.company
        return rows._row_of(kind, source)

    def test_playbook_is_a_rule_of_its_own(self):
        """Playbooks seem to bring back everybody who comes back."""
        self._cases("treated", 900, 432)
        self._cases("control", 225, 72)
        row = self._row("playbook")
        self.assertEqual(row.display_name, self.playbook.display_name)
        self.assertEqual((row.verdict, row.caused_count, row.control_share), ("more", 144, 20))
        self.assertIn("followed up order 16.0 points more often", row.words)
        self.assertEqual((row.case_count, row.sent_count), (1125, 900))
        self.assertFalse(row.warning)
        everything = self._row()
        self.assertEqual((everything.verdict, everything.case_count), ("more", 1125))
        action = row.action_open_cases()
        self.assertEqual(self.Report.search_count(action["domain"]), 1125)

    def test_unmeasured(self):
        """A playbook of before the upgrade seems to have an effect."""
        self.playbook.control_share = 0
        self._cases("treated", 60, 24, experiment=False, drawn_share=0)
        row = self._row("playbook")
        self.assertEqual(row.verdict, "unmeasured")
        self.assertIn("nobody is held back", row.words)
        self.assertIn("Of 60 customers followed up, 24 ordered", row.words)
        self.assertIn("Not measured", self._row("win_back").words)

    def test_form(self):
        """Whoever makes a playbook does not know that it is not measured, or how long an answer
        takes."""
        playbook = self.playbook.with_user(self.manager).with_company(self.company)
        self.assertIn("There are no cases to measure by yet", playbook.effect_note)
        today = self.env["customer.tier.gather"]._today(self.company)
        day = fields.Date.subtract(today, days=40)
        self._cases("treated", 240, 96, date=day, experiment=False)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertIn("about 182 cases a month; 40 % order", playbook.effect_note)
        self.assertEqual(playbook.action_open_effect()["res_id"], self._row("playbook").id)

    def test_win_backs(self):
        """Calling again gets the credit for all who come back."""
        self._win_backs("treated", 80, 20)
        self._win_backs("control", 20, 5)
        row = self._row("win_back")
        self.assertEqual((row.case_count, row.difference, row.verdict), (100, 0, "unknown"))
        self.assertIn("Not known yet: 100 of about", row.words)
        self.assertEqual(row.display_name, "Win-backs: called again")

    def test_figures_equal_sql(self):
        """The report and the database disagree."""
        self._cases("treated", 30, 12)
        self._cases("control", 10, 2)
        self._win_backs("treated", 12, 3)
        self._win_backs("control", 4, 1)
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT 'playbook', arm, COUNT(*), COUNT(*) FILTER (WHERE window_orders > 0),
                   SUM(window_amount), COUNT(started_on)
              FROM customer_stage_playbook_start WHERE playbook_id = %s GROUP BY arm
             UNION ALL
            SELECT 'win_back', arm, COUNT(*), COUNT(*) FILTER (WHERE window_orders > 0),
                   SUM(window_amount), COUNT(*) FILTER (WHERE arm <> 'control')
              FROM customer_win_back WHERE company_id = %s AND due_on IS NOT NULL GROUP BY arm
             ORDER BY 1, 2
            """,
            [self.playbook.id, self.company.id],
        )
        expected = self.env.cr.fetchall()
        own = [("company_id", "=", self.company.id), ("kind", "!=", "reminder")]
        found = self.Report.with_user(self.manager)._read_group(
            own,
            ["kind", "arm"],
            ["__count", "ordered_count:sum", "amount:sum", "sent_count:sum"],
        )
        self.assertEqual(sorted(found), expected)
        ids = self.Report.search([("company_id", "=", self.company.id)]).ids
        self.assertEqual(len(ids), len(set(ids)))

    def test_from_the_stage_to_the_page(self):
        """What is drawn when customers enter a stage is not what the report compares."""
        self.playbook.control_share = 50
        buyers = [self._create_buyer(f"Buyer {number}") for number in range(12)]
        self._grade()
        self._enter("dormant", *buyers)
        rows = self.Report.search(
            [("kind", "=", "playbook"), ("partner_id", "in", [b.id for b in buyers])]
        )
        self.assertEqual(len(rows), 12)
        starts = {start.partner_id: start for buyer in buyers for start in self._starts(buyer)}
        for row in rows:
            start = starts[row.partner_id]
            self.assertEqual((row.arm, row.sent_count), (start.arm, int(start.state == "open")))
            self.assertEqual(row.tier_id, start.tier_id)
            self.assertEqual(row.window_end, start.window_end)

    def test_rights(self):
        """Salespeople read who is held back; or managers of another company do."""
        self._cases("control", 2, 0)
        for user in (self.salesperson, self.officer):
            with self.assertRaises(AccessError):
                self.Report.with_user(user).search([])
        boss_b = self._create_user(
            "playbook_boss_b", "customer_tiering.group_manager", company_id=self.company_b.id
        )
        own = [("company_id", "=", self.company.id)]
        self.assertFalse(self.Report.with_user(boss_b).search(own))
        with self.assertRaises(AccessError):
            self._row("playbook").with_user(boss_b).read(["words"])
