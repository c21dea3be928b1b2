from odoo.addons.customer_tiering.tests.follow_up_common import FollowUpCase


class DeskCase(FollowUpCase):
    """Customers of one salesperson, in a company graded once, and a rule of reminders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["customer.reminder.rule"].create({"name": "Late"})

    def _remind(self, expected=0):
        standing = self._standing(self.buyer)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE customer_tier_standing SET next_order_date = %(day)s, call_date = %(day)s "
            "WHERE id = %(id)s",
            {"day": self._days_ago(expected), "id": standing.id},
        )
        self.env.invalidate_all()
        due = {standing: self.salesperson}
        return self.env["customer.reminder"]._open(self.rule, due, self._days_ago(0))
