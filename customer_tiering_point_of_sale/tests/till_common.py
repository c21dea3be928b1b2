from odoo import fields
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

    def _bought(self):
        """Amount and number of orders."""
        self.env.flush_all()
        gather, company = self.env["customer.tier.gather"], self.till.company_id
        scope = gather._scope_of(self.customer.ids)
        found = gather._purchases(company, fields.Date.today(), scope, "ordered")
        lasting = found["frequent"]
        if "void" in found:
            lasting &= found["void"] == float("inf")
        return found["amount"].sum(), lasting.sum()

    def _sell(self, pieces, **line):
        product = self.env["product.product"].search([("name", "=", "Tier Coffee")])
        total = 100.0 * pieces
        line |= {"product_id": product.id, "qty": pieces, "price_unit": 100.0, "tax_ids": False}
        line |= {"price_subtotal": total, "price_subtotal_incl": total, "name": product.name}
        order = self.env["pos.order"].create(
            {
                "session_id": self.till.current_session_id.id,
                "company_id": self.till.company_id.id,
                "partner_id": self.customer.id,
                "lines": [Command.create(line)],
                "amount_total": total,
                "amount_tax": 0.0,
                "amount_paid": 0.0,
                "amount_return": 0.0,
            }
        )
        self._pay(order)
        return order

    def _pay(self, order):
        methods = self.till.payment_method_ids
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": order.amount_total,
                "payment_method_id": methods.filtered("is_cash_count")[:1].id or methods[:1].id,
            }
        )
        order.action_pos_order_paid()
