from odoo.addons.customer_tiering.tests.common import OWN, GradingCase
from odoo.fields import Command


class ServiceCase(GradingCase):
    """A programme of two tiers, a rule for each of them, and people for these."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Care = cls.env["customer.tier.care"]
        cls.program = cls._create_program(
            tiers=["Silver", {"name": "Gold", "conditions": [("amount", ">=", 1000)]}],
            indicators=[
                {"metric": "amount", "scale": "linear", "linear_zero": 0, "linear_full": 1000}
            ],
            domain=OWN,
        )
        cls.silver, cls.gold = cls.program.tier_ids.sorted("sequence")
        cls.people = cls.env["res.users"].union(
            *(cls._create_seller(f"tiering_person_{number}") for number in range(3))
        )
        cls.helper = cls._create_seller("tiering_helper")
        # Who types orders of others, as the desk does.
        cls.desk = cls._create_user(
            "tiering_desk", "sales_team.group_sale_salesman_all_leads,base.group_partner_manager"
        )
        cls.desk_b = cls._create_user(
            "tiering_desk_b",
            "sales_team.group_sale_salesman_all_leads",
            company_id=cls.company_b.id,
        )
        cls.term = cls.env["account.payment.term"].create({"name": "45 days of the tier"})
        cls.rule = cls._create_rule("Gold service", cls.gold, cls.people)

    @classmethod
    def _create_seller(cls, login, **vals):
        return cls._create_user(login, "sales_team.group_sale_salesman", **vals)

    @classmethod
    def _create_rule(cls, name, tiers, users=(), **vals):
        return cls.env["customer.tier.service"].create(
            {
                "name": name,
                "program_id": tiers[:1].program_id.id or cls.program.id,
                "tier_ids": [Command.set(tiers.ids)],
                "member_ids": [Command.create({"user_id": user.id}) for user in users],
                **vals,
            }
        )

    @classmethod
    def _create_golds(cls, count, **vals):
        golds = cls.env["res.partner"].create(
            [
                {"name": f"G{n}", "is_company": True, "company_id": cls.company.id, **vals}
                for n in range(count)
            ]
        )
        cls.env["customer.tier.standing"].create(
            [
                {
                    "partner_id": gold.id,
                    "company_id": cls.company.id,
                    "program_id": cls.program.id,
                    "tier_id": cls.gold.id,
                }
                for gold in golds
            ]
        )
        return golds

    def _assign(self, company=None):
        changed = self.Care._assign(company or self.company)
        self.env.invalidate_all()
        return changed

    def _care(self, partner, company=None):
        return self.Care._of_customers(partner, company or self.company)

    def _quote(self, partner, user=None, **vals):
        orders = self.env["sale.order"].with_user(user or self.desk)
        return orders.create({"partner_id": partner.id, **vals})
