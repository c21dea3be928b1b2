from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .history_common import HistoryCase


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
        self.standing.with_user(self.officer).write(
            {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
        )
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
                vals = {"manual_tier_id": self.gold.id, "manual_reason": "Fair"}
                standing.write({**vals, "manual_until": until})
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
