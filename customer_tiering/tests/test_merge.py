from odoo.tests import tagged

from .history_common import HistoryCase


@tagged("post_install", "-at_install")
class TestMerge(HistoryCase):
    """Two contacts who turn out to be one customer."""

    def _merge(self, kept, *others):
        wizard = self.env["base.partner.merge.automatic.wizard"]
        ids = [partner.id for partner in (kept, *others)]
        wizard.create({})._merge(ids, kept, extra_checks=False)
        self.env.invalidate_all()
        return self._standing(kept)

    def _customer(self, name, *orders):
        """A customer graded 60 and 20 days ago."""
        return self._create_own_customer(name, *orders)

    def _grade_twice(self):
        for days in (60, 20):
            self._grade(as_of=self._days_ago(days))

    def test_both_histories(self):
        """The core deletes the standing of whoever is merged away, and with it the history."""
        kept = self._customer("Kept", (90, 1500))
        twin = self._customer("Twin", (90, 100), (30, 2000))
        self._grade_twice()
        standing = self._merge(kept, twin)
        rows = standing.change_ids.sorted(lambda change: (change.date, change.id))
        self.assertEqual(
            rows.mapped(lambda r: (r.date, r.to_tier_id, r.reason, r.merged_from)),
            [
                (self._days_ago(60), self.silver, "rule", False),
                (self._days_ago(60), self.low, "rule", "Twin"),
                (self._days_ago(20), self.silver, "rule", "Twin"),
                (self._days_ago(0), self.silver, "merge", False),
            ],
        )
        merge = rows[-1]
        self.assertEqual((merge.direction, merge.note), ("stay", "Merged with Twin"))
        self.assertEqual(merge.user_id, self.env.user)
        self.assertFalse(self.env["customer.tier.standing"].search([("partner_id", "=", twin.id)]))

    def test_better_tier_and_its_guarantee(self):
        """Merging a duplicate must not cost a customer the tier that was promised for a year."""
        self.program.write({"hold_months": 12, "review_every": "month"})
        kept = self._customer("Kept", (90, 1500))
        twin = self._customer("Twin", (90, 6000))
        self._grade_twice()
        promised = self._standing(twin).guaranteed_until
        standing = self._merge(kept, twin)
        self.assertEqual(standing.tier_id, self.gold)
        self.assertEqual(standing.guaranteed_until, promised)
        self.assertEqual(
            (standing.computed_since, standing.tier_since),
            (self._days_ago(60), self._days_ago(0)),
        )
        self.assertEqual(self._rows(standing)[-1], ("up", "merge", self.gold))
        self.gold.condition_ids.value = 9000
        self.env["customer.tier.run"]._grade_partners(kept, self.company)
        self.assertEqual(standing.tier_id, self.gold, "still held")
        self.env["sale.order"].search([("partner_id", "=", kept.id)])._action_cancel()
        self.env["customer.tier.run"]._grade_partners(kept, self.company)
        self.assertEqual(standing.tier_id, self.low, "nothing of it is left")

    def test_override_survives(self):
        """What a person promised to the duplicate was promised to the customer; what was
        promised to the survivor goes first."""
        kept = self._customer("Kept", (90, 6000))
        twin = self._customer("Twin", (90, 100))
        self._grade_twice()
        self._standing(twin).with_user(self.officer).write(
            {"manual_tier_id": self.silver.id, "manual_reason": "Fair", "lock": "up"}
        )
        standing = self._merge(kept, twin)
        self.assertEqual((standing.tier_id, standing.computed_tier_id), (self.silver, self.gold))
        self.assertEqual((standing.manual_reason, standing.lock), ("Fair", "up"))
        self.assertEqual(standing.manual_user_id, self.officer)
        last = standing.change_ids.sorted("id")[-1]
        self.assertEqual((last.reason, last.direction, last.by_hand), ("merge", "down", True))
        third = self._customer("Third", (90, 100))
        self._grade_twice()
        self._standing(third).with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        self.assertEqual(self._merge(kept, third).tier_id, self.silver)

    def test_survivor_without_a_standing(self):
        """Two graded duplicates of a contact nobody graded: the core deletes both standings, for
        both cannot become the contact's."""
        one, two = self._customer("One", (90, 1500)), self._customer("Two", (90, 6000))
        self._grade_twice()
        new = self._create_own_customer("New")
        standing = self._merge(new, one, two)
        self.assertEqual(len(standing), 1)
        self.assertEqual(standing.tier_id, self.gold)
        rows = standing.change_ids.sorted(lambda change: (change.date, change.id))
        self.assertEqual(
            {(row.reason, row.merged_from) for row in rows},
            {("rule", False), ("rule", "One"), ("merge", False)},
        )
        self.assertEqual(rows[-1].note, "Merged with One, Two")

    def test_ungraded_duplicate(self):
        """A duplicate whom nobody graded leaves no trace in the history."""
        kept = self._customer("Kept", (90, 1500))
        self._grade_twice()
        standing = self._merge(kept, self._create_own_customer("Copy"))
        self.assertEqual(self._rows(standing), [("first", "rule", self.silver)])

    def test_into_a_contact(self):
        """A customer merged into somebody's contact is that company's history."""
        company = self._customer("Company", (90, 1500))
        contact = self._create_own_customer("Contact", parent_id=company.id)
        alone = self._customer("Alone", (90, 6000))
        self._grade_twice()
        self._merge(contact, alone)
        standing = self._standing(company)
        self.assertEqual(standing.tier_id, self.gold)
        self.assertIn("Alone", standing.change_ids.mapped("merged_from"))
        stray = self.env["customer.tier.standing"].search([("partner_id", "=", contact.id)])
        self.assertFalse(stray)

    def test_per_company(self):
        """Each company's history stays its own."""
        self._create_program(company=self.company_b, tiers=["B"])
        kept = self._create_customer("Kept", company_id=False, customer_rank=1)
        twin = self._create_customer("Twin", company_id=False, customer_rank=1)
        self.program.domain = [("name", "in", ("Kept", "Twin"))]
        self._create_order(kept, 1500, date=90)
        self._create_order(twin, 6000, date=90)
        self._create_order(twin, 10, date=90, company=self.company_b)
        self._grade_twice()
        self._grade(company=self.company_b)
        self._standing(kept, self.company_b)._by_system().unlink()
        standing = self._merge(kept, twin)
        self.assertEqual(standing.tier_id, self.gold)
        other = self._standing(kept, self.company_b)
        self.assertEqual(other.tier_id.name, "B")
        self.assertEqual([row[1] for row in self._rows(other)], ["rule", "merge"])
        self.assertEqual(
            other.change_ids.company_id | standing.change_ids.company_id,
            self.company | self.company_b,
        )

    def test_by_who_may_not_touch_grades(self):
        """Whoever may merge contacts need not be a tier officer; the row names them."""
        kept, twin = self._customer("Kept", (90, 1500)), self._customer("Twin", (90, 6000))
        self._grade_twice()
        # The core's own part of a merge reads fields that salespeople may not.
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.salesperson)
        wizard._update_foreign_keys(twin, kept)
        self.env.invalidate_all()
        standing = self._standing(kept)
        last = standing.change_ids.sorted("id")[-1]
        self.assertEqual((last.reason, last.user_id), ("merge", self.salesperson))

    def test_open_questions(self):
        """Two customers wait for approval; of the one that is left one question at most is open,
        and the next grading asks it."""
        self.program.approval = "up"
        kept, twin = self._customer("Kept", (90, 100)), self._customer("Twin", (90, 1500))
        self._grade(as_of=self._days_ago(60))
        for partner in (kept, twin):
            self._create_order(partner, 9000, date=30)
        self._grade()
        asked = (self._standing(kept) | self._standing(twin)).proposal_ids
        self.assertEqual(asked.mapped("state"), ["open", "open"])
        standing = self._merge(kept, twin)
        self.assertEqual(set(standing.proposal_ids.mapped("state")), {"superseded"})
        self.assertEqual(standing.proposal_ids, asked, "they stay to be read")
        self._grade()
        self.env.invalidate_all()
        self.assertEqual(len(standing.proposal_ids.filtered(lambda p: p.state == "open")), 1)

    def test_picture_keeps_them_apart(self):
        """The other history is drawn beside the own one, and ends with the merge; opening its
        records would show those of both."""
        kept = self._customer("Kept", (90, 1500))
        twin = self._customer("Twin", (90, 100), (30, 2000))
        self._grade_twice()
        standing = self._merge(kept, twin)
        drawn = standing.timeline
        self.assertEqual(drawn["merged"], "Twin")
        self.assertEqual([b["merged"] for b in drawn["bars"]], [False, True, True])
        self.assertEqual([mark["icon"] for mark in drawn["marks"]], ["fa-compress"])
        theirs = standing.change_ids.filtered("merged_from")[0]
        self.assertFalse(any(row["open"] for row in theirs.explanation["rows"]))

    def test_names_in_the_language_of_the_reader(self):
        """Below a Chinese picture the merged customers were listed with Western commas."""
        self.env["res.lang"]._activate_lang("zh_CN")
        kept, *twins = (self._customer(name, (90, 1500)) for name in ("Kept", "Ann", "Bob", "Cy"))
        self._grade_twice()
        for twin in twins:
            standing = self._merge(kept, twin)
        self.assertEqual(standing.with_context(lang="zh_CN").timeline["merged"], "Ann、Bob和Cy")

    def test_merged_again(self):
        """A history that came with one merge goes on with the next one, under its first name."""
        one, two, three = (self._customer(name, (90, 1500)) for name in ("One", "Two", "Three"))
        self._grade_twice()
        self._merge(two, one)
        standing = self._merge(three, two)
        self.assertEqual(
            {(row.reason, row.merged_from) for row in standing.change_ids},
            {
                ("rule", "One"),
                ("rule", "Two"),
                ("merge", "Two"),
                ("rule", False),
                ("merge", False),
            },
        )
