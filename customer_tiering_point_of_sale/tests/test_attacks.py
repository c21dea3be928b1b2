from odoo.addons.customer_tiering.tests.attack_common import AttackCase, AttackTests, rows
from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAttacks(AttackTests, AttackCase, LedgerCase):
    """A till of each company without its tiers' prices, which only its own company is told."""

    addon = "customer_tiering_point_of_sale"
    # As in the core addon.
    computed = {
        "pos.config": rows(empty="customer_tier_warning"),
        # Settings are for administrators, and the till there is the one of their company.
        "res.config.settings": rows(refused="pos_customer_tier_warning"),
        "res.partner": rows(empty="pos_customer_tier"),
    }
    silent = {}
    boss_groups = f"{AttackCase.boss_groups},point_of_sale.group_pos_manager"

    @classmethod
    def _create_records(cls, company):
        if company == cls.company_b:
            cls._open_ledger(company)
        return super()._create_records(company)

    @classmethod
    def _more_records(cls, records, user):
        records = super()._more_records(records, user)
        company = user.company_id
        list_ = cls._create_pricelist(f"Tier of {company.name}", company_id=company.id)
        records["customer.tier"][-1].pricelist_id = list_
        till = {"name": f"Till of {company.name}", "use_pricelist": False}
        till = cls.env["pos.config"].with_company(company).create(till)
        # Administrators see settings of the company that they work in.
        cls.env.ref("base.user_admin").write(
            {"company_ids": [Command.link(company.id)], "company_id": company.id}
        )
        return {**records, "pos.config": till}

    def test_settings_of_a_till_of_another_company(self):
        """Settings read tills with all rights: whoever typed the number of one was told whether its
        company's tiers have prices."""
        for company, told in ((self.company, False), (self.company_b, True)):
            groups = "base.group_system,point_of_sale.group_pos_manager"
            user = self._create_user(f"settings_{company.id}", groups, company_id=company.id)
            till = self.theirs[0]["pos.config"]
            settings = self._as(user, self.env["res.config.settings"])
            name = "pos_customer_tier_warning"
            answers = self._ask(settings, {"pos_config_id": till.id}, ["pos_config_id"], [name])
            self.assertEqual(bool(answers[name]), told)
