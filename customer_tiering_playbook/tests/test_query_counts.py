from odoo.addons.customer_tiering.tests.query_common import QueryCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestQueryCounts(QueryCase):
    """What playbooks and win-back add to the screens and steps that people wait for."""

    def test_pages_of_the_contact_form(self):
        """Playbooks, win-backs, the benefits of the tier and who is dedicated are a query each when
        the page is opened, but not one for each line of them; one asks whether anything came
        back."""
        view = "customer_tiering.res_partner_view_form_tier"
        # In one or two steps, the contact itself is read: by chance of which field asks first.
        self.assertLessEqual(self._extra_of_view(self.graded[0], view, "form"), 26)

    def test_confirming_an_order(self):
        """Whoever confirms an order waits for one more look: whether a follow-up ends with it."""
        orders = iter([self._quote(self.graded[0]) for _number in range(2)])
        self._statements(lambda: next(orders).action_confirm())
        tables = self._statements(lambda: next(orders).action_confirm())
        ours = [t for t in tables if t.startswith(("customer_", "ir_cron"))]
        # The tier, whose discount the order keeps, may be known already.
        self.assertEqual(
            sorted({*ours} - {"customer_tier", "customer_tier_standing"}),
            ["customer_reminder", "customer_tier_stale", "customer_win_back"],
        )
        self.assertLessEqual(len(ours), 5)
