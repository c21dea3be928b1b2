from odoo.tests import tagged

from .common import PlaybookCase


@tagged("post_install", "-at_install")
class TestContactPolicy(PlaybookCase):
    def test_playbook_under_way(self):
        """Whoever works through a plan with a customer is reminded of its order as well."""
        Policy = self.env["customer.contact.policy"]
        standing = self._standing(self.buyer)
        self.assertFalse(Policy._waiting(self.company, self.buyer))
        start = self.Start.create(
            {"standing_id": standing.id, "playbook_id": self.playbook.id, "stage": "dormant"}
        )
        self.assertEqual(Policy._waiting(self.company, self.buyer), {self.buyer.id: "playbook"})
        start.state = "left"
        self.assertFalse(Policy._waiting(self.company, self.buyer))
