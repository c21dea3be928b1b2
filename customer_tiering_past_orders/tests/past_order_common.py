from odoo.addons.customer_tiering.tests.common import OWN, GradingCase


class PastOrderCase(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Past = cls.env["customer.past.order"]
        cls.buyer = cls._create_own_customer("Buyer")
        cls._create_program(domain=OWN)
        # Whoever brings a history along may create contacts.
        cls.importer = cls._create_user(
            "tiering_importer", "customer_tiering.group_manager,base.group_partner_manager"
        )

    @classmethod
    def _create_past(cls, amount=100.0, date=30, partner=None, **vals):
        return cls.Past.create(
            {
                "partner_id": (partner or cls.buyer).id,
                "order_date": cls._days_ago(date),
                "amount": amount,
                **vals,
            }
        )

    def _figures(self, partner=None):
        standing = self._standing(partner or self.buyer)
        return standing.amount, standing.order_count

    def _grade_stale(self):
        with self.enter_registry_test_mode():
            self.env.ref("customer_tiering.ir_cron_grade").method_direct_trigger()
        self.env.invalidate_all()
