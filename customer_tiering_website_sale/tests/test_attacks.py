from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_website_sale"
    # As in the core addon. True only for who is a customer.
    computed = {"product.pricelist": rows(refused="customer_tier_is_mine")}
    silent = {"product.pricelist": {"customer_tier_is_mine"}}
