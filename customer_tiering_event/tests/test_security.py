from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import SecurityCase
from odoo.fields import Command
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {"event.registration": rows(empty="customer_tier_id customer_warning")}
# Salespeople and the rest do not organise events.
CALLERS = {
    "customer.tier.benefit": {"action_plan_event": "m"},
    "event.event": {"action_invite_customers": ""},
}
HOST = "event.group_event_manager"


def _create_event(env, company, **vals):
    return env["event.event"].create(
        {
            "name": "Dinner",
            "company_id": company.id,
            "date_begin": fields.Datetime.now() + timedelta(days=1),
            "date_end": fields.Datetime.now() + timedelta(days=2),
            **vals,
        }
    )


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    """Those who type are hosts as well."""

    addon = "customer_tiering_event"
    computed = COMPUTED
    silent = {}
    boss_groups = f"{AttackCase.boss_groups},{HOST}"

    @classmethod
    def _create_user(cls, login, groups, **vals):
        groups = f"{groups},{HOST}" if login == "tiering_salesperson" else groups
        return super()._create_user(login, groups, **vals)

    @classmethod
    def _create_records(cls, company):
        """A guest who is pointed out in the other company, one who is not in the own."""
        records = super()._create_records(company)
        customer = records["customer.tier.standing"].partner_id
        customer.email = f"{company.id}@guests.example.com"
        event = _create_event(
            cls.env,
            company,
            customer_tier_ids=[Command.set(records["customer.tier"][0].ids)],
            customer_others="allowed" if company == cls.company else "warned",
        )
        guest = cls.env["event.registration"].create(
            {"event_id": event.id, "partner_id": customer.id}
        )
        return {**records, event._name: event, guest._name: guest}

    def _register(self, **vals):
        """What a host of the own company learns of a registration, in its form and saved."""
        Registration = self._as(self.salesperson, self.env["event.registration"])
        values = {"event_id": self.own["event.event"].id, "name": "Guest", **vals}
        names = list(COMPUTED["event.registration"])
        saved = self._save(Registration, values, names)
        return [self._ask(Registration, values, values, names), saved]

    def test_customers_kept_from_the_host(self):
        """A contact is kept from hosts; typed into a registration by its number or its e-mail
        address, or registered, it told its tier and whether it is invited."""
        event = self.own["event.event"]
        event.customer_others = "warned"
        customer = self.own["res.partner"]
        whole = {
            "partner_id": customer.id,
            "email": customer.email,
            "phone": "1",
            "company_name": "Guests",
        }
        typed = ({"partner_id": customer.id}, {"email": customer.email}, whole)
        for tiers in (event.customer_tier_ids, self.own["customer.tier"][-1]):
            event.customer_tier_ids = tiers
            # Of a contact that a host reads, it is told.
            told = [answer for vals in typed for answer in self._register(**vals) if answer]
            invited = tiers == self.own["customer.tier"][-1]
            self.assertTrue(any(answer["customer_tier_id"] for answer in told))
            self.assertEqual(any(answer["customer_warning"] for answer in told), not invited)
        self.assertTrue(self._register(email="nobody@guests.example.com")[0]["customer_warning"])
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": str([("id", "!=", customer.id)]),
                "groups": self.env.ref("base.group_user").ids,
            }
        )
        self.env.invalidate_all()
        for tiers in (self.own["customer.tier"][0], self.own["customer.tier"][-1]):
            event.customer_tier_ids = tiers
            for vals in typed:
                for answer in self._register(**vals):
                    self.assertFalse(any(answer.values()), vals)

    def test_search_is_of_own_companies(self):
        """Hosts found by searching what no list shows them."""
        guests = self._as(self.salesperson, self.env["event.registration"])
        theirs = self.records_b["customer.tier"]
        for domain in ([("customer_tier_id", "in", theirs.ids)],):
            self.assertFalse(guests.search(domain))
            self.assertFalse(guests.search_count(domain))


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, RpcRightsCase, SecurityCase):
    addon = "customer_tiering_event"
    callers = CALLERS

    @classmethod
    def _create_records(cls, company):
        event = _create_event(cls.env, company)
        return {**super()._create_records(company), "event.event": event}
