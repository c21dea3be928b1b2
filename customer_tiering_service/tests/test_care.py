"""Who is given to whom, and what is written for it."""

import random
from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..demo.service import RULES
from ..models.customer_tier_care_change import PEOPLE
from .common import ServiceCase


@tagged("post_install", "-at_install")
class TestCare(ServiceCase):
    def _counts(self, partners):
        return Counter(care.user_id.id for care in self._care(partners))

    def test_each_grading_gives_people(self):
        """A customer became Gold tonight, and tomorrow nobody was dedicated to it."""
        buyer = self._create_own_customer("Buyer", (10, 5000))
        small = self._create_own_customer("Small", (10, 50))
        self._grade()
        care = self._care(buyer)
        self.assertIn(care.user_id, self.people)
        self.assertEqual(care.why, "Gold service")
        self.assertEqual(care.since, self._days_ago(0))
        self.assertEqual(care.change_ids.mapped("reason"), ["given"])
        self.assertFalse(self._care(small))

    def test_pool_is_balanced_and_stays(self):
        """By turns, one of a pool got two customers more than the others; or every night dealt
        the cards anew, and customers met somebody else each week."""
        self.rule.way = "turns"
        golds = self._create_golds(32)
        self.assertEqual(self._assign(), 32)
        counts = self._counts(golds)
        self.assertLessEqual(max(counts.values()) - min(counts.values()), 1)
        had = {care.partner_id: care.user_id for care in self._care(golds)}
        self.assertEqual(self._assign(), 0)
        golds += self._create_golds(5)
        self.assertEqual(self._assign(), 5)
        counts = self._counts(golds)
        self.assertLessEqual(max(counts.values()) - min(counts.values()), 1)
        for care in self._care(golds):
            self.assertEqual(had.get(care.partner_id, care.user_id), care.user_id)

    def test_least_counts_own_customers(self):
        """Somebody with twenty customers of their own got as many new ones as everybody else."""
        own = self._create_golds(6, user_id=self.people[0].id)
        golds = self._create_golds(12)
        self._assign()
        self.assertFalse(self._care(own).user_id, "they have somebody")
        counts = self._counts(golds)
        self.assertEqual([counts[u.id] for u in self.people], [0, 6, 6])

    def test_weight_and_capacity(self):
        """Who works half of the week had as much to do as the others; or a full person got one
        more, and nobody was told that a customer has nobody."""
        self.rule.member_ids[0].weight = 0.5
        self.rule.member_ids[1].capacity = 3
        golds = self._create_golds(13)
        self._assign()
        counts = self._counts(golds)
        self.assertEqual(counts[self.people[1].id], 3)
        self.assertLess(counts[self.people[0].id], counts[self.people[2].id])
        self.rule.member_ids.capacity = 1
        more = self._create_golds(1)
        self._assign()
        self.assertFalse(self._care(more).user_id)
        self.assertIn("nobody of the pool has room", self._care(more).why)
        self.assertEqual(self._assign(), 0, "not written again each night")

    def test_first_rule_that_fits(self):
        """A customer in the region of a special rule went to the general pool; or its postal code
        was read as a number."""
        belgium = self.env.ref("base.be")
        vals = {"sequence": 1, "country_ids": [Command.set(belgium.ids)]}
        zips = {"zip_from": "1000", "zip_to": "19"}
        regional = self._create_rule("Brussels", self.gold, self.helper, **vals, **zips)
        here = self._create_golds(2, country_id=belgium.id, zip="19 99")
        there = self._create_golds(1, country_id=belgium.id, zip="2000")
        nowhere = self._create_golds(1)
        self._assign()
        self.assertEqual(self._care(here).service_id, regional)
        self.assertEqual(self._care(here).user_id, self.helper)
        self.assertEqual(self._care(there + nowhere).service_id, self.rule)
        here.zip = "2000"
        self._assign()
        self.assertEqual(self._care(here).service_id, self.rule)
        self.assertIn("moved", self._care(here[0]).change_ids.mapped("reason"))

    def test_nothing_is_written_to_contacts(self):
        """Whoever edited a contact while the night ran got a conflict."""
        golds = self._create_golds(20)
        self.env.flush_all()
        query = "SELECT id, xmin::text, write_date FROM res_partner WHERE id = ANY(%s) ORDER BY id"
        self.env.cr.execute(query, [golds.ids])
        before = self.env.cr.fetchall()
        self._assign()
        self.people[0].action_archive()
        self.gold.program_id.active = False
        self._assign()
        self.env.flush_all()
        self.env.cr.execute(query, [golds.ids])
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_statements_do_not_grow(self):
        """Each customer cost a statement of its own: with 200,000 of them the night was over."""
        few = self._create_golds(5)
        self._assign()

        def count(new):
            self._create_golds(new)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Care._assign(self.company)
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(10), count(30))
        self.assertTrue(self._care(few))

    def _night(self):
        """A finished grading, and what looking at everybody would still change after it."""
        self._grade()
        self.env.flush_all()
        self.env.invalidate_all()
        rules = self.env["customer.tier.service"]._of_company(self.company)
        plan = self.Care._plan(self.company, rules._policies())
        return [s for s in plan.steps if s.people_change or s.rule != s.old_rule]

    def test_night_looks_at_what_changed(self):
        """Each night looked at everybody; or one that looked at less left out a customer who came
        to another tier, moved to another region, got a salesperson of its own or lost it, was
        archived, waited for room, or whose rule or people had changed."""
        chance = random.Random(22)
        belgium, france = self.env.ref("base.be"), self.env.ref("base.fr")
        self._create_rule(
            "Gold in France",
            self.gold,
            self.people[0],
            country_ids=[Command.set(france.ids)],
            sequence=1,
        )
        buyers = self.env["res.partner"].union(
            *(self._create_own_customer(f"B{n}", (n % 60, 900 + n)) for n in range(24))
        )
        self.rule.member_ids[0].capacity = 4
        self.assertFalse(self._night())
        looked = []
        asked = type(self.company)._customer_care_changed

        def spy(company, *args):
            looked.append(asked(company, *args))
            return looked[-1]

        self.patch(type(self.company), "_customer_care_changed", spy)
        for night in range(25):
            # Nobody else was changed today.
            self.env.flush_all()
            self.env.cr.execute("UPDATE res_partner SET write_date = now() - interval '9 days'")
            buyer = chance.choice(buyers)
            with self.subTest(night=night):
                match night % 9:
                    case 0:
                        self._create_order(buyer, chance.choice((600, 2500)), date=1)
                    case 1:
                        buyer.country_id = chance.choice((belgium, france))
                    case 2:
                        buyer.user_id = chance.choice((self.people[1], self.env["res.users"]))
                    case 3:
                        buyer.active = not buyer.active
                    case 4:
                        self.rule.member_ids[0].capacity = chance.randint(1, 6)
                    case 5:
                        self.people[2].active = not self.people[2].active
                    case 6:
                        orders = self.env["sale.order"].search([("partner_id", "=", buyer.id)])
                        orders._action_cancel()
                    case 7:
                        self.rule.sequence = chance.choice((0, 5))
                    case _:
                        self._care(buyer).unlink()
                self.assertFalse(self._night())
        some = [ids for ids in looked if ids is not None]
        self.assertGreater(len(some), 8)
        self.assertIn(None, looked, "rules and people changed")

    def test_night_without_news(self):
        """Nothing had changed, and everybody was looked at."""
        self._create_golds(5)
        self._assign()
        settings, policies = self.company, self.rule._policies()
        today = self._days_ago(0)
        # What these tests wrote is of this day; contacts of yesterday are not looked at.
        settings.customer_care_seen_at = fields.Datetime.now() + timedelta(days=2)
        self.assertEqual(settings._customer_care_changed(policies, today), [])
        self.assertIsNone(settings._customer_care_changed(policies, self._days_ago(-7)))
        self.rule.way = "turns"
        self.assertIsNone(settings._customer_care_changed(self.rule._policies(), today))

    def test_counting_is_left_out(self):
        """Whom everybody looks after was counted though nobody was to be given."""
        self._create_golds(5)
        self._assign()
        counted = []

        def spy(care, company, users, own):
            counted.append(users)
            return loads(care, company, users, own)

        loads = type(self.Care)._loads
        self.patch(type(self.Care), "_loads", spy)
        self._assign()
        self._create_golds(1)
        self._assign()
        self.assertEqual(counted, [set(), set(self.people.ids)])

    def test_own_salesperson_is_never_touched(self):
        """A salesperson chosen by hand lost the customer by a change of tier: in none of a
        thousand random moves."""
        rng = random.Random(22)
        self._create_rule("Silver service", self.silver, self.helper)
        golds = self._create_golds(100)
        for gold in golds[::2]:
            gold.user_id = self.salesperson
        standings = self.env["customer.tier.standing"].search([("partner_id", "in", golds.ids)])
        for _night in range(10):
            for standing in standings:
                standing.sudo().tier_id = rng.choice((self.gold, self.silver, self.gold.browse()))
            self._assign()
            self.assertEqual(golds[::2].user_id, self.salesperson)
            self.assertFalse(golds[1::2].user_id)
            self.assertFalse(self._care(golds[::2]).user_id)
        for gold in golds[::2][:5]:
            self.assertEqual(self._quote(gold).user_id, self.salesperson)

    def test_two_companies_have_two_people(self):
        """A customer of two companies had the same person in both, who works in one of them."""
        seller_b = self._create_seller("tiering_person_b", company_id=self.company_b.id)
        program_b = self._create_program(company=self.company_b, tiers=["Gold B"], indicators=[])
        rule_b = self._create_rule("B", program_b.tier_ids, seller_b)
        shared = self._create_golds(1, company_id=False)
        self.env["customer.tier.standing"].create(
            {
                "partner_id": shared.id,
                "company_id": self.company_b.id,
                "program_id": program_b.id,
                "tier_id": program_b.tier_ids.id,
            }
        )
        self._assign()
        self._assign(self.company_b)
        self.assertIn(self._care(shared).user_id, self.people)
        self.assertEqual(self._care(shared, self.company_b).user_id, seller_b)
        self.assertEqual(self._care(shared, self.company_b).service_id, rule_b)
        order = self._quote(shared, self.desk_b, company_id=self.company_b.id)
        self.assertEqual(order.user_id, seller_b)
        # The salesperson on the contact works in one company only.
        shared.user_id = self.salesperson
        self._assign()
        self._assign(self.company_b)
        self.assertFalse(self._care(shared).user_id)
        self.assertEqual(self._care(shared, self.company_b).user_id, seller_b)

    def test_ends_with_the_tier(self):
        """An archived customer, one without a tier, and those of an archived programme went on to
        count for somebody."""
        golds = self._create_golds(3)
        self._assign()
        golds[0].active = False
        self.env["customer.tier.standing"].search(
            [("partner_id", "=", golds[1].id)]
        ).tier_id = False
        self.assertEqual(self._assign(), 2)
        self.assertEqual(self._care(golds).partner_id, golds[2])
        changes = self.env["customer.tier.care.change"].search([("partner_id", "=", golds[1].id)])
        self.assertEqual(changes.mapped("reason"), ["ended", "given"])
        self.program.active = False
        self._assign()
        self.assertFalse(self._care(golds))


@tagged("post_install", "-at_install")
class TestHandOver(ServiceCase):
    def test_who_leaves_hands_over(self):
        """Customers of somebody who left had nobody until somebody complained; and nobody told
        whoever has them now."""
        self.rule.service_user_id = self.helper
        golds = self._create_golds(9)
        self._assign()
        gone = self.people[0]
        theirs = self._care(golds).filtered(lambda care: care.user_id == gone).partner_id
        self.assertEqual(len(theirs), 3)
        gone.action_archive()
        self.env.invalidate_all()
        cares = self._care(theirs)
        self.assertEqual(cares.user_id, self.people[1] | self.people[2])
        self.assertEqual(set(cares.change_ids.mapped("reason")), {"given", "left"})
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.people[1].partner_id.ids), ("subject", "like", gone.name)]
        )
        self.assertTrue(told)
        self.assertIn(
            cares.filtered(lambda c: c.user_id == self.people[1])[0].partner_id.name, told[0].body
        )
        self.helper.action_archive()
        self.env.invalidate_all()
        self.assertFalse(self._care(golds).service_user_id)

    def test_left_the_company_or_the_pool(self):
        """Somebody works for another company now, or was taken out of the pool, and kept the
        customers."""
        golds = self._create_golds(6)
        self._assign()
        self.people[0].write(
            {"company_ids": [Command.set(self.company_b.ids)], "company_id": self.company_b.id}
        )
        self.env.invalidate_all()
        self.assertEqual(self._care(golds).user_id, self.people[1:])
        self.rule.member_ids.filtered(lambda m: m.user_id == self.people[1]).unlink()
        self._assign()
        self.assertEqual(self._care(golds).user_id, self.people[2])
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.people[1].partner_id.ids)], order="id desc", limit=1
        )
        self.assertIn(self.people[2].name, told.subject, "who gave them up is told, too")

    def test_leader_of_who_is_dedicated(self):
        """The step for the leader of a dedicated salesperson went to that salesperson."""
        leader = self._create_seller("tiering_lead")
        team = {"name": "T", "user_id": leader.id, "company_id": self.company.id}
        team = self.env["crm.team"].create({**team, "member_ids": [Command.set(self.people.ids)]})
        [gold] = self._create_golds(1)
        self._assign()
        standing = self.env["customer.tier.standing"].search([("partner_id", "=", gold.id)])
        Responsible = self.env["customer.tier.responsible"]
        self.assertEqual(Responsible._leaders_of(standing, self.company)[standing], leader)


@tagged("post_install", "-at_install")
class TestByHand(ServiceCase):
    def test_pin_with_a_reason(self):
        """Who was chosen by hand was replaced by the rule the next night; or nobody knew why."""
        [gold] = self._create_golds(1)
        self._assign()
        care = self._care(gold).with_user(self.officer)
        with self.assertRaisesRegex(UserError, "reason"):
            care.user_id = self.helper
        care.write({"user_id": self.helper.id, "note": "Speaks Polish"})
        self.assertEqual(care.source, "hand")
        self.assertIn("Speaks Polish", care.why)
        self.assertEqual(care.change_ids[0].author_id, self.officer)
        self._assign()
        self.assertEqual(self._care(gold).user_id, self.helper)
        self._care(gold).with_user(self.officer).action_follow_rules()
        self.assertIn(self._care(gold).user_id, self.people)
        self.assertEqual(self._care(gold).source, "rule")
        self.assertFalse(self._care(gold).note)

    def test_pinned_person_leaves(self):
        """The customer whom somebody was chosen for by hand had nobody when that person left."""
        [gold] = self._create_golds(1)
        self.Care.with_user(self.officer).create(
            {"partner_id": gold.id, "user_id": self.helper.id, "note": "Knows them"}
        )
        self._assign()
        self.assertEqual(self._care(gold).service_id, self.rule, "terms follow the tier")
        self.helper.action_archive()
        self.env.invalidate_all()
        self.assertIn(self._care(gold).user_id, self.people)

    def test_what_is_refused(self):
        """A contact, somebody of another company, or what the system keeps was written by hand."""
        [gold] = self._create_golds(1)
        contact = self._create_customer("Contact", parent_id=gold.id)
        care = self.Care.with_user(self.officer)
        good = {"partner_id": gold.id, "user_id": self.helper.id, "note": "Why"}
        with self.assertRaisesRegex(ValidationError, "belongs to"), self.env.cr.savepoint():
            care.create({**good, "partner_id": contact.id})
        with self.assertRaisesRegex(ValidationError, "does not work in"), self.env.cr.savepoint():
            care.create({**good, "user_id": self.salesperson_b.id})
        for extra in ({"source": "rule"}, {"since": "2020-01-01"}, {"service_id": self.rule.id}):
            with self.assertRaisesRegex(UserError, "by hand"), self.env.cr.savepoint():
                care.create({**good, **extra})
        made = care.create(good)
        with self.assertRaises(UserError):
            made.write({"partner_id": contact.id})
        with self.assertRaises(AccessError):
            made.unlink()
        with self.assertRaises(AccessError):
            made.with_user(self.salesperson).write({"user_id": False, "note": "x"})
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            made.change_ids.with_user(self.manager).write({"note": "x"})

    def test_rules_that_cannot_be(self):
        """A rule named a tier of another programme, a person of another company or postal codes
        that nobody has, and simply never fitted anybody."""
        with self.assertRaisesRegex(ValidationError, "does not work in"), self.env.cr.savepoint():
            self._create_rule("R", self.gold, self.salesperson_b)
        with self.assertRaisesRegex(ValidationError, "does not work in"), self.env.cr.savepoint():
            self._create_rule("R", self.gold, service_user_id=self.salesperson_b.id)
        with self.assertRaisesRegex(ValidationError, "between"), self.env.cr.savepoint():
            self._create_rule("R", self.gold, zip_from="30", zip_to="20")
        other = self._create_program(tiers=["Other"], indicators=[])
        with self.assertRaisesRegex(ValidationError, "another programme"), self.env.cr.savepoint():
            self._create_rule("R", other.tier_ids, program_id=self.program.id)
        states = self.env.ref("base.state_us_1")
        vals = {"country_ids": [Command.set(self.env.ref("base.be").ids)]}
        with (
            self.assertRaisesRegex(ValidationError, "none of its countries"),
            self.env.cr.savepoint(),
        ):
            self._create_rule("R", self.gold, state_ids=[Command.set(states.ids)], **vals)

    def test_preview_is_what_comes(self):
        """The form said that four customers would go to Ann, and Ann got six."""
        golds = self._create_golds(10)
        plan = self.Care._plan(self.company, self.rule._policies())
        self.assertIn("<b>10</b> customers fit", self.rule.with_user(self.manager).preview)
        self.assertFalse(self._care(golds), "a preview changes nothing")
        foretold = {step.partner: step.user for step in plan.steps}
        self._assign()
        self.assertEqual({c.partner_id.id: c.user_id.id for c in self._care(golds)}, foretold)
        form = self.env["customer.tier.service"].with_user(self.manager_of_b())
        self.assertFalse(form.new({"program_id": self.program.id, "name": "x"}).preview)

    def manager_of_b(self):
        return self._create_user(
            "tiering_manager_of_b", "customer_tiering.group_manager", company_id=self.company_b.id
        )

    def test_unbalanced_pool_is_told(self):
        """One of the pool had twenty customers, the others two, and nobody noticed."""
        self._create_golds(20, user_id=self.people[0].id)
        self._create_golds(4)
        self._assign()
        self.assertIn(self.people[0].name, self.rule.balance_warning)

    def test_assign_now(self):
        """Whoever made a rule waited for the night to see what comes of it."""
        self._create_golds(3)
        action = self.rule.with_user(self.manager).action_assign()
        self.assertIn("3", action["params"]["message"])
        with self.assertRaises(AccessError):
            self.rule.with_user(self.officer).action_assign()

    def test_names_of_the_demo(self):
        """With a language that came later, the rules of the demo stayed English; or a name that
        somebody gave was replaced."""
        self.rule.name = "Best service"
        own = self._create_rule("Our own", self.silver)
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("base.module_customer_tiering_service")._update_translations("zh_CN")
        chinese = self.rule.with_context(lang="zh_CN")
        self.assertEqual(chinese.name, chinese.env._(RULES[0][0]))
        self.assertEqual(own.with_context(lang="zh_CN").name, "Our own")


@tagged("post_install", "-at_install")
class TestGone(ServiceCase):
    """Rules and people are named without foreign keys, which took a third of a night's look."""

    def _dangling(self):
        """What rows name that is no longer there, read past the cache."""
        self.env.flush_all()
        columns = [("customer_tier_care", "service_id", "customer_tier_service")] + [
            ("customer_tier_care_change", name, table)
            for table, names in (
                ("customer_tier_service", ["service_id"]),
                ("res_users", PEOPLE),
            )
            for name in names
        ]
        return [
            (table, name)
            for table, name, of in columns
            if self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %(table)s t WHERE %(name)s IS NOT NULL AND NOT EXISTS "
                    "(SELECT FROM %(of)s o WHERE o.id = t.%(name)s)",
                    table=SQL.identifier(table),
                    name=SQL.identifier(name),
                    of=SQL.identifier(of),
                )
            )
        ]

    def test_rule(self):
        """The rule was deleted, and the list of dedicated people could be opened no more."""
        golds = self._create_golds(2)
        self._assign()
        self.rule.unlink()
        self.assertEqual(self._dangling(), [])
        self.assertFalse(self._care(golds).service_id)
        self._assign()
        self.assertFalse(self._care(golds))
        self.assertEqual(self._dangling(), [])

    def test_programme(self):
        """The database dropped the rules of a deleted programme, and asked nobody."""
        golds = self._create_golds(2)
        self.rule.copy({"active": False})
        self._assign()
        standings = self.env["customer.tier.standing"].search([("partner_id", "in", golds.ids)])
        standings.write({"program_id": False, "tier_id": False})
        self.program.unlink()
        self.assertEqual(self._dangling(), [])
        self.assertFalse(self._care(golds).service_id)

    def test_person(self):
        """History named a person who was deleted, and could be read no more."""
        self.rule.service_user_id = self.helper
        golds = self._create_golds(3)
        self._assign()
        gone = self.people[0] | self.helper
        self.rule.service_user_id = False
        self.rule.member_ids[0].unlink()
        self._assign()
        gone.unlink()
        self.assertEqual(self._dangling(), [])
        changes = self.env["customer.tier.care.change"].search([("partner_id", "in", golds.ids)])
        self.assertTrue(changes.mapped("to_user_id.name"))

    def test_counted_by_turns(self):
        """By turns, a night counted everybody's own customers as well, though nothing depends on
        them: a look at all contacts."""
        asked, loads = [], type(self.Care)._loads

        def spy(care, company, users, own):
            asked.append(own)
            return loads(care, company, users, own)

        self.patch(type(self.Care), "_loads", spy)
        self.rule.way = "turns"
        self._create_golds(2, user_id=self.people[0].id)
        golds = self._create_golds(6)
        self._assign()
        self.assertEqual(asked, [False])
        shares = Counter(care.user_id.id for care in self._care(golds))
        self.assertEqual([shares[user.id] for user in self.people], [2, 2, 2])
        self.rule.member_ids[0].capacity = 3
        more = self._create_golds(4)
        self._assign()
        shares = Counter(care.user_id.id for care in self._care(golds | more))
        self.assertEqual(shares[self.people[0].id], 2, "four with the two of one's own")
        self.assertEqual(asked, [False, True])
