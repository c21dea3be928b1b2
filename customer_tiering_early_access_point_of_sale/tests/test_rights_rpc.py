import inspect

from odoo.models import BaseModel
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .till_common import CASHIER, TillCase

# Public methods, and that cashiers alone call them.
CALLERS = {"pos.session": {"customer_early_at_till"}}
CLEAR = {"odoo.exceptions.UserError", "odoo.exceptions.AccessError"}
REFUSED = "odoo.exceptions.AccessError"


@tagged("post_install", "-at_install")
class TestRightsRpc(HttpCase, TillCase):
    """What tills ask the server, asked by everybody over the wire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = cls._create_user("tiering_portal", "base.group_portal")
        cls.internal = cls._create_user("tiering_internal", "base.group_user")
        cls.theirs = cls._create_user("tiering_cashier_b", CASHIER, company_id=cls.company_b.id)

    def _answer(self, user, *args):
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http", "odoo.sql_db"), self.env.cr.savepoint() as point:
            try:
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw/pos.session/customer_early_at_till",
                    {
                        "model": "pos.session",
                        "method": "customer_early_at_till",
                        "args": [self.opened.ids, *args],
                        "kwargs": {},
                    },
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
                if cls.__module__.startswith(
                    "odoo.addons.customer_tiering_early_access_point_of_sale"
                )
                for method, value in vars(cls).items()
                if inspect.isfunction(value)
                and not method.startswith("_")
                and not hasattr(BaseModel, method)
            }
            if ours:
                found[name] = ours
        self.assertEqual(found, CALLERS)

    def test_who_may_ask(self):
        """Whether somebody is in a good tier could be asked without any till."""
        args = (self.plain.id, self.kettle.product_tmpl_id.ids)
        for user in (self.portal, self.internal, self.salesperson, self.theirs):
            with self.subTest(user=user.login):
                self.assertEqual(self._answer(user, *args), REFUSED)
        self.assertEqual(self._answer(self.cashier, *args), "ok")

    def test_what_no_till_sends(self):
        """A request with anything in it ended in a traceback that says nothing."""
        templates = self.kettle.product_tmpl_id.ids
        for args in (
            ("x", templates),
            ([1], templates),
            (2**70, templates),
            (-1, templates),
            (self.plain.id, "x"),
            (self.plain.id, None),
            (self.plain.id, [["x"]]),
            (self.plain.id, [2**70]),
            (self.plain.id, {"1": 1}),
        ):
            with self.subTest(args=str(args)):
                self.assertIn(self._answer(self.cashier, *args), CLEAR)
        self.assertEqual(self._answer(self.cashier, False, []), "ok")
        self.assertEqual(self._answer(self.cashier, 2**31 - 1, templates), "ok")
