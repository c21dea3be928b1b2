from odoo.addons.customer_tiering.tests.rpc_common import RpcRightsCase, RpcRightsTests
from odoo.tests import tagged

from .security_common import ReorderSecurityCase

# Who may call what, as in the core addon.
CALLERS = {
    "customer.product.suggest": {"action_add": "som"},
    "customer.reminder": {
        "action_change_contact": "som",
        "action_quotation": "som",
        "action_revoke_reorder_links": "som",
    },
    "customer.reminder.contact": {"action_change": "som"},
    "mail.activity": {"action_customer_quotation": "som"},
    "res.partner": {"action_customer_quotation": "som"},
    "sale.order": {"action_customer_suggest": "som"},
    "customer.purchase.rhythm": {"action_open_orders": "som"},
    "customer.reminder.effect": {"action_open_cases": "m"},
    "customer.reminder.rule": {
        "action_open_effect": "m",
        "action_preset_lost_item": "m",
        "action_preset_prospect": "m",
        "action_preset_standard": "m",
        "action_preset_vip": "m",
    },
    "customer.reminder.step": {"action_open_reminder": "som"},
}
ROUTES = {
    "/o/<string:token>": ("public", "http", False, ("GET", "POST")),
    "/o/<string:token>/seen": ("public", "http", True, ("GET",)),
    "/customer_tiering/stop/<string:token>": ("public", "http", False, ("GET", "POST")),
    "/customer_tiering/handover/<string:token>": ("public", "http", False, ("POST",)),
}


@tagged("post_install", "-at_install")
class TestRightsRpc(RpcRightsTests, ReorderSecurityCase, RpcRightsCase):
    callers = CALLERS
    routes = ROUTES
