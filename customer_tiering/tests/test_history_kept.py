from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .test_grading_run import OWN, GradingCase

LADDER = [
    "Low",
    {"name": "Silver", "conditions": [("amount", ">=", 1000)]},
    {"name": "Gold", "conditions": [("amount", ">=", 5000)]},
]


class HistoryCase(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(tiers=LADDER, indicators=[], domain=OWN)
        cls.low, cls.silver, cls.gold = cls.program.tier_ids

    def _rows(self, standing):
        """Direction, reason and tier after of the history, the oldest first."""
        rows = standing.change_ids.sorted(lambda change: (change.date, change.id))
        return [(row.direction, row.reason, row.to_tier_id) for row in rows]


@tagged("post_install", "-at_install")
class TestHistoryKept(HistoryCase):
    """What was recorded stays, whoever asks and by whatever way."""

    def setUp(self):
        super().setUp()
        self.buyer = self._create_own_customer("Buyer", (30, 1500))
        self.run = self._grade()
        self.standing = self._standing(self.buyer)
        self.change = self.standing.change_ids

    def test_superuser_is_not_the_system(self):
        """Scheduled actions and automations act as the superuser, and any administrator can make
        one: ``sudo`` alone must not open the history."""
        vals = {"standing_id": self.standing.id, "date": self._days_ago(0), "reason": "rule"}
        for records in (self.change.sudo(), self.change.with_user(SUPERUSER_ID)):
            with self.assertRaisesRegex(AccessError, "neither changed nor deleted"):
                records.write({"note": "Forged"})
            with self.assertRaisesRegex(AccessError, "neither changed nor deleted"):
                records.unlink()
            with self.assertRaisesRegex(AccessError, "neither changed nor deleted"):
                records.create(vals)
            with self.assertRaisesRegex(AccessError, "neither changed nor deleted"):
                records.copy()
        self.assertFalse(self.change.note)

    def test_server_action(self):
        """The same from a server action, with the key guessed right."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Forge",
                "model_id": self.env["ir.model"]._get_id("customer.tier.change"),
                "state": "code",
                "code": "records.sudo().with_context(customer_tier_system=True)"
                ".write({'note': 'Forged'})",
            }
        )
        context = {"active_model": "customer.tier.change", "active_ids": self.change.ids}
        with self.assertRaisesRegex(AccessError, "neither changed nor deleted"):
            action.with_context(**context, active_id=self.change.id).run()
        self.assertFalse(self.change.note)

    def test_what_it_refers_to(self):
        """Deleting the standing, the rules, the run or the user would take a part of it away."""
        for records in (self.standing, self.standing.policy_id):
            with self.assertRaises(AccessError):
                records.sudo().unlink()
        with self.assertRaises(AccessError):
            self.standing.policy_id.sudo().rules = {}
        other = self._create_own_customer("Other")
        with self.assertRaisesRegex(AccessError, "given to another"):
            self.standing.sudo().partner_id = other
        with self.assertRaisesRegex(UserError, "history refers to it"):
            self.run.with_user(self.manager).unlink()
        simulation = self._grade(simulation=True)
        self.assertTrue(simulation.with_user(self.manager).unlink())
        self.standing.with_user(self.officer).manual_tier_id = self.gold
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.officer.unlink()

    def test_locks_are_recorded(self):
        """Who locked a customer, and who let it go, is asked for when the customer complains."""
        standing = self.standing.with_user(self.officer)
        standing.write({"lock": "down", "manual_reason": "Court case"})
        standing.lock = False
        rows = self.standing.change_ids.sorted("id")[1:]
        self.assertEqual(
            rows.mapped(lambda r: (r.reason, r.direction, r.note, r.user_id, r.to_tier_id)),
            [
                ("lock", "stay", "Not down: Court case", self.officer, self.silver),
                ("lock", "stay", "Unlocked: Court case", self.officer, self.silver),
            ],
        )

    def test_end_of_a_period_by_hand(self):
        """A tier that was set by hand and is earned by now must not look set by hand for ever,
        whether it is taken back or ends by itself."""
        for by_itself in (False, True):
            with self.subTest(by_itself=by_itself):
                buyer = self._create_own_customer("Buyer", (30, 1500))
                self._grade()
                standing = self._standing(buyer).with_user(self.officer)
                until = self._days_ago(0) if by_itself else False
                standing.write({"manual_tier_id": self.gold.id, "manual_until": until})
                self._create_order(buyer, 9000, date=1)
                self._grade()
                if by_itself:
                    self.env.cr.execute(
                        "UPDATE customer_tier_standing SET manual_until = %s WHERE id = %s",
                        [self._days_ago(1), standing.id],
                    )
                    self.env.invalidate_all()
                    self._grade()
                else:
                    standing.manual_tier_id = False
                reason = "expiry" if by_itself else "manual"
                self.assertEqual(
                    self._rows(standing),
                    [
                        ("first", "rule", self.silver),
                        ("up", "manual", self.gold),
                        ("stay", reason, self.gold),
                    ],
                )
                self.assertEqual(
                    standing.change_ids.sorted("id").mapped("by_hand"), [False, True, False]
                )

    def test_groups_of_the_analysis(self):
        """Month, direction, reason, tiers and salesperson are columns of the analysis."""
        self.buyer.user_id = self.salesperson
        Change = self.env["customer.tier.change"].with_user(self.salesperson)
        groups = ["date:month", "direction", "reason", "from_tier_id", "to_tier_id"]
        rows = Change.formatted_read_group(
            [("partner_id", "=", self.buyer.id)], [*groups, "salesperson_id"], ["__count"]
        )
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["salesperson_id"][0], self.salesperson.id)
        self.assertEqual(rows[0]["to_tier_id"][0], self.silver.id)
        self.assertEqual(rows[0]["__count"], 1)


@tagged("post_install", "-at_install")
class TestBreakdown(HistoryCase):
    """Each row tells what it rested on, long after."""

    def _said(self, change):
        explanation = change.with_user(self.salesperson).explanation
        return {s["kind"]: s["text"].replace("\xa0", " ") for s in explanation["sentences"]}

    def _values(self, change):
        return {row["name"]: row["value"] for row in change.explanation["rows"]}

    def test_kept_as_it_was(self):
        """Later orders, other rules and a deleted metric change nothing in an old row."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._create_order(buyer, 9000, date=80)
        self.silver.condition_ids.value = 2000
        self._grade()
        first, second = self._standing(buyer).change_ids.sorted("id")
        said = self._said(first)
        self.assertEqual(
            said["why"], "Silver because Amount bought in a year 1,500.00 € ≥ 1,000.00 €."
        )
        self.assertEqual(said["next"], "To Gold: 3,500.00 € more bought.", "no day any more")
        self.assertIn("10,500.00 € ≥ 5,000.00", self._said(second)["why"])
        self.assertIn("amount", str(first.explanation).lower())

    def test_score_and_days(self):
        """Points, coverage and days since the last order are those of the day of the change."""
        self.program.active = False
        program = self._create_program(
            tiers=["Low", {"name": "High", "min_score": 40}],
            indicators=[
                {"metric": "amount", "weight": 3, "bands": [(0, 0), (1000, 60)]},
                {"metric": "recency_days", "weight": 1, "bands": [(0, 100), (30, 20)]},
                {"metric": "growth", "weight": 4, "bands": [(0, 0), (10, 100)]},
            ],
            domain=OWN,
        )
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._create_order(buyer, 100, date=1)
        self._grade()
        change = self._standing(buyer).change_ids
        explanation = change.explanation
        self.assertEqual(explanation["score"], "70.00")
        self.assertEqual(explanation["coverage"], 0.5)
        self.assertEqual(self._values(change)["Days since last order"], "10 days")
        self.assertEqual(change.to_tier_id, program.tier_ids[1])

    def test_set_by_hand(self):
        """Who set it by hand also sees what the rules said."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        self._standing(buyer).with_user(self.officer).manual_tier_id = self.gold
        change = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(
            self._said(change)["why"], "Gold because it was set by hand; computed: Silver."
        )

    def test_left_without_a_programme(self):
        """“The requirements of none are met” would be wrong for somebody who is not asked for
        any; for somebody who fails them it is right."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        self.program.domain = "[('name', '=', 'nobody')]"
        self._grade()
        out = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(list(self._said(out)), ["left"])
        self.assertEqual(self._values(out)["Amount bought in a year"], "1,500.00\xa0€")
        self.program.domain = OWN
        self._grade()
        self.program.tier_ids.write({"condition_ids": [(5,)], "min_score": 100})
        self._grade()
        out = self._standing(buyer).change_ids.sorted("id")[-1]
        self.assertEqual(out.direction, "out")
        self.assertEqual(
            self._said(out)["why"], "No tier, because the requirements of none are met."
        )

    def test_records_of_that_day(self):
        """The orders behind an old value are those up to that day."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        later = self._create_order(buyer, 100, date=1)
        self._grade()
        change = self._standing(buyer).change_ids.with_user(self.salesperson)
        action = change.action_open_records(self._metric("amount").id)
        orders = self.env["sale.order"].search(action["domain"])
        self.assertEqual(orders.mapped("amount_untaxed"), [1500])
        self.assertNotIn(later, orders)
        self.assertEqual(
            (change.explanation["model"], change.explanation["record_id"]),
            ("customer.tier.change", change.id),
        )

    def test_other_companys_history(self):
        """Nor does the breakdown open what the row itself hides."""
        self._create_own_customer("Buyer", (30, 1500))
        run = self._grade()
        with self.assertRaises(AccessError):
            run.change_ids.with_user(self.salesperson_b).read(["explanation"])
        with self.assertRaises(AccessError):
            run.change_ids.with_user(self.salesperson_b).action_open_records(1)


@tagged("post_install", "-at_install")
class TestTimeline(HistoryCase):
    """The picture as numbers, so that it can be checked."""

    def _picture(self, partner):
        self.env.invalidate_all()
        return self._standing(partner).with_user(self.salesperson).timeline

    def test_single(self):
        """One entry makes no picture."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        self._grade()
        day = self._days_ago(90).strftime("%m/%d/%Y")
        self.assertEqual(self._picture(buyer), {"since": f"In Silver since {day}."})
        self.assertEqual(
            buyer.with_user(self.salesperson).customer_tier_timeline, self._picture(buyer)
        )

    def test_nothing(self):
        """Nobody's picture is nothing, not an error."""
        stranger = self._create_own_customer("Stranger")
        self.assertFalse(stranger.with_user(self.salesperson).customer_tier_timeline)
        standing = self.env["customer.tier.standing"].create(
            {"partner_id": stranger.id, "company_id": self.company.id}
        )
        self.assertFalse(standing.timeline)

    def test_steps(self):
        """Silver for 40 days, gold by hand for 40, silver from yesterday: half the width each."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(79))
        standing = self._standing(buyer)
        standing.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
        # As if it had been set then.
        standing.change_ids.sorted("id")[-1]._by_system().date = self._days_ago(39)
        drawn = self._picture(buyer)
        self.assertEqual([level["name"] for level in drawn["levels"]], ["Gold", "Silver", "Low"])
        self.assertEqual(
            [(b["x"], b["width"], b["level"], b["by_hand"]) for b in drawn["bars"]],
            [(0, 50, 1, False), (50, 50, 0, True)],
        )
        self.assertIn("set by hand: Fair", drawn["bars"][1]["title"])
        self.assertEqual(drawn["steps"], [{"x": 50, "top": 0, "size": 1, "merged": False}])
        self.assertTrue(drawn["by_hand"])
        self.assertEqual(len(drawn["ticks"]), 2, "a short history names its ends")

    def test_same_day(self):
        """Of several changes on a day the last one is the step; none is of no width."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        self._standing(buyer).with_user(self.officer).manual_tier_id = self.gold
        self.assertIn("In Gold since", self._picture(buyer)["since"])

    def test_gap(self):
        """While no programme selects a customer, nothing is drawn."""
        buyer = self._create_own_customer("Buyer", (300, 1500))
        for days, domain in ((280, OWN), (200, "[('id', '=', 0)]"), (100, OWN)):
            self.program.domain = domain
            self._grade(as_of=self._days_ago(days))
        drawn = self._picture(buyer)
        self.assertEqual(len(drawn["bars"]), 2)
        self.assertFalse(drawn["steps"])
        first, second = drawn["bars"]
        self.assertLess(first["x"] + first["width"], second["x"])

    def test_years(self):
        """However long the history, a handful of dates stands below it."""
        buyer = self._create_own_customer("Buyer", (100, 1500))
        self._grade(as_of=self._days_ago(90))
        standing = self._standing(buyer)
        standing.with_user(self.officer).manual_tier_id = self.gold
        first = standing.change_ids.sorted("id")[0]
        for days in (100, 200, 365, 800, 2000, 4000, 12000, 36000):
            with self.subTest(days=days):
                first._by_system().date = self._days_ago(days)
                ticks = self._picture(buyer)["ticks"]
                self.assertLessEqual(len(ticks), 7)
                self.assertGreaterEqual(len(ticks), 2)
                places = [tick["x"] for tick in ticks]
                self.assertEqual(places, sorted(set(places)))


@tagged("post_install", "-at_install")
class TestHistoryRpc(HttpCase, HistoryCase):
    """The administrator with every right, over the wire."""

    def _call(self, model, method, *args):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": list(args), "kwargs": {}},
        )

    def _refused(self, *call):
        with self.assertRaises(JsonRpcException) as refusal, mute_logger("odoo.http"):
            self._call(*call)
        self.assertIn("AccessError", str(refusal.exception))

    def test_administrator(self):
        """An administrator can give rights to everybody, and still rewrites no history."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade()
        standing = self._standing(buyer)
        change, policy = standing.change_ids, standing.policy_id
        admin = self._create_user(
            "tiering_admin",
            "base.group_system,customer_tiering.group_manager,sales_team.group_sale_manager",
        )
        self.authenticate(admin.login, admin.login)
        for record in (change, policy, standing):
            self._call(
                "ir.model.access",
                "create",
                {
                    "name": "All",
                    "model_id": self.env["ir.model"]._get_id(record._name),
                    **{f"perm_{right}": True for right in ("read", "write", "create", "unlink")},
                },
            )
        before = change.read()
        vals = {"standing_id": standing.id, "date": str(self._days_ago(1)), "reason": "rule"}
        name = change._name
        self._refused(name, "write", change.ids, {"date": str(self._days_ago(900))})
        self._refused(name, "web_save", change.ids, {"note": "Forged"}, {})
        self._refused(name, "create", vals)
        self._refused(name, "web_save", [], vals, {})
        self._refused(name, "copy", change.ids)
        self._refused(name, "unlink", change.ids)
        self._refused(name, "_record", standing.ids, [], [], "rule")
        self._refused(name, "_by_system", change.ids)
        result = self._call(
            name, "load", ["standing_id/.id", "date"], [[str(standing.id), "2020-01-01"]]
        )
        self.assertFalse(result["ids"], "import")
        self._refused(standing._name, "unlink", standing.ids)
        self._refused(standing._name, "write", standing.ids, {"change_ids": [[2, change.id, 0]]})
        self._refused(policy._name, "write", policy.ids, {"rules": {}})
        self._refused(policy._name, "unlink", policy.ids)
        self.env.invalidate_all()
        self.assertEqual(change.exists().read(), before)
        self.assertEqual(self._standing(buyer).change_ids, change)


@tagged("post_install", "-at_install")
class TestLeaving(HistoryCase):
    """Customers who are archived or deleted."""

    def test_archived(self):
        """An archived customer is no longer graded, but the history stays to be read, and comes
        back with the contact."""
        buyer = self._create_own_customer("Buyer", (30, 1500))
        self._grade(as_of=self._days_ago(20))
        buyer.action_archive()
        self._grade(as_of=self._days_ago(10))
        standing = self._standing(buyer)
        self.assertFalse(standing.tier_id or standing.program_id)
        self.assertEqual(
            self._rows(standing),
            [("first", "rule", self.silver), ("out", "rule", self.silver.browse())],
        )
        self._create_order(buyer, 9000, date=5)
        self.assertEqual(self._grade(as_of=self._days_ago(4)).customer_count, 0)
        self.assertFalse(self._standing(buyer).tier_id)
        buyer.action_unarchive()
        self._grade()
        self.assertEqual(self._rows(standing)[-1], ("first", "rule", self.gold))

    def test_deleted(self):
        """A contact that is deleted leaves nothing behind that nobody can open."""
        buyer = self._create_own_customer("Buyer", customer_rank=1)
        self._grade()
        standing = self._standing(buyer)
        change = standing.change_ids
        self.assertTrue(change)
        buyer.unlink()
        self.assertFalse(standing.exists() or change.exists())
        self.assertFalse(
            self.env["customer.tier.change"].search(
                [("date", ">", self._days_ago(0) - timedelta(1)), ("standing_id", "=", standing.id)]
            )
        )
