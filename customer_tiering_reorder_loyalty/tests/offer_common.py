from odoo import fields
from odoo.addons.customer_tiering_reorder.tests.sender_common import SenderCase
from odoo.fields import Command


class OfferCase(SenderCase):
    """A customer who is late, and a rule that offers a coupon of five percent to everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.program"].search([]).action_archive()
        cls.coupons = cls._create_loyalty("coupons")
        cls.rule.write({"offer_share": 100, "offer_margin": 30})

    @classmethod
    def _create_loyalty(cls, kind, reward=None, **vals):
        return cls.env["loyalty.program"].create(
            {
                "name": f"Five percent ({kind})",
                "program_type": kind,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "trigger": "with_code" if kind == "coupons" else "auto",
                "applies_on": "both" if kind == "loyalty" else "current",
                "rule_ids": [Command.clear(), Command.create({"minimum_amount": 0})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", "discount": 5, **(reward or {})}),
                ],
                **vals,
            }
        )

    def _offering(self, channel="email", days=0, **vals):
        """A step with an offer."""
        vals = {"offer": "coupon", "offer_program_id": self.coupons.id, **vals}
        return (channel, days, vals)

    def _expect(self, days, partner=None):
        """The customer's order was expected so many days ago."""
        standing = self._standing(partner or self.buyer)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET next_order_date = %s, call_date = %s WHERE id = %s",
            [self._ago(days), self._ago(days), standing.id],
        )
        self.env.invalidate_all()
        return self._standing(partner or self.buyer)

    def _ago(self, days):
        """By the clock of the test."""
        return fields.Date.subtract(fields.Date.today(), days=days)

    def _begin_late(self, *steps, days=10, partner=None):
        """A reminder of a customer whose order was expected some days ago."""
        self._expect(days, partner)
        self._steps_of_rule(*steps)
        due = {self._standing(partner or self.buyer): self.salesperson}
        return self.env["customer.reminder"]._open(self.rule, due, fields.Date.today())
