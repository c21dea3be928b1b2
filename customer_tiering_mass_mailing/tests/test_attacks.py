from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged

AUDIENCE = (
    "customer_about_to_lose customer_main_contact customer_member_of_a_year customer_near_next_tier"
)
# As in the core addon.
COMPUTED = {
    "mailing.filter": rows(refused="display_name"),
    "res.partner": rows(empty=AUDIENCE),
}


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    addon = "customer_tiering_mass_mailing"
    computed = COMPUTED
    # Of these nobody is in any audience.
    silent = {"res.partner": set(AUDIENCE.split())}
