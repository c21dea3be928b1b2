from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OWN
from .facts_common import FactsCase


@tagged("post_install", "-at_install")
class TestCameBack(FactsCase):
    """What was deducted from the figures is told beside them, and can be opened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_program(domain=OWN)
        cls.accountant = cls._create_user(
            "tiering_books",
            "account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )

    def _told(self, partner, user=None):
        standing = self._standing(partner).with_user(user or self.accountant)
        sentences = standing.explanation["sentences"]
        return next((one for one in sentences if one["kind"] == "back"), None)

    def _behind(self, partner, user=None):
        standing = self._standing(partner).with_user(user or self.accountant)
        action = standing.action_open_came_back()
        return self.env[action["res_model"]].search(action["domain"])

    def test_amount_and_credit_notes(self):
        """The list behind an amount showed orders of 1,500 where 1,150 was counted, and no word of
        the credit notes."""
        partner = self._create_own_customer("Sent Back", (40, 1000), (20, 500))
        order = self.env["sale.order"].search(
            [("partner_id", "=", partner.id), ("amount_untaxed", "=", 1000)]
        )
        note = self._credit(self._invoice(order, 40), 10, price_unit=300)
        loose = self._create_invoice(partner, 50, kind="out_refund", invoice_date=self._days_ago(5))
        plain = self._create_own_customer("Kept All", (40, 1000))
        self._grade()
        self.assertEqual(self._standing(partner).amount, 1150)
        told = self._told(partner)
        self.assertIn("350", told["text"])
        self.assertEqual(told["open"], "action_open_came_back")
        self.assertEqual(self._behind(partner), note | loose)
        self.assertIsNone(self._told(plain))

    def test_graded_alone(self):
        """Who was graded alone after a credit note had still bought all of it: of few customers it
        is asked once whether anything came back, and the question knew of fewer ways."""
        office = self._create_customer("Head Office")
        partners = self.env["res.partner"].union(
            *(self._create_own_customer(name, (40, 1000)) for name in ("Own", "Paid For", "Kept"))
        )
        orders = {order.partner_id: order for order in self.env["sale.order"].search([])}
        orders[partners[1]].partner_invoice_id = office
        loose = self._create_own_customer("Loose", (40, 1000))
        partners |= loose
        self._grade()
        notes = [
            self._credit(self._invoice(orders[p], 40), 10, price_unit=300) for p in partners[:2]
        ]
        self.assertEqual([note.partner_id for note in notes], [partners[0], office])
        self._create_invoice(loose, 50, kind="out_refund", invoice_date=self._days_ago(5))
        grade = self.env["customer.tier.run"]._grade_partners
        for amount, partner in zip([700, 700, 1000, 950], partners, strict=True):
            grade(partner, self.company)
            self.env.invalidate_all()
            self.assertEqual(self._standing(partner).amount, amount, partner.name)
        self._grade()
        amounts = [self._standing(partner).amount for partner in partners]
        self.assertEqual(amounts, [700, 700, 1000, 950])

    def test_before_the_period(self):
        """What came back two years ago is not deducted from this year."""
        partner = self._create_own_customer("Long Ago", (800, 1000), (20, 500))
        order = self.env["sale.order"].search(
            [("partner_id", "=", partner.id), ("amount_untaxed", "=", 1000)]
        )
        self._credit(self._invoice(order, 800), 700)
        self._grade()
        self.assertIsNone(self._told(partner))

    def test_invoice_of_somebody_else(self):
        """The head office was credited for what the shop had ordered."""
        office = self._create_customer("Office")
        partner = self._create_own_customer("Shop")
        order = self._create_order(partner, 1000, date=40, partner_invoice_id=office.id)
        note = self._credit(self._invoice(order, 40), 10, price_unit=300)
        self._grade()
        self.assertIn("300", self._told(partner)["text"])
        self.assertEqual(self._behind(partner), note)

    def test_rights(self):
        """Somebody without a right on gradings opened credit notes by the way."""
        partner = self._create_own_customer("Sent Back", (40, 1000))
        order = self.env["sale.order"].search([("partner_id", "=", partner.id)])
        self._credit(self._invoice(order, 40), 10, price_unit=300)
        self._grade()
        plain = self._create_user("tiering_plain", "base.group_user")
        with self.assertRaises(AccessError):
            self._standing(partner).with_user(plain).action_open_came_back()
        # Whatever a salesperson may read is up to the core's rules.
        told = self._told(partner, self.salesperson)
        self.assertIn("300", told["text"])
