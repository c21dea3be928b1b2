from odoo.tests import HttpCase, tagged

from .common import TillCase


@tagged("post_install", "-at_install")
class TestOnAccountTour(HttpCase, TillCase):
    """What the cashier sees before goods for 800 are put on the account of who may owe 500 more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coffee = cls._create_product(
            name="Coffee on Account", list_price=800, available_in_pos=True
        )

    def _run_tour(self, tour):
        url = f"/pos/ui/{self.till.id}"
        self.env.flush_all()
        self.start_tour(url, tour, login=self.cashier.login)
        self.env.invalidate_all()

    def _sold(self):
        sold = self.env["pos.order"].search([("config_id", "=", self.till.id)])
        return sold.filtered(lambda order: order.state == "paid")

    def test_refused(self):
        """The till went on to the receipt, and the goods were gone; who sees that it cannot be had
        on account did not know what to do."""
        self._run_tour("customer_tiering_on_account_refused")
        self.assertFalse(self._sold())
        approval = self.env["customer.credit.approval"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(approval.mapped("amount"), [300])

    def test_asked(self):
        """Where the company is only asked, the till refused."""
        self.company.customer_credit_check = "warn"
        self._run_tour("customer_tiering_on_account_asked")
        self.assertEqual(self._sold().amount_total, 800)
        self.assertEqual(self._used(), 1300)
