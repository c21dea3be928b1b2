from odoo.addons.customer_tiering.tests.ledger_common import LedgerCase
from odoo.addons.customer_tiering_early_access.tests.early_common import EarlyCase
from odoo.fields import Command

CASHIER = "base.group_user,point_of_sale.group_pos_user"


class TillCase(EarlyCase, LedgerCase):
    """A till, and a product that customers of the better tiers may have first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kettle.write({"name": "Early Kettle", "available_in_pos": True, "taxes_id": False})
        # Companies are sent an invoice, which takes its time.
        (cls.golden | cls.plain).is_company = False
        cls.golden.name, cls.plain.name = "Early Golden", "Early Plain"
        cls.cashier = cls._create_user("tiering_cashier", CASHIER)
        cls.boss = cls._create_user("tiering_pos_boss", "point_of_sale.group_pos_manager")
        method = cls.env["pos.payment.method"].create(
            {"name": "Card", "journal_id": cls._bank(cls.company).id, "company_id": cls.company.id}
        )
        cls.till = cls.env["pos.config"].create(
            {
                "name": "Till",
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        cls.till.with_user(cls.cashier).open_ui()
        cls.opened = cls.till.current_session_id

    def _told(self, partner, products=None, user=None):
        session = self.opened.with_user(user or self.cashier)
        templates = (products or self.kettle).product_tmpl_id
        return session.customer_early_at_till(partner.id, templates.ids)
