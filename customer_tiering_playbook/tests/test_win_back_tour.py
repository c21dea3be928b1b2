from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestWinBackTour(HttpCase):
    """A sales manager and a dormant customer, in a real browser."""

    def test_playbook_reason_analysis(self):
        """The playbook's activity, the reason behind a button and the analysis in a report are
        three screens, each of which may break the way to the next."""
        env = self.env
        company = env.company
        # Whatever demo data brought along would be in the analysis too.
        env["customer.win.back"].search([("company_id", "=", company.id)]).unlink()
        # Whom chance holds back depends on the customer's id.
        env["customer.stage.playbook"].search([]).control_share = 0
        company.customer_win_back_control_share = 0
        seller = new_test_user(
            env,
            "tour_seller",
            name="Tour Seller",
            groups="sales_team.group_sale_manager",
            company_id=company.id,
        )
        customer = env["res.partner"].create(
            {"name": "Tour Sleeper", "is_company": True, "customer_rank": 1, "user_id": seller.id}
        )
        standing = env["customer.tier.standing"].create(
            {"partner_id": customer.id, "company_id": company.id}
        )
        standing.flush_recordset()
        env.cr.execute(
            "UPDATE customer_tier_standing SET lifecycle_stage = 'dormant' WHERE id = %s",
            [standing.id],
        )
        standing.invalidate_recordset()
        Start = env["customer.stage.playbook.start"]
        Start._enter(standing)
        while Start._start_slice(company):
            pass
        env.invalidate_all()
        self.assertEqual(len(customer.activity_ids), 3)
        self.start_tour(
            f"/odoo/customers/{customer.id}",
            "customer_tiering_playbook_win_back",
            login="tour_seller",
        )
        found = env["customer.win.back"].search([("partner_id", "=", customer.id)])
        self.assertEqual(
            (found.reason_id.name, found.outcome, found.user_id), ("Quality", "not_now", seller)
        )
        self.assertEqual(len(customer.activity_ids), 2, "the question is answered")
