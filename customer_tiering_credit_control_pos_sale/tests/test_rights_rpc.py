import inspect

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import CASHIER, TillCase

# Public methods, and that cashiers alone call them.
CALLERS = {
    "pos.session": {"customer_credit_on_account", "customer_credit_request_on_account"},
}
# Of core, with our part in it.
CORE = {"create", "write", "unlink", "sync_from_ui"}
CLEAR = {"odoo.exceptions.UserError", "odoo.exceptions.ValidationError"}
REFUSED = "odoo.exceptions.AccessError"


@tagged("post_install", "-at_install")
class TestRightsRpc(HttpCase, TillCase):
    """What tills ask the server, asked by everybody over the wire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._create_user("tiering_portal", "base.group_portal")
        cls.internal = cls._create_user("tiering_internal", "base.group_user")
        cls.plain = cls._create_user("tiering_plain_cashier", CASHIER)
        cls.theirs = cls._create_user("tiering_cashier_b", CASHIER, company_id=cls.company_b.id)
        cls.accountant = cls._create_user("tiering_accountant", "account.group_account_manager")

    def _answer(self, user, method, *args):
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http", "odoo.sql_db"), self.env.cr.savepoint() as point:
            try:
                self.make_jsonrpc_request(
                    f"/web/dataset/call_kw/pos.session/{method}",
                    {"model": "pos.session", "method": method, "args": args, "kwargs": {}},
                )
            except JsonRpcException as error:
                return str(error)
            finally:
                point.rollback()
        return "ok"

    def test_every_method_is_in_the_table(self):
        """A public method that nobody thought about can be called by every user of the portal."""
        found = {}
        for name, model in self.env.registry.items():
            ours = {
                method
                for cls in model.mro()
                if cls.__module__.startswith("odoo.addons.customer_tiering_credit_control_pos_sale")
                for method, value in vars(cls).items()
                if inspect.isfunction(value) and not method.startswith("_")
            }
            if ours - CORE:
                found[name] = ours - CORE
        self.assertEqual(found, CALLERS)

    def test_who_may_ask(self):
        """Credit limits and debts could be had without any till, or those of another company."""
        ids, partner = [self.till.current_session_id.id], self.contact.id
        users = (self.portal, self.internal, self.salesperson, self.accountant, self.theirs)
        for method in CALLERS["pos.session"]:
            for user in users:
                with self.subTest(method=method, user=user.login):
                    self.assertEqual(self._answer(user, method, ids, partner, 800), REFUSED)
            with self.subTest(method=method, user="cashier"):
                self.assertEqual(self._answer(self.plain, method, ids, partner, 800), "ok")

    def test_what_no_till_sends(self):
        """A request with anything in it ended in a traceback that says nothing."""
        ids, partner = [self.till.current_session_id.id], self.contact.id
        odd = (
            (partner, "much"),
            (partner, None),
            (partner, [800]),
            (partner, 800, {"x": 1}),
            (partner, 800, {"1": "x"}),
            (partner, 800, [1]),
            ("x", 800),
            ([partner], 800),
            (0, 800),
            (2**70, 800),
        )
        for method in CALLERS["pos.session"]:
            for args in odd:
                with self.subTest(method=method, args=str(args)):
                    answer = self._answer(self.plain, method, ids, *args)
                    self.assertIn(answer, CLEAR | {REFUSED, "odoo.exceptions.MissingError"})
