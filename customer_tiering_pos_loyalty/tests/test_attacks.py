from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase):
    """A programme for the tier of each company's own customer, which only its tills are told."""

    addon = "customer_tiering_pos_loyalty"
    # As in the core addon.
    computed = {"res.partner": rows(empty="pos_customer_programs")}
    silent = {}
    boss_groups = f"{AttackCase.boss_groups},point_of_sale.group_pos_manager"

    @classmethod
    def _more_records(cls, records, user):
        records = super()._more_records(records, user)
        tier = records["customer.tier"][-1]
        cls.env["loyalty.program"].create(
            {
                "name": f"For {tier.name}",
                "company_id": tier.company_id.id,
                "customer_tier_ids": tier.ids,
                "pos_ok": True,
            }
        )
        return records
