from datetime import timedelta

from odoo import fields
from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.addons.customer_tiering.tests.security_common import SecurityCase
from odoo.tests import tagged

# As in the core addon.
COMPUTED = {"event.registration": rows(empty="customer_tier_id customer_warning")}
# Salespeople and the rest do not organise events.
CALLERS = {
    "customer.tier.benefit": {"action_plan_event": "m"},
    "event.event": {"action_invite_customers": ""},
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_event"
    computed = COMPUTED
    # Nobody who is asked registers guests.
    silent = {"event.registration": {"customer_warning"}}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, RpcRightsCase, SecurityCase):
    addon = "customer_tiering_event"
    callers = CALLERS

    @classmethod
    def _create_records(cls, company):
        event = cls.env["event.event"].create(
            {
                "name": "Dinner",
                "company_id": company.id,
                "date_begin": fields.Datetime.now() + timedelta(days=1),
                "date_end": fields.Datetime.now() + timedelta(days=2),
            }
        )
        return {**super()._create_records(company), "event.event": event}
