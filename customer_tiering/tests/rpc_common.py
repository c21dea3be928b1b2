import inspect
from contextlib import contextmanager, suppress

from odoo.tests import HttpCase, JsonRpcException
from odoo.tools import mute_logger

from .security_common import ALL, NOTHING, READ, SecurityCase

# Said of a request in words that its sender can act upon.
CLEAR = {
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.MissingError",
}
REFUSED = "odoo.exceptions.AccessError"
# Rights of accountants, where they have any.
ACCOUNTANT = {
    "customer.late.reason": ALL,
    "customer.late.reason.set": "rwc-",
    "customer.tier.credit.line": READ,
}
# Who may call what: (p)ortal, (i)nternal user without Sales, (s)alesperson, tier (o)fficer,
# (m)anager, (a)ccountant. A public method of ours, on whatever model, that is
# not in here fails the test: everybody who is logged in can call it, with any ids.
CALLERS = {
    "customer.late.reason.set": {"action_apply": "a"},
    "customer.tier": {"action_open_customers": "som"},
    "customer.tier.band.proposal": {"action_freeze": "m"},
    "customer.tier.by.hand": {"action_apply": "om"},
    "customer.tier.change": {"action_open_records": "som", "action_open_standing": "som"},
    "customer.tier.credit.line": {"action_open_invoice": "a"},
    "customer.tier.event": {
        "action_discard": "om",
        "action_open_standing": "som",
        "action_retry": "om",
        "action_tell": "om",
    },
    "customer.tier.indicator": {"action_open_distribution": "m"},
    "customer.tier.metric": {"action_preview": "m"},
    "customer.tier.program": {
        "action_add_benefits": "m",
        "action_add_entry_rules": "m",
        "action_grade": "om",
        "action_learn_rhythm": "m",
        "action_open_standings": "som",
        "action_undo_thresholds": "m",
        "action_use_thresholds": "m",
    },
    "customer.tier.proposal": {
        "action_accept": "om",
        "action_open_standing": "som",
        "action_refuse": "om",
    },
    "customer.tier.refusal": {"action_refuse": "om"},
    "customer.tier.run": {
        "action_accept_proposals": "om",
        "action_cancel": "om",
        "action_discard_events": "om",
        "action_open_changes": "om",
        # They read events and proposals; of the run only its number is used.
        "action_open_events": "som",
        "action_open_proposals": "som",
        "action_open_stage_changes": "om",
        "action_refresh": "om",
        "action_run": "om",
        "action_start": "om",
        "action_tell": "om",
    },
    "customer.tier.standing": {
        "action_accept_proposal": "om",
        "action_clear_override": "om",
        "action_grade": "om",
        # Of who may read invoices.
        "action_open_came_back": "som",
        # For who reads grades and invoices, see the tests of what is shown of credit.
        "action_open_credit_parts": "",
        "action_open_grading": "som",
        "action_open_orders": "som",
        "action_open_partner": "som",
        "action_open_records": "som",
        "action_refuse_proposal": "om",
    },
    "customer.tier.run.error": {"action_open_culprit": "om"},
    "customer.tier.start": {"action_ask_prices": "m", "action_back": "m", "action_start": "m"},
    "customer.tier.tell": {"action_tell": "om"},
    "res.config.settings": {"action_customer_tier_start": ""},
    "res.partner": {
        "action_add_customer_value": "om",
        "action_assess_customer": "om",
        "action_open_customer_standing": "som",
        "action_open_customer_values": "som",
    },
    "sale.order": {"action_follow_customer_pricelist": "soma"},
}
# Of core, with our part in it: who may call them is core's matter.
ORM = {"create", "write", "unlink", "copy", "default_get", "action_archive", "load_web_menus"}
ORM |= {"message_post_with_source", "onchange", "copy_data"}
# What tells something about records, with the arguments after the ids.
READERS = {
    "web_read": (True, {"display_name": {}}),
    "copy_data": (True,),
    "web_search_read": (False, [], {"display_name": {}}),
    "search_count": (False, []),
    "name_search": (False, ""),
    "formatted_read_group": (False, [], [], ["__count"]),
}


class _Undone(Exception):
    pass


class RpcRightsCase(HttpCase, SecurityCase):
    """A user of each group, and what the server answers them over the wire. Addons with models or
    methods of their own extend it."""

    callers = CALLERS
    # Address → (who is asked to log in, type, token against forged requests, methods) of whatever
    # the addon answers over HTTP. Pages for customers are to be thought about before they are.
    routes = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_user("tiering_accountant", "account.group_account_manager")
        cls.users = {
            "p": cls.portal,
            "i": cls.internal,
            "s": cls.salesperson,
            "o": cls.officer,
            "m": cls.manager,
            "a": cls.accountant,
        }
        cls.env.flush_all()

    @contextmanager
    def _undone(self):
        """Whatever was done over the wire is taken back, so that every call finds the same."""
        with suppress(_Undone), self.env.cr.savepoint():
            yield
            raise _Undone

    def _answer(self, model, method, *args, **context):
        """``ok``, or the name of the error."""
        params = {"model": model, "method": method, "args": list(args)}
        params["kwargs"] = {"context": context} if context else {}
        loggers = ("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_model")
        with self._undone(), mute_logger(*loggers, "odoo.addons.base.models.ir_rule"):
            try:
                self.make_jsonrpc_request("/web/dataset/call_kw", params)
            except JsonRpcException as refusal:
                answer = str(refusal)
            else:
                answer = "ok"
        return answer

    def _models_for(self, letter):
        """The models that are tried as one of the users."""
        return self.rights

    def _callers_for(self, letter):
        """The methods that are tried as one of the users, as in ``CALLERS``."""
        return self.callers

    def _everybody(self):
        for letter, user in self.users.items():
            self.authenticate(user.login, user.login)
            yield letter, user


class RpcRightsTests:
    """Tests of what the tables say over the wire, for an ``RpcRightsCase`` of whichever addon."""

    # Odoo's runner leaves out what a class inherits, unless told.
    allow_inherited_tests_method = True
    # What is missing is all that matters.
    maxDiff = None

    def _rights(self, name):
        """Letters of what each of the users may do with a model."""
        salesperson, officer, manager = self.rights[name]
        return {
            "p": NOTHING,
            "i": NOTHING,
            "s": salesperson,
            "o": officer,
            "m": manager,
            "a": ACCOUNTANT.get(name, NOTHING),
        }

    def test_every_operation_on_every_model(self):
        """Rights that hold in Python only: over the wire a model of ours can be read or changed
        by a group that should not, or refuses one that should."""
        for letter, user in self._everybody():
            for name in self._models_for(letter):
                allowed = self._rights(name)[letter]
                ids = self.records[name][:1].ids
                calls = {
                    "r": ("read", ids, ["display_name"]),
                    "w": ("write", ids, {}),
                    "c": ("create", {}),
                    "u": ("unlink", ids),
                }
                for right, (method, *args) in calls.items():
                    with self.subTest(model=name, user=user.login, method=method):
                        self._expect(right in allowed, name, method, *args)

    def _expect(self, allowed, model, method, *args):
        answer = self._answer(model, method, *args)
        if allowed:
            self.assertIn(answer, CLEAR | {"ok"})
        else:
            self.assertEqual(answer, REFUSED)

    def test_nothing_is_read_another_way(self):
        """Counts, groups and names of records tell about customers too. Whoever may not read a
        model gets nothing of it by any of the methods that the web client uses. Groups that
        have the rights of another are left out, to be quick."""
        for letter, user in self._everybody():
            for name in self._models_for(letter):
                if letter not in "psa" or "r" in self._rights(name)[letter]:
                    continue
                for method, (with_ids, *args) in READERS.items():
                    with self.subTest(model=name, user=user.login, method=method):
                        ids = [self.records[name][:1].ids] if with_ids else []
                        self._expect(False, name, method, *ids, *args)

    def _our_methods(self):
        """Model → public methods that code of ours defines on it, private ones left out."""
        found = {}
        for name, model in self.env.registry.items():
            ours = {
                method
                for cls in model.mro()
                if cls.__module__.startswith(f"odoo.addons.{self.addon}.")
                for method, value in vars(cls).items()
                if inspect.isfunction(value) and not method.startswith("_")
            }
            ours = {m for m in ours - ORM if not getattr(getattr(model, m), "_api_private", False)}
            if ours:
                found[name] = ours
        return found

    def test_every_method_is_in_the_table(self):
        """A public method that nobody thought about can be called by every user of the portal."""
        self.assertEqual(self._our_methods(), {name: set(of) for name, of in self.callers.items()})

    def _our_routes(self):
        """As ``routes``, of what the addon has, and of what it changes of others."""
        found = {}
        modules = sorted(self.env.registry._init_modules)
        for url, endpoint in self.env["ir.http"]._generate_routing_rules(modules, {}):
            method = endpoint.func
            ours = any(
                cls.__module__.startswith(f"odoo.addons.{self.addon}.")
                and method.__name__ in vars(cls)
                for cls in type(method.__self__).mro()
            )
            self.assertIn("auth", endpoint.routing)
            if ours:
                asked = endpoint.routing
                methods = tuple(asked.get("methods") or ())
                found[url] = (asked["auth"], asked["type"], asked.get("csrf", True), methods)
        return found

    def test_every_route_is_in_the_table(self):
        """A page that nobody thought about is open to whoever knows its address."""
        self.assertEqual(self._our_routes(), self.routes)

    def test_every_method_by_every_group(self):
        """A button that is hidden is a method all the same: called by whom it is not for, it does
        its work, or breaks with a traceback that says nothing."""
        standing = self.records["customer.tier.standing"]
        order = self.env["sale.order"].search([("partner_id", "=", standing.partner_id.id)])[0]
        # Of nobody, so of every salesperson.
        order.user_id = False
        records = {
            **self.records,
            "res.partner": standing.partner_id,
            "sale.order": order,
            "res.config.settings": self.env["res.config.settings"].create({}),
        }
        self.env.flush_all()
        for letter, user in self._everybody():
            for name, methods in self._callers_for(letter).items():
                for method, callers in methods.items():
                    with self.subTest(model=name, method=method, user=user.login):
                        args = self._arguments(records[name][:1], method)
                        self._expect(letter in callers, name, method, *args)

    def _arguments(self, records, method):
        """What the web client would send."""
        ids = [] if getattr(getattr(records, method), "_api_model", False) else [records.ids]
        return ids + ([self._metric("amount").id] if method == "action_open_records" else [])

    def test_no_records_at_all(self):
        """Without ids there is nothing to check rights on, and some methods then do the work for
        everybody, or break."""
        for user in (self.portal, self.internal, self.salesperson):
            self.authenticate(user.login, user.login)
            for name, methods in self.callers.items():
                for method in methods:
                    with self.subTest(model=name, method=method, user=user.login):
                        answer = self._answer(
                            name, method, *self._arguments(self.env[name], method)
                        )
                        self.assertIn(answer, CLEAR | {REFUSED, "ok", "builtins.ValueError"})
                        if user != self.salesperson and name in self.rights:
                            self.assertNotEqual(answer, "ok")

    def test_without_logging_in(self):
        """Whoever is not logged in gets a page to do so, and no data."""
        self.authenticate(None, None)
        answer = self._answer("customer.tier.standing", "search_read", [])
        self.assertEqual(answer, "odoo.http.SessionExpiredException")
