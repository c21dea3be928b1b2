from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import SQL, mute_logger

from .history_common import HistoryCase

CHANGE = "customer.tier.change"
# Where a model with every right given away might still be entered.
OPENED = (CHANGE, "customer.tier.standing", "customer.tier.policy", "customer.tier.run")
# Keys that some code somewhere takes for a permission.
KEYS = (
    {},
    {"customer_tier_system": True},
    {"customer_tier_system": "SYSTEM"},
    {"customer_tier_system": {}, "active_test": False},
    {"install_mode": True, "module": "customer_tiering", "import_file": True},
    {"_force_unlink": True, "force_delete": True, "uid": 1, "su": True},
)


@tagged("post_install", "-at_install")
class TestHistoryOverRpc(HttpCase, HistoryCase):
    """Everybody from the salesperson to the administrator, over the wire, with every right on the
    models that a careless administrator could give them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.write(
            {
                "company_ids": [Command.link(cls.company.id)],
                "company_id": cls.company.id,
                "password": cls.admin.login,
            }
        )
        cls.buyer = cls._create_customer("Buyer", company_id=cls.company.id)
        cls._create_order(cls.buyer, 1500, date=30)
        cls.run_record = cls._grade()
        cls.standing = cls._standing(cls.buyer)
        cls.standing.with_user(cls.officer).write(
            {"manual_tier_id": cls.gold.id, "manual_reason": "Fair"}
        )
        cls.change = cls.standing.change_ids.sorted("id")[-1]
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.before = self._history()

    def _history(self):
        """All of the table, and what explains it, as the database has them."""
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT t.*::text FROM customer_tier_change t ORDER BY id"))
        rows = self.env.cr.fetchall()
        self.env.cr.execute(
            SQL(
                "SELECT as_of, cuts::text FROM customer_tier_run WHERE id = %s",
                self.run_record.id,
            )
        )
        return rows + self.env.cr.fetchall()

    def _give_all_rights(self):
        for name in OPENED:
            self.env["ir.model.access"].create(
                {
                    "name": "Everybody",
                    "model_id": self.env["ir.model"]._get_id(name),
                    **{f"perm_{right}": True for right in ("read", "write", "create", "unlink")},
                }
            )
        self.env.flush_all()

    def _call(self, model, method, *args, **context):
        """The answer, or the text of the refusal."""
        params = {
            "model": model,
            "method": method,
            "args": list(args),
            "kwargs": {"context": {"allowed_company_ids": [self.company.id], **context}},
        }
        try:
            with mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.sql_db"):
                return self.make_jsonrpc_request("/web/dataset/call_kw", params)
        except JsonRpcException as refusal:
            return str(refusal)

    def _everybody(self):
        for user in (self.salesperson, self.officer, self.manager, self.admin):
            self.authenticate(user.login, user.login)
            with self.subTest(user=user.login):
                yield user

    def _attempts(self):
        """(model, method, arguments) of whatever might create, change or delete a line."""
        change, standing = self.change, self.standing
        vals = {"standing_id": standing.id, "date": "2020-01-01", "reason": "rule"}
        forged = {"note": "Forged", "date": "2020-01-01"}
        yield from (
            (CHANGE, "create", vals),
            (CHANGE, "create", [vals]),
            (CHANGE, "write", change.ids, forged),
            (CHANGE, "web_save", change.ids, forged, {}),
            (CHANGE, "web_save", [], vals, {}),
            (CHANGE, "web_save_multi", change.ids, [forged], {}),
            (CHANGE, "web_resequence", change.ids, {}, "date"),
            (CHANGE, "name_create", "Forged"),
            (CHANGE, "copy", change.ids),
            (CHANGE, "copy", change.ids, forged),
            (CHANGE, "unlink", change.ids),
            (CHANGE, "action_archive", change.ids),
            (CHANGE, "update_field_translations", change.ids, "note", {"en_US": "Forged"}),
            (CHANGE, "load", ["standing_id/.id", "date"], [[str(standing.id), "2020-01-01"]]),
            (CHANGE, "load", [".id", "note"], [[str(change.id), "Forged"]]),
            (CHANGE, "onchange", change.ids, forged, ["note"], {"note": {}}),
            (CHANGE, "_by_system", change.ids),
            (CHANGE, "_record", standing.ids, [], [], "rule"),
            (CHANGE, "_write", change.ids, forged),
        )
        for commands in (
            [[0, 0, forged | {"reason": "rule"}]],
            [[1, change.id, forged]],
            [[2, change.id, 0]],
            [[3, change.id, 0]],
            [[5, 0, 0]],
            [[6, 0, []]],
        ):
            for record in (standing, self.run_record):
                line = {"change_ids": commands}
                yield record._name, "write", record.ids, line
                yield record._name, "web_save", record.ids, line, {}
            yield "res.partner", "write", self.buyer.ids, {"customer_tier_change_ids": commands}
            yield "customer.tier.run", "create", {"simulation": True, "change_ids": commands}
        row = [[str(standing.id), "2020-01-01", "Forged"]]
        yield standing._name, "load", [".id", "change_ids/date", "change_ids/note"], row
        yield standing._name, "unlink", standing.ids
        yield standing._name, "write", standing.ids, {"partner_id": self.env.user.partner_id.id}
        run = self.run_record
        yield run._name, "write", run.ids, {"cuts": {}, "as_of": "2020-01-01"}
        yield run._name, "unlink", run.ids
        yield "customer.tier.policy", "unlink", standing.policy_id.ids

    def _refuse_everything(self, contexts):
        for _user in self._everybody():
            for model, method, *args in self._attempts():
                for context in contexts if model == CHANGE else contexts[:1]:
                    with self.subTest(model=model, method=method, args=args, context=context):
                        answer = self._call(model, method, *args, **context)
                        self.assertEqual(self._history(), self.before)
                        if model == CHANGE and method in ("create", "write", "unlink", "copy"):
                            self.assertIn("AccessError", str(answer))

    def test_with_the_rights_of_the_groups(self):
        """No group may do more than read."""
        self._refuse_everything([{}])

    def test_with_every_right(self):
        """An administrator can give rights to everybody, and still nobody rewrites history, by
        whatever key in the context."""
        self._give_all_rights()
        self._refuse_everything(KEYS)

    def test_defaults_of_the_context(self):
        """Defaults are values from the client: a run or a standing made with lines of history."""
        self._give_all_rights()
        partner = self._create_own_customer("Other")
        lines = [[0, 0, {"standing_id": self.standing.id, "date": "2020-01-01", "reason": "rule"}]]
        for _user in self._everybody():
            for model, vals in (
                ("customer.tier.run", {"simulation": True}),
                (
                    "customer.tier.standing",
                    {"partner_id": partner.id, "company_id": self.company.id},
                ),
            ):
                self._call(model, "create", [vals], default_change_ids=lines)
                self.assertEqual(self._history(), self.before)

    def test_import_screen(self):
        """The import of a list goes another way than its method alone."""
        self._give_all_rights()
        text = f".id,note\n{self.change.id},Forged\n"
        options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8"}
        for user in self._everybody():
            upload = (
                self.env["base_import.import"]
                .with_user(user)
                .create({"res_model": CHANGE, "file": text.encode(), "file_type": "text/csv"})
            )
            self._call(
                upload._name,
                "execute_import",
                upload.ids,
                [".id", "note"],
                [".id", "note"],
                options,
            )
            self.assertEqual(self._history(), self.before)

    def test_actions_without_code(self):
        """An action that updates or makes records runs in the name of the system."""
        self._give_all_rights()
        field = self.env["ir.model.fields"]._get(CHANGE, "note")
        common = {"model_id": self.env["ir.model"]._get_id(CHANGE), "name": "Forge"}
        actions = self.env["ir.actions.server"].create(
            [
                {**common, "state": "object_write", "update_path": "note", "value": "Forged"},
                {**common, "state": "object_create", "crud_model_id": common["model_id"]},
            ]
        )
        self.assertEqual(actions[0].update_field_id, field)
        for _user in self._everybody():
            for action in actions:
                self._call(
                    action._name,
                    "run",
                    action.ids,
                    active_model=CHANGE,
                    active_id=self.change.id,
                    active_ids=self.change.ids,
                )
                self.assertEqual(self._history(), self.before)
