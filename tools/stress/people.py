"""People at work: each a thread that logs in as one user and sends one request after the other."""

import random
import re
import threading
import time
from dataclasses import dataclass

import requests

from .setting_up import PASSWORD, role

TIMEOUT_SECONDS = 120
# Half of the work is about these few, so that people meet the grading, and each other.
WELL_KNOWN = 100
# What grading says to whoever comes second, instead of letting them wait.
BUSY = "being graded right now"
# What a credit limit says to whoever sells, or has debts moved.
LIMIT = ("credit limit", "ask your salesperson", "Please ask an accountant")


@dataclass(frozen=True)
class Request:
    """What became of one request: ``kind`` is ``done``, ``told`` (that grading is busy, or that
    something is over a credit limit), ``ours``, ``conflict`` (a serialization error that reached
    the user) or ``other``."""

    what: str
    seconds: float
    kind: str
    detail: str = ""


class RefusedError(Exception):
    """The server answered a request with an error: ``(kind, detail)``."""


class Person(threading.Thread):
    """One user at work until ``until`` (a moment of ``time.monotonic``).

    :param things: dict of lists of ids: ``customers``, ``products``, ``tiers``, ``programs``;
        ``limited``, customers with a credit limit, who are sold to and nothing else; ``doubles``,
        customers that nobody else works with and that are merged into others
    """

    def __init__(self, number, people, address, name, things, until, seed):
        super().__init__(name=f"person{number}", daemon=True)
        self.address, self.database, self.things, self.until = address, name, things, until
        self.random = random.Random(f"{seed} {number}")
        self.role = role(number, people)
        self.done = []
        self.session = requests.Session()
        # A proxy of the machine must not take the requests.
        self.session.trust_env = False

    def run(self):
        try:
            self._work()
        except Exception as error:
            # In a thread nobody would hear of it.
            self.done.append(Request("work", 0.0, "ours", f"{self.name} stopped: {error!r}"))

    def _work(self):
        self._post(
            "/web/session/authenticate",
            {"db": self.database, "login": self.name, "password": PASSWORD},
        )
        tasks = {
            "seller": [self._sell, self._sell, self._sell, self._edit_contact, self._look],
            "accountant": [self._invoice, self._invoice, self._edit_contact],
            "officer": [self._decide, self._sell, self._edit_contact, self._look],
            "administrator": [self._merge, self._change_program, self._archive_tier, self._look],
        }[self.role]
        while time.monotonic() < self.until:
            try:
                self.random.choice(tasks)()
            except RefusedError:
                # Noted already; whoever meets an error goes on with something else.
                continue

    # What they do

    def _sell(self):
        order = self._call("quotation", "sale.order", "create", [self._order()])
        chance = self.random.random()
        if chance < 0.75:
            self._call("confirm", "sale.order", "action_confirm", [[order]])
        if chance < 0.2:
            self._call("cancel", "sale.order", "action_cancel", [[order]])
        elif chance < 0.4:
            self._raise(order)
        elif chance < 0.45:
            self._pay_elsewhere(order)

    def _raise(self, order):
        """Let a confirmed order grow."""
        line = self._call("lines", "sale.order.line", "search", [[("order_id", "=", order)]])[0]
        more = {"product_uom_qty": self.random.randint(2, 20)}
        self._call("raise an order", "sale.order.line", "write", [[line], more])

    def _pay_elsewhere(self, order):
        """Have somebody without a limit pay for a confirmed order."""
        payer = {"partner_invoice_id": self._customer()}
        self._call("another payer", "sale.order", "write", [[order], payer])

    def _order(self):
        lines = [
            (0, 0, {"product_id": self._any("products"), "product_uom_qty": n, "price_unit": 900})
            for n in range(1, self.random.randint(2, 4))
        ]
        limited = self.things["limited"]
        often = limited and self.random.random() < 0.4
        customer = self.random.choice(limited) if often else self._customer()
        return {"partner_id": customer, "order_line": lines}

    def _edit_contact(self):
        vals = {"city": f"City {self.random.randint(1, 500)}", "phone": str(self.random.random())}
        if self.random.random() < 0.2:
            vals = {"name": "Buyer", "parent_id": self._customer()}
            self._call("new contact", "res.partner", "create", [vals])
        else:
            self._call("edit contact", "res.partner", "write", [[self._customer()], vals])

    def _look(self):
        self._call(
            "contacts by tier",
            "res.partner",
            "search_read",
            [[("customer_tier_id", "=", self._any("tiers"))]],
            fields=["name", "customer_tier_id", "customer_score"],
            order="customer_score desc",
            limit=80,
        )

    def _invoice(self):
        lines = [(0, 0, {"product_id": self._any("products"), "quantity": 2, "price_unit": 400})]
        vals = {
            "move_type": "out_invoice",
            "partner_id": self._customer(),
            "invoice_line_ids": lines,
        }
        move = self._call("invoice", "account.move", "create", [vals])
        self._call("post", "account.move", "action_post", [[move]])
        if self.random.random() < 0.7:
            about = {"active_model": "account.move", "active_ids": [move]}
            wizard = self._call(
                "payment", "account.payment.register", "create", [{}], context=about
            )
            self._call(
                "pay",
                "account.payment.register",
                "action_create_payments",
                [[wizard]],
                context=about,
            )

    def _decide(self):
        """Set a tier by hand, take it back, or grade a customer at once."""
        found = self._call(
            "standing",
            "customer.tier.standing",
            "search",
            [[("partner_id", "=", self._customer())]],
        )
        if not found:
            return
        chance = self.random.random()
        if chance < 0.3:
            self._call("grade one", "customer.tier.standing", "action_grade", [found])
        else:
            tier = self._any("tiers") if chance < 0.65 else False
            vals = {"manual_tier_id": tier, "manual_reason": tier and "Agreed by telephone"}
            self._call("set by hand", "customer.tier.standing", "write", [found, vals])

    def _merge(self):
        """Make a customer that was entered twice one with the other."""
        if not self.things["doubles"]:
            self._look()
            return
        kept = self._customer()
        merger = "base.partner.merge.automatic.wizard"
        both = [kept, self.things["doubles"].pop()]
        # The wizard takes them from the list that they were chosen in.
        about = {"active_model": "res.partner", "active_ids": both}
        wizard = self._call("merge wizard", merger, "create", [{}], context=about)
        chosen = {"dst_partner_id": kept}
        self._call("merge wizard", merger, "write", [[wizard], chosen], context=about)
        self._call("merge", merger, "action_merge", [[wizard]], context=about)

    def _change_program(self):
        """Give an indicator another weight, or a tier another threshold."""
        program = self._any("programs")
        (found,) = self._call(
            "programme",
            "customer.tier.program",
            "read",
            [[program], ["indicator_ids", "name"]],
        )
        indicator = self.random.choice(found["indicator_ids"])
        vals = {"indicator_ids": [(1, indicator, {"weight": self.random.randint(10, 60)})]}
        self._call("change programme", "customer.tier.program", "write", [[program], vals])

    def _archive_tier(self):
        """Put the highest tier away, or have it again."""
        tier = self.things["tiers"][-1]
        action = self.random.choice(["action_archive", "action_unarchive"])
        self._call(action.split("_")[1] + " tier", "customer.tier", action, [[tier]])

    def _customer(self):
        customers = self.things["customers"]
        few = customers[:WELL_KNOWN] if self.random.random() < 0.5 else customers
        return self.random.choice(few)

    def _any(self, kind):
        return self.random.choice(self.things[kind])

    # How they say it

    def _call(self, what, model, method, arguments, **options):
        started = time.monotonic()
        try:
            result = self._post(
                f"/web/dataset/call_kw/{model}/{method}",
                {"model": model, "method": method, "args": arguments, "kwargs": options},
            )
            self.done.append(Request(what, time.monotonic() - started, "done"))
        except RefusedError as error:
            self.done.append(Request(what, time.monotonic() - started, *error.args))
            raise
        return result

    def _post(self, path, parameters):
        message = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        try:
            answer = self.session.post(
                self.address + path, json=message, timeout=TIMEOUT_SECONDS
            ).json()
        except (requests.RequestException, ValueError) as error:
            raise RefusedError("other", f"no answer: {error}") from None
        if "error" in answer:
            raise RefusedError(*kind_of(answer["error"]))
        # Nothing is left out of the answer.
        return answer.get("result")


def kind_of(error):
    """Whose fault an error is, and what to say about it.

    :param error: as Odoo's JSON-RPC reports it
    """
    data = error.get("data", {})
    message, trace = str(data.get("message", error)), str(data.get("debug", ""))
    if BUSY in message or any(words in message for words in LIMIT):
        return "told", message
    # Where it was raised: the last line of code that belongs to an addon.
    places = re.findall(r'File "[^"]*/addons/(\w+)/[^"]*", line \d+', trace)
    if "serialize" in message or "SerializationFailure" in trace or "deadlock" in message:
        kind = "conflict"
    elif places and places[-1].startswith("customer_tiering") or "customer_tier" in message:
        kind = "ours"
    else:
        kind = "other"
    return kind, f"{message[:300]} (raised in {places[-1] if places else 'the server'})"
