import re
from contextlib import ExitStack
from unittest.mock import patch

from lxml import etree

from odoo.fields import Command
from odoo.sql_db import Cursor

from .. import binary_copy
from .common import OWN, GradingCase

# The table that a statement is about: the first one that it reads or writes.
SUBJECT = re.compile(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)', re.IGNORECASE)
CONTACTS = 80


class Statements:
    """For a test case that counts what is sent to the database."""

    def _statements(self, action):
        """Tables of the statements of an action, in a new transaction as it were."""
        self.env.flush_all()
        self.env.invalidate_all()
        execute, statements = Cursor.execute, []

        def noted(cursor, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", noted):
            action()
            self.env.flush_all()
        return [found[1] for found in map(SUBJECT.search, statements) if found]


class AllStatements:
    """For a test case that counts what is sent to the database, tables in binary form as well."""

    def _sent(self, action):
        """Statements of an action in a new transaction as it were, of a process that has done it
        before; savepoints and all."""
        sent = []

        def noting(function):
            def noted(*args, **kwargs):
                sent.append(str(getattr(args[1], "code", args[1])))
                return function(*args, **kwargs)

            return noted

        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            sent.clear()
            with ExitStack() as stack:
                for owner, name in (
                    (Cursor, "execute"),
                    (binary_copy, "read_columns"),
                    (binary_copy, "write_columns"),
                ):
                    function = getattr(owner, name)
                    stack.enter_context(patch.object(owner, name, noting(function)))
                action()
                self.env.flush_all()
        return sent


class QueryCase(Statements, GradingCase):
    """Customers on screen, and statements sent to the database counted: each thing is done with us
    and without, once before to fill the caches of the process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls._create_program(domain=OWN)
        cls.graded = cls.env["res.partner"].create(
            [
                {"name": f"Buyer {number:02}", "is_company": True, "company_id": cls.company.id}
                for number in range(CONTACTS)
            ]
        )
        for partner in cls.graded[:20]:
            cls._create_order(partner, 900 * (partner.id % 7), date=10)
        cls._grade()
        tiers = cls.program.tier_ids
        cls.env["customer.tier.standing"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "manual_tier_id": tiers[partner.id % len(tiers)].id,
                }
                for partner in cls.graded[20:]
            ]
        )
        cls.plain = cls._create_customer("Plain")
        cls.Partner = cls.env["res.partner"].with_user(cls.salesperson)
        cls.Order = cls.env["sale.order"].with_user(cls.salesperson)

    def _extra(self, without, with_us):
        """How many statements an action takes more than another one."""
        for action in (without, with_us):
            self._statements(action)
        base, tables = (self._statements(action) for action in (without, with_us))
        return len(tables) - len(base)

    def _specifications(self, view, kind):
        """What the web client asks for when it shows a view: without our fields, and with them."""
        arch = etree.fromstring(self.Partner.get_view(self.env.ref(view).id, kind)["arch"])
        specification = {}
        for node in arch.iterfind(".//field"):
            if not any(parent.tag == "field" for parent in node.iterancestors()):
                field = self.Partner._fields[node.get("name")]
                names = {"fields": {"display_name": {}}} if field.relational else {}
                specification[field.name] = names
        ours = {name for name in specification if name.startswith("customer_")}
        self.assertTrue(ours)
        return {n: s for n, s in specification.items() if n not in ours}, specification

    def _extra_of_view(self, partners, view, kind):
        partners = partners.with_user(self.salesperson)
        without, with_us = self._specifications(view, kind)
        return self._extra(lambda: partners.web_read(without), lambda: partners.web_read(with_us))

    def _quote(self, partner):
        return self.Order.create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 5})],
            }
        )
