from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.fields import Command


class TillCommon(TestPointOfSaleHttpCommon):
    """A till where the standard list gives 20 % to everybody, and a Gold customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls._get_main_company()
        cls.env.user.group_ids += cls.env.ref("customer_tiering.group_manager")
        cls.env["customer.tier.program"].search([]).action_archive()
        cls.env["product.pricelist"].search([]).action_archive()
        cls.env.ref("base.group_user")._apply_group(cls.env.ref("product.group_product_pricelist"))
        cls.standard = cls.env["product.pricelist"].create(
            {
                "name": "Till Standard",
                "company_id": company.id,
                "sequence": 1,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "3_global",
                            "compute_price": "percentage",
                            "percent_price": 20.0,
                        }
                    )
                ],
            }
        )
        cls.program = cls.env["customer.tier.program"].create(
            {
                "name": "Programme",
                "company_id": company.id,
                "tier_ids": [
                    Command.create({"name": "Till Regular", "sequence": 1}),
                    Command.create({"name": "Till Gold", "sequence": 2, "discount": 10}),
                ],
            }
        )
        cls.gold = cls.program.tier_ids[1]
        cls.customer = cls.env["res.partner"].create(
            {"name": "Gold Customer at the Till", "is_company": True}
        )
        cls.env["customer.tier.standing"].sudo().create(
            {
                "partner_id": cls.customer.id,
                "company_id": company.id,
                "manual_tier_id": cls.gold.id,
            }
        )
        cls.env["product.product"].create(
            {
                "name": "Tier Coffee",
                "available_in_pos": True,
                "list_price": 100.0,
                "taxes_id": False,
                "type": "consu",
            }
        )
        cls.till = cls.main_pos_config
        cls.till.write(
            {
                "use_pricelist": True,
                "available_pricelist_ids": [Command.set(cls.standard.ids)],
                "pricelist_id": cls.standard.id,
            }
        )

    def _list(self, name, percent):
        rule = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": percent}
        return self.env["product.pricelist"].create(
            {
                "name": name,
                "company_id": self.till.company_id.id,
                "sequence": 50,
                "item_ids": [Command.create(rule)],
            }
        )

    def _grade(self, partner, tier):
        self.env["customer.tier.standing"].sudo().create(
            {
                "partner_id": partner.id,
                "company_id": self.till.company_id.id,
                "manual_tier_id": tier.id,
            }
        )

    def _sell_by(self, pricelist):
        """Make it the till's default, and the only list chosen for the till."""
        self.till.write(
            {
                "available_pricelist_ids": [Command.set(pricelist.ids)],
                "pricelist_id": pricelist.id,
            }
        )
