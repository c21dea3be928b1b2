from odoo.tests import tagged

from .common import TieringCommon


@tagged("post_install", "-at_install")
class TestRecency(TieringCommon):
    def test_order_after_the_last_grading(self):
        """Where not everybody is graded every night, whoever ordered since was said to have
        ordered a negative number of days ago, and came before everybody else in lists."""
        early, late = self._create_customer("Early"), self._create_customer("Late")
        for customer in (early, late):
            self._create_order(customer, date=40)
        self._create_program(tiers=["All"])
        self._grade(as_of=self._days_ago(30))
        self._create_order(late, date=2)
        self.env["customer.tier.run"]._grade_partners(late, self.company)
        self.env.invalidate_all()
        standings = self._standing(early) | self._standing(late)
        self.assertEqual(standings.mapped("recency_days"), [10, 2])
        ours = [("id", "in", standings.ids)]
        Standing = self.env["customer.tier.standing"]
        self.assertFalse(Standing.search([*ours, ("recency_days", "<", 0)]))
        self.assertEqual(Standing.search(ours, order="recency_days"), standings[::-1])
        ((average,),) = Standing._read_group(ours, [], ["recency_days:avg"])
        self.assertEqual(average, 6)

    def test_records_behind_a_value(self):
        """The order that a value rests on was not among those behind it."""
        customer = self._create_customer()
        first = self._create_order(customer, date=40)
        self._create_program()
        self._grade(as_of=self._days_ago(30))
        self.assertEqual(self._behind(customer), first)
        second = self._create_order(customer, date=2)
        self.env["customer.tier.run"]._grade_partners(customer, self.company)
        self.env.invalidate_all()
        self.assertEqual(self._behind(customer), first | second)

    def _behind(self, customer):
        metric = self._metric("amount")
        action = self._standing(customer).action_open_records(metric.id)
        return self.env["sale.order"].search(action["domain"], order="id")
